"""What a specification file may say: typed, frozen, and strict about unknown keys.

These classes check each value by itself. What needs two places of a file to judge (a metric that is not defined, a
group that the data block lacks) is in `robustspec.language.checks`; what needs the data files is in
`robustspec.language.lint`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from robustspec.adapters.base import AdapterSpec
from robustspec.aggregates.base import Aggregate
from robustspec.answers.base import Extractor, Recogniser
from robustspec.data.row import Policy
from robustspec.language.baselines import Baseline
from robustspec.language.budget import Budget
from robustspec.language.concepts import ConceptName
from robustspec.language.entries import Block, DataEntry, Name, PerturbationEntry, Policies, RelationBlock
from robustspec.language.kinds import KindOf, fault
from robustspec.metrics.base import Metric
from robustspec.statistics.base import Method, Population
from robustspec.users.base import SimulatedUser

__all__ = [
    "About",
    "Block",
    "DataEntry",
    "Multiplicity",
    "Name",
    "Output",
    "PerturbationEntry",
    "Privacy",
    "RelationBlock",
    "Requirement",
    "Scenario",
    "Settings",
    "Spec",
    "Statistics",
    "StatisticsFields",
    "Waiver",
    "as_data",
    "policy_of",
    "settings",
]

Fraction = Annotated[float, Field(ge=0, le=1)]
Confidence = Annotated[float, Field(gt=0.5, lt=1)]
Dimension = str
"""What ``worst_over`` and ``gap_over`` go over: cell, perturbation, level, or a group of the data block."""


class About(Block):
    """Who may use the model for what; printed at the head of every report."""

    title: str
    """What the specification is about, in a few words."""
    version: str = ""
    """Version of the specification itself."""
    task: str = ""
    """What the model does, in one sentence."""
    intended_use: str = ""
    """For whom and under which conditions the model is meant."""
    users: tuple[str, ...] = ()
    """The permitted users."""
    limitations: tuple[str, ...] = ()
    """What the specification does not cover."""
    owner: str = ""
    """Who answers for this file."""
    references: tuple[str, ...] = ()
    """Where the priorities come from."""


class Output(Block):
    """From the raw answer to what metrics see."""

    extract: Annotated[Extractor, KindOf("extractors")] = Field(default="whole", validate_default=True)
    """How the answer's value is found in the raw output."""
    refusal: Annotated[Recogniser, KindOf("recognisers")] | None = None
    """How a refusal is recognised."""
    asking: Annotated[Recogniser, KindOf("recognisers")] | None = None
    """How a question back to the user is recognised."""


class Multiplicity(Block):
    """Corrections for many verdicts; ``pass`` over the requirements of the file, ``fail`` over the arms of one."""

    model_config = ConfigDict(populate_by_name=True)

    pass_: Literal["none", "bonferroni"] = Field(default="none", alias="pass")
    """none: a PASS of all requirements needs no correction; bonferroni: each is judged at alpha / requirements."""
    fail: Literal["none", "bonferroni"] = "bonferroni"
    """bonferroni: an arm's FAIL is judged at alpha / arms of its requirement."""


class StatisticsFields(Block):
    """When the evidence is enough. Every key may stand at the top, on a scenario, or flat on a requirement."""

    method: Method | None = None
    """sequential (default), fixed, approximate, or point (no guarantee)."""
    confidence: Confidence | None = None
    """1 - alpha of a PASS; default 0.95."""
    fail_confidence: Confidence | None = None
    """1 - alpha of a FAIL; default: confidence."""
    max_samples: Annotated[int, Field(ge=1)] | None = None
    """The most units per arm; default all, at most 2000. ``population: dataset`` takes all whatever this says."""
    population: Population | None = None
    """distribution: the claim is about the process that made the rows; dataset: about these rows."""
    margin: Annotated[float, Field(ge=0)] | None = None
    """A PASS shows the bound but for this much."""
    on_inconclusive: Literal["fail", "skip", "warn"] | None = None
    """What pytest makes of INCONCLUSIVE; default fail."""
    on_missing: Literal["worst_case", "error", "exclude"] | None = None
    """What a case without output counts as; default worst_case: against the PASS and against the FAIL."""
    max_error_rate: Fraction | None = None
    """Share of missing cases above which an arm is INVALID; default 0.02."""
    max_unchanged: Fraction | None = None
    """Share of rows that a perturbation leaves unchanged above which an arm is INVALID; default 0.2."""
    min_group_size: Annotated[int, Field(ge=1)] | None = None
    """Fewest units of a group; smaller ones are INVALID, or left out under small_groups: exclude."""
    small_groups: Literal["invalid", "exclude"] | None = None
    """What becomes of groups that are too small; default invalid."""
    repeats: Annotated[int, Field(ge=1)] | None = None
    """Calls of a non-deterministic model for each case; the score is their mean."""
    multiplicity: Multiplicity | None = None
    """Corrections for many verdicts."""
    allocation: Literal["uniform", "focused"] | None = None
    """How samples are spread over the arms of worst_over: uniform, or focused on the arm that looks worst."""


