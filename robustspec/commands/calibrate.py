"""``robustspec calibrate``: what each level of the perturbations really does."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from robustspec.commands import FINE, RED
from robustspec.commands.arguments import UsageError, add_command, add_spec, nearest, plan_of, positive, scenarios_of
from robustspec.commands.text import counted, table, visible, wrapped

if TYPE_CHECKING:
    from robustspec.data.row import Row
    from robustspec.engine.plan import CellPlan, Plan
    from robustspec.perturbation.calibration import Calibration, LevelMeasure
    from robustspec.perturbation.scopes import AnyScope

_DESCRIPTION = """\
Measure what every level of the perturbations of a specification does to its own data, levels that it does not use too:
the realised magnitude, SSIM, PSNR and SNR of pictures, the edit share of texts, and how many rows stay unchanged. Seeds
and rows are those of a real run. No model is opened.

A ladder is not monotone where from one level to the next the magnitude or the edit share falls by more than a hundredth, or
SSIM rises by more than 0.01 (above 0.3, below which it tells nothing), on more than a quarter of the rows: then a higher
level is not a harder one (exit code 1). Published ladders that are known for it are noted.

With --builtin it is the shipped operators that are measured, on samples that are built in.
"""
_EXAMPLES = """\
  robustspec calibrate specs/pharmacy.yaml
  robustspec calibrate specs/pharmacy.yaml --perturbation keyboard_typo --rows 200 --json levels.json
  robustspec calibrate --builtin image
"""
ROWS = {"text": 100, "conversation": 50, "image": 16, "volume": 8}
"""How many rows are measured by default, by what the operator changes."""
BUILTIN_ROWS = {"text": 100, "image": 4, "volume": 2}
_EVERY_S = 5.0


@dataclass(frozen=True, slots=True)
class _Ladder:
    """A ladder to measure: ``levels`` are all of it, and None where an entry sets the amount; ``used`` those of the spec."""

    scenario: str
    name: str
    scope: AnyScope
    levels: tuple[int | None, ...]
    used: frozenset[int | None]
    rows: Iterable[Row]


@dataclass(slots=True)
class _Work:
    """What there is to measure, and what is left out and why."""

    ladders: list[_Ladder] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    seed: int = 0


def add(commands: Any) -> None:
    """The arguments of the command."""
    summary = "measure what each level of the perturbations does"
    parser = add_command(commands, "calibrate", summary, _DESCRIPTION, _EXAMPLES)
    add_spec(parser, optional=True)
    parser.add_argument("--scenario", metavar="S", help="only this scenario")
    parser.add_argument("--perturbation", metavar="NAME", help="only this perturbation (with --builtin: this kind)")
    parser.add_argument(
        "--rows", type=positive, metavar="N", help="rows of each scenario (100 texts, 16 images, 8 volumes)"
    )
    parser.add_argument("--json", metavar="FILE", help="write the measures to a file too")
    parser.add_argument(
        "--builtin",
        nargs="?",
        const="all",
        choices=("all", "text", "image", "volume"),
        help="measure the shipped operators on built-in samples, of one modality or of all",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print a table for each ladder, and what is wrong with it."""
    from robustspec.perturbation.calibration import calibrate

    work = _builtin(args) if args.builtin else _of_spec(args)
    meter = _Meter(len(work.ladders))
    measured = []
    for ladder in work.ladders:
        found = calibrate(ladder.scope, ladder.rows, work.seed, ladder.levels, meter.row)
        meter.ladder()
        measured.append((ladder, found))
        for line in _told(ladder, found):
            print(line)
    for reason in work.left_out:
        print(wrapped(visible(f"left out: {reason}"), hanging="  "))
    if args.json:
        _write(args.json, work.seed, measured)
    print(_outcome(measured))
    return FINE if measured and all(found.is_monotone and found.levels for _, found in measured) else RED


