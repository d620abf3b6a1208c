"""A series of studies with one missing in the middle."""

from __future__ import annotations

from typing import Literal

from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import ConversationOperator, Dialogue
from robustspec.perturbation.seeds import stream

from .series import studies


class MissingStudy(ConversationOperator):
    """Leaves out one study between the first and the last.

    Stands for a visit at another hospital, or a transfer that failed half way. The first and the last study stay, so
    what changed between them stays true; a label that speaks of the missing one needs ``policy: may_refuse``, or a
    relation. The user's last message stays as well: it asks the question. A conversation with fewer than three studies
    stays as it is.

    There is no ladder. Magnitude: share of the studies left out.

    >>> from robustspec.data.picture import Image, made
    >>> from robustspec.data.row import Message, Row
    >>> from robustspec.perturbation.scopes import scope_of
    >>> import numpy as np
    >>> shown = [made(f"{k}.png", Image(np.full((8, 8), k, np.uint8))) for k in (1, 2, 3)]
    >>> row = Row("r", tuple(Message("user", f"Study of 202{k}-05-01", images=(p,)) for k, p in enumerate(shown)))
    >>> scope = scope_of(MissingStudy())
    >>> [message.content for message in scope.apply(row, scope.sample(0, row), None).input]
    ['Study of 2020-05-01', 'Study of 2022-05-01']

    Source: temporal order of studies, Xian et al., robustness specifications, Box 2 (MRI, 8).
    """

    kind: Literal["missing_study"] = "missing_study"

    def apply(self, passage: Dialogue, params: Params, level: int | None) -> Dialogue:
        """The dialogue without one of its inner studies."""
        places = studies(passage.messages)
        if len(places) < 3 or level == 0:
            return passage
        inner = places[1:-1]
        gone = inner[int(stream(int(params["seed"]), "gone").integers(len(inner)))]
        messages = (*passage.messages[:gone], *passage.messages[gone + 1 :])
        return passage.with_messages(messages, 1 / len(places))
