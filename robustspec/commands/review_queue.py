"""Which cases a review shows, and its two files: the queue that reviewers get, and the key that they do not."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path

from robustspec.commands.arguments import UsageError
from robustspec.commands.review_key import Key, KeyCase, expected_lines, parts_of, read_key, sha_of, text_of, write_key
from robustspec.commands.rows import perturbed_or_why
from robustspec.commands.text import counted
from robustspec.data.row import Row, images_of
from robustspec.engine.plan import CellPlan, Plan, ScenarioPlan
from robustspec.language.spec import policy_of
from robustspec.reports.review_page import Item, Queue, write_review_page

COLUMNS = ("review_id", "clean", "changed", "expected", "verdict", "comment")
"""Those of a queue as CSV; a reviewer fills the last two."""

_MOST_ROWS = 5_000
"""Rows of a scenario, the first in its hashed order, among which cases are drawn."""
_MOST_TRIED = 40
"""How many cases of a cell are tried for each that is wanted, before a cell counts as one that changes nothing more."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A case of the sample."""

    case_id: str
    stratum: str
    cell: str
    clean: Row
    changed: Row
    expected: Sequence[str]


@dataclass(slots=True)
class Sample:
    """The cases of a review in the order in which they are shown, and what was left out, in sentences."""

    cases: list[Drawn]
    name: str
    notes: list[str] = field(default_factory=list)

    def strata(self) -> list[tuple[str, set[str], int]]:
        """Each perturbation with its cells and how many cases of it there are, in the order of their names."""
        cells: dict[str, set[str]] = {}
        for case in self.cases:
            cells.setdefault(case.stratum, set()).add(case.cell)
        numbers = Counter(case.stratum for case in self.cases)
        return [(stratum, cells[stratum], numbers[stratum]) for stratum in sorted(cells)]


def sampled(plan: Plan, scenarios: Sequence[ScenarioPlan], per: int, seed: int) -> Sample:
    """``per`` changed cases of each perturbation, spread over its cells: the first by a hash of seed and case id.

    The order in which they are shown is hashed too, so that nothing tells which of them belong together.
    """
    found, notes = list[Drawn](), list[str]()
    for scenario in scenarios:
        ids = _ids(scenario)
        perturbations = _perturbations(scenario, notes)
        for name, cells in perturbations.items() if ids else ():
            drawn = list(islice(_in_turns([_changed(plan, scenario, cell, ids, seed, per) for cell in cells]), per))
            if len(drawn) < per:
                notes.append(
                    f"{scenario.id}: {name} has {counted(len(drawn), 'case')} to review, and {per} were asked for"
                )
            found += drawn
    found.sort(key=lambda case: _hash(seed, "shown", case.case_id))
    name = _hash(seed, plan.digest("review"), *(case.case_id for case in found))[:6]
    return Sample(found, name, notes)


def write_queue(sample: Sample, plan: Plan, path: Path) -> Path:
    """Write queue and key; the path of the key. A `UsageError` where the key of another queue stands there."""
    key = Key(path.with_name(f"{path.stem}.key.jsonl"), sample.name, plan.name, {})
    if key.path.exists() and read_key(key.path).queue != sample.name:
        raise UsageError(f"{key.path}: this is the key of another queue, which its reviewers need -- name another file")
    items = []
    for number, case in enumerate(sample.cases, 1):
        review_id = f"{sample.name}-{number:04d}"
        items.append(Item(review_id, parts_of(case.clean, case.changed), case.expected))
        sha = sha_of(case.clean, case.changed, case.expected)
        key.cases[review_id] = KeyCase(review_id, case.case_id, case.stratum, case.cell, sha)
    if path.suffix.lower() == ".csv":
        _write_csv(items, path)
    else:
        write_review_page(Queue(sample.name, plan.spec.about.title or plan.name, items), path)
    write_key(key)
    return key.path


def _write_csv(items: Sequence[Item], path: Path) -> None:
    from robustspec.commands.lines_out import writing

    with writing(str(path)) as file:
        file.write("\ufeff")  # without it a spreadsheet takes the text for another encoding
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for item in items:
            texts = (text_of(item.parts, "removed"), text_of(item.parts, "added"), "\n".join(item.expected))
            table.writerow((item.review_id, *map(_harmless, texts), "", ""))


def _harmless(text: str) -> str:
    """A cell that a spreadsheet will not take for a formula."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _ids(scenario: ScenarioPlan) -> list[tuple[int, str]]:
    """Position and id of the rows among which cases are drawn: those without pictures."""
    positions = scenario.rows[:_MOST_ROWS].tolist()
    found = []
    for first in range(0, len(positions), 256):
        block = positions[first : first + 256]
        rows = scenario.dataset.rows(block)
        found += [(place, row.id) for place, row in zip(block, rows, strict=True) if not images_of(row.input)]
    return found


def _perturbations(scenario: ScenarioPlan, notes: list[str]) -> dict[str, list[CellPlan]]:
    """The cells that claim a label, by perturbation; what claims none is noted."""
    found: dict[str, list[CellPlan]] = {}
    for cell in scenario.cells:
        if cell.perturbation is not None:
            found.setdefault(cell.perturbation, []).append(cell)
    for name in [name for name, cells in found.items() if any(_claims_nothing(cell) for cell in cells)]:
        notes.append(f"{scenario.id}: {name} is left out: its relation is monotone, which claims no label")
        del found[name]
    if found and any(images_of(row.input) for row in scenario.dataset.rows(scenario.rows[:_MOST_ROWS])):
        notes.append(f"{scenario.id}: its rows with pictures are left out: only texts are reviewed")
    return found


def _claims_nothing(cell: CellPlan) -> bool:
    declared = "" if cell.entry is None else cell.entry.operator.relation
    return declared == "monotone" or (cell.relation is not None and cell.relation["kind"] == "monotone")


def _in_turns(streams: Sequence[Iterator[Drawn]]) -> Iterator[Drawn]:
    """One of each stream after the other; a stream that ends leaves its turns to the others."""
    left = list(streams)
    while left:
        for stream in list(left):
            case = next(stream, None)
            if case is None:
                left.remove(stream)
            else:
                yield case


def _changed(
    plan: Plan, scenario: ScenarioPlan, cell: CellPlan, ids: Sequence[tuple[int, str]], seed: int, per: int
) -> Iterator[Drawn]:
    """The cases of a cell that are changed, by their hashes."""
    numbered = cell.draws > 1 or scenario.repeats > 1
    cases = [
        (_hash(seed, case_id), position, draw, case_id)
        for position, row_id in ids
        for draw in range(cell.draws)
        for case_id in [f"{scenario.id}/{row_id}/{cell.name}" + (f"/{draw}" if numbered else "")]
    ]
    for _, position, draw, case_id in sorted(cases)[: per * _MOST_TRIED]:
        row = scenario.dataset.rows([position])[0]
        changed, _ = perturbed_or_why(cell, row, plan.seed, draw)
        if changed is row or images_of(changed.input):
            continue
        policy = policy_of(cell.entry, row.policy, scenario.scenario)
        stratum = f"{scenario.id}: {cell.perturbation}"
        yield Drawn(case_id, stratum, cell.name, row, changed, expected_lines(changed.label, policy))


def _hash(seed: int, *parts: str) -> str:
    return blake2b("\0".join([str(seed), *parts]).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
