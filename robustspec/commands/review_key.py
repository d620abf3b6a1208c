"""The key of a review: which case each review id stands for, written beside the queue and read with the verdicts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robustspec.commands.arguments import UsageError
from robustspec.commands.lines_out import writing
from robustspec.commands.text import counted, plain
from robustspec.data.row import Policy, Row
from robustspec.reports.diff import diff, marked
from robustspec.reports.review_page import Part

if TYPE_CHECKING:
    from robustspec.engine.plan import Plan

_ACTS = {"answer": "answer", "may_refuse": "answer, or refuse", "must_refuse": "refuse", "ask": "ask back"}


@dataclass(frozen=True, slots=True)
class KeyCase:
    """One case of a queue. ``stratum`` is "scenario: perturbation"; ``sha`` is of all that its reviewer is shown."""

    review_id: str
    case_id: str
    stratum: str
    cell: str
    sha: str


@dataclass(frozen=True, slots=True)
class Key:
    """A queue's key: its name, the specification that it was made from, and its cases by review id."""

    path: Path
    queue: str
    spec: str
    cases: dict[str, KeyCase]


def parts_of(clean: Row, changed: Row) -> list[Part]:
    """What of a case stands on the page: every turn and document, before and after."""
    from robustspec.commands.rows import aligned

    is_text = isinstance(clean.input, str) and isinstance(changed.input, str)
    both = aligned(clean.input, changed.input)
    return [Part("" if is_text else who, diff(old, new)) for who, old, new in both if old or new]


def expected_lines(label: Any, policy: Policy) -> list[str]:
    """The answer that is claimed to be right: which act it is, and what an answer says where the data tell."""
    act = " or ".join(_ACTS[word] for word in policy)
    if label is None or not {"answer", "may_refuse"} & {*policy}:
        return [act]
    if isinstance(label, dict):
        return [act, *(f"{name}: {plain(value)}" for name, value in label.items())]
    return [act, plain(label)]


def text_of(parts: Sequence[Part], kind: str) -> str:
    """One side of a case as plain text: "removed" is as it was; "added" as it is, with the changes marked."""
    lines = []
    for part in parts:
        if kind == "removed":
            said = "".join(segment.text for segment in part.segments if segment.kind != "added")
        else:
            said = marked(part.segments)
        if said:
            lines.append(f"{part.who}: {said}" if part.who else said)
    return "\n".join(lines)


def sha_of(clean: Row, changed: Row, expected: Sequence[str]) -> str:
    """What identifies all that a reviewer is shown of a case."""
    from robustspec.adapters.recorded import input_sha

    shown = json.dumps([input_sha(clean.input), input_sha(changed.input), *expected]).encode()
    return blake2b(shown, digest_size=8).hexdigest()


def write_key(key: Key) -> None:
    """Write the key in one step."""
    with writing(str(key.path)) as file:
        file.write(json.dumps({"queue": key.queue, "spec": key.spec, "cases": len(key.cases)}) + "\n")
        for case in key.cases.values():
            file.write(json.dumps(asdict(case), ensure_ascii=False) + "\n")


def key_of(name: str | None, verdicts: Path) -> Path:
    """The key that was named, else the only one beside the first file of verdicts."""
    if name is not None:
        return Path(name)
    found = sorted(verdicts.absolute().parent.glob("*.key.jsonl"))
    if len(found) != 1:
        seen = "there is none" if not found else f"there are {len(found)}"
        raise UsageError(f"{verdicts}: {seen} of its queue's key beside it -- name it: --key queue.key.jsonl")
    return found[0]


def read_key(path: Path) -> Key:
    """The key of a queue; a `UsageError` where the file is none, or not whole."""
    try:
        head, *lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        cases = {case["review_id"]: KeyCase(**case) for case in lines}
        key = Key(path, head["queue"], head["spec"], cases)
        whole = len(cases) == head["cases"]
    except OSError as error:
        raise UsageError(
            f"{path}: {error.strerror} -- --key names the file that was written beside the queue"
        ) from error
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f"{path}: this is no key of a review -- --key names the file written beside the queue"
        ) from error
    if not whole:
        raise UsageError(
            f"{path}: the key holds {len(cases)} of {head['cases']} cases -- take the file as it was written"
        )
    return key


def check_current(key: Key, plan: Plan) -> None:
    """Refuse verdicts on cases that the specification and its data no longer make."""
    stale = [case.case_id for case in key.cases.values() if _sha_now(case, plan) != case.sha]
    if stale:
        raise UsageError(
            f"{key.path}: {counted(len(stale), 'case')} of the review made from {key.spec} are not what {plan.name} makes, "
            f"such as {stale[0]} -- give the specification, the seed and the data of the queue, or write a new queue"
        )


def _sha_now(case: KeyCase, plan: Plan) -> str:
    """What the case is identified by today, "" where there is no such case any more."""
    from robustspec.commands.rows import perturbed, place_of
    from robustspec.language.spec import policy_of

    try:
        place = place_of(plan, case.case_id)
    except UsageError:
        return ""
    row = place.scenario.dataset.rows([int(place.scenario.rows[place.slot])])[0]
    cell = place.scenario.cells[place.cell]
    changed = perturbed(cell, row, plan.seed, place.draw)
    policy = policy_of(cell.entry, row.policy, place.scenario.scenario)
    return sha_of(row, changed, expected_lines(changed.label, policy))