def _of_spec(args: argparse.Namespace) -> _Work:
    if args.spec is None:
        raise UsageError("there is nothing to measure -- name a specification, or --builtin")
    plan = plan_of(args)
    work = _Work(seed=plan.seed)
    for scenario in scenarios_of(plan, args.scenario):
        by_name: dict[str, list[CellPlan]] = {}
        for cell in scenario.cells[1:]:
            by_name.setdefault(cell.perturbation or cell.name, []).append(cell)
        for name, cells in by_name.items():
            if args.perturbation not in (None, name):
                continue
            scope = cells[0].scope
            assert scope is not None  # only the clean cell has none
            levels = _levels(scope.operator, cells)
            if not levels:
                work.left_out.append(f"{scenario.id}: {name} has no levels")
                continue
            rows = _rows_of(plan, scenario.id, args.rows or ROWS[scope.operator.modality])
            used = frozenset(cell.level for cell in cells)
            work.ladders.append(_Ladder(scenario.id, name, scope, levels, used, rows))
    _check_found(args, work, [cell.perturbation or "" for each in plan.scenarios for cell in each.cells[1:]])
    return work


def _levels(operator: Any, cells: Sequence[CellPlan]) -> tuple[int | None, ...]:
    from robustspec.perturbation.calibration import ladder_of

    ladder = ladder_of(operator)
    if ladder is None:
        return ()
    explicit = [None] if any(cell.level is None for cell in cells) else []
    return (*ladder.levels, *explicit)


def _rows_of(plan: Plan, scenario_id: str, rows: int) -> Iterator[Row]:
    """The first rows of a scenario in the order of a run, opened a few at a time."""
    scenario = next(each for each in plan.scenarios if each.id == scenario_id)
    for start in range(0, min(rows, len(scenario.rows)), 8):
        yield from scenario.dataset.rows(scenario.rows[start : min(rows, start + 8)])


def _builtin(args: argparse.Namespace) -> _Work:
    from robustspec.commands.samples import MODALITIES, sample_rows, settings
    from robustspec.perturbation.calibration import ladder_of
    from robustspec.perturbation.scopes import scope_of

    if args.spec is not None or args.scenario is not None:
        raise UsageError("--builtin measures built-in samples -- leave out SPEC and --scenario")
    work, kinds = _Work(), []
    for modality in MODALITIES if args.builtin == "all" else (args.builtin,):
        found, left_out = settings(modality)
        kinds += [each.operator.kind for each in found]
        work.left_out += left_out if args.perturbation is None else []
        for each in found:
            ladder = ladder_of(each.operator)
            if args.perturbation in (None, each.operator.kind) and ladder is not None:
                rows = sample_rows(each.operator, args.rows or BUILTIN_ROWS[modality])
                levels = tuple(ladder.levels)
                work.ladders.append(_Ladder(modality, each.name, scope_of(each.operator), levels, frozenset(), rows))
    _check_found(args, work, kinds)
    return work


def _check_found(args: argparse.Namespace, work: _Work, names: Sequence[str]) -> None:
    if args.perturbation is not None and args.perturbation not in names:
        raise UsageError(
            f"there is no perturbation '{args.perturbation}' -- {nearest(args.perturbation, dict.fromkeys(names))}"
        )


def _told(ladder: _Ladder, found: Calibration) -> Iterator[str]:
    """The lines of one ladder."""
    from robustspec.commands.rows import unit_of
    from robustspec.perturbation.calibration import ladder_of

    rungs = ladder_of(ladder.scope.operator)
    assert rungs is not None  # others are left out before they are measured
    head = f"{ladder.scenario}: {ladder.name}"
    kind = ladder.scope.operator.kind
    yield visible(head if ladder.name.startswith(kind) else f"{head} ({kind})")
    if found.levels:
        columns = [each for each in _COLUMNS if any(_cell(each, level) != "-" for level in found.levels)]
        titles = [f"level  {rungs.parameter}{unit_of(rungs)}", *columns]
        yield from table(titles, [_line(ladder, level, columns) for level in found.levels], indent="  ")
    for fault in found.faults:
        yield visible(f"  NOT MONOTONE: {fault}")
    for note in [*found.as_published, *found.notes]:
        yield wrapped(visible(f"note: {note}"), "  ", "    ")
    if found.unusable:
        yield visible(f"  {counted(len(found.unusable), 'row')} left out: {found.unusable[0]}")
    if not found.levels:
        yield "  nothing was measured: no row could be used"
    yield ""


