import re
from fractions import Fraction

import pytest
from word_samples import BLANK, changed, operator, outcomes, passage, run_examples

WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905  # as it is read
SCALE = {"mg": 1, "milligram": 1, "g": 1000, "gram": 1000, "mcg": Fraction(1, 1000), "microgram": Fraction(1, 1000)}
VOLUME = {"ml": 1, "milliliter": 1, "millilitre": 1, "l": 1000, "liter": 1000, "litre": 1000}
TEXTS = (
    "May I take 500 mg of paracetamol every 6 hours?",
    "Take 1,200 mg twice daily, or 0.25 mg of the other q8h.",
    "1 tablet of 4 mg one time per day. Then 250 mL once a week",
    "Two puffs every four hours and 5 grams every other day",
    "I use 600 milligrams every 12 hrs; she takes 25 mcg each day.",
    "0.5 g qid, then 2.5 g 3x a day and 1 capsule every 24 hours",
    "take 40 mg 5 times a day",
)


def number(word):
    return int(word) if word.isdigit() else WORDS.index(word)


def doses_a_day(text):
    """The schedules of a text as doses in 24 hours, by a parser of the test's own."""
    low, count, found = text.lower(), rf"(\d+|{'|'.join(WORDS)})", []
    rules = (
        (rf"every {count}[ -]?(?:hours?|hrs?|h)\b", lambda m: Fraction(24, number(m[1]))),
        (r"every hour\b", lambda m: Fraction(24)),
        (r"\bq(\d+)h\b", lambda m: Fraction(24, int(m[1]))),
        (rf"\b{count}(?: times?|x) (?:a day|per day|daily|each day)", lambda m: Fraction(number(m[1]))),
        (r"\b(once|twice) (?:a day|per day|daily)", lambda m: Fraction(1 if m[1] == "once" else 2)),
        (r"\b(?:every|each) day\b", lambda m: Fraction(1)),
        (r"every (?:other|second) day", lambda m: Fraction(1, 2)),
        (r"once (?:a week|weekly)|every (?:7|seven) days", lambda m: Fraction(1, 7)),
        (r"\b(b|t|q)id\b", lambda m: Fraction({"b": 2, "t": 3, "q": 4}[m[1]])),
    )
    for pattern, value in rules:
        found += [(match.start(), value(match)) for match in re.finditer(pattern, low)]
    return [value for _, value in sorted(found)]


def amounts(text):
    """The amounts of a text in milligrams and millilitres."""
    pattern = r"(\d[\d,]*(?:\.\d+)?)\s?(mg|mcg|g|ml|l|(?:micro|milli)?grams?|(?:milli)?lit(?:er|re)s?)\b"
    found = []
    for digits, unit in re.findall(pattern, text.lower()):
        unit = unit.rstrip("s") if len(unit) > 3 else unit
        kind, scale = ("mg", SCALE[unit]) if unit in SCALE else ("ml", VOLUME[unit])
        found.append((Fraction(digits.replace(",", "")) * scale, kind))
    return found


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("dose_schedule") >= 2


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("what", ["schedule", "unit", "both"])
def test_no_value_changes(text, what):
    """Doses in a day and amounts are the same before and after, under an independent parser."""
    assert doses_a_day(text)
    for result in outcomes(operator("dose_schedule", what=what), text):
        assert doses_a_day(result) == doses_a_day(text), result
        assert amounts(result) == amounts(text), result


@pytest.mark.parametrize("hours", [*range(2, 13), 24])
def test_every_interval_is_said_another_way(hours):
    """An interval that divides the day becomes a count, any other a code; the doses in a day stay."""
    text = f"Take 2 mg every {hours} hours."
    results = outcomes(operator("dose_schedule", what="schedule"), text)
    assert text not in results
    for result in results:
        assert doses_a_day(result) == [Fraction(24, hours)], result
        assert 24 % hours == 0 or result == f"Take 2 mg q{hours}h."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("take 500 mg", "take 0.5 g"),
        ("take 500mg", "take 0.5g"),
        ("take 0.5 g", "take 500 mg"),
        ("take 0.25 mg", "take 250 mcg"),
        ("take 1,200 mg", "take 1.2 g"),
        ("take 1 gram", "take 1000 milligrams"),
        ("take 1000 milligrams", "take 1 gram"),
        ("a 500 milligram tablet", "a 0.5 gram tablet"),
        ("take 250 mL", "take 0.25 L"),
        ("take 81 mg", "take 0.081 g"),
    ],
)
def test_amounts_in_another_unit(text, expected):
    """No zero at the end, one before the point, the blank and the kind of unit as they were."""
    assert changed(operator("dose_schedule"), text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "no more than 4 times a day, 1 tablet",
        "take up to 4 times a day",
        "take 1 tablet every 4 to 6 hours",
        "I wake every 2 hours",
        "My head hurts 3 times a day.",
        "take 200 to 400 mg",
        "take 200-400 mg",
        "take 0.5 mg/kg",
        "take 5 mg per kg",
        "I weigh 70 kg and am 170 cm tall",
        "I bid 5 dollars",
        "take one teaspoon",
        "take 4 tablets",
        "take it 5 times a day",
        "take q8h or q12h",
    ],
)
def test_what_is_left_alone(text):
    """Limits, ranges, rates, what is said of no dose, and what has no exact other form."""
    results = outcomes(operator("dose_schedule"), text)
    assert results == {text} or (text == "take q8h or q12h" and {doses_a_day(r)[1] for r in results} == {Fraction(2)})


def test_what_decides_what_is_rewritten():
    """``schedule`` leaves amounts, ``unit`` leaves schedules."""
    text = "take 500 mg every 6 hours"
    assert all("500 mg" in result for result in outcomes(operator("dose_schedule", what="schedule"), text))
    assert outcomes(operator("dose_schedule", what="unit"), text) == {"take 0.5 g every 6 hours"}


def test_magnitude_is_the_share_rewritten():
    """Two of two with all, one of two with half of them; level 0 and blank texts are the passage itself."""
    text = "take 500 mg every 6 hours"
    assert operator("dose_schedule").apply(passage(text), {"seed": 1}, None).magnitude == 1.0
    assert operator("dose_schedule", dose_fraction=0.5).apply(passage(text), {"seed": 1}, None).magnitude == 0.5
    for blank in (*BLANK, text):
        before = passage(blank)
        assert operator("dose_schedule").apply(before, {"seed": 1}, 0 if blank == text else None) is before


def test_within_doses_only():
    """``within: [dose]`` is no hindrance: doses are what it rewrites; ``within: [drug]`` leaves nothing."""
    text = "take 500 mg of ibuprofen every 6 hours"
    assert changed(operator("dose_schedule"), text, within=["dose"]) != text
    assert changed(operator("dose_schedule"), text, within=["drug"]) == text
