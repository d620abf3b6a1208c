"""The words and patterns of the standard spans, in English: doses, numbers, units, negation, laterality.

All of it is matched against lower-case text. Words stand in one table; the patterns for numbers with units and for
frequencies are only tried where a digit or a word of the table begins.
"""

from __future__ import annotations

import re

STANDARD = ("dose", "number", "unit", "negation", "laterality")
"""The categories that are known without a source."""


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_NUMBER_WORDS = _listed("""
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands million billion dozen
half quarter third thirds first second fourth fifth sixth seventh eighth ninth tenth single double triple couple pair
ii iii iv
""")

_NEGATION = _listed("""
no not never none neither nor nobody nothing nowhere without cannot non deny denies denied denying negative absent
absence lack lacks lacked lacking dont doesnt didnt isnt arent wasnt werent hasnt havent hadnt wont wouldnt cant couldnt
shouldnt mustnt aint
""")

_LATERALITY = _listed("""
left right both bilateral bilaterally unilateral unilaterally ipsilateral contralateral leftward rightward leftwards
rightwards lefthand righthand
""")

_DOSE_UNITS = _listed(r"""
mg mcg ug µg μg ng g kg ml dl cl l cc iu u units? meq mmol nmol mol milligrams? micrograms? nanograms? grams? gms?
kilograms? millilit(?:er|re)s? lit(?:er|re)s? international\sunits? tablets? tabs? capsules? caps? pills? puffs? drops?
sprays? sachets? lozenges? suppository suppositories patch patches teaspoons? teaspoonfuls? tablespoons? tablespoonfuls?
tsp tbsp spoons? spoonfuls? doses? ampoules? vials? inhalations? strips? packs? packets? bottles?
""")

_MEASURES = _listed("""
mmhg kpa bpm cm mm m km lbs? oz ounces? pounds? stones? years? yrs? yo months? weeks? days? hours? hrs? hr h minutes?
mins? min seconds? secs? s ms degrees? °c °f °
""")

_STANDALONE_UNITS = _listed("""
mg mcg µg μg ml iu mmol mmhg bpm kg cm mm milligram milligrams microgram micrograms millilitre millilitres milliliter
milliliters gram grams tablet tablets capsule capsules puff puffs drop drops lozenge lozenges sachet sachets suppository
suppositories teaspoon teaspoons tablespoon tablespoons
""")

_FREQUENCY_WORDS = _listed("""
daily nightly hourly weekly monthly fortnightly bid tid qid tds qds bd qd qhs prn mane nocte
""")
_TRIGGERS = _listed("every once twice thrice each per")

CATEGORY_OF: dict[str, str] = {
    **dict.fromkeys(_TRIGGERS, "trigger"),
    **dict.fromkeys(_FREQUENCY_WORDS, "dose"),
    **dict.fromkeys(_STANDALONE_UNITS, "unit"),
    **dict.fromkeys(_NUMBER_WORDS, "number"),
    **dict.fromkeys(_NEGATION, "negation"),
    **dict.fromkeys(_LATERALITY, "laterality"),
}
"""The category of a word; a ``trigger`` is only part of a dose ("every 6 hours")."""


def _any(patterns: tuple[str, ...]) -> str:
    """The longest of ``patterns`` that fits, as a whole word (of Latin letters: other scripts may follow)."""
    return rf"(?:{'|'.join(sorted(patterns, key=len, reverse=True))})(?![a-z\d])"


_FIGURES = r"\d+(?:[.,:/⁄-]\d+)*(?:\s?%)?[½⅓⅔¼¾⅛]?|[½⅓⅔¼¾⅛]"
_SPELLED = rf"{_any(_NUMBER_WORDS)}(?:(?:[\s-]|\sand\s){_any(_NUMBER_WORDS)})*"
_PLAIN = rf"(?:{_FIGURES}|{_SPELLED})"
_NUMBER = rf"{_PLAIN}(?:\s?(?:-|–|to|or|x|×)\s?{_PLAIN})?"
_RATE = _any(_listed("kg day d dose hour hr h ml dl l m2 m² min minute week tablet capsule puff spray"))
_PER = rf"(?:\s?(?:/|per\s|an?\s)\s?{_RATE})*"
_PERIOD = _any(
    _listed(r"""
    days? nights? morning evening afternoon weeks? months? hours? hrs? h minutes? mins? meals? bedtime
    (?:mon|tues|wednes|thurs|fri|satur|sun)day
    """)
)

QUANTITY = re.compile(
    rf"(?P<number>{_NUMBER})"
    rf"(?:[\s-]?(?:of\s|an?\s)*(?:(?P<amount>{_any(_DOSE_UNITS)}{_PER})|(?P<measure>{_any(_MEASURES)})))?"
)
"""A number (``1,200``, ``120/80``, ``twenty-five``, ``2 to 3``) with its unit, where it has one.

The unit is an ``amount`` of a medicine (``400 mg``, ``0.5 mg/kg``, ``half a tablet``) or another ``measure``.
"""

TIMES = ("x", " x", " times")
"""What follows a number that is a frequency."""

FREQUENCY = re.compile(
    rf"(?:every|each|per)\s(?:other\s|alternate\s|{_NUMBER}[\s-]?)?{_PERIOD}"
    rf"|(?:once|twice|thrice|{_NUMBER}\s?(?:times|x))[\s/-]?(?:an?|per|every|each)?[\s/]?"
    rf"(?:(?:daily|weekly|monthly|hourly|nightly)(?![a-z])|{_PERIOD})"
    r"|q\.?\s?\d+(?:-\d+)?\s?h?(?![a-z\d])"
)
"""How often: ``every 6 hours``, ``twice daily``, ``3 times a day``, ``q6h``."""
