"""Small specifications whose every case a test can script, and short ways to run them.

The operators ``test/mark``, registered by the fixture ``kinds`` in conftest, append " word+level" to the text, so that a
model sees in its input which row and cell it is asked about. A row that contains "no-word" stays unchanged.
"""

from __future__ import annotations

import asyncio
import json
import textwrap
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Literal

from robustspec.adapters.base import Model
from robustspec.adapters.callable import wrap
from robustspec.data.row import Case, Policy, Row
from robustspec.engine.evidence import ArmResult, RunResult
from robustspec.engine.plan import Plan
from robustspec.engine.session import Options, load_plan, run_plan
from robustspec.metrics.base import CaseMetric, RowMetric, TableMetric
from robustspec.perturbation.base import Params, Passage, Perturbation, Relation
from robustspec.perturbation.ladder import Ladder
from robustspec.registry import Entry


class Mark(Perturbation):
    """Appends " word+level"."""

    kind: Literal["test/mark"] = "test/mark"
    word: str = "a"
    strength: float | None = None
    ladder: ClassVar[Ladder | None] = Ladder("strength", (1.0, 2.0, 3.0))

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        if level == 0 or f"no-{self.word}" in passage.text.split():
            return passage
        return passage.with_text(f"{passage.text} {self.word}{self.amount(level):g}", self.amount(level))


class Draw(Perturbation):
    """Appends one of ten digits, another one in each draw; has no ladder."""

    kind: Literal["test/draw"] = "test/draw"

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        return passage.with_text(f"{passage.text} d{params['seed'] % 10}", 1.0)


class Mirror(Perturbation):
    """Swaps left and right in the text, and in the label."""

    kind: Literal["test/mirror"] = "test/mirror"
    relation: ClassVar[Relation] = "changes"

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        other = {"left": "right", "right": "left"}
        words = [other.get(word, word) for word in passage.text.split()]
        return passage.with_text(" ".join(words), 1.0, other.get(passage.label, passage.label))


class Breaks(CaseMetric):
    """Scores 1, but raises on "raise", and gives NaN on "nan" and 7 on "seven"."""

    kind: Literal["test/breaks"] = "test/breaks"

    def score(self, case: Case) -> float:
        value = case.answer.value
        if value == "raise":
            raise RuntimeError("cannot score this")
        return {"nan": float("nan"), "seven": 7.0}.get(value, 1.0)


class Picky(CaseMetric):
    """Raises when it is asked whether it applies."""

    kind: Literal["test/picky"] = "test/picky"

    def applies(self, row: Row, policy: Policy) -> bool:
        if row.id:
            raise RuntimeError("does not know")
        return True

    def score(self, case: Case) -> float:
        return 1.0


class Number(CaseMetric):
    """The number that the model answers, in [0, 1]."""

    kind: Literal["test/number"] = "test/number"

    def score(self, case: Case) -> float:
        return float(case.answer.value)


class Cost(Number):
    """The number that the model answers, where lower is better."""

    kind: Literal["test/cost"] = "test/cost"  # type: ignore[assignment]  # another kind of the same sort
    direction: ClassVar[Literal["lower"]] = "lower"  # type: ignore[misc]  # narrower than the base


class NotNumber(RowMetric):
    """NaN on every pair."""

    kind: Literal["test/not_number"] = "test/not_number"

    def observe(self, clean: Case, case: Case, relation: Any, same: Any = None) -> float:
        return float("nan")


class Total(TableMetric):
    """The weighted mean of the numbers that the model answers, as a table metric."""

    kind: Literal["test/total"] = "test/total"

    def observe(self, case: Case) -> float:
        return float(case.answer.value)

    def value(self, table: Mapping[Any, float]) -> float | None:
        weight = sum(table.values())
        return sum(number * count for number, count in table.items()) / weight if weight else None


TEST_KINDS = {
    "perturbations": (Mark, Draw, Mirror),
    "metrics": (Breaks, Picky, Number, Cost, NotNumber, Total),
}


