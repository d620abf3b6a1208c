"""An operator on text, at one turn of the conversation."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, model_validator

from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import ConversationOperator, Dialogue
from robustspec.perturbation.scope import Scope

from ..held import Step, held


class AtTurn(ConversationOperator):
    """Applies an operator on text to the user's k-th message.

    Stands for trouble in the middle of a conversation: the fact that matters is told at turn k, and this is the message
    with typing errors in it. The operator is any one on text that keeps the label, with its own ``level`` or parameters, a
    ``chain`` included. Standard spans (doses, numbers, units, negation, sides), the row's own and those of the data block's
    lexicon are protected. A conversation of fewer turns stays as it is. A plain text is a conversation of one message.

    The k-th message of a text operator can also be named by ``on: turn.K`` on its own entry, which then takes lists of
    levels, ``protect`` and ``within``. There is no ladder here: the operator has its own, so write one entry per strength,
    each with its own ``name``. Magnitude: that of the operator.

    >>> from robustspec.data.row import Message, Row
    >>> from robustspec.perturbation.scopes import scope_of
    >>> row = Row("r", (Message("user", "I am allergic to penicillin."), Message("user", "Is amoxicillin fine?")))
    >>> scope = scope_of(AtTurn(turn=1, operator={"kind": "keyboard_typo", "level": 5}))
    >>> [message.content for message in scope.apply(row, scope.sample(0, row), None).input]
    ['U am sllertiv to penicillkn.', 'Is amoxicillin fine?']

    Source: the twelve-turn scenario of Xian et al., robustness specifications, Box 2 (pharmacy, 1), in which facts are told
    at turn k and requested at turn m.
    """

    kind: Literal["at_turn"] = "at_turn"
    turn: int = Field(ge=1)
    """Which message of the user, from 1; documents, which have names, are not counted."""
    operator: str | dict[str, Any]
    """The operator: kind, with level or parameters; a bare name stands for its kind alone."""
    _held: Step = PrivateAttr()

    @model_validator(mode="after")
    def _build(self) -> Self:
        remedy = f"is a key of entries -- give the operator an entry of its own, with on: turn.{self.turn}"
        self._held = held("operator", self.operator, "operator", "at_turn", remedy)
        return self

    def bind(self, folder: Path) -> Self:
        """This operator with the inner one's relative file names resolved against ``folder``."""
        bound = self.model_copy()
        operator, level = self._held
        bound._held = (operator.bind(folder), level)
        return bound

    def apply(self, passage: Dialogue, params: Params, level: int | None) -> Dialogue:
        """The dialogue with that message changed."""
        operator, own_level = self._held
        scope = Scope(operator, on=f"turn.{self.turn}", lexicon=passage.lexicon)
        row = replace(passage.row, input=passage.messages, label=passage.label)
        part = None if level == 0 else scope.passage_for(row)
        if part is None:
            return passage
        drawn = operator.sample(random.Random(int(params["seed"])), part)
        changed = scope.apply(row, drawn, own_level)
        if changed is row or isinstance(changed.input, str):
            return passage
        return passage.with_messages(changed.input, changed.magnitude, changed.label)
