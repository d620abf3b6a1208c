"""The studies of a patient, handed over in another order."""

from __future__ import annotations

from typing import Literal

from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import ConversationOperator, Dialogue
from robustspec.perturbation.seeds import stream

from .series import question, studies


class StudyOrder(ConversationOperator):
    """Hands the studies over in another order, each with its own caption.

    Stands for archives that return studies by upload, not by date, and for people who attach files in any order. The
    messages of the user that show pictures change places among themselves; all other messages stay where they are. What
    the studies show and when they were made stays true, so the label stays: it must name studies by their captions (dates),
    not by their places. The user's last message never moves, as it asks the question, even if it shows a study as well. A
    conversation with fewer than two studies before it stays as it is.

    There is no ladder. Magnitude: share of the studies that are at another place.

    >>> from robustspec.data.picture import Image, made
    >>> from robustspec.data.row import Message, Row
    >>> from robustspec.perturbation.scopes import scope_of
    >>> import numpy as np
    >>> shown = [made(f"{k}.png", Image(np.full((8, 8), k, np.uint8))) for k in (1, 2)]
    >>> scans = [Message("user", f"Study of 202{k}-05-01", images=(p,)) for k, p in enumerate(shown)]
    >>> row = Row("r", (*scans, Message("user", "What changed?")))
    >>> scope = scope_of(StudyOrder())
    >>> [message.content for message in scope.apply(row, scope.sample(0, row), None).input]
    ['Study of 2021-05-01', 'Study of 2020-05-01', 'What changed?']

    Source: temporal order of studies, Xian et al., robustness specifications, Box 2 (MRI, 8).
    """

    kind: Literal["study_order"] = "study_order"

    def apply(self, passage: Dialogue, params: Params, level: int | None) -> Dialogue:
        """The dialogue with its studies in another order, never the same one."""
        places = studies(passage.messages)
        count, places = len(places), [place for place in places if place != question(passage.messages)]
        if len(places) < 2 or level == 0:
            return passage
        draws = stream(int(params["seed"]), "order")
        order = draws.permutation(len(places)).tolist()
        if order == sorted(order):  # one step round: as random as the rest, and never as it was
            order = [*order[1:], order[0]]
        messages = list(passage.messages)
        for place, source in zip(places, order, strict=True):
            messages[place] = passage.messages[places[source]]
        moved = sum(place != source for place, source in enumerate(order))
        return passage.with_messages(tuple(messages), moved / count)
