"""What is legal but cannot work with the data at hand: files, columns, span categories, operator tables.

`check` opens data files (their first records) and never a model.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from pathlib import Path

from robustspec.adapters.base import AdapterSpec
from robustspec.data.checks import check_block
from robustspec.data.dataset import Dataset
from robustspec.data.row import Row, images_of
from robustspec.errors import DataError, Fault, RobustspecError
from robustspec.language.checks import COVERAGE_HINT, NO_COVERAGE, cross_check, has_coverage
from robustspec.language.explain import Finding
from robustspec.language.spec import PerturbationEntry, Scenario, Spec, as_data
from robustspec.language.tree import Loc, place
from robustspec.metrics.base import OpinionMetric
from robustspec.perturbation.protect import check_categories
from robustspec.perturbation.scopes import scope_of

Marks = Mapping[Loc, tuple[int, int]]
"""Line and column, from 1, of every entry of a file."""


def check(spec: Spec, folder: Path, *, path: str = "", marks: Marks | None = None) -> list[Fault]:
    """Every fault of ``spec`` that shows without a model and without reading all data; paths start at ``folder``.

    ``marks`` (of `robustspec.language.load.Document`) give the faults their lines. What only a plan knows, such as bounds
    that cannot be shown with so few units, stands on the plan's arms.
    """
    findings = [*cross_check(spec), *_data(spec, folder), *_operators(spec, folder), *_adapters(spec, folder)]
    faults = [_fault(finding, path, marks or {}) for finding in findings]
    return sorted(faults, key=lambda fault: (fault.line, fault.column))


def check_rows(
    spec: Spec, datasets: Mapping[str, Dataset], *, path: str = "", marks: Marks | None = None
) -> list[Fault]:
    """What only the indexed rows show.

    Rows that may be refused, in a scenario without a requirement on coverage; shares of group values that no row has;
    rows about which a simulated user knows nothing.
    """
    findings = [
        Finding(("scenarios", key), NO_COVERAGE, COVERAGE_HINT)
        for key, scenario in spec.scenarios.items()
        if scenario.data in datasets and not has_coverage(spec, scenario)
        if any(policy and "may_refuse" in policy for policy in datasets[scenario.data].policies)
    ]
    findings += [
        finding
        for key, scenario in spec.scenarios.items()
        if scenario.data in datasets
        for find in (_shares, _nothing_to_act_on, _nothing_to_tell)
        for finding in find(scenario, datasets[scenario.data], ("scenarios", key))
    ]
    return [_fault(finding, path, marks or {}) for finding in findings]


def _shares(scenario: Scenario, dataset: Dataset, here: Loc) -> Iterator[Finding]:
    """Shares of a reweighted aggregate that do not fit the values of its group."""
    for index, requirement in enumerate(scenario.requirements):
        aggregate = requirement.aggregate
        if aggregate.group not in dataset.group_names:
            continue
        values = dataset.group_values(aggregate.group)
        for _, end in aggregate.ends() or (("", aggregate),):
            try:
                end.row_weights(values, [1 / len(values)] * len(values))
            except DataError as error:
                message, _, hint = str(error).partition(" -- ")
                yield Finding((*here, "requirements", index, "aggregate", "to"), message, hint)
                break


_LOOKED_AT = 50
"""Rows that are looked at at once for what operators act on."""

_Shown = tuple[str, str]
"""Where a picture stands, as ``on`` names it, and its modality."""


def _nothing_to_act_on(scenario: Scenario, dataset: Dataset, here: Loc) -> Iterator[Finding]:
    """Operators on images or volumes where no row shows one in the place that they name."""
    wanted = {index: each for index, entry in enumerate(scenario.perturbations) if (each := _acts_on(entry))}
    shown = _shown(dataset, set(wanted.values()))
    for index, (place_, modality) in wanted.items():
        if (place_, modality) in shown:
            continue
        kind, loc = scenario.perturbations[index].operator.kind, (*here, "perturbations", index)
        if ("input", modality) in shown:
            message = f"{kind} acts on {place_}, and no row of data '{dataset.name}' shows {_a(modality)} there"
            yield Finding((*loc, "on"), message, "write input (every picture), or the number of another one")
        else:
            there = " and ".join(sorted({f"{each}s" for _, each in shown})) or "no pictures"
            message = f"{kind} acts on {modality}s, and data '{dataset.name}' shows {there}"
            yield Finding(loc, message, "use other data, or an operator that fits them")


def _nothing_to_tell(scenario: Scenario, dataset: Dataset, here: Loc) -> Iterator[Finding]:
    """A simulated user answers from the facts of the row, so every row needs some."""
    if scenario.simulated_user is None:
        return
    for start in range(0, dataset.n_rows, _LOOKED_AT):
        for row in dataset.rows(range(start, min(start + _LOOKED_AT, dataset.n_rows))):
            if not row.facts:
                message = (
                    f"row {row.id} of data '{dataset.name}' has no facts, so the simulated user has nothing to tell"
                )
                yield Finding((*here, "simulated_user"), message, "give every row facts, or remove simulated_user")
                return


def _acts_on(entry: PerturbationEntry) -> _Shown | None:
    modality = entry.operator.modality
    return (entry.on, modality) if modality in ("image", "volume") else None


def _shown(dataset: Dataset, wanted: set[_Shown]) -> set[_Shown]:
    """What rows show and where, from the first on until all that is wanted has been seen."""
    shown: set[_Shown] = set()
    for start in range(0, dataset.n_rows, _LOOKED_AT):
        if wanted <= shown:
            break
        for row in dataset.rows(range(start, min(start + _LOOKED_AT, dataset.n_rows))):
            for number, picture in enumerate(images_of(row.input), 1):
                shown |= {("input", picture.modality), (f"image.{number}", picture.modality)}
    return shown


def _a(modality: str) -> str:
    return f"an {modality}" if modality == "image" else f"a {modality}"


def _adapters(spec: Spec, folder: Path) -> Iterator[Finding]:
    """Models beside the one under test could be opened; one that a variable names may be unknown here."""
    scenarios = spec.scenarios.values()
    compared = {requirement.aggregate.baseline for each in scenarios for requirement in each.requirements}
    judges = {metric.model for metric in spec.metrics.values() if isinstance(metric, OpinionMetric)}
    users = {each.simulated_user.model for each in scenarios if each.simulated_user is not None}
    for block, named, used in (("baselines", spec.baselines, compared), ("models", spec.models, judges | users)):
        for name, adapter in named.items():
            if name in used and isinstance(adapter, AdapterSpec) and "$" not in adapter.model_dump_json():
                yield from _openable(adapter, folder, (block, name))


def _openable(adapter: AdapterSpec, folder: Path, loc: Loc) -> Iterator[Finding]:
    try:
        adapter.check(folder)
    except RobustspecError as error:
        message, _, hint = str(error).partition(" -- ")
        yield Finding(loc, message, hint.replace("model.", f"{place(loc)}."))


def _fault(finding: Finding, path: str, marks: Marks) -> Fault:
    loc = finding.loc
    while loc and loc not in marks:
        loc = loc[:-1]
    line, column = marks.get(loc, (1, 1) if marks else (0, 0))
    return Fault(finding.message, place(finding.loc), path, line, column, finding.suggestion)


def _data(spec: Spec, folder: Path) -> Iterator[Finding]:
    used = {scenario.data for scenario in spec.scenarios.values()}
    for name, block in spec.data.items():
        if name in used:
            for fault in check_block(name, block, folder):
                yield Finding(("data", name, *fault.place), fault.message, fault.suggestion)


def _operators(spec: Spec, folder: Path) -> Iterator[Finding]:
    for key, scenario in spec.scenarios.items():
        for index, entry in enumerate(scenario.perturbations):
            loc = ("scenarios", key, "perturbations", index)
            yield from _files(entry, folder, loc)
            yield from _categories(spec, scenario, entry, loc)


_PROBE = Row(id="probe", input="A text to try the operator on.", label="")


def _files(entry: PerturbationEntry, folder: Path, loc: Loc) -> Iterator[Finding]:
    """Files of an operator (tables, variants) are read when it is applied, so it is applied once.

    An operator at a later turn is applied at the first, which is all that the text to try it on has.
    """
    absent = entry.operator.missing_extra()
    if absent is not None:
        message, _, hint = absent.partition(" -- ")
        yield Finding(loc, message, hint)
        return
    try:
        operator = entry.operator.bind(folder)
        if operator.kind == "at_turn":
            operator = operator.model_copy(update={"turn": 1})
        scope = scope_of(operator)
        scope.apply(_PROBE, scope.sample(0, _PROBE), entry.level[0] if entry.level else None)
    except (RobustspecError, OSError, ImportError) as error:
        message, _, hint = str(error).partition(" -- ")
        yield Finding(loc, message, hint)


def _categories(spec: Spec, scenario: Scenario, entry: PerturbationEntry, loc: Loc) -> Iterator[Finding]:
    """Span categories that an entry names must have a source: standard, a lexicon, or spans on the rows."""
    block = spec.data.get(scenario.data)
    if block is None or "spans" in block.columns:
        return
    for key in ("protect", "within"):
        try:
            check_categories(getattr(entry, key) or (), block.lexicon, key)
        except RobustspecError as error:
            message, _, hint = str(error).partition(" -- ")
            yield Finding((*loc, key), message.removeprefix(f"{key}: "), hint)


def spec_hash(spec: Spec) -> str:
    """16 hex digits that identify what a specification says, whatever its layout; ``model`` and ``budget`` do not count."""
    data = {key: value for key, value in as_data(spec).items() if key not in ("model", "budget")}
    text = json.dumps(data, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=8).hexdigest()
