"""The same request by somebody of another age, sex or other group."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from robustspec.perturbation.base import Params, Passage
from robustspec.perturbation.edits import Edit, splice

from ..table_file import FileOperator, Stamp, records, stamp
from .mentions import after_article, article_before, editable
from .phrases import Phrases, fold, pick, with_case_of
from .sex_words import sex_bound, sex_edits

Attribute = Literal["sex", "age", "table"]

_RELATION = (
    "mother|father|mom|mum|dad|wife|husband|partner|spouse|sister|brother|son|daughter|aunt|uncle|grandmother|grandfather|"
    "grandma|grandpa|friend|neighbou?r|girlfriend|boyfriend|patient|child|boy|girl"
)
_AGE = re.compile(
    r"(?<![\w.,/–-])(?P<old>\d{1,3})(?:-?[ ]?years?[ -]old\b|[ ]years?[ ]of[ ]age\b|[ ]?(?:yo|y/o|y\.o\.)(?!\w))"
    r"|\b(?:aged|age(?:[ ]?[:=]|[ ]is|[ ]of)?)[ ](?P<aged>\d{1,3})(?![\w%/]|[.,]\d|[ ]?(?:-|–|to\b|and[ ]\d))"
    rf"|\b(?:(?:i|he|she|who)(?:[ ](?:am|is)|['’](?:m|s))|(?:my|his|her|the)[ ](?:{_RELATION})(?:[ ]is|['’]s)|"
    r"(?:am|is|have|has|just)[ ]turned)[ ](?P<said>\d{1,3})"
    r"(?=[ ]*(?:[,;:!?)]|\.(?!\d)|$)|[ ](?:and|but|or|with|now|so|male|female|man|woman)\b(?![ ]\d))",
    re.IGNORECASE,
)
_LIMIT = re.compile(
    r"\b(?:over|under|above|below|than|least|most|until|till|from|between|to|or|and|before|after|since|by)[ ](?:the[ ])?$"
    r"|[<>≤≥=][ ]?$",
    re.IGNORECASE,
)
_OLDEST = 110


class CounterfactualGroup(FileOperator):
    """Changes the age, the sex or another attribute that the text states, and nothing else.

    Stands for the same request by another person. The label stays, so a changed answer is a difference in treatment: take
    ``flip_rate`` or ``consistency`` beside the score, and rows whose answer must not depend on the attribute.

    | attribute | changes |
    |---|---|
    | sex | every word that says a sex, to the other: woman and man, she and he, my wife and my husband, mother and father |
    | age | the stated age: "I am 34", "my 34-year-old son", "aged 34", "34 yo"; to the age ``to``, or by ``years`` |
    | table | the words of a CSV file with the columns ``from`` and ``to`` |

    All mentions change together, so the text stays of one piece; "a" and "an" follow. Left alone: for sex, a text that
    speaks of what one sex alone has (pregnancy, a prostate), and first names; for age, limits ("over 12 years old"), ages
    in months, and a text whose new age would lie outside 1 to 110; with ``to``, one that states two ages. Choose ages on
    one side of every age limit in the labels: a child's dose is no counterfactual of an adult's.

    The words for the attribute are what this operator edits, so it edits a stated age although numbers are protected; no
    dose, number or side is touched besides. There is no ladder. Magnitude: for an age, by how many years it moves; else
    words changed.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(CounterfactualGroup(attribute="sex"), "My wife takes 400 mg. Can she take it with her tea?")
    'My husband takes 400 mg. Can he take it with his tea?'
    >>> perturb(CounterfactualGroup(attribute="age", to=81), "I am a 34-year-old nurse and need 400 mg.")
    'I am an 81-year-old nurse and need 400 mg.'

    Source: the counterfactual edit of a stated group beside worst-group metrics: Kusner et al., "Counterfactual fairness"
    (2017), and the group concept in Box 1 of Xian et al., "Robustness tests for biomedical foundation models should tailor
    to specification".
    """

    kind: Literal["counterfactual_group"] = "counterfactual_group"
    attribute: Attribute
    """Which attribute to change."""
    to: int | None = Field(default=None, ge=1, le=_OLDEST)
    """The age in years to write."""
    years: int | None = Field(default=None, ge=-_OLDEST, le=_OLDEST)
    """By how many years to move each age, instead of ``to``."""
    table: str | None = None
    """CSV file with the columns from and to, relative to the specification: what is said, and what to say instead.

    Where a word has several lines, one is drawn for the whole text.
    """

    @model_validator(mode="after")
    def _is_whole(self) -> CounterfactualGroup:
        if (self.attribute == "table") != (self.table is not None):
            raise ValueError("attribute: table and a table go together -- give both, or neither")
        if self.attribute == "age" and (self.to is None) == (self.years in (None, 0)):
            raise ValueError("attribute: age needs an age -- give to (the new age) or years (by how many it moves)")
        if self.attribute != "age" and (self.to is not None or self.years is not None):
            raise ValueError(f"to and years are of an age, not of {self.attribute} -- delete them")
        return self

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with the attribute changed; itself where it states none, or cannot state another one."""
        if level == 0:
            return passage
        if self.attribute == "age":
            edits, magnitude = self._ages(passage)
        else:
            found = self._sexes(passage) if self.attribute == "sex" else self._words(passage, params["seed"])
            edits = list(found)
            magnitude = len(edits)
        return passage.with_text(splice(passage.text, edits), float(magnitude)) if edits else passage

    def _sexes(self, passage: Passage) -> Iterator[Edit]:
        text = passage.text
        if sex_bound(text):
            return
        for edit in sex_edits(text):
            if editable(passage, [edit[:2]]):
                yield _articled(passage, edit)

    def _words(self, passage: Passage, seed: int) -> Iterator[Edit]:
        """Every word of the table, each by what is drawn for it in this text."""
        assert self.table is not None
        phrases, others = _read(stamp(self.located(self.table), "counterfactual_group.table"))
        rng, drawn = random.Random(seed), dict[str, str]()
        for start, end in phrases.find(passage.text):
            word = fold(passage.text[start:end])
            if word not in drawn:
                drawn[word] = others[word][pick(rng.random(), len(others[word]))]
            if editable(passage, [(start, end)]):
                yield _articled(passage, Edit(start, end, with_case_of(passage.text[start:end], drawn[word])))

    def _ages(self, passage: Passage) -> tuple[list[Edit], int]:
        """The edits of all stated ages, and how far the farthest moves; none where one may not be changed."""
        stated = list(_stated_ages(passage.text))
        ages = {int(match[match.lastgroup or 0]) for match in stated}
        if (
            not stated
            or (self.to is not None and len(ages) > 1)
            or len(editable(passage, _spans(stated))) < len(stated)
        ):
            return [], 0
        moved = {age: age + (self.years or 0) if self.to is None else self.to for age in ages}
        far = max(abs(new - age) for age, new in moved.items())
        if not far or not all(1 <= new <= _OLDEST for new in moved.values()):
            return [], 0
        return [_articled(passage, _age_edit(match, moved)) for match in stated], far


