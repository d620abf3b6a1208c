import re

import pytest
from word_samples import BLANK, changed, operator, outcomes, passage, run_examples, table_rows

from robustspec.errors import DataError
from robustspec.perturbation.protect import find

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def short(text, **scope):
    return changed(operator("abbreviation"), text, **scope)


def long(text, **scope):
    return changed(operator("abbreviation", style="expand"), text, **scope)


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("abbreviation") >= 3


def test_level_0_and_blank_texts():
    """Level 0 and texts without a known form give the passage itself."""
    for text in ("every 6 hours", *BLANK, "no such form"):
        before = passage(text)
        assert before is operator("abbreviation").apply(before, {"seed": 1}, 0 if "6" in text else None)


@pytest.mark.parametrize(
    ("written", "abbreviated"),
    [
        ("400 mg every 6 hours as needed", "400 mg q6h prn"),
        ("every four to six hrs", "q4-6h"),
        ("every 12 hr with food", "q12h w/ food"),
        ("EVERY 6 HOURS BY MOUTH", "Q6H PO"),
        ("2x a day before meals", "bid ac"),
        ("3 times daily, four times a day", "tid, qid"),
        ("I am 34 years old", "I am 34 yo"),
        ("my 4-year-old daughter", "my 4 yo daughter"),
        ("I need a prescription, not an over-the-counter cream", "I need an Rx, not an OTC cream"),
        ("An urinary tract infection", "A UTI"),
        ("a history of high BP", "a hx of high BP"),
        ("allergic to penicillin and aspirin", "allergic to PCN and ASA"),
    ],
)
def test_abbreviates(written, abbreviated):
    """Frequencies, ages, names and words of records in their short forms."""
    assert short(written) == abbreviated


@pytest.mark.parametrize(
    ("abbreviated", "written"),
    [
        ("ibuprofen 400mg po q6h prn", "ibuprofen 400mg by mouth every 6 hours as needed"),
        ("q 4-6 h", "every 4 to 6 hours"),
        ("q1h", "every hour"),
        ("Q8H PRN", "EVERY 8 HOURS AS NEEDED"),
        ("81 mg qd, 5 mg qhs", "81 mg once a day, 5 mg at bedtime"),
        ("I am 34yo", "I am 34 years old"),
        ("34 y/o female w/ hx of HTN", "34-year-old female with history of hypertension"),
        ("my 1 yo son is 1 yo", "my 1-year-old son is 1 year old"),
        ("needs an NSAID", "needs a nonsteroidal anti-inflammatory drug"),
        ("Take it p.r.n. Then stop.", "Take it as needed. Then stop."),
        ("200 mg b.i.d. for a week", "200 mg twice a day for a week"),
        ("take APAP or apap", "take acetaminophen or acetaminophen"),
        ("Rx needed", "Prescription needed"),
    ],
)
def test_writes_out(abbreviated, written):
    """The same the other way."""
    assert long(abbreviated) == written


@pytest.mark.parametrize(
    "text",
    [
        "the bid was 1.20 a share",
        "a PO Box in Rome",
        "the Po valley",
        "5-ASA enema",
        "ASA class III",
        "I had to sob",
        "every 6-hour window",
        "q6h-release",
        "version 2.34 yo-yo",
    ],
)
def test_words_that_only_look_like_shorthand(text):
    """A form that is also a word, or a part of one, stays."""
    assert (short(text), long(text)) == (text, text)


@pytest.mark.parametrize("text", ["200 mg bid", "aspirin bid", "one tablet po", "400 mg po bid", "400 mg by mouth bid"])
def test_shorthand_after_a_dose(text):
    """Right after a dose, a unit, a name of the lexicon or a route, "bid" and "po" are shorthand."""
    assert "bid" not in long(text).split()
    assert "po" not in long(text).split()


def test_error_prone_forms_are_never_written():
    """The forms known for fatal misreadings (qd, qod, qhs, hs, dotted ones) are in no line that abbreviates."""
    written = {row["short"].lower() for row in table_rows("abbreviations.csv") if row["direction"] != "expand"}
    assert written.isdisjoint({"qd", "q.d.", "qod", "qhs", "hs", "sc", "iu", "ms", "mgso4", "u", "d/c", "bd", "tds"})
    assert {row["direction"] for row in table_rows("abbreviations.csv")} == {"both", "abbreviate", "expand"}


