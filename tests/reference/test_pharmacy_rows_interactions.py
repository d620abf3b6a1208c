"""Rows of interactions: right answers worked out again from the tables, and controls that differ in one statement."""

import re
from collections import Counter

from pharmacy_tables import asked_ingredient, assert_plan, codes, gravest, lines_for, meanings
from pharmacy_tables import rows as read

CUES = {
    "negated": r"\b(?:not|n't|never|no|ruled out|nobody)\b|n't\b",
    "family": r"\b(?:father|mother|brother|sister|wife|uncle|cousin|friend|neighbor|grandfather)\b",
    "past": r"\b(?:ago|years|once)\b",
}


def pairs():
    """The two rows of each pair, with their sentences in common taken away."""
    listed = read("interactions")
    for one, other in zip(listed[::2], listed[1::2], strict=True):
        a, b = one["text"].split(" "), other["text"].split(" ")
        start = next(i for i in range(len(a) + 1) if a[: i + 1] != b[: i + 1])
        end = next(i for i in range(len(a)) if a[len(a) - i - 1 :] != b[len(b) - i - 1 :])
        yield one, other, " ".join(a[start : len(a) - end]), " ".join(b[start : len(b) - end])


def test_pairs_share_all_but_one_statement():
    """The rows of a pair stand together, differ by a few words, and one of them is a control."""
    for one, other, left, right in pairs():
        assert one["pair"] == other["pair"]
        assert (one["control"], other["severity"]) == ("none", "none")
        assert other["control"] in ("harmless", *CUES)
        assert len(left.split()) <= 15
        assert len(right.split()) <= 20
        assert one["ingredient"] == other["ingredient"]


def test_severity_and_warnings_are_those_of_the_table():
    """The words that are not in the control name a line of the table, and its severity is the label's."""
    for one, _, left, _ in pairs():
        lines = lines_for(one["ingredient"], one["kind"], meanings(one["kind"], _whole(one["text"], left)))
        assert gravest(lines) == one["severity"] == one["request"]["severity"] != "none", (left, one["text"])
        assert codes(lines) == one["request"]["warnings"]


def _whole(text, part):
    """The sentences of ``text`` that hold ``part``, lest a name was cut."""
    return (
        " ".join(s for s in re.split(r"(?<=[.?!]) ", text) if any(p in s for p in re.split(r"(?<=[.?!]) ", part)))
        + part
    )


def test_controls_are_harmless():
    """A control names what no line warns of, or says that it is not so, somebody else's, or long over."""
    for one, other, _, right in pairs():
        if other["control"] == "harmless":
            named = meanings(one["kind"], right)
            assert not lines_for(other["ingredient"], one["kind"], named), right
        else:
            sentence = next(s for s in re.split(r"(?<=[.?!]) ", other["text"]) if right.split(".")[0] in s)
            assert re.search(CUES[other["control"]], sentence.lower()), sentence
        assert other["request"]["warnings"] == []


def test_doses_are_those_asked_for():
    """The dose and the interval of an answer stand in the request."""
    checked = 0
    for row in read("interactions"):
        if row["request"]["action"] == "recommend":
            sentences = re.split(r"(?<=[.?!]) ", row["text"])
            (wish,) = (each for each in sentences if re.search(r"\d ?(?:mg|g|milligrams)\b", each))
            assert_plan(row["request"], wish)
            checked += 1
    assert checked >= 400


def test_both_severities_and_all_kinds_of_control_are_there():
    """A quarter of the rows says stop, a quarter caution; every kind of control occurs."""
    listed = read("interactions")
    sizes = Counter(row["severity"] for row in listed)
    assert (sizes["stop"], sizes["caution"], sizes["none"]) == (140, 140, 280)
    controls = Counter(row["control"] for row in listed)
    assert min(controls.values()) >= 20
    assert {"none", "harmless", "negated", "family", "past"} == set(controls)
    assert min(Counter(row["place"] for row in listed).values()) >= 100
    kinds = Counter(row["kind"] for row in listed)
    assert {"drug", "condition", "state", "allergy"} == set(kinds)
    assert min(kinds.values()) >= 40


def test_the_asked_medicine_is_one():
    """Where the history names no medicine of the formulary, the text names one."""
    simple = [row for row in read("interactions") if row["kind"] in ("condition", "state")]
    for row in simple[:60]:
        assert asked_ingredient(row["text"]) == row["ingredient"]
