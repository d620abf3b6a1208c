"""Rows as a run perturbs them: the same seeds, the same order, no model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from robustspec.commands.arguments import UsageError, nearest
from robustspec.commands.text import turns
from robustspec.data.row import Content, Row
from robustspec.engine.cases import applied
from robustspec.engine.plan import CellPlan, Plan, ScenarioPlan


def perturbed(cell: CellPlan, row: Row, seed: int, draw: int = 0) -> Row:
    """The row of a case; ``row`` itself where nothing changes."""
    if cell.scope is None:
        return row
    return applied(cell, row, cell.scope.sample(seed, row, draw))


def strength(cell: CellPlan) -> str:
    """What a cell does, in physical units: "keyboard_typo, letter_fraction 0.03"."""
    if cell.entry is None:
        return "as the data has it"
    operator = cell.entry.operator
    if operator.ladder is None:
        return operator.kind
    unit = f" {operator.ladder.unit}" if operator.ladder.unit else ""
    return f"{operator.kind}, {operator.ladder.parameter} {operator.amount(cell.level):g}{unit}"


def pairs(clean: Content, changed: Content) -> Iterator[tuple[str, str, str]]:
    """Who, clean text and changed text of each part of an input that differs; a perturbation keeps their number."""
    for (who, old), (_, new) in zip(turns(clean), turns(changed), strict=True):
        if old != new:
            yield who, old, new


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
