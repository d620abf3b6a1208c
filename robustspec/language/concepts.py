"""The concepts of robustness that a scenario may name, and which of them a set of scenarios names.

There are 20 names in three parts, after `SOURCE`. Definitions are in our own words; what is measured, and on what, is said
in the terms of the language. A concept that no scenario names is *not assessed*: reports say so, and leave nothing blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

ConceptName = Literal[
    "natural", "adversarial", "interventional", "out-of-distribution", "average-case", "worst-case", "feature", "data",
    "development-stage", "deployment-stage", "component", "aggregated", "group", "instance-wise", "longitudinal",
    "knowledge", "vendor", "uncertainty-aware", "prevalence-shift", "behavioural",
]  # fmt: skip
"""What may stand under ``concepts:`` of a scenario."""

Part = Literal["theory", "engineering", "application"]
"""Where a concept comes from."""

SOURCE = "Xian et al., Robustness tests for biomedical foundation models should tailor to specification, Box 1"
"""Where the names and their parts come from."""

NOT_ASSESSED = "not assessed"
"""What is said of a concept that no scenario names."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept: what it means, what a test of it needs, and how it is measured unless a scenario says otherwise.

    ``example`` is a requirement of that measure: its metric stands for that of the task where it is accuracy, its groups and
    baselines are names of the file, and its bound is the reader's to choose.
    """

    name: ConceptName
    part: Part
    definition: str
    needs: str
    example: str

    @property
    def default(self) -> str:
        """The metric, the aggregate, and what they go over, as the example has them: "accuracy, mean, worst_over vendor"."""
        asked = self.requirement()
        aggregate = asked.get("aggregate", "mean")
        over = [f"{key} {asked[key]}" for key in ("worst_over", "gap_over") if key in asked]
        return ", ".join([asked["metric"], aggregate["kind"] if isinstance(aggregate, dict) else aggregate, *over])

    def requirement(self) -> dict[str, Any]:
        """The example as plain data."""
        import yaml

        found: dict[str, Any] = yaml.safe_load(self.example)
        return found


CONCEPTS: tuple[Concept, ...] = (
    Concept(
        "natural",
        "theory",
        "Holds up under variation that nobody intends: slips, noise, other wording, other equipment.",
        "Perturbations that imitate what happens in use (`keyboard_typo`, `synonym`, `gaussian_noise`, `motion`), or rows of "
        "a second site.",
        "{metric: accuracy, aggregate: drop, at_most: 0.05}",
    ),
    Concept(
        "adversarial",
        "theory",
        "Holds up against manipulation, meant or not: attacks, jailbreaks, injected orders.",
        "Attacks as perturbations (`authority_claim`, `indirect_request`, `homoglyph`; those that a search has found, as "
        "`variants`), and an `output` that tells a refusal from an answer. Cells are a fixed set of attacks: a stronger one "
        "may exist.",
        "{metric: accuracy, aggregate: instance_worst, at_least: 0.80}",
    ),
    Concept(
        "interventional",
        "theory",
        "Keeps its answer when one variable that must not matter is set to another value, all else equal; moves it when one "
        "that must matter is.",
        "Perturbations that set one named variable (`background_swap`, `reorientation`, `entity_substitution`); `relation` "
        "where the answer has to move (`mirror`).",
        "{metric: flip_rate, at_most: 0.05}",
    ),
    Concept(
        "out-of-distribution",
        "theory",
        "Holds up on inputs unlike those it was trained on, or knows to decline them.",
        "Data blocks or `groups` of named shifts, such as sites or years that were kept out of training; `policy` where "
        "declining is right.",
        "{metric: accuracy, cells: clean, worst_over: site, at_least: 0.80}",
    ),
    Concept(
        "average-case",
        "theory",
        "Good on the whole: the mean over rows and over all that is done to them.",
        "Perturbations that stand for what use brings, each in a fair share.",
        "{metric: accuracy, at_least: 0.90}",
    ),
    Concept(
        "worst-case",
        "theory",
        "Good at the bad end: every row by its worst version, every perturbation by itself, or the worst share of the rows.",
        "Several perturbations or levels; say with `cells` which of them count.",
        "{metric: accuracy, aggregate: instance_worst, at_least: 0.75}",
    ),
    Concept(
        "feature",
        "theory",
        "Changes little when features are taken away or added while the model is made.",
        "Models trained without a block of features, and the one with all under `baselines`. Masking a block at run time "
        "(`greyscale`, `occlude`, `word_drop`) is a stand-in: call it a proxy in `limitations`.",
        "{metric: accuracy, cells: clean, aggregate: {kind: difference, against: all_features}, at_least: -0.05}",
    ),
    Concept(
        "data",
        "theory",
        "Changes little when training data are taken away, added or relabelled.",
        "Models trained on parts of the data or from other seeds, one run each, and the one trained on all under "
        "`baselines`.",
        "{metric: accuracy, cells: clean, aggregate: {kind: difference, against: all_data}, at_least: -0.05}",
    ),
    Concept(
        "development-stage",
        "engineering",
        "Survives corruption while it is built: wrong labels, poisoned rows, planted triggers.",
        "Models trained on corrupted data, and the clean one under `baselines`; for a finished model, inputs with possible "
        "triggers as `variants`.",
        "{metric: accuracy, cells: all, aggregate: {kind: difference, against: clean_training}, at_least: -0.03}",
    ),
    Concept(
        "deployment-stage",
        "engineering",
        "Survives corruption of what it is given in use: transformed inputs, distractors, injected text.",
        "Perturbations of the input or its context (`word_drop`, `irrelevant_sentence`, `rotate`, `crop`); `on` says of "
        "which part.",
        "{metric: accuracy, aggregate: retention, at_least: 0.90}",
    ),
    Concept(
        "component",
        "engineering",
        "One part of a system that can be addressed by itself, such as a retriever or a tool, is robust.",
        "A specification of its own for the part: the part as `model`, what it is handed as rows, what it should hand "
        "on as label.",
        "{metric: accuracy, at_least: 0.90}",
    ),
    Concept(
        "aggregated",
        "engineering",
        "The whole system is robust, not only its parts: errors do not cascade, and no part holds the others back.",
        "The whole as `model`, and a part that could do the task alone under `baselines`.",
        "{metric: accuracy, aggregate: {kind: difference, against: best_part}, at_least: 0}",
    ),
    Concept(
        "group",
        "application",
        "Serves every subpopulation about as well as the best served.",
        "`groups` on the data, each large enough (`min_group_size`); intersections with `of`.",
        "{metric: accuracy, cells: all, gap_over: age_band, at_most: 0.10}",
    ),
    Concept(
        "instance-wise",
        "application",
        "Every single case keeps a least quality under changes that keep its right answer.",
        "Several perturbations that keep the label, so that each row has several versions.",
        "{metric: accuracy, aggregate: {kind: share_above, threshold: 0.8}, at_least: 0.95}",
    ),
    Concept(
        "longitudinal",
        "application",
        "Stays good as time goes on: seasons, guidelines, codes, the course of a disease.",
        "`groups` of the time at which rows were recorded, or series of studies (`study_order`, `missing_study`).",
        "{metric: accuracy, cells: clean, worst_over: period, at_least: 0.85}",
    ),
    Concept(
        "knowledge",
        "application",
        "What it knows of things and how they relate does not hang on their names, and stands gaps and denials.",
        "Tables of names of the same kind for `entity_substitution`; `relation` where another thing has another answer.",
        "{metric: accuracy, cells: [entity_substitution], aggregate: drop, at_most: 0.05}",
    ),
    Concept(
        "vendor",
        "application",
        "Answers alike whoever made the instrument or the product, and by whatever protocol.",
        "`groups` with the vendor, model or field strength; or simulated makers (`vendor_profile`), with `worst_over` "
        "perturbation.",
        "{metric: accuracy, cells: all, worst_over: vendor, at_least: 0.80}",
    ),
    Concept(
        "uncertainty-aware",
        "application",
        "Knows what it does not know: unsure where inputs are poor, and says so where they cannot tell.",
        "Inputs that cannot be answered, or only up to a level, with `policy` may_refuse; for calibration, outputs with "
        "stated probabilities (`expected_calibration_error`, `brier`).",
        "{metric: confident_error, cells: all, at_most: 0.05}",
    ),
    Concept(
        "prevalence-shift",
        "application",
        "Stays good when the classes come in another proportion than in the test data.",
        "`groups` that hold the label, and the proportions, or their range, where the model will be used.",
        "{metric: accuracy, cells: clean, aggregate: {kind: reweighted, over: finding, to: {present: [0.01, 0.1]}}, "
        "at_least: 0.85}",
    ),
    Concept(
        "behavioural",
        "application",
        "Stays steady while people or other models go on talking to it: long dialogues, pressure, changing roles.",
        "Conversations as rows, perturbations of their turns (`distractor_turns`, or any other with `on`), groups by length.",
        "{metric: flip_rate, at_most: 0.05}",
    ),
)
"""All concepts, in the order of the source."""


def part_of(name: str) -> str:
    """The part that a concept belongs to; "other" for a name that this version does not know."""
    return next((concept.part for concept in CONCEPTS if concept.name == name), "other")


def coverage(scenarios: Iterable[tuple[str, Sequence[str]]]) -> dict[str, list[str]]:
    """Which scenarios name each concept, from (id, concepts) of each; an empty list is a concept that is not assessed.

    All 20 stand in the order of `CONCEPTS`; names beyond these, which a report of another version may hold, come after them.

    >>> coverage([("typos", ["natural"]), ("vendors", ["vendor", "natural"])])["natural"]
    ['typos', 'vendors']
    """
    found: dict[str, list[str]] = {concept.name: [] for concept in CONCEPTS}
    for scenario, named in scenarios:
        for name in dict.fromkeys(named):
            found.setdefault(name, []).append(scenario)
    return found
