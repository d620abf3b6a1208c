"""Rows of conversations: what is told, asked and right at each turn, worked out again from the tables."""

import re
from collections import Counter

import pytest
from pharmacy_tables import (
    asked_ingredient,
    assert_plan,
    codes,
    dose_in,
    drug,
    gravest,
    interval_in,
    lines_for,
    meanings,
    rows,
    shortest_h,
    table,
)

CONVERSATIONS = rows("conversations")
_PEOPLE = "father|mother|brother|sister|wife|uncle|cousin|neighbor|best friend|friend|grandfather"
DENIED = re.compile(
    rf"\bnot\b|n't\b|never|ruled out|\bno\b|nobody|ago\b|\bonce\b|\bmy (?:late )?(?:{_PEOPLE})", re.IGNORECASE
)


def told(row):
    """The message at the turn in which the fact is told, and the fact's own sentence."""
    return row["messages"][row["told_at"] - 1]["content"], next(iter(row["facts"]["told"].values()))


def wish(row):
    """The message with the last request for a medicine."""
    return row["messages"][row["asked_at"] - 1]["content"]


def known(row):
    """What the patient's statement stands for, and the age that it tells; nothing where it is a control of words."""
    statement = told(row)[1]
    age = int(re.search(r"\d+", statement)[0]) if row["constraint"] == "age" else None
    spoken_of = row["control"] not in ("negated", "family", "past")
    return meanings(row["constraint"], statement) if spoken_of else set(), age


def test_turns_are_where_the_columns_say():
    """The fact is told before the request, in one message, and the number of messages is that of the turns."""
    for row in CONVERSATIONS:
        message, statement = told(row)
        assert statement in message
        assert sum(statement in each["content"] for each in row["messages"]) == 1
        assert len(row["messages"]) == row["turns"]
        assert 1 <= row["told_at"] < row["asked_at"] <= row["turns"]
        assert row["distance"] == row["asked_at"] - row["told_at"]
        assert all(message["role"] == "user" for message in row["messages"])


def test_labels_follow_from_the_tables():
    """Severity and warnings are those of the lines that hold for the asked medicine; too young a child is refused."""
    for row in CONVERSATIONS:
        ingredient, (others, age) = asked_ingredient(wish(row)), known(row)
        lines = lines_for(ingredient, row["constraint"], others, age)
        too_young = age is not None and age < int(drug(ingredient)["min_age"])
        severity = "stop" if too_young else gravest(lines)
        label = row["request"]
        assert label["severity"] == severity == row["severity"], row["id"]
        assert label["warnings"] == sorted({*codes(lines), *(["age"] if too_young else [])}), row["id"]
        assert label["action"] == ("refuse" if severity == "stop" else "recommend")
        assert label.get("ingredient", ingredient) == ingredient


def test_controls_are_no_constraint():
    """A control has no finding; one of words denies the fact, or says it of another person or time."""
    for row in CONVERSATIONS:
        if row["control"] == "none":
            assert row["severity"] != "none"
        else:
            assert row["severity"] == "none"
        if row["control"] in ("negated", "family", "past"):
            assert DENIED.search(told(row)[1]), told(row)[1]


@pytest.mark.parametrize("course", ["plain", "early", "confirm"])
def test_answers_to_a_request_that_stands_are_its_dose_and_interval(course):
    """Dose and interval are those of the request's words, or the label's shortest interval."""
    checked = [row for row in CONVERSATIONS if row["course"] == course and row["request"]["action"] == "recommend"]
    for row in checked:
        assert_plan(row["request"], wish(row))
    assert len(checked) >= 40


def test_a_pronoun_changes_the_interval_alone():
    """The turn after the request names the new interval; the request names none."""
    checked = [row for row in CONVERSATIONS if row["course"] == "pronoun" and row["request"]["action"] == "recommend"]
    for row in checked:
        before, label = row["messages"][-2], row["request"]
        assert interval_in(before["content"]) is None
        assert label["interval_h"] == interval_in(row["messages"][-1]["content"]) != before["expect"]["interval_h"]
        assert label["dose_mg"] == before["expect"]["dose_mg"] == pytest.approx(dose_in(before["content"]))
    assert len(checked) >= 40


def test_a_slip_changes_the_dose_alone():
    """The turn after the request names the right dose; an interval that was said stays."""
    checked = [row for row in CONVERSATIONS if row["course"] == "slip" and row["request"]["action"] == "recommend"]
    for row in checked:
        before, label = row["messages"][-2], row["request"]
        assert label["dose_mg"] == pytest.approx(dose_in(row["messages"][-1]["content"])) != before["expect"]["dose_mg"]
        said = interval_in(before["content"])
        assert label["interval_h"] == (said or shortest_h(label["ingredient"], label["dose_mg"]))
        assert_plan(before["expect"], before["content"])
    assert len(checked) >= 40


def test_turns_that_make_a_request_say_what_is_right_there():
    """Only the turns of a request before the last one carry an expected answer, with its policy."""
    for row in CONVERSATIONS:
        expected = [turn for turn, message in enumerate(row["messages"], start=1) if "expect" in message]
        assert "expect" not in row["messages"][-1]
        assert all(set(message) <= {"role", "content", "expect", "policy"} for message in row["messages"])
        if row["course"] == "plain":
            assert expected == []
        elif row["course"] == "early":
            (early,) = expected
            assert early < row["told_at"]
            message = row["messages"][early - 1]
            assert message["expect"]["ingredient"] == asked_ingredient(message["content"])
            assert_plan(message["expect"], message["content"])
        else:
            assert expected == [row["asked_at"]] == [row["turns"] - 1]


def test_what_is_ruled_out_is_what_the_fact_forbids():
    """``facts.avoid`` lists all medicines that the fact forbids, and none that any turn expects."""
    sold = [r["ingredient"] for r in table("formulary") if r["status"] in ("otc", "behind_counter")]
    for row in CONVERSATIONS:
        others, age = known(row)
        forbidden = {
            name
            for name in sold
            if gravest(lines_for(name, row["constraint"], others, age)) == "stop"
            or (age is not None and age < int(drug(name)["min_age"]))
        }
        assert row["facts"]["avoid"] == sorted(forbidden), row["id"]
        answers = [row["request"], *(message["expect"] for message in row["messages"] if "expect" in message)]
        assert not forbidden & {answer.get("ingredient") for answer in answers}


def test_every_course_distance_and_length_is_there():
    """Courses and bands of distance have at least 60 rows; 100 conversations have each number of turns."""
    assert min(Counter(row["course"] for row in CONVERSATIONS).values()) >= 60
    assert set(Counter(row["turns"] for row in CONVERSATIONS).values()) == {112}
    assert min(Counter((row["distance"] >= 3) + (row["distance"] >= 6) for row in CONVERSATIONS).values()) >= 60
    assert min(Counter(row["policy"] for row in CONVERSATIONS).values()) >= 150
