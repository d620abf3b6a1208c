"""The shipped data of the MRI specification is what its generator makes, and its labels follow from its recipes."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from robustspec.data.phantom import picture
from robustspec.reference.mri.generate import MAKERS, SIZES, write

FOLDER = Path(__file__).resolve().parents[2] / "specs" / "data" / "mri_copilot"


@cache
def rows(name):
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def recipes(row):
    found = [image for message in row.get("messages", ()) for image in message.get("images", ())]
    return found + ([row["images"]] if "images" in row else [])


def test_the_generator_makes_the_same_bytes(tmp_path):
    """Seed 0 gives the files as they are."""
    write(tmp_path, 0)
    for name in (*(f"{each}.jsonl" for each in MAKERS), "terms.csv"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name


@pytest.mark.parametrize("name", MAKERS)
def test_every_recipe_can_be_read(name):
    """No recipe has a key or a value that the phantoms do not know; there are as many rows as are said."""
    assert len(rows(name)) == SIZES[name]
    for row in rows(name):
        for recipe in recipes(row):
            picture(recipe)


def test_there_are_500_studies_with_gold_reports():
    """At least 500 different heads with a report each."""
    seeds = {row["images"]["seed"] for row in rows("studies")}
    assert len(seeds) >= 500
    assert all(row["report"]["action"] == "report" for row in rows("studies"))


def test_findings_are_the_planted_lesions():
    """Side, region, size and pattern of each finding are those of the recipe; dark on T1w, bright elsewhere."""
    for row in rows("studies"):
        for planted, found in zip(row["images"]["lesions"], row["report"]["findings"], strict=True):
            assert all(found[key] == planted[key] for key in ("side", "region", "size_mm", "pattern"))
            assert found["signal"] == ("hypo" if row["images"]["sequence"] == "T1w" else "hyper")


def test_answers_are_balanced_and_true():
    """Half of the questions are to be answered with yes, and these ask for what is there."""
    assert set(Counter(row["answer"] for row in rows("questions")).values()) == {len(rows("questions")) // 2}
    for row in rows("questions"):
        (planted,) = row["images"]["lesions"]
        if row["answer"] == "yes":
            assert f" {planted['side']} " in row["text"]


def test_series_change_as_their_labels_say():
    """The lesion of the last study is larger, smaller or as large as that of the first, by a quarter or more."""
    for row in rows("series"):
        sizes = [recipe["lesions"][0]["size_mm"] for recipe in recipes(row)]
        change = sizes[-1] / sizes[0] - 1
        course = "stable" if change == 0 else "grown" if change > 0.25 else "shrunk" if change < -0.25 else "unclear"
        assert course == row["course"] == row["report"]["comparison"][0]["change"]


def test_conversations_have_the_turns_that_they_say():
    """6, 10 or 15 turns with one to five pictures."""
    for row in rows("conversations"):
        assert (len(row["messages"]), len(recipes(row))) == (row["turns"], row["images_shown"])
    assert {row["turns"] for row in rows("conversations")} == {6, 10, 15}
    assert {row["images_shown"] for row in rows("conversations")} == {1, 2, 3, 4, 5}


def test_no_seed_of_the_training_is_used():
    """The copilot is judged on heads that it has not seen."""
    from robustspec.reference.mri.train import FIRST_SEED

    assert max(recipe["seed"] for name in MAKERS for row in rows(name) for recipe in recipes(row)) < FIRST_SEED
