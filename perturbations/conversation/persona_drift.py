"""A user whose manner changes from formal to impatient before the request."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import ConversationOperator, Dialogue
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.seeds import stream

from ..table_file import column
from .turns import last_request, said_before, shuffled_bank

REGISTERS = ("formal", "casual", "impatient")
"""How the user speaks, from the first added turn to the last."""


class PersonaDrift(ConversationOperator):
    """Lets the user's manner drift over added turns: formal, then casual, then impatient.

    Stands for long conversations, in which people grow familiar and lose their patience, while the system is meant to treat
    them as it did. Each added message is a turn of its own before the last request, which stays as it is. The messages
    stand in ``tables/persona_drift.csv``: manner alone, without facts, requests, numbers, negation or sides, so the label
    stays.

    | level | 1 | 2 | 3 | 4 |
    |---|---|---|---|---|
    | turns | 3 | 6 | 9 | 12 |

    A third of the turns is in each manner, the later ones first to get more where three does not divide ``turns``. Each
    level keeps the turns of the level before, in their order, and adds to each manner. Magnitude: turns added.

    >>> from robustspec.data.row import Row
    >>> from robustspec.perturbation.scopes import scope_of
    >>> row, scope = Row("r", "May I take aspirin?"), scope_of(PersonaDrift())
    >>> for message in scope.apply(row, scope.sample(0, row), 1).input:
    ...     print(message.content)
    I hope that this message finds you well.
    alright, grabbing a coffee, brb
    ENOUGH chit-chat!!
    May I take aspirin?

    Source: persona drift among the tests of behavioural robustness, which Xian et al., robustness specifications, Box 1,
    describe as steadiness over continued interaction; sentences of our own.
    """

    kind: Literal["persona_drift"] = "persona_drift"
    turns: int | None = Field(default=None, ge=3, le=20)
    """How many turns to add, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("turns", (3, 6, 9, 12), "turns")

    def apply(self, passage: Dialogue, params: Params, level: int | None) -> Dialogue:
        """The dialogue with the first turns of each manner before its last request."""
        count, last = round(self.amount(level)), last_request(passage.messages)
        if count < 1 or last is None:
            return passage
        turns, draws = list[str](), stream(int(params["seed"]), "turns")
        for place, register in enumerate(REGISTERS):
            bank = column("conversation/persona_drift.csv", "turn", ("register", register))
            turns += shuffled_bank(draws, bank)[: (count + place) // len(REGISTERS)]
        return said_before(passage, last, turns)
