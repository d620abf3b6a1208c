"""Conversations held with several models: the one under test, and those that stand for users or judges."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from robustspec.data.row import Output
from robustspec.engine.dispatch import Dispatcher, OnOutput, Request, Status
from robustspec.engine.episode import Step, Talk, ToUser
from robustspec.errors import AdapterError

SIDE = "@"
"""Stands before the name of a model under ``models:`` among the dispatchers of a run; no other name begins with it."""


class Following(Protocol):
    """What knows the requests that follow on outputs that have come in."""

    def following(self) -> list[Request]:
        """The next turns of conversations that are not at their end, and questions to other models; each once."""
        ...


def converse(
    dispatchers: Mapping[str, Dispatcher],
    name: str,
    requests: Iterable[Request],
    on_output: OnOutput,
    involved: Sequence[Following],
) -> None:
    """Run ``requests`` on the dispatcher ``name`` and, turn by turn, what follows on them in ``involved``."""
    dispatchers[name].run(requests, on_output)
    while following := [request for each in involved for request in each.following()]:
        for to in dict.fromkeys(request.to for request in following):
            mine = [request for request in following if request.to == to]
            if to:
                _ask_other(dispatchers, to, mine, on_output)
            else:
                dispatchers[name].run(mine, on_output)


def _ask_other(
    dispatchers: Mapping[str, Dispatcher], to: str, requests: Iterable[Request], on_output: OnOutput
) -> None:
    try:
        dispatchers[SIDE + to].run(requests, on_output)
    except AdapterError as error:
        # It speaks of its own fields as of the model's under test.
        told = re.sub(r"\bmodel\.(?=[a-z_]+\b)", f"models.{to}.", str(error))
        raise AdapterError(f"models.{to}: {told}") from error


def next_request(request: Request, talk: Talk, step: Step, user_model: str | None) -> Request:
    """The request of a conversation's next step; ``user_model`` answers as its simulated user."""
    if isinstance(step, ToUser):
        return Request(step.content, request.case_id, request.repeat, request.tag, user_model or "")
    return Request(step, request.case_id, request.repeat, request.tag)


class Held:
    """Conversations that are held to their end, without being scored; each request's tag is its `Talk`."""

    def __init__(self, user_model: str | None = None) -> None:
        self._user_model = user_model
        self._following: list[Request] = []

    def take(self, request: Request, output: Output, how: Status) -> None:
        """One output of the model, or of its simulated user."""
        talk: Talk = request.tag
        if (step := talk.go_on(output, by_user=bool(request.to))) is not None:
            self._following.append(next_request(request, talk, step, self._user_model))

    def following(self) -> list[Request]:
        """The next steps, each once."""
        following, self._following = self._following, []
        return following


def hold(
    dispatchers: Mapping[str, Dispatcher], talks: Iterable[tuple[Request, Talk]], user_model: str | None = None
) -> None:
    """Hold every talk to its end, each begun by its request."""
    held = Held(user_model)
    first = (Request(talk.start(), asked.case_id, asked.repeat, talk) for asked, talk in talks)
    converse(dispatchers, "", first, held.take, [held])
