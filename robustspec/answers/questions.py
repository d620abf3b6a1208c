"""What a question of a model's asks for: the fields that it lists, or those whose words it uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from robustspec.answers.values import at, ends
from robustspec.data.row import Answer

Words = Mapping[str, Sequence[str]]
"""By field, the words by which a question asks for it. A ``*`` at the end of a word stands for any ending."""

FIELD_WORDS: Words = {
    "age": ("age", "aged", "how old", "years old", "year of birth", "date of birth", "born"),
    "weight": ("weight", "weigh*", "kg", "kilo*", "pounds"),
    "pregnancy": ("pregnan*", "breastfeed*", "breast-feed*", "breast feed*", "nursing", "expecting"),
    "allergies": ("allerg*", "intoleran*"),
    "medicines": (
        *("medicine", "medicines", "medication*", "other drugs", "prescri*", "taking anything", "take anything"),
        *("currently take", "currently taking", "also take", "also taking", "do you take", "are you taking"),
    ),
    "conditions": ("condition*", "illness*", "disease*", "medical history", "diagnos*", "health problem*", "suffer*"),
    "symptom": ("symptom*", "what is wrong", "what's wrong", "complaint*", "what brings you", "bothers you", "hurt*"),
    "duration": ("how long", "since when", "when did", "how many days", "duration"),
}
"""What a pharmacist asks, and in which words; the fields are those of facts about a patient."""


def asked_fields(
    answer: Answer, said: str = "", *, field: str = "asks", words: Words | None = None, known: Iterable[str] = ()
) -> tuple[str, ...]:
    """The fields that a question asks for, each once.

    A structured answer lists them under ``field`` (one name, or a list of them). Where it lists none, they are
    recognised in the words of the question: those of ``words``, of `FIELD_WORDS` for fields that it leaves out, and
    the names of the ``known`` fields. The question is ``said``, or what the answer holds in texts. A listed name that
    is none of the known fields is recognised by its words, too, and else stands as it is.

    >>> asked_fields(Answer({"asks": ["Age"]}, "asked"), known=["age"])
    ('age',)
    >>> asked_fields(Answer("How old are you, and are you pregnant?", "asked"))
    ('age', 'pregnancy')
    """
    names = {_plain(name): name for name in (*FIELD_WORDS, *(words or {}), *known)}
    spoken = {**dict.fromkeys(names.values(), ()), **FIELD_WORDS, **(words or {})}
    listed = at(answer.value, field) if isinstance(answer.value, dict) else None
    if found := [each.strip() for each in texts_in(listed) if each.strip()]:
        each_of = (
            (names[_plain(each)],) if _plain(each) in names else _recognised(each, spoken) or (each,) for each in found
        )
        return tuple(dict.fromkeys(name for several in each_of for name in several))
    text = " ".join(texts_in(answer.value)) if isinstance(answer.value, dict | list | str) else said
    return _recognised(text or said, spoken)


def _recognised(text: str, words: Words) -> tuple[str, ...]:
    """The fields whose words stand in a text, in the order in which they come up."""
    low = ends(text).casefold()
    first = {
        name: match.start()
        for name, own in words.items()
        if (match := _pattern((_plain(name), *map(str.casefold, own))).search(low)) is not None
    }
    return tuple(sorted(first, key=lambda name: first[name]))


@lru_cache(maxsize=1024)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words, each on its own or, with a ``*``, with any ending."""
    return re.compile(r"(?<!\w)(?:" + "|".join(_one(word) for word in words) + r")(?!\w)")


def _one(word: str) -> str:
    body = r"\s+".join(re.escape(part) for part in word.removesuffix("*").split())
    return body + (r"\w*" if word.endswith("*") else "")


def _plain(name: str) -> str:
    """A field's name as it is compared and recognised: without case, blanks between its words."""
    return " ".join(re.split(r"[\s_-]+", name.casefold().strip()))


def texts_in(value: Any) -> Iterator[str]:
    """The texts in a value of any depth, in their order; the keys of mappings are none."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting += reversed(each.values())
        elif isinstance(each, list | tuple):
            waiting += reversed(each)
