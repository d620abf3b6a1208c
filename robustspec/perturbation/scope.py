"""What an entry of a specification perturbs: the text that ``on`` names, the spans it leaves alone, its random draws.

This is all that the engine calls: `Scope.sample` once per case, `Scope.apply` once per level.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from robustspec.data.row import Content, Message, Row
from robustspec.errors import PerturbationError
from robustspec.perturbation.base import Params, Passage, Perturbation
from robustspec.perturbation.protect import Finder, Lexicon
from robustspec.perturbation.seeds import identity_of, seed_of

_PLACES = re.compile(r"input|system|turn\.[1-9][0-9]*|context\.\S.*")


class Scope:
    """One entry's operator with what it may touch: ``Scope(operator, on="turn.2", within=["drug"])``.

    ``on`` is ``input`` (the text, or the last user message of a conversation), ``system``, ``turn.N`` (the N-th user
    message, from 1) or ``context.NAME`` (the message of that name, which is a document and no turn; the last one of
    several, as a later document supersedes an earlier one). ``protect`` and ``within`` are as in `Finder`; ``lexicon``
    holds the data block's categories (build it once: found spans are cached by text and lexicon), and each row brings
    its own spans. Safe to use from several threads.
    """

    __slots__ = ("_default_draw", "_finder", "_identity", "on", "operator")

    def __init__(
        self,
        operator: Perturbation,
        *,
        on: str = "input",
        protect: Sequence[str] | None = None,
        within: Sequence[str] | None = None,
        lexicon: Lexicon | None = None,
    ) -> None:
        if not _PLACES.fullmatch(on):
            raise PerturbationError(
                f"on: '{on}' is no part of an input that {operator.kind} can change -- "
                "write input, system, turn.N (N-th user message, from 1) or context.NAME"
            )
        self.operator = operator
        self.on = on
        self._finder = Finder(lexicon, protect=protect, within=within)
        self._identity = identity_of(operator, on)
        self._default_draw = type(operator).sample is Perturbation.sample

    def sample(self, seed: int, row: Row, draw: int = 0) -> Params:
        """The params of one case: what the operator draws for ``row`` under the run's ``seed``, at draw ``draw``."""
        drawn = seed_of(seed, row.id, self._identity, draw)
        if self._default_draw:  # the default only draws a sub-seed: the digest is one, without a generator's cost
            return {"seed": drawn}
        passage = self.passage_for(row)
        return {} if passage is None else self.operator.sample(random.Random(drawn), passage)

    def apply(self, row: Row, params: Params, level: int | None) -> Row:
        """The perturbed row, with its label and magnitude; ``row`` itself where the text stays as it is.

        A row without the part that ``on`` names is unchanged.
        """
        passage = self.passage_for(row)
        if passage is None:
            return row
        changed = self.operator.apply(passage, params, level)
        if changed is passage or changed.text == passage.text:
            return row
        return Row(
            row.id,
            self._put(row.input, changed.text),
            changed.label,
            row.policy,
            row.spans,
            row.facts,
            row.groups,
            row.unit,
            changed.magnitude,
        )

    def passage_for(self, row: Row) -> Passage | None:
        """The text of ``row`` that ``on`` names, with the ranges that may be edited; None where the row has none."""
        text = self._text(row.input)
        return None if text is None else Passage(text, row, self._finder.for_row(row))

    def _text(self, content: Content) -> str | None:
        if isinstance(content, str):
            return content if self.on in ("input", "turn.1") else None
        index = self._index(content)
        return None if index is None else content[index].content

    def _put(self, content: Content, text: str) -> Content:
        if isinstance(content, str):
            return text
        index = self._index(content)
        assert index is not None  # `passage_for` has read the text from there
        return (*content[:index], replace(content[index], content=text), *content[index + 1 :])

    def _index(self, messages: Sequence[Message]) -> int | None:
        """Which message ``on`` names."""
        where, _, name = self.on.partition(".")
        if where == "context":
            named = (index for index, message in enumerate(messages) if message.name == name)
            return max(named, default=None)
        if where == "system":
            return next((index for index, message in enumerate(messages) if message.role == "system"), None)
        turns = [index for index, message in enumerate(messages) if message.role == "user" and message.name is None]
        number = int(name) if name else len(turns)
        return turns[number - 1] if 0 < number <= len(turns) else None


def perturb(
    operator: Perturbation,
    text: str,
    level: int | None = None,
    seed: int = 0,
    *,
    protect: Sequence[str] | None = None,
    within: Sequence[str] | None = None,
    lexicon: Lexicon | None = None,
) -> str:
    """``text`` perturbed once, with standard spans protected: the same for the same arguments.

    ``level`` is a rung of the operator's ladder; leave it out where the operator has explicit parameters or no ladder.
    A level that it lacks, or no strength at all, is a `PerturbationError`.
    """
    _check_level(operator, level)
    scope = Scope(operator, protect=protect, within=within, lexicon=lexicon)
    row = Row("text", text)
    changed = scope.apply(row, scope.sample(seed, row), level)
    assert isinstance(changed.input, str)  # text stays text
    return changed.input


def _check_level(operator: Perturbation, level: int | None) -> None:
    ladder = operator.ladder
    if ladder is None:
        if level not in (None, 0):
            raise PerturbationError(f"{operator.kind}: it has no levels -- leave out level")
        return
    explicit = getattr(operator, ladder.parameter) is not None
    if explicit == (level is not None):
        raise PerturbationError(
            f"{operator.kind}: give either a level or {ladder.parameter} -- its levels are {ladder}"
        )
    if level is not None and level != 0 and level not in ladder.levels:
        raise PerturbationError(f"{operator.kind}: there is no level {level} -- its levels are {ladder}")
