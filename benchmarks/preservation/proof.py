"""Cases of a setting, and what is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from preservation.rows import DATA, Values, lexicon, rows, said, spans
from preservation.settings import NOT_HELD, SETTINGS, Setting
from robustspec.data.row import Row
from robustspec.perturbation.base import Perturbation
from robustspec.perturbation.scopes import AnyScope, scope_of
from robustspec.registry import listing, lookup


@dataclass
class Result:
    """What was found of one setting."""

    setting: Setting
    cases: int = 0
    unchanged: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def blame(self, fault: str, row: Row, level: int | None, found: object) -> None:
        """One case that breaks the promise."""
        self.faults[fault] += 1
        if len(self.examples) < 5:
            self.examples.append(f"{fault}: {row.id}, level {level}: {found}"[:300])


def operator_of(setting: Setting) -> Perturbation:
    """The operator with its fields, tables bound to the folder of its rows."""
    made: Perturbation = lookup("perturbations", setting.kind)(**setting.fields)
    return made.bind(DATA / setting.rows)


def proven(setting: Setting, cases: int, seed: int = 0) -> Result:
    """``cases`` cases of one setting, or a few more: row by row, in new draws when the rows are used up."""
    operator, result = operator_of(setting), Result(setting)
    scope = scope_of(operator, on=setting.on, lexicon=lexicon())
    levels = list(operator.ladder.levels) if operator.ladder and setting.fields.get("control") is None else [None]
    fitting = _fitting(setting, operator)
    for draw in count():
        for row in fitting:
            if result.cases >= cases:
                return result
            _row(result, scope, row, levels, seed, draw)
    raise AssertionError


def _fitting(setting: Setting, operator: Perturbation) -> Sequence[Row]:
    """The rows that an operator can act on."""
    if setting.on != "input":
        name = setting.on.partition(".")[2]
        return [row for row in rows(setting.rows) if not isinstance(row.input, str) and row.input[0].name == name]
    if setting.takes_out is not None:
        return [row for row in rows(setting.rows) if row.facts.get("optional")]
    if operator.modality == "text" and setting.kind != "counterfactual_group":
        return [row for row in rows(setting.rows) if isinstance(row.input, str)]
    return rows(setting.rows)


def _row(result: Result, scope: AnyScope, row: Row, levels: Sequence[int | None], seed: int, draw: int) -> None:
    params = scope.sample(seed, row, draw)
    if scope.apply(row, params, 0) is not row:
        result.blame("level 0", row, 0, "is not the row")
    last = 0.0
    for level in levels:
        changed = scope.apply(row, params, level)
        result.cases += 1
        size = 0.0 if changed is row or changed.magnitude is None else changed.magnitude
        if size < last - 1e-12:
            result.blame("magnitude", row, level, f"{last} then {size}")
        last = size
        if changed is row:
            result.unchanged += 1
        else:
            _compare(result, row, changed, level)


def _compare(result: Result, row: Row, changed: Row, level: int | None) -> None:
    setting = result.setting
    before, after = spans(row), spans(changed)
    if before != after:
        gone = before - after - (Values() if setting.takes_out is None else setting.takes_out(row, changed))
        come = after - before - (Values() if setting.brings_in is None else setting.brings_in(row, changed))
        for fault, found in (("lost", gone), ("added", come)):
            strange = [span for span in found if span[0] not in setting.own]
            if strange:
                result.blame(fault, row, level, strange)
    if setting.values is not None:
        stated, restated = setting.values(said(row.input)), setting.values(said(changed.input))
        if stated != restated:
            result.blame("value", row, level, f"{dict(stated - restated)} became {dict(restated - stated)}")


def unlisted() -> set[str]:
    """Registered operators that claim to keep the label and are neither in `SETTINGS` nor in `NOT_HELD`."""
    known = {setting.kind for setting in SETTINGS} | NOT_HELD.keys()
    classes = {line.entry.kind: line.cls for line in listing("perturbations") if line.cls is not None}
    return {
        kind
        for kind, cls in classes.items()
        if cls.modality in ("text", "conversation") and cls.relation != "changes" and cls.relation != "monotone"
    } - known
