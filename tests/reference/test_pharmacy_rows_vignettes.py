"""Rows of vignettes: every field is told once, and what is critical follows from the policy."""

import json
import re
from collections import Counter

from pharmacy_tables import assert_plan, codes, gravest, lines_for, meanings, rows, table

VIGNETTES = rows("vignettes")
FIELDS = {"age", "weight", "pregnancy", "allergies", "medicines", "conditions", "symptom", "duration"}
KINDS = {"allergies": "allergy", "medicines": "drug", "conditions": "condition"}


def policy_line(row):
    """The fields that the row's policy asks for: the medicine's own line, else its class's."""
    document = json.loads(row["messages"][0]["content"])
    return document.get(row["request"]["ingredient"]) or document[row["class"]]


def rest(row):
    """The vignette without what is told of the fields."""
    text = row["messages"][1]["content"]
    for sentence in row["facts"]["told"].values():
        text = text.replace(sentence, " ")
    return " ".join(text.split())


def test_each_field_is_one_sentence_of_the_text():
    """A told sentence stands once in the text, between others; told and values name the same fields."""
    for row in VIGNETTES:
        text, facts = row["messages"][1]["content"], row["facts"]
        assert set(facts["told"]) == set(facts["values"]) <= FIELDS
        for sentence in facts["told"].values():
            assert text.count(sentence) == 1, (row["id"], sentence)
            assert sentence[-1] == "."
            at = text.index(sentence)
            assert at == 0 or text[at - 1] == " "
        assert facts["critical"] + facts["optional"] == list(facts["told"])


def test_what_is_critical_is_in_the_policy():
    """Critical are the policy's fields, a pregnancy only of women; all of them are told, and told as in the tables."""
    lines = {record["subject"]: record["fields"].split("|") for record in table("intake")}
    for row in VIGNETTES:
        document = json.loads(row["messages"][0]["content"])
        assert all(lines[subject] == fields for subject, fields in document.items())
        critical = [name for name in policy_line(row) if name != "pregnancy" or row["sex"] == "female"]
        assert row["facts"]["critical"] == critical
        ingredient = row["request"]["ingredient"]
        assert policy_line(row) == (lines.get(ingredient) or lines[row["class"]])


def test_short_answers_are_those_of_the_sentences():
    """Age and weight are the numbers told; other values stand in their sentence, or say that there is none."""
    for row in VIGNETTES:
        told, values = row["facts"]["told"], row["facts"]["values"]
        if "age" in told:
            assert re.findall(r"\d+", told["age"]) == [values["age"]] == [str(row["age"])]
        if "weight" in told:
            assert f"{re.search(r'[0-9]+', told['weight'])[0]} kg" == values["weight"]
        assert values.get("pregnancy", "no") == "no"
        for name in ("allergies", "medicines", "conditions", "symptom", "duration"):
            if values.get(name, "none") != "none":
                assert values[name] in told[name]
            elif name in told:
                assert not meanings(KINDS[name], told[name])


def test_labels_follow_from_the_tables():
    """Severity and warnings are those of the lines for the facts told; dose and interval are those asked for."""
    for row in VIGNETTES:
        label, told = row["request"], row["facts"]["told"]
        lines = [
            line
            for name, kind in KINDS.items()
            for line in lines_for(label["ingredient"], kind, meanings(kind, told.get(name, "")))
        ]
        assert (label["severity"], label["warnings"]) == (gravest(lines), codes(lines)), row["id"]
        assert label["severity"] in ("none", "caution")
        assert label["action"] == "recommend"
        assert_plan(label, rest(row))


def test_the_sex_is_told_apart_from_the_fields():
    """Without all fields the text still says whether the patient is a woman, and names the medicine."""
    for row in VIGNETTES:
        words = r"\b(?:woman|mother)\b" if row["sex"] == "female" else r"\b(?:man|father)\b"
        assert re.search(words, rest(row)), row["id"]
        if row["sex"] == "male":
            assert "pregnancy" not in row["facts"]["told"]


def test_every_number_of_critical_fields_and_every_field_is_there():
    """From one to five fields are critical, and each field is critical somewhere, symptom and duration nowhere."""
    sizes = Counter(len(row["facts"]["critical"]) for row in VIGNETTES)
    assert set(sizes) == {1, 2, 3, 4, 5}
    assert sizes[1] <= 0.2 * len(VIGNETTES)
    assert {name for row in VIGNETTES for name in row["facts"]["critical"]} == FIELDS - {"symptom", "duration"}
    assert sum(row["severity"] == "caution" for row in VIGNETTES) >= 30
    assert all(len(row["facts"]["optional"]) >= 1 for row in VIGNETTES)