def hours(text):
    """The hours or times a day that a text of one frequency says, read by rules of this test's own."""
    low = text.lower()
    times = {"once": 1, "bid": 2, "twice": 2, "tid": 3, "three times": 3, "qid": 4, "four times": 4}
    for word, count in times.items():
        if re.search(rf"\b{word}\b", low):
            return "a day", (count,)
    figures = re.findall(r"\d+", re.sub(r"\b(?:" + "|".join(WORDS) + r")\b", lambda m: str(WORDS.index(m[0])), low))
    unit = "a day" if re.search(r"times|daily|x a", low) else "hours"
    return unit, tuple(map(int, figures))


@pytest.mark.parametrize(
    "text",
    [
        *(f"every {number} hours" for number in range(1, 25)),
        *(f"every {word} hours" for word in WORDS[1:]),
        *(f"every {number} to {number + 2} hours" for number in range(1, 12)),
        *("twice a day", "two times a day", "3 times daily", "three times a day", "4x a day", "four times a day"),
    ],
)
def test_the_value_never_changes(text):
    """A frequency says the same before and after, and again when it is written out."""
    abbreviated = short(text)
    assert abbreviated != text
    assert hours(abbreviated) == hours(text)
    assert hours(long(f"take 5 mg {abbreviated}").replace("every hour", "every 1 hours").partition("mg ")[2]) == hours(
        text
    )


def test_there_and_back():
    """What is abbreviated and written out again is the text as it was, wherever the table has one long form."""
    text = "I am 34 years old: hydrochlorothiazide 25 mg by mouth every 6 hours as needed, over the counter"
    assert long(short(text)) == text


def test_amounts_and_other_spans_stay():
    """The dose beside a frequency, negation and sides stay; so does a form inside a longer span."""
    assert short("not 400 mg, the left knee every 6 hours") == "not 400 mg, the left knee q6h"
    text = "aspirin and Advil PM"
    assert short(text) == "ASA and Advil PM"
    assert short("take 5 mg every 6 hours", within=["unit"]) == "take 5 mg every 6 hours"
    assert short("take 5 mg every 6 hours with food", within=["dose"]) == "take 5 mg q6h with food"


def test_share_of_places():
    """A share changes that many places, and reports it."""
    text = "with, with, with, with"
    result = operator("abbreviation", place_fraction=0.5).apply(passage(text), {"seed": 1}, None)
    assert (result.text.count("w/"), result.magnitude) == (2, 0.5)


def test_choice_among_long_forms(tmp_path):
    """A table of one's own; where a short form has several long ones, the seed decides."""
    (tmp_path / "mine.csv").write_text(
        "short,long,unless_before\nEPS,earnings per share,\nfx,foreign exchange,files\nfx,currency,\n"
    )
    op = operator("abbreviation", style="expand", table="mine.csv").bind(tmp_path)
    assert outcomes(op, "the EPS in fx") == {
        f"the earnings per share in {money}" for money in ("currency", "foreign exchange")
    }
    assert changed(op, "eps, fx files") == "eps, fx files"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("short,meaning\na,b\n", r"mine\.csv:1: the table has no column 'long'"),
        ("short,long,direction\na,b,left\n", r"mine\.csv:2: 'left' is no direction -- "),
        ("short,long,after_dose\na,b,maybe\n", r"mine\.csv:2: 'maybe' in column 'after_dose' -- "),
    ],
)
def test_faulty_table(tmp_path, content, message):
    """A table that cannot be used is named with line, fault and remedy."""
    (tmp_path / "mine.csv").write_text(content)
    with pytest.raises(DataError, match=message):
        changed(operator("abbreviation", table="mine.csv").bind(tmp_path), "b")


def test_no_long_form_brings_a_number_in():
    """What is written out of the table holds no figure, and no side."""
    for row in table_rows("abbreviations.csv"):
        if row["direction"] != "abbreviate":
            assert not {span.category for span in find(row["long"])} & {"laterality"}
            assert not re.search(r"\d", row["long"])
