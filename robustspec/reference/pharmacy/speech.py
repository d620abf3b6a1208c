"""Sentences and clauses of a message, and of whom each of its words is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from robustspec.reference.pharmacy.items import Item
from robustspec.reference.pharmacy.lexicon import Lexicon
from robustspec.reference.pharmacy.patient import SELF, THEY
from robustspec.reference.pharmacy.vocabulary import word_set

_SELF = word_set("i im ive id ill myself")
_THIRD = word_set("he she hes shes they theyre")
_SUBJECTS = _SELF | _THIRD | {"we", "you"}
_CONTRAST = word_set("but however though although except because due so while unless")
_REQUESTS = word_set("can could may please want wants wanted need needs give sell order would")
_ONGOING = word_set("take takes taking have has having on currently allergic suffer weigh use using healthy already")
_GOES_ON = word_set("and then also so")
_BRIDGES = word_set("think believe chance way")
_PREPOSITIONS = word_set("for to with from like unlike than by of about give giving and or")
_DETERMINERS = word_set("my our his her their the this that your")
_THIRD_VERBS = word_set("has takes uses suffers needs had is was")
RELATIONS = {
    **{
        word: word
        for word in word_set(
            "father mother brother sister son daughter wife husband uncle aunt cousin niece nephew grandfather grandmother "
            "grandson granddaughter kid child boy girl baby toddler friend neighbor colleague boss partner spouse roommate "
            "dog"
        )
    },
    **{"dad": "father", "mom": "mother", "mum": "mother", "grandpa": "grandfather", "grandma": "grandmother"},
    **{"neighbour": "neighbor", "kids": "kid", "children": "child", "teenager": "child"},
}
"""Who else may be talked of, by the word used."""
_PEOPLE = frozenset((*RELATIONS, *(word + "s" for word in RELATIONS)))
PARENTS = {"mother": "female", "mom": "female", "mum": "female", "father": "male", "dad": "male"}
"""What the writer is who calls herself a mother, himself a father."""
DOCTORS = ("doctor", "physician", "gp", "dentist", "cardiologist")
"""Who prescribes."""
_ENTITIES = frozenset(("drug", "medicine", "condition", "allergen", "state", "number"))


@dataclass(slots=True)
class Speech:
    """A message as a reader of facts sees it; all lists are as long as ``items``.

    ``texts`` are the words with slips corrected, ``sentences`` and ``clauses`` the index at which each word's sentence and
    clause begins, ``who`` of whom each word is said, ``near`` the relation named last in the sentence (empty: none).
    """

    items: Sequence[Item]
    texts: list[str] = field(default_factory=list)
    sentences: list[int] = field(default_factory=list)
    clauses: list[int] = field(default_factory=list)
    who: list[str] = field(default_factory=list)
    near: list[str] = field(default_factory=list)
    mentioned: list[str] = field(default_factory=list)
    beneficiary: str = ""

    def text(self, at: int) -> str:
        """The word at ``at``, empty beyond either end."""
        return self.texts[at] if 0 <= at < len(self.texts) else ""

    def end_of_clause(self, at: int) -> int:
        """The index after the last word of the clause at ``at``."""
        return self._end(self.clauses, at)

    def end_of_sentence(self, at: int) -> int:
        """The index after the last word of the sentence at ``at``."""
        return self._end(self.sentences, at)

    @staticmethod
    def _end(starts: Sequence[int], at: int) -> int:
        end = at + 1
        while end < len(starts) and starts[end] == starts[at]:
            end += 1
        return end

    def breaks_after(self, at: int) -> bool:
        """Whether the word at ``at`` is the last one before a comma or an end."""
        return at + 1 >= len(self.items) or self.items[at + 1].stop > 0


def hear(items: Sequence[Item], lexicon: Lexicon) -> Speech:
    """The speech that ``items`` are."""
    speech = Speech(items)
    speech.texts = [
        item.text if item.kind in _ENTITIES or lexicon.is_common(item.text) else lexicon.plain(item.text)
        for item in items
    ]
    _divide(speech)
    _attribute(speech)
    return speech


def _divide(speech: Speech) -> None:
    sentence = clause = 0
    for at, item in enumerate(speech.items):
        if item.stop == 2:
            sentence = clause = at
        elif _opens_clause(speech, at, item):
            clause = at
        speech.sentences.append(sentence)
        speech.clauses.append(clause)


def _opens_clause(speech: Speech, at: int, item: Item) -> bool:
    text, before = speech.texts[at], speech.text(at - 1)
    if text in _SUBJECTS:
        bridge = speech.text(at - 2) if before == "that" else before
        nobody = before == "that" and "nobody" in speech.texts[speech.clauses[-1] if speech.clauses else 0 : at]
        return bridge not in _BRIDGES and not nobody
    if text == "my":
        return before not in _PREPOSITIONS and relation_after(speech, at) is not None
    return (
        (text in _CONTRAST and not (text == "but" and before in ("nothing", "anything")))
        or (text in _REQUESTS and before not in (*DOCTORS, "to", "not", "dont"))
        or (text in _ONGOING and before != "not" and (item.stop == 1 or before in _GOES_ON))
    )


def relation_after(speech: Speech, at: int) -> str | None:
    """The relation whose determiner stands at ``at``: ``my late grandfather``, ``my 8 year old son``."""
    for ahead in range(at + 1, min(at + 5, len(speech.texts))):
        word = _relation(speech.texts[ahead])
        if word is not None:
            return word
        if speech.items[ahead].stop or speech.texts[ahead] in _PREPOSITIONS:
            return None
        if speech.items[ahead].kind in ("drug", "medicine", "condition", "unit"):
            return None
    return None


def _relation(word: str) -> str | None:
    return RELATIONS.get(word) or (RELATIONS.get(word[:-1]) if word.endswith("s") else None)


def _attribute(speech: Speech) -> None:
    who, last, near = SELF, "", ""
    for at, text in enumerate(speech.texts):
        if speech.sentences[at] == at:
            near = ""
            who = who if text in _THIRD_VERBS and who != SELF else SELF
        if text in _SELF:
            who, near = SELF, ""
        elif text in _THIRD:
            who = last or THEY
        elif text == "who" and near:
            who = near
        elif text == "my" and relation_after(speech, at) is None:
            who = SELF
        elif text in _PEOPLE and (relation := _relation(text)) is not None and _is_person(speech, at):
            last = near = relation
            speech.mentioned.append(relation)
            if not _is_object(speech, at):
                who = relation
        speech.who.append(who)
        speech.near.append(near)


def _determiner(speech: Speech, at: int) -> int:
    """Where the determiner of the relation at ``at`` stands; its own place where it has none."""
    for back in range(at - 1, max(-1, at - 5), -1):
        if speech.texts[back] in _DETERMINERS:
            return back
        if speech.items[back].stop or speech.texts[back] in _PREPOSITIONS or speech.texts[back] in ("a", "an", "am"):
            return at
    return at


def _is_person(speech: Speech, at: int) -> bool:
    """Whether a relation is somebody else: not ``I am a mother``, nor ``a friend`` in general."""
    own = speech.texts[at] in PARENTS and _determiner(speech, at) == at
    return not (own and {"am", "im", "as", "a", "working"} & set(speech.texts[max(0, at - 2) : at]))


def _is_object(speech: Speech, at: int) -> bool:
    before = speech.text(_determiner(speech, at) - 1)
    return before in _PREPOSITIONS and speech.items[_determiner(speech, at)].stop == 0
