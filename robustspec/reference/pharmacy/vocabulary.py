"""The words that the reference pharmacist understands besides names of medicines, and what each stands for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files


def _words(text: str) -> list[str]:
    return text.split()


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as one text."""
    return frozenset(text.split())


FORM_WORDS = _words(
    "tablet tablets tab tabs pill pills caplet caplets capsule capsules cap caps gelcap gelcaps softgel softgels "
    "chewable chewables piece pieces geltab geltabs"
)

SYMPTOM_WORDS = _words(
    "pain pains ache aches aching headache headaches migraine migraines fever cold flu cough coughing congestion congested "
    "stuffy runny sneezing allergy allergies itchy itching hives heartburn reflux indigestion nausea nauseous queasy "
    "diarrhea diarrhoea constipated constipation bloated bloating gassy cramps cramp toothache sore sprain sprained insomnia "
    "seasick stomachache backache hurts hurting swollen"
)

NEGATIONS = _words("not no without avoid except stopped quit allergic dont cant never than instead")

OTHER_TOPICS = _words(
    "poem poems haiku limerick lyrics song stock stocks shares lawsuit slogan jingle crossword trivia"
)

MG_PER_UNIT = {
    **dict.fromkeys(_words("mg mgs mgm milligram milligrams milligramme milligrammes"), 1.0),
    **dict.fromkeys(_words("g gm gms gr gram grams gramme grammes"), 1000.0),
    **dict.fromkeys(_words("mcg ug microgram micrograms mcgs"), 0.001),
    **dict.fromkeys(_words("kg kilogram kilograms kilo kilos"), 1_000_000.0),
}

NUMBER_WORDS = {
    **{
        word: float(value)
        for value, word in enumerate(
            _words(
                "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
                "seventeen eighteen nineteen"
            )
        )
    },
    **{
        word: 10.0 * value
        for value, word in enumerate(_words("twenty thirty forty fifty sixty seventy eighty ninety"), start=2)
    },
    "half": 0.5,
}

MULTIPLIERS = {"hundred": 100.0, "thousand": 1000.0}

TIMES_PER_DAY = {"once": 1.0, "twice": 2.0, "thrice": 3.0, "bid": 2.0, "tid": 3.0, "qid": 4.0, "qd": 1.0, "qhs": 1.0}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word stands for: a ``kind`` (unit, form, every, hour, day, ...) and a number where the kind has one."""

    kind: str
    value: float = 0.0


def _keywords() -> dict[str, Meaning]:
    table = {word: Meaning("form") for word in FORM_WORDS}
    table.update({word: Meaning("symptom") for word in SYMPTOM_WORDS})
    table.update({word: Meaning("negation") for word in NEGATIONS})
    table.update({word: Meaning("topic") for word in OTHER_TOPICS})
    table.update({word: Meaning("unit", factor) for word, factor in MG_PER_UNIT.items()})
    table.update({word: Meaning("number", value) for word, value in NUMBER_WORDS.items()})
    table.update({word: Meaning("multiplier", value) for word, value in MULTIPLIERS.items()})
    table.update({word: Meaning("per_day", value) for word, value in TIMES_PER_DAY.items()})
    table.update(dict.fromkeys(_words("hour hours hr hrs h hourly"), Meaning("hour")))
    table.update(dict.fromkeys(_words("day daily d"), Meaning("day")))
    table.update(dict.fromkeys(_words("night nightly bedtime morning mornings evening nights"), Meaning("night")))
    table.update(dict.fromkeys(_words("times x"), Meaning("times")))
    table.update(dict.fromkeys(_words("per a each"), Meaning("per")))
    table.update(dict.fromkeys(_words("year years yo yr"), Meaning("years")))
    table.update({"every": Meaning("every"), "q": Meaning("every"), "of": Meaning("of")})
    return table


@cache
def keywords() -> dict[str, Meaning]:
    """Every word with a meaning of its own."""
    return _keywords()


@cache
def common_words() -> frozenset[str]:
    """English words that are no medicine, keywords included."""
    lines = (files(__package__) / "words.txt").read_text(encoding="utf-8").splitlines()
    words = (word for line in lines if not line.startswith("#") for word in line.split())
    return frozenset(words) | frozenset(keywords())
