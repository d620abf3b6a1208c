"""``robustspec preview``: what the perturbations do to the data."""

from __future__ import annotations

import argparse
import sys
import time
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

With --html they are written to a page instead, pictures as thumbnails: a contact sheet. With --operators it shows every
operator at each of its levels on samples that are built in.
"""
_EXAMPLES = """\
  robustspec preview specs/pharmacy.yaml
  robustspec preview specs/pharmacy.yaml --scenario limits --perturbation number_format --rows 5
  robustspec preview specs/pharmacy.yaml --html sheet.html
  robustspec preview --operators image --html operators.html
"""
ROWS = 3
_OPERATORS = {"text": "text", "image": "image", "mri": "volume"}
_EVERY_S = 5.0


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "preview", "show what the perturbations do to the data", _DESCRIPTION, _EXAMPLES)
    add_spec(parser, optional=True)
    parser.add_argument("--scenario", metavar="S", help="only this scenario")
    parser.add_argument("--perturbation", metavar="NAME", help="only this perturbation, or this cell of it")
    parser.add_argument(
        "--rows", type=positive, metavar="N", help=f"rows of each scenario ({ROWS}), samples of each operator (1)"
    )
    parser.add_argument("--html", metavar="FILE", help="write a contact sheet to this file instead of printing rows")
    parser.add_argument("--operators", choices=tuple(_OPERATORS), help="show all operators on samples, with --html")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the rows of every scenario that is wanted, or write them to a page."""
    if args.operators is not None:
        return _operators(args)
    if args.spec is None:
        raise UsageError("there is nothing to show -- name a specification, or --operators")
    plan = plan_of(args)
    if args.html is None:
        warn_of_patients(plan)
    rows = args.rows or ROWS
    shown = [(scenario, _cells(scenario, args.perturbation)) for scenario in scenarios_of(plan, args.scenario)]
    if args.perturbation and not any(cells for _, cells in shown):
        names = [name for scenario, _ in shown for cell in scenario.cells for name in _names(cell)]
        raise UsageError(
            f"there is no perturbation '{args.perturbation}' -- {nearest(args.perturbation, dict.fromkeys(names))}"
        )
    shown = [(scenario, cells) for scenario, cells in shown if cells or not args.perturbation]
    if args.html is not None:
        return _page(args.html, plan, shown, rows)
    for scenario, cells in shown:
        for line in _scenario(scenario, cells, plan.seed, rows):
            print(line)
    return FINE


def _page(path: str, plan: Plan, shown: Sequence[tuple[ScenarioPlan, list[CellPlan]]], rows: int) -> int:
    from robustspec.commands.sheets import sheet_of_spec
    from robustspec.reports.contact_sheet import write_contact_sheet

    if plan.spec.privacy.contains == "patient_data" and plan.spec.privacy.examples == "full":
        print("note: the page will show rows that the specification calls patient data", file=sys.stderr)
    progress = _Progress("row", sum(min(rows, len(scenario.rows)) for scenario, _ in shown))
    write_contact_sheet(sheet_of_spec(plan, shown, rows, progress.count), path)
    print(f"{path}: {counted(progress.done, 'row')} of {counted(len(shown), 'scenario')}")
    return FINE


def _operators(args: argparse.Namespace) -> int:
    """Write the contact sheet of all operators of a modality."""
    from robustspec.commands.sheets import sheet_of_operators
    from robustspec.reports.contact_sheet import write_contact_sheet

    if args.html is None:
        raise UsageError("--operators makes a page -- say where to write it: --html FILE")
    if args.spec is not None or args.scenario is not None or args.perturbation is not None:
        raise UsageError("--operators shows built-in samples -- leave out SPEC, --scenario and --perturbation")
    progress = _Progress("setting")
    sheet = sheet_of_operators(_OPERATORS[args.operators], args.rows or 1, 0, progress.count)
    write_contact_sheet(sheet, args.html)
    print(f"{args.html}: {counted(len(sheet.sections), 'operator')} in {counted(progress.done, 'setting')}")
    return FINE


class _Progress:
    """Progress on stderr where it takes long."""

    def __init__(self, noun: str, most: int = 0) -> None:
        self._noun, self._most, self.done = noun, most, 0
        self._told = time.monotonic()

    def count(self) -> None:
        """One more is done."""
        self.done += 1
        if time.monotonic() - self._told > _EVERY_S:
            self._told = time.monotonic()
            of = f" of {self._most:,}" if self._most else ""
            print(f"{counted(self.done, self._noun)}{of}", file=sys.stderr, flush=True)


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
    """How many draws changed nothing, or have a picture that cannot be used, and the mean magnitude of the others."""

    def __init__(self) -> None:
        self.unchanged = 0
        self.missing = 0
        self.changed = 0
        self.magnitudes: list[float] = []

    def __str__(self) -> str:
        mean = f", mean magnitude {sum(self.magnitudes) / len(self.magnitudes):.3g}" if self.magnitudes else ""
        missing = f", {self.missing} missing" if self.missing else ""
        return f"{self.changed} changed{mean}, {self.unchanged} unchanged{missing}"


def _cell(cell: CellPlan, row: Row, seed: int, tally: _Tally) -> Iterator[str]:
    from robustspec.commands.rows import changed_parts, perturbed_or_why, strength

    for draw in range(cell.draws):
        changed, absent = perturbed_or_why(cell, row, seed, draw)
        name = f"{cell.name} draw {draw}" if cell.draws > 1 else cell.name
        if absent:
            tally.missing += 1
            yield visible(f"    {name} ({strength(cell)}): missing: {absent}")
            continue
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
        yield from block(changed_parts(row.input, changed.input), "      ")
        if changed.label != row.label:
            yield visible(f"      label: {plain(row.label)} -> {plain(changed.label)}")