def _stated_ages(text: str) -> Iterator[re.Match[str]]:
    """Where ``text`` states somebody's age in years."""
    for match in _AGE.finditer(text):
        if not _LIMIT.search(text[max(0, match.start() - 14) : match.start()]):
            yield match


def _spans(stated: Sequence[re.Match[str]]) -> list[tuple[int, int]]:
    return [match.span() for match in stated]


def _age_edit(match: re.Match[str], moved: dict[int, int]) -> Edit:
    """The edit of one age, with "year" or "years" as the new one asks for."""
    group = match.lastgroup or 0
    start, end = match.span(group)
    age = int(match[group])
    new = str(moved[age])
    tail = match.string[end : match.end()]
    if tail.startswith(" year") and (age == 1) != (new == "1"):
        end += len(" years") if tail.startswith(" years") else len(" year")
        new += " year" if new == "1" or tail.startswith(" year-") else " years"
    return Edit(start, end, new)


def _articled(passage: Passage, edit: Edit) -> Edit:
    first = article_before(passage, edit.start)
    return Edit(first, edit.end, after_article(passage.text[first : edit.start], edit.text))


@lru_cache(maxsize=8)
def _read(file: Stamp) -> tuple[Phrases, dict[str, tuple[str, ...]]]:
    others: dict[str, list[str]] = {}
    for _, record in records(Path(file[0]), ("from", "to")):
        others.setdefault(fold(record["from"]), []).append(record["to"])
    return Phrases(others), {word: tuple(found) for word, found in others.items()}
