"""The finance records: their form, their labels, their variety, and the shipped files."""

import csv
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from robustspec.reference.finance import wording
from robustspec.reference.finance.generate import FILES, build, write
from robustspec.reference.finance.records import sentiment_records, stance_records
from robustspec.reference.finance.training import training_records

FOLDER = Path(__file__).resolve().parents[2] / "specs" / "data" / "finance"
ROWS = ("sentiment", "stance", "movements")


@cache
def rows(name):
    with (FOLDER / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def test_the_generator_makes_the_committed_files(tmp_path):
    """The same seed gives the same bytes, and nothing else lies there but the page about them."""
    write(tmp_path, 0)
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)
    assert {path.name for path in FOLDER.iterdir()} == {*FILES, "README.md"}
    for path in tmp_path.iterdir():
        assert (FOLDER / path.name).read_bytes() == path.read_bytes(), path.name


def test_another_seed_makes_other_rows():
    """The seed matters, and hardly any text comes twice under two seeds: a model can be trained on others."""
    assert build(1) != build(0)
    trained_on = {record["text"] for record in (*sentiment_records(2000, 900), *stance_records(2000, 900))}
    known = sum(row["text"] in trained_on for name in ROWS for row in rows(name))
    assert known <= 0.04 * sum(len(rows(name)) for name in ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_records_have_the_form_of_flare(name):
    """Instruction, text and cue make the query; gold is the place of the answer; ids and texts are distinct."""
    for row in rows(name):
        instruction = row["spans"][0]["text"]
        assert row["query"] == f"{instruction}\nText: {row['text']}\nAnswer:"
        assert row["choices"][row["gold"]] == row["answer"]
        assert all(choice in instruction.lower() for choice in row["choices"])
        assert row["has_number"] == ("yes" if re.search(r"\d", row["text"]) else "no")
    assert len(rows(name)) == len({row["id"] for row in rows(name)}) == len({row["text"] for row in rows(name)})


def test_the_order_of_the_choices():
    """That of the published data for sentiment."""
    assert rows("sentiment")[0]["choices"] == ["positive", "neutral", "negative"]


@pytest.mark.parametrize(
    ("name", "group", "smallest"),
    [("sentiment", "answer", 200), ("sentiment", "sector", 100), ("sentiment", "size", 100), ("stance", "answer", 100),
     ("stance", "topic", 60), ("stance", "speaker", 100), ("movements", "answer", 100)],
)  # fmt: skip
def test_groups_are_large_enough(name, group, smallest):
    """Every group of the specification holds enough rows for its bound."""
    assert min(Counter(row[group] for row in rows(name)).values()) >= smallest


def test_no_two_sentences_of_one_mould_dominate():
    """With names and numbers taken out, the most frequent mould is under 2 % of the sentiment records."""
    names = "|".join(re.escape(company.name) for company in wording.companies())
    moulds = Counter(
        re.sub(r"\d[\d.,]*", "0", re.sub(names, "NAME", record["text"])) for record in sentiment_records(2000, 5)
    )
    assert max(moulds.values()) <= 0.02 * 2000


GOOD = re.compile("|".join(wording.GOOD_WHEN_UP))
BAD = re.compile("|".join(wording.GOOD_WHEN_DOWN))


@pytest.mark.parametrize("family", ["moved", "fronted"])
def test_labels_follow_from_figure_and_verb(family):
    """A rise of what is good when up is positive, of what is good when down negative, and a fall the other way round."""
    for record in sentiment_records(800, 3):
        if record["family"] == family:
            rise = any(re.search(rf"\b{verb}\b", record["text"]) for verb in wording.UP)
            assert (record["answer"] == "positive") == (rise != bool(BAD.search(record["text"])))
            assert bool(BAD.search(record["text"])) != bool(GOOD.search(record["text"]))


def test_a_denied_movement_means_its_opposite():
    """ "did not rise" is to "rose" as negative is to positive."""
    denied = [record for record in sentiment_records(800, 3) if record["family"] == "denied"]
    assert len(denied) > 20
    for record in denied:
        rise = any(re.search(rf"(did not|to) {plain} ", record["text"]) for plain in wording.UP.values())
        assert (record["answer"] == "negative") == (rise != bool(BAD.search(record["text"])))
        assert record["negated"] == "yes"


def test_amounts_fit_the_movement():
    """Where an amount and the one before stand side by side, the larger one is where the movement says."""
    pattern = re.compile(r"([\d.]+)(?: million| billion|m|bn), (up|down) from (?:\$|EUR |€|USD )([\d.]+)")
    found = [pattern.search(record["text"]) for record in sentiment_records(800, 3) if record["family"] == "compared"]
    assert len(found) > 20
    for match in found:
        assert (float(match[1]) > float(match[3])) == (match[2] == "up")


def test_movements_can_be_denied():
    """Every row of the file reports one movement without an amount."""
    for row in rows("movements"):
        assert not re.search(r"[$€%]|EUR|USD|percent", row["text"])
        assert row["answer"] != "neutral"


def test_the_tables_know_the_data():
    """Every instruction of the rows stands in the table, with paraphrases that no row holds; all companies do."""
    with (FOLDER / "instructions.csv").open(encoding="utf-8") as lines:
        listed = {line["instruction"] for line in csv.DictReader(lines)}
    used = {row["spans"][0]["text"] for name in ROWS for row in rows(name)}
    assert used < listed
    assert listed - used == {*wording.SENTIMENT_PARAPHRASES, *wording.STANCE_PARAPHRASES}
    with (FOLDER / "companies.csv").open(encoding="utf-8") as lines:
        assert [line["entity"] for line in csv.DictReader(lines)] == [company.name for company in wording.companies()]


def test_companies_kept_back_are_in_no_record():
    """They are for exchanging names: a model that was trained on records has not seen them."""
    kept_back = [company.name for company in wording.companies() if not company.seen]
    assert len(kept_back) >= 6
    text = " ".join(record["text"] for record in sentiment_records(2000, 11))
    assert not [name for name in kept_back if name in text]


def test_training_records_keep_answer_and_form():
    """Untidy prompts: half of them other than the tidy ones, each with its query, its label, and no paraphrase in it."""
    records = training_records(400, 2)
    tidy = {record["id"]: record for record in (*sentiment_records(200, 2), *stance_records(200, 2))}
    assert len(records) == 400
    for record in records:
        assert record["query"] == f"{record['instruction']}\nText: {record['text']}\nAnswer:"
        assert record["answer"] == tidy[record["id"]]["answer"]
        assert all(choice in record["instruction"].lower() for choice in record["choices"])
    assert sum(record["query"] != tidy[record["id"]]["query"] for record in records) > 200
    held_back = (*wording.SENTIMENT_PARAPHRASES, *wording.STANCE_PARAPHRASES)
    assert not [record for record in records if record["instruction"] in held_back]