def entries(which: str) -> dict[str, Entry]:
    """The registry's entries of the kinds above."""
    return {
        cls.model_fields["kind"].default: Entry(cls.model_fields["kind"].default, f"{__name__}:{cls.__name__}", "tests")
        for cls in TEST_KINDS[which]
    }


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows as JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def rows(n: int, **more: Any) -> list[dict[str, Any]]:
    """``n`` rows r0, r1, ... whose text is their id and whose label is "yes"; ``more`` gives columns from the number."""
    made = ({"id": f"r{k}", "input": f"r{k}", "label": "yes"} for k in range(n))
    return [row | {key: make(k) for key, make in more.items()} for k, row in enumerate(made)]


def spec_text(
    requirements: str, *, perturbations: str = "", data: str = "", top: str = "", statistics: str = ""
) -> str:
    """A specification with one scenario ``s`` on one data block ``d`` (jsonl).

    ``data`` is more of the block, ``top`` more at the top of the file, ``statistics`` the content of its mapping.
    """

    def block(text: str, depth: int) -> str:
        return textwrap.indent(textwrap.dedent(text).strip(), " " * depth)

    parts = [
        "robustspec: 1",
        "about: {title: A test}",
        f"data:\n  d: {{kind: jsonl, path: d.jsonl, origin: synthetic{', ' + data if data else ''}}}",
        block(top, 0),
        f"statistics: {{{statistics}}}" if statistics else "",
        "scenarios:\n  s:\n    title: A scenario\n    mechanism: A mechanism\n    data: d",
        f"    perturbations:\n{block(perturbations, 6)}" if perturbations else "",
        f"    requirements:\n{block(requirements, 6)}",
    ]
    return "\n".join(part for part in parts if part) + "\n"


A12 = "- {kind: test/mark, word: a, name: a, level: [1, 2]}"
B1 = "- {kind: test/mark, word: b, name: b, level: [1]}"


class Bench:
    """One folder with a specification, its data and its cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def plan(self, spec: str, data: Iterable[Mapping[str, Any]], **options: Any) -> Plan:
        """The plan of a specification on these rows."""
        write_rows(self.folder / "d.jsonl", data)
        (self.folder / "s.yaml").write_text(spec, encoding="utf-8")
        return load_plan(self.folder / "s.yaml", self.options(**options))

    def options(self, **more: Any) -> Options:
        return Options(cache=self.folder / "cache", **more)

    def run(
        self,
        spec: str | Plan,
        data: Iterable[Mapping[str, Any]] = (),
        model: Callable[[str], Any] | Model = lambda text: "yes",
        *,
        fresh: bool = True,
        max_samples: int | None = None,
        **more: Any,
    ) -> RunResult:
        """The result of running ``model``, a function of the text; nothing stored before is used, unless asked to."""
        plan = self.plan(spec, data, max_samples=max_samples) if isinstance(spec, str) else spec
        live = model if isinstance(model, Model) else wrap(model)
        return run_plan(plan, live, self.options(fresh=fresh, max_samples=max_samples), **more)

    def arm(self, *args: Any, **more: Any) -> ArmResult:
        """The only verdict of a run."""
        (arm,) = self.run(*args, **more).arms
        return arm


def scripted(answers: Mapping[str, Any], default: Any = "yes") -> Callable[[str], Any]:
    """A model that answers a text by a table; what is an exception in the table is raised."""

    def model(text: str) -> Any:
        answer = answers.get(text, default)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return model


def later(model: Callable[[str], Any], in_flight: int) -> Model:
    """``model`` as an async one."""

    async def answer(text: str) -> Any:
        # Neighbours finish in another order than they began.
        await asyncio.sleep(0.0005 * (len(text) % 3))
        return model(text)

    return wrap(answer, in_flight=in_flight)


JUDGED = ("id", "verdict", "value", "lower", "upper", "units", "cases", "unchanged", "missing", "reason", "claim")


def judged(result: RunResult) -> dict[str, dict[str, Any]]:
    """What must not depend on how a run was made, by arm."""
    return {arm.id: {key: value for key, value in asdict(arm).items() if key in JUDGED} for arm in result.arms}
