from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robustspec.data.row import Row, Span
from robustspec.errors import PerturbationError
from robustspec.perturbation.protect import Finder, Lexicon, check_categories, find, unknown_categories


def spans(text: str, category: str) -> list[str]:
    return [text[span.start : span.end] for span in find(text) if span.category == category]


def free(text: str, finder: Finder) -> list[str]:
    return [text[start:end] for start, end in finder(text).free]


@pytest.mark.parametrize(
    ("text", "doses"),
    [
        ("Take 400 mg now", ["400 mg"]),
        ("5mg, 1.5g and 10-20 mL", ["5mg", "1.5g", "10-20 mL"]),
        ("0.5 mg/kg per day for him", ["0.5 mg/kg per day"]),
        ("1,200 mg a day at most", ["1,200 mg a day"]),
        ("2 tablets or half a tablet", ["2 tablets", "half a tablet"]),
        ("twenty-five units of insulin", ["twenty-five units"]),
        ("one or two puffs", ["one or two puffs"]),
        ("every 6 hours, every other day", ["every 6 hours", "every other day"]),
        ("twice daily, three times a day, 3x/day", ["twice daily", "three times a day", "3x/day"]),
        ("q6h, q12h, bid and prn", ["q6h", "q12h", "bid", "prn"]),
        ("she has had it for 3 days, aged 45 years", []),
        ("everyone is perhaps once again late", []),
    ],
)
def test_doses(text: str, doses: list[str]) -> None:
    """Amounts of medicine and how often they are taken, in figures and in words."""
    assert doses == spans(text, "dose")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,200 and 1.5 and 120/80 and 7.5%", ["1,200", "1.5", "120/80", "7.5%"]),
        ("B12, HbA1c, 2nd, H1N1", ["B12", "HbA1c", "2nd", "H1N1"]),
        ("two hundred and fifty, a half, Twenty", ["two hundred and fifty", "half", "Twenty"]),
        ("2024-05-12 at 10:30", ["2024-05-12", "10:30"]),
        ("½, 1½, 2 or 3, 5 to 6", ["½", "1½", "2 or 3", "5 to 6"]),
        ("someone often attended", []),
        ("400毫克", ["400"]),
        ("٣ أيام", ["٣"]),
    ],
)
def test_numbers(text: str, numbers: list[str]) -> None:
    """Numbers in figures with the letters that cling to them, and numbers in words."""
    assert numbers == spans(text, "number")


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("400 mg, 5mL, 38.5 °C, 80 mmHg", ["mg", "mL", "°C", "mmHg"]),
        ("in mmol per tablet", ["mmol", "tablet"]),
        ("3 days, 45-year-old", ["days", "year"]),
        ("I am home, g l h", []),
    ],
)
def test_units(text: str, units: list[str]) -> None:
    """Units behind a number, and those that are unmistakable alone."""
    assert units == spans(text, "unit")


def test_negations() -> None:
    """Words that deny, with or without apostrophe, but no words that merely hold them."""
    text = "No, I don’t; she isn't, never without, neither nor, denies, cannot; know another notice normal"
    assert spans("it isn't", "negation") == ["isn't"]
    assert spans("it isn’t", "negation") == ["isn’t"]
    assert spans(text, "negation") == ["No", "don’t", "isn't", "never", "without", "neither", "nor", "denies", "cannot"]


def test_laterality() -> None:
    """Sides, but not copyright."""
    assert spans("Left-sided, the right one, bilateral copyright", "laterality") == ["Left", "right", "bilateral"]


def test_letters_whose_lower_case_is_longer_move_nothing() -> None:
    """Positions stay right behind a capital dotted I."""
    assert spans("İİİ 5 mg", "dose") == ["5 mg"]


def test_a_lexicon_finds_whole_words_in_any_case() -> None:
    """Terms are found as words, of several the longest, over one or two characters between them."""
    lexicon = Lexicon({"drug": ["ibuprofen", "ibuprofen lysine", "co-codamol", "St John's wort"], "tm": ["Ibuprofen"]})
    text = "IBUPROFEN; ibuprofen  lysine, co codamol, ibuprofens, St. John's wort"
    found = [(text[span.start : span.end], span.category) for span in find(text, lexicon)]
    assert found == [
        ("IBUPROFEN", "drug"),
        ("IBUPROFEN", "tm"),
        ("ibuprofen  lysine", "drug"),
        ("co codamol", "drug"),
        ("St. John's wort", "drug"),
    ]


