import re
from decimal import Decimal

import pytest
from word_samples import BLANK, CLINICAL, FINANCE, TEXTS, changed, operator, outcomes, passage, protected, run_examples

from robustspec.data.row import Row, Span
from robustspec.perturbation.base import Passage
from robustspec.perturbation.protect import Finder

WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
)
VALUES = {word: value for value, word in enumerate([*WORDS.split(), "eighteen", "nineteen", "twenty"])}
UNITS = {
    "mg": "mg", "milligram": "mg", "milligrams": "mg", "mcg": "mcg", "µg": "mcg", "microgram": "mcg", "micrograms": "mcg",
    "g": "g", "gram": "g", "grams": "g", "ml": "ml", "mL": "ml", "milliliter": "ml", "milliliters": "ml",
    "millilitre": "ml", "millilitres": "ml", "kg": "kg", "kilogram": "kg", "kilograms": "kg", "%": "%", "percent": "%",
    "hours": "h", "hour": "h", "hrs": "h", "cm": "cm", "centimeters": "cm", "centimetres": "cm",
}  # fmt: skip


def quantities(text):
    """Every number of ``text`` as (value, unit), by a parser of the test's own."""
    found = []
    pattern = rf"(?<![\w.,])(\d[\d,]*\.\d+|\d[\d,]*\d|\.\d+|\d|(?:{'|'.join(VALUES)})(?!\w))\s?([%\w]*)"
    for number, following in re.findall(pattern, text, re.IGNORECASE):
        value = VALUES.get(number.lower())
        parsed = Decimal(number.replace(",", "")) if value is None else Decimal(value)
        found.append((parsed.normalize(), UNITS.get(following, "")))
    return found


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("number_format") >= 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$1,200 a month", {"$1200 a month"}),
        ("I owe 1200 euros", {"I owe 1,200 euros"}),
        ("1000000 people", {"1,000,000 people"}),
        ("€1200.50 in cash", {"€1,200.50 in cash"}),
        ("take 1.0 of it", {"take 1 of it"}),
        ("take 2.50 of it", {"take 2.5 of it"}),
        ("take .5 of it", {"take 0.5 of it"}),
        ("take 2 tablets", {"take two tablets"}),
        ("take two tablets", {"take 2 tablets"}),
        ("2 tablets. 3 more", {"Two tablets. Three more"}),
        ("Twenty tablets", {"20 tablets"}),
        ("take 1 mg", {"take 1mg", "take 1 milligram"}),
        ("take 5mg", {"take 5 mg", "take 5 milligrams"}),
        ("take 5 milligrams", {"take 5 mg", "take 5mg"}),
        ("take 5 µg", {"take 5µg", "take 5mcg", "take 5 mcg", "take 5 micrograms"}),
        ("take 5 μg", {"take 5 µg", "take 5µg", "take 5mcg", "take 5 mcg", "take 5 micrograms"}),
        ("take 2.0 mg", {"take 2 mg", "take 2.0mg", "take 2.0 milligrams"}),
        ("pay 5% more", {"pay 5 % more", "pay 5 percent more"}),
        ("in 6 hours", {"in 6 hrs", "in 6hrs"}),
        ("take 10 mg/kg", {"take 10 mg/kg"}),
    ],
)
def test_ways_to_write(text, expected):
    """Each form is one of those documented, and over the seeds all of them are drawn."""
    assert expected == outcomes(operator("number_format"), text)


@pytest.mark.parametrize(
    "text",
    [
        "take 0.5 of it",
        "born in 1985",
        "on 12/03/2024",
        "at 10:30",
        "about 2-3 days",
        "half a 1/2 tablet",
        "call 555 1234 or 555-1234",
        "account 123456",
        "order no. 4821",
        "vitamin B12 and COVID-19",
        "version 1.2.3",
        "IP 10.0.0.1",
        "12345678 is an identifier",
        "costs $3.50",
        "two hundred and five",
        "twenty-one days",
        "two thirds",
        "one of them",
        "38°C",
        "007",
        "5G and 24/7",
        "1,2000",
        "100-200",
        "type 2 diabetes",
    ],
)
def test_left_alone(text):
    """What only looks like an amount, or could be misread, stays; the passage itself comes back."""
    before = passage(text)
    assert before is operator("number_format").apply(before, {"seed": 1}, None), changed(
        operator("number_format"), text
    )


@pytest.mark.parametrize(
    "text",
    [
        *TEXTS,
        "Ibuprofen 400mg, 1.0 g paracetamol and 0.5 mg lorazepam, two tablets, 12 ml, 5% cream, 70 kg, 172 cm",
        "I earn 45000 and pay 1,250.75 rent, 12 percent interest, three loans of 20000 and .5 more",
        "Take 10 micrograms or 5 µg every 8 hours for twelve days, at most 4 g",
    ],
)
def test_value_and_unit_are_preserved(text):
    """Read back by another parser, every result holds the quantities of the text, in order."""
    results = outcomes(operator("number_format"), text)
    assert text not in results
    assert {tuple(quantities(text))} == {tuple(quantities(result)) for result in results}


def test_never_drops_a_leading_or_adds_a_trailing_zero():
    """The two ways of writing a dose that cause tenfold errors are never produced."""
    text = "0.5 mg, 1 mg, 0.25 g, 5 mg and 10 ml"
    assert not any(
        re.search(r"(?<!\d)\.\d|\.\d*0(?!\d)", result) for result in outcomes(operator("number_format"), text)
    )


def test_only_numbers_change():
    """Protected spans without a figure survive, and so does all text between quantities."""
    for text in (CLINICAL, FINANCE):
        rest = [
            span for span in protected(text) if not re.search(r"\d", span) and span not in VALUES and span not in UNITS
        ]
        assert all(all(span in result for span in rest) for result in outcomes(operator("number_format"), text))


def test_number_in_a_drug_name_stays():
    """A number inside a span of a category that is no quantity is part of a name."""
    text = "Take Tylenol 3 and 3 of those"
    row = Row("r1", text, spans=(Span("Tylenol 3", "drug"),))
    result = operator("number_format").apply(Passage(text, row, Finder().for_row(row)), {"seed": 1}, None)
    assert result.text == "Take Tylenol 3 and three of those"


def test_share_of_numbers():
    """A share rewrites that many numbers, and reports it."""
    result = operator("number_format", number_fraction=0.5).apply(passage("2 or 3 or 4 or 5"), {"seed": 1}, None)
    assert result.magnitude == 0.5
    assert len(re.findall(r"\d", result.text)) == 2


def test_level_0_determinism_and_label():
    """Level 0 is the identity; one seed gives one text; the label stays."""
    before = passage(CLINICAL)
    assert before is operator("number_format").apply(before, {"seed": 1}, 0)
    assert changed(operator("number_format"), CLINICAL, seed=5) == changed(operator("number_format"), CLINICAL, seed=5)
    assert operator("number_format").apply(before, {"seed": 1}, None).label == "label"


@pytest.mark.parametrize("text", [*BLANK, "No figures here"])
def test_no_number_is_unchanged(text):
    """Without a number the passage itself comes back."""
    before = passage(text)
    assert before is operator("number_format").apply(before, {"seed": 1}, None)


def test_within():
    """With ``within`` only numbers in these spans are rewritten."""
    assert {"2 loans and 5mg", "2 loans and 5 milligrams"} == outcomes(
        operator("number_format"), "2 loans and 5 mg", within=["dose"]
    )


def test_unprotected_text_without_known_spans():
    """With protection off numbers are still found."""
    assert changed(operator("number_format"), "take 2 now", protect=[]) == "take two now"
