"""The files of conversations, vignettes, interactions and stock: varied, large enough in every group, and readable."""

import re
from collections import Counter
from functools import cache

import pytest
from pharmacy_tables import FOLDER, drug_names, lay_names, rows, table

from robustspec.engine.session import Options, load_plan
from robustspec.reference.pharmacy import wording

FILES = {"conversations": "con", "vignettes": "vig", "interactions": "int", "stock": "sto"}
GROUPS = {
    "conversations": ("turns", "constraint", "severity"),
    "vignettes": (),
    "interactions": ("severity",),
    "stock": ("situation",),
}
BANDS = ((18, "below-18"), (40, "18-to-40"), (65, "40-to-65"), (999, "from-65"))
SPEC = """
robustspec: 1
about: {title: Four files}
data:
  it: {kind: jsonl, path: PATH, columns: {input: COLUMN, label: request},
       groups: [vendor, sex, language_level, {name: age_band, column: age, bins: [18, 40, 65]}]}
output: {extract: json, refusal: {kind: json_field, field: action, equals: refuse}}
scenarios:
  s: {title: t, mechanism: m, data: it, requirements: [{metric: unparsed, cells: clean, at_most: 0.5}]}
"""


def said(row):
    """All that the patient says."""
    if "text" in row:
        return [row["text"]]
    return [message["content"] for message in row["messages"] if message["role"] == "user"]


@cache
def mask():
    symptoms = {symptom for group in wording.SYMPTOMS.values() for symptom in group}
    kinds = ("condition", "medicine-class", "allergy")
    names = {*drug_names(), *symptoms, *(name for kind in kinds for name in lay_names(kind))}
    words = "|".join(re.escape(name.lower()) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"\b(?:an? )?(?:{words})\b")


def skeleton(text):
    """A text without what its blanks were filled with: names, numbers, amounts, frequencies."""
    text = mask().sub("@", text.lower())
    text = re.sub(
        r"\b(?:every|once|twice|one time|daily|times|a day|per day|q|x|h|hours?|hrs|mg|g|milligrams)\b", "#", text
    )
    text = re.sub(r"\d[\d.,]*|\b(?:one|two|three|four|tablets?|capsules?|softgels?|of)\b", "#", text)
    return re.sub(r"[#\s,]*#[#\s,a-z]{0,4}#|#", "#", text)


@pytest.mark.parametrize("name", FILES)
def test_there_are_enough_rows_with_ids_of_their_own(name):
    """At least 400 rows a file, ids with the file's prefix, no row twice."""
    ids = [row["id"] for row in rows(name)]
    assert len(ids) >= 400
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(rf"{FILES[name]}-\d{{4}}", each) for each in ids)
    inputs = [str(row.get("text") or row["messages"]) for row in rows(name)]
    assert len(set(inputs)) == len(inputs)


@pytest.mark.parametrize("name", FILES)
def test_every_row_says_where_its_answer_is_from(name):
    """``reference`` is made of references of the tables."""
    known = {record["reference"] for file in ("formulary", "interactions", "intake") for record in table(file)}
    for row in rows(name):
        left = row["reference"]
        for reference in sorted(known, key=len, reverse=True):
            left = left.replace(reference, "")
        assert row["reference"]
        assert not left.strip("; "), row["id"]


@pytest.mark.parametrize("name", FILES)
def test_no_template_dominates(name):
    """With its blanks emptied, no whole text stands for 3 in 100 rows, and no sentence for 15 in 100."""
    texts = Counter(skeleton(" ".join(said(row))) for row in rows(name))
    assert texts.most_common(1)[0][1] <= 0.03 * len(rows(name)), texts.most_common(1)
    sentences = Counter()
    for row in rows(name):
        parts = {skeleton(part) for text in said(row) for part in re.split(r"(?<=[.?!]) (?=[A-Z])", text)}
        sentences.update(parts)
    assert sentences.most_common(1)[0][1] <= 0.15 * len(rows(name)), sentences.most_common(1)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("column", ["sex", "language_level", "vendor", "age_band", "its own"])
def test_every_value_of_a_group_has_60_rows(name, column):
    """Groups are large enough for a bound of their own; only the bands of adults hold the adults of most files."""
    for group in GROUPS[name] if column == "its own" else (column,):
        if group == "age_band":
            sizes = Counter(next(band for top, band in BANDS if row["age"] < top) for row in rows(name))
        else:
            sizes = Counter(row[group] for row in rows(name))
        assert min(sizes.values()) >= 60, (group, sizes)
        assert len(sizes) >= {"sex": 2, "vendor": 7}.get(group, 3)


@pytest.mark.parametrize("name", FILES)
def test_policies_are_those_of_the_labels(name):
    """A label that refuses comes with must_refuse, every other one with answer."""
    for row in rows(name):
        assert row["policy"] == ("must_refuse" if row["request"]["action"] == "refuse" else "answer")


@pytest.mark.parametrize("name", FILES)
def test_the_loader_takes_every_row(name, tmp_path):
    """A specification over the file opens without an error."""
    column = "text" if name == "interactions" else "messages"
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC.replace("PATH", str(FOLDER / f"{name}.jsonl")).replace("COLUMN", column), encoding="utf-8")
    (scenario,) = load_plan(path, Options(cache=tmp_path)).scenarios
    assert len(scenario.rows) == len(rows(name))


def test_every_table_is_marked_as_a_fixture():
    """Each line of each table says that it is no medical advice, for which country and of which date."""
    for name in ("formulary", "interactions", "conditions", "intake"):
        for record in table(name):
            assert record["notice"] == "test fixture - not medical advice"
            assert (record["jurisdiction"], record["date"]) == ("US", "2025-01")
