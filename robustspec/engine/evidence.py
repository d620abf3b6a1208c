"""What a run leaves behind: typed results that reports render and nothing else needs to know how they came about.

All of it is plain data: `dataclasses.asdict` gives what stands in report.json.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from robustspec.statistics.base import Word

GREEN: frozenset[Word] = frozenset({"PASS", "WAIVED"})


@dataclass(slots=True)
class Counts:
    """What happened to the cases of a run or scenario.

    ``generated`` cases were made; ``unchanged`` of them were left as they were by their perturbation and are no evidence;
    ``called`` made a model call; ``reused`` came from the store; ``duplicate`` shared the call of an equal input;
    ``missing`` have no output.
    """

    generated: int = 0
    unchanged: int = 0
    called: int = 0
    reused: int = 0
    duplicate: int = 0
    missing: int = 0

    def add(self, other: Counts) -> None:
        """Add another count to this one."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class CellResult:
    """One cell of a scenario over all its units that were called.

    ``scores`` maps a metric to its mean over the ``rows`` scored; ``acts`` counts answered, refused, asked, unparsed;
    ``magnitude`` is the mean realised magnitude, in the operator's own unit.
    """

    cell: str
    perturbation: str | None
    level: int | None
    rows: int
    unchanged: int
    missing: int
    magnitude: float | None
    acts: dict[str, int]
    scores: dict[str, float | None]


@dataclass(slots=True)
class GroupResult:
    """One value of a group in a scenario: mean of each metric over the perturbed cells (clean where there are none)."""

    group: str
    value: str
    rows: int
    scores: dict[str, float | None]


@dataclass(slots=True)
class Said:
    """One message of the conversation in an example. Texts are untrusted.

    ``name`` is that of a document handed over as context. ``turn`` numbers the answers of the model under test, from 1,
    and is None for all else, the assistant's part of the data's history included. ``before`` is what stands in its place
    in the clean conversation where the perturbation changed a message: empty where it put the message in; of one that it
    took out ``text`` is empty. ``right`` says what the requirement's metric found of an answer, None where it did not
    judge it; ``expected`` and ``policy`` are then what was right there.
    """

    role: str
    text: str
    name: str | None = None
    turn: int | None = None
    before: str | None = None
    right: bool | None = None
    act: str | None = None
    expected: str | None = None
    policy: str | None = None


@dataclass(slots=True)
class Example:
    """One case, clean and perturbed, for a reader. Texts are the model's inputs and outputs: untrusted.

    ``privacy: {examples: ids}`` leaves only ``case_id``, ``cell`` and ``score``. ``talk`` is the conversation as it was
    held in the cell, its last answer included; None where the input is one text. ``left_out`` of its first messages are
    not in it, where it is longer than an example shows.
    """

    case_id: str
    cell: str
    score: float | None
    clean: str | None = None
    perturbed: str | None = None
    expected: str | None = None
    policy: str | None = None
    act: str | None = None
    got: str | None = None
    got_clean: str | None = None
    talk: list[Said] | None = None
    left_out: int | None = None


@dataclass(slots=True)
class SurvivalTurn:
    """One turn of a `SurvivalCurve`: the conversations that came to it without a wrong turn, how many of these ``failed``
    in it, and how many ``ended`` with it unharmed; ``surviving`` is the share that is free of a wrong turn after it, None
    where nobody was followed so far."""

    turn: int
    at_risk: int
    failed: int
    ended: int
    surviving: float | None


@dataclass(slots=True)
class SurvivalCurve:
    """Conversations without a wrong turn, turn by turn (Kaplan-Meier), over the evidence of one arm.

    ``name`` is what the arm is about, or one of the values that a gap compares. Turns are counted in conversations;
    ``surviving`` weighs the evidence as the arm does. ``bound`` is the share required after the last turn, None where the
    requirement is about another number.
    """

    name: str
    turns: list[SurvivalTurn]
    bound: float | None = None


