"""``robustspec preview``: what the perturbations do to the data."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from robustspec.commands import FINE
from robustspec.commands.arguments import UsageError, add_command, add_spec, nearest, plan_of, positive, scenarios_of
from robustspec.commands.text import block, counted, plain, turns, visible

if TYPE_CHECKING:
    from robustspec.data.row import Row
    from robustspec.engine.plan import CellPlan, Plan, ScenarioPlan

_DESCRIPTION = """\
Show rows as a run will perturb them, beside the clean ones, with what changes marked: [-taken out-]{+put in+}.
Seeds and rows are those of a real run, in its order. No model is opened.

A row that a perturbation leaves as it is is no evidence for it; where this happens to many, the perturbation does not
test this data.
"""
_EXAMPLES = """\
  robustspec preview specs/pharmacy.yaml
  robustspec preview specs/pharmacy.yaml --scenario limits --perturbation number_format --rows 5
"""
ROWS = 3


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "preview", "show what the perturbations do to the data", _DESCRIPTION, _EXAMPLES)
    add_spec(parser)
    parser.add_argument("--scenario", metavar="S", help="only this scenario")
    parser.add_argument("--perturbation", metavar="NAME", help="only this perturbation, or this cell of it")
    parser.add_argument("--rows", type=positive, default=ROWS, metavar="N", help=f"rows of each scenario ({ROWS})")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the rows of every scenario that is wanted."""
    plan = plan_of(args)
    warn_of_patients(plan)
    shown = [(scenario, _cells(scenario, args.perturbation)) for scenario in scenarios_of(plan, args.scenario)]
    if args.perturbation and not any(cells for _, cells in shown):
        names = [name for scenario, _ in shown for cell in scenario.cells for name in _names(cell)]
        raise UsageError(
            f"there is no perturbation '{args.perturbation}' -- {nearest(args.perturbation, dict.fromkeys(names))}"
        )
    for scenario, cells in shown:
        if cells or not args.perturbation:
            for line in _scenario(scenario, cells, plan.seed, args.rows):
                print(line)
    return FINE


def warn_of_patients(plan: Plan) -> None:
    """Say on stderr that rows of patients are about to be printed: a terminal may be recorded."""
    if plan.spec.privacy.contains == "patient_data":
        print("note: this prints rows that the specification calls patient data", file=sys.stderr)


def _names(cell: CellPlan) -> list[str]:
    return [] if cell.perturbation is None else [cell.perturbation, cell.name]


def _cells(scenario: ScenarioPlan, wanted: str | None) -> list[CellPlan]:
    return [cell for cell in scenario.cells[1:] if wanted is None or wanted in _names(cell)]


def _scenario(scenario: ScenarioPlan, cells: Sequence[CellPlan], seed: int, rows: int) -> Iterator[str]:
    yield visible(f"{scenario.id}: {scenario.scenario.title}")
    if not cells:
        yield "  no perturbations: the data itself holds the shift"
    tally = {cell.name: _Tally() for cell in cells}
    for row in scenario.dataset.rows(scenario.rows[:rows]):
        yield ""
        yield visible(f"  {row.id}")
        yield from block(turns(row.input), "    ")
        for cell in cells:
            yield from _cell(cell, row, seed, tally[cell.name])
    if cells:
        yield ""
        yield f"  of {counted(min(rows, len(scenario.rows)), 'row')}:"
        yield from (f"    {name}: {found}" for name, found in tally.items())
    yield ""


class _Tally:
    """How many draws changed nothing, and the mean magnitude of the others."""

    def __init__(self) -> None:
        self.unchanged = 0
        self.changed = 0
        self.magnitudes: list[float] = []

    def __str__(self) -> str:
        mean = f", mean magnitude {sum(self.magnitudes) / len(self.magnitudes):.3g}" if self.magnitudes else ""
        return f"{self.changed} changed{mean}, {self.unchanged} unchanged"


def _cell(cell: CellPlan, row: Row, seed: int, tally: _Tally) -> Iterator[str]:
    from robustspec.commands.rows import pairs, perturbed, strength
    from robustspec.commands.text import marked

    for draw in range(cell.draws):
        changed = perturbed(cell, row, seed, draw)
        name = f"{cell.name} draw {draw}" if cell.draws > 1 else cell.name
        if changed is row:
            tally.unchanged += 1
            yield f"    {name} ({strength(cell)}): unchanged"
            continue
        tally.changed += 1
        size = ""
        if changed.magnitude is not None:
            tally.magnitudes.append(changed.magnitude)
            size = f", magnitude {changed.magnitude:.3g}"
        yield f"    {name} ({strength(cell)}{size}):"
        yield from block([(who, marked(old, new)) for who, old, new in pairs(row.input, changed.input)], "      ")
        if changed.label != row.label:
            yield visible(f"      label: {plain(row.label)} -> {plain(changed.label)}")
