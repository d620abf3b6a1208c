"""Studies whose captions all give the same date."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import ConversationOperator, Dialogue

from .series import DATE, studies


class EqualDates(ConversationOperator):
    """Gives all studies the date of the first one.

    Stands for exports that stamp every study with the day of the export, and for anonymisation that shifts all dates to
    one. The order in time can then no longer be known: under ``policy: may_refuse`` a model may say so, and an order
    that it makes up is wrong. Dates are those of the form 2024-03-01 in messages that show pictures. A conversation
    without two different dates stays as it is.

    There is no ladder. Magnitude: captions changed.

    >>> from robustspec.data.picture import Image, made
    >>> from robustspec.data.row import Message, Row
    >>> from robustspec.perturbation.scopes import scope_of
    >>> import numpy as np
    >>> shown = [made(f"{k}.png", Image(np.full((8, 8), k, np.uint8))) for k in (1, 2)]
    >>> row = Row("r", tuple(Message("user", f"Study of 202{k}-05-01", images=(p,)) for k, p in enumerate(shown)))
    >>> scope = scope_of(EqualDates())
    >>> [message.content for message in scope.apply(row, scope.sample(0, row), None).input]
    ['Study of 2020-05-01', 'Study of 2020-05-01']

    Source: temporal order of studies, Xian et al., robustness specifications, Box 2 (MRI, 8).
    """

    kind: Literal["equal_dates"] = "equal_dates"

    def apply(self, passage: Dialogue, params: Params, level: int | None) -> Dialogue:
        """The dialogue with one date throughout its captions."""
        places = studies(passage.messages)
        dates = [date for place in places for date in DATE.findall(passage.messages[place].content)]
        if len(set(dates)) < 2 or level == 0:
            return passage
        messages = list(passage.messages)
        for place in places:
            message = messages[place]
            messages[place] = replace(message, content=DATE.sub(dates[0], message.content))
        changed = sum(old.content != new.content for old, new in zip(passage.messages, messages, strict=True))
        return passage.with_messages(tuple(messages), float(changed))