STATISTICS_KEYS = tuple(StatisticsFields.model_fields)


class Statistics(StatisticsFields):
    """The statistics of the whole file, with the seed of its order and its perturbations."""

    seed: int = 0
    """Seed of the order of units and of every perturbation."""


class Waiver(Block):
    """A known gap: FAIL and INCONCLUSIVE of these arms are WAIVED until the date."""

    until: date
    """The last day of the waiver."""
    by: str
    """Who accepts the risk."""
    reason: str
    """Why the gap is accepted for now."""
    arms: tuple[str, ...] | None = None
    """The waived arms; default all."""


class Requirement(StatisticsFields):
    """A metric, the cells it is measured on, an aggregate, a bound, and the reason for it."""

    metric: str
    """A metric kind that needs no fields, or a name under ``metrics:``."""
    cells: Literal["perturbed", "clean", "all"] | Annotated[tuple[str, ...], Field(min_length=1)] = "perturbed"
    """perturbed (default), clean, all, or a list of cell or perturbation names."""
    aggregate: Annotated[Aggregate, KindOf("aggregates")] = Field(default="mean", validate_default=True)
    """What makes one number of the units; default mean."""
    worst_over: Dimension | None = None
    """One arm for each value of: cell, perturbation, level, or a group; each must meet the bound."""
    gap_over: Dimension | None = None
    """Best value minus worst over: cell, perturbation, level, or a group."""
    at_least: Annotated[float, Field(allow_inf_nan=False)] | None = None
    """The value must be at least this."""
    at_most: Annotated[float, Field(allow_inf_nan=False)] | None = None
    """The value must be at most this."""
    name: Name | None = None
    """Name in the id, needed only where two requirements would get the same."""
    gate: Literal["block", "warn", "record"] = "block"
    """block: a red verdict fails the run; warn: it warns; record: it is only reported."""
    because: str = ""
    """Why this bound."""
    hazard: str = ""
    """Identifier in the risk file."""
    waived: Waiver | None = None
    """A known gap that is accepted until a date."""
    tags: tuple[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], ...] = ()
    """pytest marks."""

    @model_validator(mode="after")
    def _one_bound(self) -> Requirement:
        if (self.at_least is None) == (self.at_most is None):
            raise fault("a requirement needs exactly one of at_least and at_most", given=self.metric)
        if self.worst_over is not None and self.gap_over is not None:
            raise fault("worst_over and gap_over exclude each other", "gap_over", given=self.gap_over)
        if self.gap_over is not None and self.at_most is None:
            raise fault("a gap is bounded from above: use at_most", "at_least", given=self.at_least)
        return self

    @property
    def bound(self) -> float:
        """The number of the bound."""
        return self.at_least if self.at_least is not None else self.at_most  # type: ignore[return-value]  # one is set

    @property
    def key(self) -> str:
        """The requirement's part of the id: its name, or aggregate-metric[-cells][-worst-over-D | -gap-over-D]."""
        if self.name:
            return self.name
        cells = () if self.cells == "perturbed" else (self.cells,) if isinstance(self.cells, str) else self.cells
        parts = [self.aggregate.kind.replace("/", "-"), self.metric.replace("/", "-")]
        parts += [".".join(cells)] if cells else []
        parts += [f"worst-over-{self.worst_over}"] if self.worst_over else []
        parts += [f"gap-over-{self.gap_over}"] if self.gap_over else []
        return "-".join(parts)


class Scenario(Block):
    """One priority: a degradation mechanism and the task metric that must survive it."""

    title: str
    """The priority in a few words."""
    mechanism: str
    """How the input degrades in the field."""
    source: str = ""
    """Where the priority comes from."""
    priority: Literal["high", "medium", "low"] = "medium"
    """Order and budget."""
    concepts: tuple[ConceptName, ...] = ()
    """Robustness concepts that the scenario tests, as `robustspec concepts` explains them; one not named is not assessed."""
    data: str
    """Name of a block under ``data:``."""
    simulated_user: Annotated[SimulatedUser, KindOf("users")] | None = None
    """Who answers what the model asks back, so that the conversation goes on; without one, a question ends it."""
    policy: Policies | None = None
    """The act that is right where neither row nor perturbation says otherwise; default answer."""
    perturbations: tuple[PerturbationEntry, ...] = ()
    """Generators of changed inputs; absent where the data itself holds the shift."""
    requirements: Annotated[tuple[Requirement, ...], Field(min_length=1)]
    """What must hold."""
    statistics: StatisticsFields = StatisticsFields()
    """Statistics of this scenario."""