@dataclass(slots=True)
class ArmResult:
    """The verdict on one arm with everything that a reader needs to believe or dispute it.

    ``value``, ``lower`` and ``upper`` are in the unit of the aggregate; ``units`` is the n of the evidence and ``cases``
    the cases in it; ``claim`` is the claim sentence; ``reason`` says why an arm is INVALID, UNREACHABLE or WAIVED;
    ``remedy`` what would settle an INCONCLUSIVE one. ``worst_cells`` and ``worst_groups`` are the parts of the evidence,
    worst first, as (name, mean score, number of scores).
    """

    id: str
    scenario: str
    requirement: str
    arm: str
    line: int
    metric: str
    aggregate: str
    cells: list[str]
    bound: float
    at_least: bool
    verdict: Word
    value: float | None
    lower: float | None
    upper: float | None
    units: int
    horizon: int
    cases: int
    unchanged: int
    missing: int
    method: str
    population: str
    confidence: float
    claim: str
    reason: str = ""
    remedy: str = ""
    look: int = 1
    gate: str = "block"
    on_inconclusive: str = "fail"
    because: str = ""
    hazard: str = ""
    origin: str | None = None
    worst_cells: list[tuple[str, float, int]] = field(default_factory=list)
    worst_groups: list[tuple[str, float, int]] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)
    quick: bool = False
    calls: int = 0
    """Calls of the model under test that the evidence took: its cases with their draws and repeats."""
    stored_verdict: Word | None = None
    """The verdict before a waiver changed it."""
    certain: bool = False
    """Whether the claim is about these rows and all of them are in."""
    record: dict[str, Any] = field(default_factory=dict)
    """All that it takes to compute the verdict again (`robustspec.engine.proof.record`)."""
    warnings: list[str] = field(default_factory=list)
    """What a reader must know of how this data was used before, such as a bound that was edited after a verdict."""
    edited: bool = False
    """Whether a setting was another when these data were judged before: its error rate does not hold (see ``warnings``)."""
    fail_confidence: float | None = None
    """The confidence of a FAIL of the requirement, None where the report does not say."""
    survival: list[SurvivalCurve] = field(default_factory=list)
    """How far conversations went without a wrong turn, of a metric that asks it."""

    @property
    def is_green(self) -> bool:
        """Whether this verdict lets the gate pass."""
        return self.verdict in GREEN

    @property
    def operator(self) -> str:
        """>= or <=."""
        return ">=" if self.at_least else "<="

    @property
    def headline(self) -> str:
        """One line that stands alone: value against bound."""
        value = "no value" if self.value is None else f"{self.value:.3f}"
        return f"{self.requirement} [{self.arm}]: {value}, required {self.operator} {self.bound:g} (n={self.units})"


@dataclass(slots=True)
class ScenarioResult:
    """One scenario: what was done, its cells, groups and verdicts."""

    id: str
    title: str
    mechanism: str
    source: str
    priority: str
    concepts: list[str]
    data: str
    line: int
    counts: Counts
    cells: list[CellResult]
    groups: list[GroupResult]
    arms: list[ArmResult]
    ladders: list[str] = field(default_factory=list)
    """How far up its ladder each perturbation was shown, in sentences."""


@dataclass(slots=True)
class DataResult:
    """A data block of the run."""

    name: str
    path: str
    rows: int
    units: int
    content_hash: str
    origin: str | None
    represents: str | None


@dataclass(slots=True)
class RunResult:
    """One specification on one model."""

    robustspec: str
    spec: str
    spec_hash: str
    about: dict[str, Any]
    model: str
    fingerprint: str | None
    deterministic: bool
    seed: int
    started: str
    seconds: float
    counts: Counts
    data: list[DataResult]
    scenarios: list[ScenarioResult]
    notes: list[str]
    not_assessed: list[str]
    suite_claim: str = ""
    quick: bool = False

    @property
    def arms(self) -> list[ArmResult]:
        """All verdicts, in the order of the file."""
        return [arm for scenario in self.scenarios for arm in scenario.arms]
