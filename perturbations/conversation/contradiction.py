"""A fact of the request denied beforehand, and never settled."""

from __future__ import annotations

from typing import ClassVar, Literal

from robustspec.perturbation.base import Params, Relation
from robustspec.perturbation.frame import ConversationOperator, Dialogue
from robustspec.perturbation.seeds import stream

from ..table_file import column
from .correction import filled
from .facts import where_told
from .turns import one_of, said_before


class Contradiction(ConversationOperator):
    """Lets the user say that a fact is otherwise, and then state it all the same.

    Stands for confused or mistaken people, and for two people at one keyboard. Before the last message that holds a number
    or a side, a turn says that it is another value and not this one; then the message follows as it is in the data. Neither
    is taken back. Unlike ``correction``, which settles the matter, this moves what is
    right: not the label's value but the act. So say in the entry which act that is, ``policy: ask`` where the model can ask
    back, ``policy: [ask, may_refuse]`` where it may decline instead, and measure the acts; without a policy the label's
    answer would count as right. The relation is ``changes``, with no value to change to.

    Facts are those of ``correction``; a conversation without them stays as it is. The sentences stand in
    ``tables/contradictions.csv``.

    There is no ladder. Magnitude: turns added, 1.

    >>> from robustspec.data.row import Row
    >>> from robustspec.perturbation.scopes import scope_of
    >>> row, scope = Row("r", "May I take 400 mg of ibuprofen?"), scope_of(Contradiction())
    >>> for message in scope.apply(row, scope.sample(0, row), None).input:
    ...     print(message.content)
    To avoid a mix-up: it is not 400 mg, it is 200 mg.
    May I take 400 mg of ibuprofen?

    Source: the contradiction in the twelve-turn scenario of Xian et al., robustness specifications, Box 2 (pharmacy, 1).
    """

    kind: Literal["contradiction"] = "contradiction"
    relation: ClassVar[Relation] = "changes"

    def apply(self, passage: Dialogue, params: Params, level: int | None) -> Dialogue:
        """The dialogue with a denial of the fact before the message that states it."""
        found = None if level == 0 else where_told(passage)
        if found is None:
            return passage
        (place, facts), draws = found, stream(int(params["seed"]), "denial")
        fact = one_of(draws, facts)
        other = fact.named(one_of(draws, fact.others))
        sentence = one_of(draws, column("conversation/contradictions.csv", "sentence"))
        return said_before(passage, place, [filled(sentence, fact.named(fact.value), other)])