class Privacy(Block):
    """What may be shown and where it may be sent."""

    contains: Literal["none", "patient_data"] = "none"
    """Whether the data holds patient data."""
    examples: Literal["none", "ids", "full"] = "full"
    """What reports may show of a case."""
    may_send_to: tuple[str, ...] = ()
    """Endpoints (host names) that may receive the data."""


class Spec(Block):
    """A robustness specification: one file."""

    robustspec: Literal[1]
    """Version of the language."""
    about: About
    """What the specification is about."""
    model: Annotated[AdapterSpec, KindOf("adapters")] | None = None
    """The model under test; --robustspec-model wins over it."""
    models: dict[Name, Annotated[AdapterSpec, KindOf("adapters")]] = Field(default={})
    """Other models by name: judges, and those that play users."""
    data: dict[Name, DataEntry] = Field(min_length=1)
    """Data blocks by name."""
    output: Output = Output()
    """From the raw answer to what metrics see."""
    metrics: dict[Name, Annotated[Metric, KindOf("metrics")]] = Field(default={})
    """Configured metrics by name."""
    baselines: dict[Name, Baseline] = Field(default={})
    """What requirements compare ``against``, by name: other models, recorded runs, published numbers."""
    statistics: Statistics = Statistics()
    """Statistics of the whole file."""
    scenarios: dict[Name, Scenario] = Field(min_length=1)
    """The priorities, by id."""
    privacy: Privacy = Privacy()
    """What may be shown and where it may be sent."""
    budget: Budget | None = None
    """What one run may spend on calls; without one, whatever its verdicts need."""

    @model_validator(mode="before")
    @classmethod
    def _free_keys(cls, value: Any) -> Any:
        """Drop top-level keys ``x-...``: they are free, for YAML anchors."""
        if not isinstance(value, Mapping):
            return value
        return {key: item for key, item in value.items() if not str(key).startswith("x-")}


def as_data(spec: Spec) -> dict[str, Any]:
    """The specification as plain data, JSON-able: keys in the order of the language, defaults left out."""
    data: dict[str, Any] = spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if data.get("output", {}).get("extract") == "whole":
        del data["output"]["extract"]
    for scenario in data["scenarios"].values():
        scenario["requirements"] = [_ordered(requirement) for requirement in scenario["requirements"]]
    return data


def _ordered(requirement: dict[str, Any]) -> dict[str, Any]:
    """A requirement with what is measured before the statistics, and without the default aggregate."""
    own = {key: item for key, item in requirement.items() if key not in STATISTICS_KEYS}
    if own.get("aggregate") == "mean":
        del own["aggregate"]
    return {**own, **{key: item for key, item in requirement.items() if key in STATISTICS_KEYS}}


class Settings(Block):
    """The statistics of one requirement with every default filled in."""

    method: Method = "sequential"
    confidence: float = 0.95
    fail_confidence: float = 0.95
    max_samples: int | None = None
    population: Population = "distribution"
    margin: float = 0.0
    on_inconclusive: Literal["fail", "skip", "warn"] = "fail"
    on_missing: Literal["worst_case", "error", "exclude"] = "worst_case"
    max_error_rate: float = 0.02
    max_unchanged: float = 0.2
    min_group_size: int | None = None
    small_groups: Literal["invalid", "exclude"] = "invalid"
    repeats: int = 1
    multiplicity: Multiplicity = Multiplicity()
    allocation: Literal["uniform", "focused"] = "uniform"


def settings(spec: Spec, scenario: Scenario, requirement: Requirement) -> Settings:
    """The statistics that apply to ``requirement``: its own, else the scenario's, else the file's, else the default."""
    chosen: dict[str, Any] = {}
    for block in (spec.statistics, scenario.statistics, requirement):
        chosen.update({key: value for key in STATISTICS_KEYS if (value := getattr(block, key)) is not None})
    chosen.setdefault("fail_confidence", chosen.get("confidence", 0.95))
    return Settings(**chosen)


def policy_of(entry: PerturbationEntry | None, row_policy: Policy | None, scenario: Scenario) -> Policy:
    """The policy of a case: the row's must_refuse or ask stands; else the entry's, the row's, the scenario's."""
    if row_policy is not None and any(word in ("must_refuse", "ask") for word in row_policy):
        return row_policy
    if entry is not None and entry.policy is not None:
        return entry.policy
    return row_policy or scenario.policy or ("answer",)