@given(
    st.lists(st.sampled_from(["ibu", "ibu pro", "pro fen", "x"]), min_size=1),
    st.text(alphabet="ibuprofenx -.", max_size=40),
)
def test_every_lexicon_span_is_a_term(terms: list[str], text: str) -> None:
    """What a lexicon finds reads as one of its terms."""
    for span in find(text, Lexicon({"t": terms})):
        words = text[span.start : span.end].replace("-", " ").replace(".", " ").split()
        assert " ".join(words) in terms or span.category != "t"


def test_row_spans_protect_every_occurrence() -> None:
    """A row's span counts wherever its text stands, in any case, but not inside another word."""
    finder = Finder().for_row(Row("r", "", spans=(Span("knee", "site"),)))
    assert free("my knee, the Knee, kneecap", finder) == ["my ", ", the ", ", kneecap"]


def test_overlapping_spans_are_one_gap_but_all_known() -> None:
    """A drug inside a dose is protected once and known twice."""
    finder = Finder(Lexicon({"drug": ["5 mg aspirin"]}))
    text = "take 5 mg aspirin"
    assert free(text, finder) == ["take "]
    assert [span.category for span in finder(text).spans] == ["drug", "dose", "number", "unit"]


def test_an_empty_protect_switches_protection_off() -> None:
    """protect: [] leaves the whole text free, and the spans known."""
    ranges = Finder(protect=[])("no 5 mg")
    assert ranges.free == ((0, 7),)
    assert len(ranges.spans) == 4


def test_a_list_in_protect_takes_no_protection_away() -> None:
    """protect: [drug] still protects doses and negations."""
    assert free("no 5 mg now", Finder(protect=["drug"])) == [" ", " now"]


def test_within_keeps_to_its_categories() -> None:
    """within: [drug] leaves the drug alone free, and not the dose."""
    finder = Finder(Lexicon({"drug": ["aspirin"]}), within=["drug"])
    assert free("no 5 mg aspirin now", finder) == ["aspirin"]


def test_within_a_dose_its_number_and_unit_are_free() -> None:
    """A dose is lifted whole, a number inside it is not lifted alone."""
    assert free("no 400 mg", Finder(within=["dose"])) == ["400 mg"]
    assert free("no 400 mg, room 7", Finder(within=["number"])) == ["7"]


def test_within_leaves_other_protected_spans_in_it_alone() -> None:
    """A negation inside a named span stays protected unless it is named too."""
    lexicon = Lexicon({"finding": ["no acute disease"]})
    assert free("no acute disease", Finder(lexicon, within=["finding"])) == [" acute disease"]
    assert free("no acute disease", Finder(lexicon, within=["finding", "negation"])) == ["no acute disease"]
    assert free("no acute disease", Finder(lexicon, protect=[], within=["finding"])) == ["no acute disease"]


def test_within_a_category_that_the_text_lacks_nothing_is_free() -> None:
    """No span, no place to edit."""
    assert free("nothing here", Finder(within=["dose"])) == []


@given(st.text(alphabet="no 5mgleft½.,-qh'tİ頭", max_size=40))
def test_free_ranges_and_spans_tile_the_text(text: str) -> None:
    """Free ranges ascend, touch no span, and with the spans make up the whole text."""
    ranges = Finder()(text)
    covered = [False] * len(text)
    for span in ranges.spans:
        covered[span.start : span.end] = [True] * (span.end - span.start)
    for start, end in ranges.free:
        assert start < end
        assert not any(covered[start:end])
        covered[start:end] = [True] * (end - start)
    assert all(covered)
    assert list(ranges.free) == sorted(ranges.free)
    assert all(0 <= span.start < span.end <= len(text) for span in ranges.spans)


def test_a_category_without_a_source_is_an_error_that_lists_the_known_ones() -> None:
    """Standard categories need no source; others need a lexicon or row spans."""
    check_categories(["dose", "drug"], ["drug"])
    with pytest.raises(PerturbationError, match=r"within: nothing says what a 'site' is -- .*laterality, drug$"):
        check_categories(["site"], ["drug"], "within")
    assert unknown_categories(["site", "dose"], []) == ["site"]
