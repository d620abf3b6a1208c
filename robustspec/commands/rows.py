"""Rows as a run perturbs them: the same seeds, the same order, no model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from robustspec.commands.arguments import UsageError, nearest
from robustspec.commands.pictures import changes
from robustspec.commands.text import marked
from robustspec.data.row import Content, Row, images_of
from robustspec.engine.cases import applied
from robustspec.engine.plan import CellPlan, Plan, ScenarioPlan
from robustspec.errors import PerturbationError, PictureError, RobustspecError
from robustspec.perturbation.base import Perturbation
from robustspec.perturbation.calibration import ladder_of
from robustspec.perturbation.ladder import Ladder


def perturbed(cell: CellPlan, row: Row, seed: int, draw: int = 0) -> Row:
    """The row of a case; ``row`` itself where nothing changes. An operator that fails is a `PerturbationError`."""
    if cell.scope is None:
        return row
    try:
        return applied(cell, row, cell.scope.sample(seed, row, draw))
    except RobustspecError:
        raise
    except Exception as error:  # an operator is an extension and may raise anything: say which, and on what
        kind = cell.entry.operator.kind if cell.entry else cell.name
        raise PerturbationError(
            f"row {row.id}, {cell.name}: '{kind}' failed: {type(error).__name__}: {error}"
        ) from error


def perturbed_or_why(cell: CellPlan, row: Row, seed: int, draw: int = 0) -> tuple[Row, str]:
    """The row of a case, and "" or why there is none: a picture that cannot be opened, or not be changed."""
    try:
        changed = perturbed(cell, row, seed, draw)
        for picture in images_of(changed.input):
            _ = picture.digest
    except PictureError as error:
        return row, str(error)
    return changed, ""


def strength(cell: CellPlan) -> str:
    """What a cell does, in physical units: "keyboard_typo, letter_fraction 0.03"."""
    if cell.entry is None:
        return "as the data has it"
    operator = cell.entry.operator
    amount = amount_in_words(operator, cell.level)
    return f"{operator.kind}, {amount}" if amount else operator.kind


def amount_in_words(operator: Perturbation, level: int | None) -> str:
    """The physical strength of a level: ``letter_fraction 0.03``, "" of an operator without a ladder."""
    ladder = ladder_of(operator)
    return "" if ladder is None else f"{ladder.parameter} {operator.amount(level):g}{unit_of(ladder)}"


def unit_of(ladder: Ladder) -> str:
    """The unit of a ladder with a space before it, "" where its parameter's name says it."""
    words = {"%": "percent"}
    said = words.get(ladder.unit, ladder.unit) in ladder.parameter.split("_")
    return f" {ladder.unit}" if ladder.unit and not said else ""


def pairs(clean: Content, changed: Content) -> Iterator[tuple[str, str, str]]:
    """Who, clean text and changed text of each part of an input that differs; "" where a turn was put in or taken out."""
    return ((who, old, new) for who, old, new in aligned(clean, changed) if old != new)


def aligned(clean: Content, changed: Content) -> Iterator[tuple[str, str, str]]:
    """Who, clean text and changed text of every part, part against part where the same speakers follow each other.

    Where they do not, because turns were put in, taken out or moved, the parts that stayed in order are found first.
    """
    old, new = _words(clean), _words(changed)
    if [who for who, _ in old] == [who for who, _ in new]:
        yield from ((who, one, other) for (who, one), (_, other) in zip(old, new, strict=True))
        return
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((who, text, text) for who, text in old[i1:i2])
        else:
            yield from ((who, text, "") for who, text in old[i1:i2])
            yield from ((who, "", text) for who, text in new[j1:j2])


def _words(content: Content) -> list[tuple[str, str]]:
    if isinstance(content, str):
        return [("user", content)]
    return [(message.name or message.role, message.content) for message in content]


def changed_parts(clean: Content, changed: Content, *, whole: bool = False) -> Iterator[tuple[str, str]]:
    """Who and marked text of each part that differs (``whole``: of every part), then a line for each picture that does."""
    plain_text = isinstance(clean, str) and isinstance(changed, str)
    for who, old, new in aligned(clean, changed) if whole else pairs(clean, changed):
        if old or new:
            yield "" if plain_text else who, marked(old, new)
    yield from (("", line) for line in changes(clean, changed))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands in a plan."""

    scenario: ScenarioPlan
    slot: int
    cell: int
    draw: int = 0
    repeat: int = 0


def place_of(plan: Plan, case_id: str) -> Place:
    """The case of an id ``scenario/row/cell[/draw][/repeat]``; a `UsageError` says which part of it is unknown."""
    first, *rest = case_id.split("/")
    known = [scenario.id for scenario in plan.scenarios]
    if first not in known:
        raise UsageError(f"{case_id}: there is no scenario '{first}' -- {nearest(first, known)}")
    scenario = plan.scenarios[known.index(first)]
    if len(rest) < 2:
        raise UsageError(f"{case_id}: a case is scenario/row/cell, such as {_example(scenario)}")
    return _in_scenario(scenario, case_id, rest)


def _in_scenario(scenario: ScenarioPlan, case_id: str, rest: list[str]) -> Place:
    cells = [cell.name for cell in scenario.cells]
    unknown = ""
    for numbers in range(3):  # an id may end in a draw and a repeat, and a row's id may hold slashes
        *head, tail = _cut(rest, numbers)
        if not head or not all(part.isdecimal() for part in rest[len(rest) - numbers :]):
            break
        if tail not in cells:
            continue
        row_id = "/".join(head)
        position = scenario.dataset.position(row_id)
        if position is not None:
            slot = int(np.flatnonzero(scenario.rows == position)[0])
            return _checked(case_id, Place(scenario, slot, cells.index(tail), *map(int, rest[len(rest) - numbers :])))
        unknown = f"there is no row '{row_id}' in {scenario.dataset.path.name}"
    raise UsageError(f"{case_id}: {unknown or f'there is no cell {rest[-1]!r} -- {nearest(rest[-1], cells)}'}")


def _cut(parts: list[str], numbers: int) -> list[str]:
    return parts[: len(parts) - numbers]


def _checked(case_id: str, place: Place) -> Place:
    draws = place.scenario.cells[place.cell].draws
    repeats = place.scenario.repeats
    if place.draw >= draws or place.repeat >= repeats:
        raise UsageError(f"{case_id}: draws count from 0 to {draws - 1} here, and repeats from 0 to {repeats - 1}")
    return place


def _example(scenario: ScenarioPlan) -> str:
    row = scenario.dataset.rows([int(scenario.rows[0])])[0]
    return f"{scenario.id}/{row.id}/{scenario.cells[-1].name}"