_COLUMNS = ("unchanged", "magnitude", "10 to 90 of 100", "edit share", "SSIM", "PSNR dB", "SNR")


def _line(ladder: _Ladder, level: LevelMeasure, columns: Iterable[str]) -> list[str]:
    name = "set" if level.level is None else str(level.level)
    mark = "*" if level.level in ladder.used else " "
    return [f"{name + mark:<7}{level.amount:g}", *(_cell(column, level) for column in columns)]


def _cell(column: str, level: LevelMeasure) -> str:
    size = level.magnitude
    texts = {
        "unchanged": f"{level.unchanged} of {level.rows}",
        "magnitude": None if size is None else f"{size.mean:.3g}",
        "10 to 90 of 100": None if size is None else f"{size.p10:.3g} to {size.p90:.3g}",
        "edit share": None if level.edit_share is None else f"{level.edit_share:.3f}",
        "SSIM": None if level.ssim is None else f"{level.ssim:.3f}",
        "PSNR dB": None if level.psnr_db is None else f"{level.psnr_db:.1f}",
        "SNR": None if level.snr is None else f"{level.snr:.3g}",
    }
    return texts[column] or "-"


def _outcome(measured: Sequence[tuple[_Ladder, Calibration]]) -> str:
    if not measured:
        return "no ladder was measured"
    bad = [f"{ladder.scenario}: {ladder.name}" for ladder, found in measured if not found.is_monotone]
    empty = sum(not found.levels for _, found in measured)
    used = "; * marks levels that the specification uses" if any(ladder.used for ladder, _ in measured) else ""
    if not bad and not empty:
        known = sum(bool(found.as_published) for _, found in measured)
        but = f" but {known} that are published so" if known else ""
        return f"{counted(len(measured), 'ladder')}, all monotone{but}{used}"
    parts = [f"{counted(len(measured), 'ladder')}"]
    if bad:
        parts.append(f"not monotone: {', '.join(bad)}")
    if empty:
        parts.append(f"{empty} without a row that could be used")
    return visible("; ".join(parts) + used)


def _write(path: str, seed: int, measured: Sequence[tuple[_Ladder, Calibration]]) -> None:
    from robustspec.reports.text import write_whole

    ladders = [_as_json(ladder, found) for ladder, found in measured]
    write_whole(path, json.dumps({"seed": seed, "ladders": ladders}, ensure_ascii=False, indent=2) + "\n")


def _as_json(ladder: _Ladder, found: Calibration) -> dict[str, Any]:
    from robustspec.perturbation.calibration import ladder_of

    rungs = ladder_of(ladder.scope.operator)
    return {
        "scenario": ladder.scenario,
        "perturbation": ladder.name,
        "kind": ladder.scope.operator.kind,
        "parameter": None if rungs is None else rungs.parameter,
        "unit": None if rungs is None else rungs.unit,
        "levels": [{**asdict(level), "used": level.level in ladder.used} for level in found.levels],
        "monotone": found.is_monotone,
        "faults": found.faults,
        "as_published": found.as_published,
        "notes": found.notes,
        "unusable": found.unusable,
    }


class _Meter:
    """Progress on stderr where it takes long."""

    def __init__(self, ladders: int) -> None:
        self._ladders, self._done, self._rows = ladders, 0, 0
        self._told = time.monotonic()

    def row(self) -> None:
        """One more row is measured."""
        self._rows += 1
        if time.monotonic() - self._told > _EVERY_S:
            self._told = time.monotonic()
            print(f"ladder {self._done + 1} of {self._ladders}, row {self._rows}", file=sys.stderr, flush=True)

    def ladder(self) -> None:
        """One more ladder is measured."""
        self._done, self._rows = self._done + 1, 0
