"""What needs two places of a file to judge, and no data file.

Each check yields findings with the location of the place to change. Parts that faults of their own have left out
(`Holes`) are not judged again: a metric whose definition is faulty is not also "unknown".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from robustspec.language.baselines import Published
from robustspec.language.cells import RESERVED_NAMES
from robustspec.language.explain import Finding
from robustspec.language.mend import Holes
from robustspec.language.requirement_checks import check_requirement
from robustspec.language.spec import PerturbationEntry, Scenario, Spec
from robustspec.language.tree import Loc
from robustspec.language.view import UnusableError, View, hint_among
from robustspec.metrics.base import JudgedMetric, Metric, OpinionMetric
from robustspec.metrics.turns import OverTurns


def cross_check(spec: Spec, holes: Holes | None = None) -> list[Finding]:
    """Every fault between two places of a specification; ``holes`` are parts that faults of their own left out."""
    view = View(spec, holes or Holes())
    found = chain(
        _compared_metrics(view),
        _judges(view),
        _published_metrics(view),
        *(_scenario(view, key, scenario) for key, scenario in spec.scenarios.items()),
    )
    return [replace(finding, loc=view.holes.original(finding.loc)) for finding in found]


def _compared_metrics(view: View) -> Iterator[Finding]:
    """Metrics that take their equality from another one (``of``)."""
    for name, metric in view.spec.metrics.items():
        of = getattr(metric, "of", None)
        if not isinstance(of, str) or not view.knows_metric(of):
            continue
        loc = ("metrics", name, "of")
        try:
            other = view.defined(of)
        except UnusableError as error:
            yield Finding(loc, *error.args)
            continue
        if other.shape != "case":
            yield Finding(loc, f"'{of}' does not judge single answers", "name a metric that does, such as accuracy")
        elif isinstance(metric, OverTurns) and (why := _not_of_a_turn(other)):
            yield Finding(loc, f"'{of}' {why}, so it cannot judge each turn", "name another metric, such as accuracy")


def _not_of_a_turn(metric: Metric) -> str:
    """Why a metric of single cases has no score for one turn of a conversation; empty where it has."""
    if isinstance(metric, OverTurns):
        return "judges turns itself"
    if isinstance(metric, OpinionMetric):
        return "is the opinion of another model on the last answer"
    if isinstance(metric, JudgedMetric) and metric.among:
        return "is a ratio over the answered cases"
    return ""


def _judges(view: View) -> Iterator[Finding]:
    """Models that metrics ask for their opinion."""
    for name, metric in view.spec.metrics.items():
        if isinstance(metric, OpinionMetric):
            yield from _other_model(view, ("metrics", name, "model"), metric.model)


def _other_model(view: View, loc: Loc, name: str) -> Iterator[Finding]:
    """A name that should stand under ``models:``; one that is missing at ``loc`` is a fault already."""
    if view.broken(*loc):
        return
    if name not in view.spec.models and not view.holes.lost("models", name):
        hint = hint_among(name, view.spec.models, "models") if view.spec.models else f"add models: {{{name}: ...}}"
        yield Finding(loc, f"unknown model '{name}'", hint)


def _simulated_user(view: View, here: Loc, scenario: Scenario) -> Iterator[Finding]:
    """A user who answers questions needs questions that are recognised and, where a model plays them, that model."""
    user, loc = scenario.simulated_user, (*here, "simulated_user")
    if user is None:
        return
    if view.spec.output.asking is None and not view.broken("output"):
        message = "a simulated user answers questions, and nothing tells a question from an answer"
        yield Finding(
            loc, message, "add output.asking, such as {kind: json_field, field: action, equals: ask}", at_key=True
        )
    if user.model is not None:
        yield from _other_model(view, (*loc, "model"), user.model)


def _published_metrics(view: View) -> Iterator[Finding]:
    """The metrics that published numbers say they are of."""
    for name, table in view.spec.baselines.items():
        of = table.metric if isinstance(table, Published) else None
        if of is None or not view.knows_metric(of):
            continue
        try:
            view.metric(of)
        except UnusableError as error:
            yield Finding(("baselines", name, "metric"), *error.args)


def _scenario(view: View, key: str, scenario: Scenario) -> Iterator[Finding]:
    here: Loc = ("scenarios", key)
    known = scenario.data in view.spec.data or view.holes.lost("data", scenario.data)
    if not known and not view.broken(*here, "data"):
        hint = hint_among(scenario.data, view.spec.data, "data blocks")
        yield Finding((*here, "data"), f"unknown data block '{scenario.data}'", hint)
    yield from _simulated_user(view, here, scenario)
    yield from _perturbation_names(here, scenario)
    for index, entry in enumerate(scenario.perturbations):
        yield from _relation((*here, "perturbations", index, "relation", "kind"), entry)
        yield from _place((*here, "perturbations", index), entry)
    yield from _coverage(view, here, scenario)
    yield from _requirement_ids(here, scenario)
    for index, requirement in enumerate(scenario.requirements):
        yield from check_requirement(view, scenario, requirement, (*here, "requirements", index))


def _perturbation_names(here: Loc, scenario: Scenario) -> Iterator[Finding]:
    """Entries of one name are one perturbation: they may differ in level, policy and relation only."""
    first: dict[str, tuple[int, PerturbationEntry]] = {}
    cells: dict[str, int] = {}
    for index, entry in enumerate(scenario.perturbations):
        loc = (*here, "perturbations", index)
        if entry.label in RESERVED_NAMES:
            yield Finding((*loc, "name"), f"'{entry.label}' has a meaning of its own in cells", "choose another name")
        earlier, other = first.setdefault(entry.label, (index, entry))
        differing = _differing(other, entry)
        if differing:
            message = f"differs from perturbations[{earlier}] of the same name '{entry.label}' in {differing}"
            yield Finding(loc, message, "give it a name of its own")
            continue
        for cell in _cell_names(entry):
            if cells.setdefault(cell, index) != index or _cell_names(entry).count(cell) > 1:
                message = f"the cell '{cell}' stands already in perturbations[{cells[cell]}]"
                yield Finding(loc, message, "remove it here, or give this entry a name")
                break


def _cell_names(entry: PerturbationEntry) -> list[str]:
    return [f"{entry.label}-{level}" for level in entry.level] if entry.level else [entry.label]


def _differing(one: PerturbationEntry, other: PerturbationEntry) -> str:
    parts = {"operator": "its kind or parameters", **{key: key for key in ("draws", "protect", "within", "on")}}
    return ", ".join(words for key, words in parts.items() if getattr(one, key) != getattr(other, key))


def _relation(loc: Loc, entry: PerturbationEntry) -> Iterator[Finding]:
    declared = entry.operator.relation
    if entry.relation is not None and entry.relation.kind == "keeps" and declared != "keeps":
        message = f"'{entry.operator.kind}' moves the right answer: its relation is {declared}, not keeps"
        yield Finding(loc, message, "remove the relation")
    if entry.relation is None and declared == "monotone":
        message = f"'{entry.operator.kind}' moves the right answer level by level, and nothing says which way"
        yield Finding(loc, message, "write relation: {kind: monotone, field: ..., order: [..., ...]}")


_ON = {
    "text": ("input, system, turn.N or context.NAME", re.compile(r"input|system|turn\..*|context\..*")),
    "image": ("input (every picture) or image.N", re.compile(r"input|image\..*")),
    "volume": ("input (every picture) or image.N", re.compile(r"input|image\..*")),
    "conversation": ("nothing: it acts on the whole conversation", re.compile("input")),
}
"""What ``on`` may name, by the operator's modality."""


