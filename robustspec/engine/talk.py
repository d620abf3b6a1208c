"""The conversation of an example: who said what, what the perturbation changed, and which answers were found right."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from robustspec.data.row import Case, Content, Message, Turn
from robustspec.engine.evidence import Said
from robustspec.metrics.base import CaseMetric, Metric, OpinionMetric, RatioMetric
from robustspec.metrics.constraint_retention import ConstraintRetention
from robustspec.metrics.turns import ByThreshold

LONGEST_TEXT = 4000
"""Characters of a text that an example shows."""
ALIKE = 0.4
"""Share of words in common from which a message counts as one that was changed, not as another one."""


def talk_of(transcript: Sequence[Message], given: Content, clean: Content, case: Case, metric: Metric) -> list[Said]:
    """The messages of ``transcript``, all that was said in a case, its last answer included.

    ``given`` is the input of the case, whose messages stand in the transcript, and ``clean`` that of its row; ``metric``
    is the one by which the case was judged.
    """
    mine = transcript[:1] if isinstance(given, str) else given
    old = {id(new): (before, gone) for new, before, gone in _changes(_messages(clean), mine)}
    right, turn, talk = right_turns(metric, case), 0, []
    for message in transcript:
        if id(message) in old:
            before, gone = old[id(message)]
            talk += [Said(each.role, "", each.name, before=said_in(each)) for each in gone]
            talk.append(Said(message.role, said_in(message), message.name, before=before))
        elif message.role == "assistant":
            turn += 1
            talk.append(_answer(message, turn, right.get(turn), case, metric))
        else:
            talk.append(Said(message.role, said_in(message)))
    return talk


def _answer(message: Message, number: int, right: bool | None, case: Case, metric: Metric) -> Said:
    """An answer of the model, with what was expected of it where the metric judged it."""
    said = Said(message.role, said_in(message), turn=number, right=right)
    turn = case.held[number - 1] if number <= len(case.held) else Turn(case.answer)
    said.act = turn.answer.act
    if isinstance(metric, ConstraintRetention):
        said.expected = None if right is not False else f"none of {plain(case.row.facts.get(metric.avoid))}"
    elif right is not None and turn.judged:
        said.expected = None if turn.label is None else plain(turn.label)
        said.policy = " or ".join(turn.policy)
    return said


def right_turns(metric: Metric, case: Case) -> dict[int, bool]:
    """Whether each answer of a conversation is right, by its number; without those that the metric does not judge."""
    last = len(case.held)
    if isinstance(metric, ByThreshold):
        limit = getattr(metric, "to", None) or last
        return {number: right for number, right in metric.verdicts(case) if number <= limit}
    if isinstance(metric, ConstraintRetention):
        alone = (replace(case, answer=turn.answer, turns=()) for turn in case.held)
        return {number: metric.score(each) == 1.0 for number, each in enumerate(alone, 1)}
    right, by_itself = _is_right(metric, case), _is_right(metric, replace(case, turns=()))
    # A metric that makes something else of the last answer alone judges the conversation, and none of its turns.
    return {} if right is None or right is not by_itself else {last: right}


def _is_right(metric: Metric, case: Case) -> bool | None:
    """Whether the score of a case is the best there is; None where it is a matter of degree, or there is none."""
    if metric.direction == "either" or isinstance(metric, OpinionMetric):
        return None
    lower_is_better = metric.direction == "lower"
    if isinstance(metric, CaseMetric) and metric.is_binary:
        return metric.score(case) == (metric.lower if lower_is_better else metric.upper)
    if isinstance(metric, RatioMetric):
        top, bottom = metric.parts(case)
        return (top == 0 if lower_is_better else top == bottom) if bottom else None
    return None


def _messages(content: Content) -> tuple[Message, ...]:
    return (Message("user", content),) if isinstance(content, str) else content


def _changes(old: Sequence[Message], new: Sequence[Message]) -> Iterator[tuple[Message, str | None, list[Message]]]:
    """Each new message with the text before it was changed (empty: it was put in; None: it is the same), and the old ones
    before it that are gone. Old ones that are gone at the end come with the last new one."""
    gone: list[Message] = []
    pairs = list(_pairs(old, new))
    last = max((place for place, (_, mine) in enumerate(pairs) if mine is not None), default=-1)
    for place, (before, mine) in enumerate(pairs):
        if mine is None:
            gone += [before] if before is not None else []
            continue
        if place == last:
            gone += [each for each, _ in pairs[last + 1 :] if each is not None]
        text = "" if before is None else said_in(before)
        yield mine, None if text == said_in(mine) else text, gone
        gone = []


def _pairs(old: Sequence[Message], new: Sequence[Message]) -> Iterator[tuple[Message | None, Message | None]]:
    """Old and new messages in their order, side by side where they are one message."""
    one, other = ([(each.role, each.name, said_in(each)) for each in side] for side in (old, new))
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from zip(old[i1:i2], new[j1:j2], strict=True)
            continue
        waiting = list(old[i1:i2])
        for mine in new[j1:j2]:
            of = next((n for n, each in enumerate(waiting) if _one(each, mine, i2 - i1 == j2 - j1)), None)
            if of is None:
                yield None, mine
            else:
                yield from ((each, None) for each in waiting[:of])
                yield waiting[of], mine
                waiting = waiting[of + 1 :]
        yield from ((each, None) for each in waiting)


def _one(old: Message, new: Message, one_by_one: bool) -> bool:
    """Whether two messages are one that was changed: where as many are new as are gone, any of one speaker."""
    if (old.role, old.name) != (new.role, new.name):
        return False
    return one_by_one or SequenceMatcher(None, old.content.split(), new.content.split()).ratio() >= ALIKE


def said_in(message: Message) -> str:
    """What a message says and shows, cut to what an example shows; pictures by their names."""
    parts = [*([message.content] if message.content else []), *(f"[{each.name}]" for each in message.images)]
    return " ".join(parts)[:LONGEST_TEXT]


def plain(value: Any) -> str:
    """A value as text, structures as compact JSON."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text[:LONGEST_TEXT]
