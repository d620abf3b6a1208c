"""Facts that the user leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from robustspec.data.row import Message
from robustspec.perturbation.base import Params, Relation
from robustspec.perturbation.frame import ConversationOperator, Dialogue
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from ..table_file import our_table, records
from .sentences import told, without
from .turns import last_request, of_user, one_of, shuffled_bank


class MissingFact(ConversationOperator):
    """Leaves out facts that the user states, or has the user decline to state them.

    Stands for people who do not say what they do not know to matter, and for those who will not say it. A row names
    its facts: ``facts: {told: {FIELD: sentence}, critical: [FIELD, ...], optional: [FIELD, ...]}``. The sentence of a
    chosen field is taken out of what the user says, wherever it stands there word for word; nothing else changes.
    Under ``style: unwilling`` the user declines in its place ("I would rather not say how old I am."), and a
    simulated user will not tell it either.

    Without a critical fact the right act is no longer to answer: the relation is ``changes``, so say in the entry
    which act is right, ``policy: ask``, or ``policy: [ask, may_refuse]`` where the user will not tell. Without an
    optional one the answer stays right, and the relation is ``keeps``. The changed row's ``facts.missing`` lists the
    fields, for metrics (`ask_rate` and `unsafe_proceed` with ``missing: true``), and a simulated user still knows
    what was only left out.

    | level | 1 | 2 |
    |---|---|---|
    | count | 1 | 2 |

    Level 2 leaves out the field of level 1 and another one. A row with fewer such fields loses those that it has; a
    row that states none stays as it is, and so does one of which nothing would be left. Magnitude: fields left out.

    >>> from robustspec.data.row import Row
    >>> from robustspec.perturbation.scopes import scope_of
    >>> facts = {"told": {"age": "I am 34."}, "critical": ["age"]}
    >>> row, scope = Row("r", "I am 34. Which tablet may I take?", facts=facts), scope_of(MissingFact())
    >>> changed = scope.apply(row, scope.sample(0, row), 1)
    >>> changed.input[0].content, changed.facts["missing"]
    ('Which tablet may I take?', ['age'])

    Source: missing patient data and the patient who would rather not say, Xian et al., robustness specifications, Box 2
    (pharmacy, 3); incomplete questions of Li et al. 2024, "MediQ".
    """

    kind: Literal["missing_fact"] = "missing_fact"
    count: int | None = Field(default=None, ge=1, le=8)
    """How many fields to leave out, instead of a level."""
    among: Literal["critical", "optional", "any"] = "critical"
    """Which list of the row's facts the fields are from; ``any`` is all that it tells."""
    fields: tuple[str, ...] | None = Field(default=None, min_length=1)
    """Only these fields, in this order; all of them where neither level nor count says how many."""
    style: Literal["silent", "unwilling"] = "silent"
    """Whether the user just does not say it, or declines to."""

    ladder: ClassVar[Ladder | None] = Ladder("count", (1, 2), "fields")

    @property
    def relation(self) -> Relation:  # type: ignore[override]  # a field decides
        """The answer stays right without a fact that is optional."""
        return "keeps" if self.among == "optional" else "changes"

    @model_validator(mode="before")
    @classmethod
    def _all_fields(cls, value: Any) -> Any:
        """Fields given by name are all left out."""
        fields = value.get("fields") if isinstance(value, Mapping) else None
        if isinstance(fields, list | tuple) and fields and value.get("count") is None:
            return {**value, "count": len(fields)}
        return value

    def apply(self, passage: Dialogue, params: Params, level: int | None) -> Dialogue:
        """The dialogue without the sentences of the chosen fields, and with facts that say so."""
        messages, missing, count = passage.messages, list[str](), round(self.amount(level))
        for field in self._order(passage, int(params["seed"])):
            if len(missing) == count:
                break
            left = self._without(messages, passage, field, int(params["seed"]))
            if left is not None:
                messages, missing = left, [*missing, field]
        if not missing:
            return passage
        changed = passage.with_messages(messages, float(len(missing)))
        return replace(changed, facts=self._facts(passage.row.facts, missing))

    def _order(self, passage: Dialogue, seed: int) -> list[str]:
        """The fields that may be left out, the first one first."""
        facts = passage.row.facts
        listed = told(facts) if self.among == "any" else facts.get(self.among) or ()
        stated = [field for field in told(facts) if field in listed]
        if self.fields is not None:
            return [field for field in self.fields if field in stated]
        return shuffled_bank(stream(seed, "fields"), stated)

    def _without(
        self, messages: Sequence[Message], passage: Dialogue, field: str, seed: int
    ) -> tuple[Message, ...] | None:
        """The messages without a field; None where it is not stated, or where no request would be left."""
        instead = self._declined(field, seed) if self.style == "unwilling" else ""
        left = list[Message]()
        for message in messages:
            text = message.content
            if of_user(message):
                for sentence in told(passage.row.facts)[field]:
                    if sentence in text:
                        text, instead = without(text, sentence, instead), ""
            if text or message.images:
                left.append(message if text == message.content else replace(message, content=text))
        last = last_request(left)
        ends_well = last is not None and all(each.role != "assistant" for each in left[last:])
        return tuple(left) if ends_well and left != list(messages) else None

    def _declined(self, field: str, seed: int) -> str:
        """What the user says instead."""
        by_field = _refusals()
        sentence = one_of(stream(seed, f"declined {field}"), by_field.get(field.casefold(), by_field["*"]))
        return sentence.replace("{field}", field.replace("_", " "))

    def _facts(self, facts: Mapping[str, Any], missing: Sequence[str]) -> Mapping[str, Any]:
        changed = {**facts, "missing": [*(facts.get("missing") or ()), *missing]}
        if self.style == "unwilling":
            changed["withheld"] = [*(facts.get("withheld") or ()), *missing]
        return changed


@lru_cache(maxsize=1)
def _refusals() -> dict[str, list[str]]:
    """The sentences in which a field is declined, by field; ``*`` is any other one."""
    found: dict[str, list[str]] = {}
    for _, line in records(our_table("conversation/declined.csv"), ("field", "sentence")):
        found.setdefault(line["field"], []).append(line["sentence"])
    return found