def _place(loc: Loc, entry: PerturbationEntry) -> Iterator[Finding]:
    """``on``, ``protect`` and ``within`` must fit what the operator acts on."""
    kind, modality = entry.operator.kind, entry.operator.modality
    choices, pattern = _ON.get(modality, _ON["text"])
    if not pattern.fullmatch(entry.on):
        yield Finding((*loc, "on"), f"'{entry.on}' is nothing that {kind} can change", f"write {choices}")
    for key in ("protect", "within"):
        if modality != "text" and getattr(entry, key) is not None:
            yield Finding((*loc, key), f"'{key}' speaks of text, and {kind} acts on {modality}s", f"remove {key}")


def _coverage(view: View, here: Loc, scenario: Scenario) -> Iterator[Finding]:
    """A scenario in which refusing is allowed needs a requirement that refusing everything fails."""
    block = view.spec.data.get(scenario.data)
    policies = chain(
        [scenario.policy],
        (entry.policy for entry in scenario.perturbations),
        (rule.policy for rule in (block.policy if block is not None else ())),
    )
    allowed = any(policy is not None and "may_refuse" in policy for policy in policies)
    unsure = view.broken(*here, "requirements") or view.broken("metrics")
    if allowed and not unsure and not has_coverage(view.spec, scenario):
        yield Finding(here, NO_COVERAGE, COVERAGE_HINT, at_key=True)


NO_COVERAGE = "may_refuse without a requirement on coverage: a model that refuses everything would pass"
COVERAGE_HINT = "add {metric: coverage, cells: all, at_least: ...}"


def has_coverage(spec: Spec, scenario: Scenario) -> bool:
    """Whether a requirement of the scenario bounds coverage."""
    names = [requirement.metric for requirement in scenario.requirements]
    return any((spec.metrics[name].kind if name in spec.metrics else name) == "coverage" for name in names)


def _requirement_ids(here: Loc, scenario: Scenario) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for index, requirement in enumerate(scenario.requirements):
        earlier = first.setdefault(requirement.key, index)
        if earlier != index:
            message = f"has the same id as requirements[{earlier}]: '{requirement.key}'"
            yield Finding((*here, "requirements", index), message, "give one of them a name")
