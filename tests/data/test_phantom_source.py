"""Data of kind `phantoms`: JSON Lines whose pictures are recipes."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from robustspec.data.block import DataBlock
from robustspec.data.dataset import open_dataset
from robustspec.data.phantom import picture
from robustspec.data.phantoms import PhantomsSource
from robustspec.data.row import images_of
from robustspec.errors import DataError

HEAD = {"kind": "head", "seed": 1, "sequence": "T1w", "spacing_mm": 6}
PAGE = {"kind": "not_mri", "what": "text", "seed": 2, "size": 64}


def dataset(folder, *records):
    (folder / "rows.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    return open_dataset("mri", DataBlock(source=PhantomsSource(path="rows.jsonl"), origin="simulated"), folder)


def test_recipes_are_pictures_of_rows_and_of_messages(tmp_path):
    """A recipe, a list of them, and recipes in messages: each a picture, in their order."""
    told = [{"role": "user", "content": "Compare.", "images": [HEAD, {**HEAD, "scan": 1}]}]
    rows = dataset(
        tmp_path,
        {"id": "a", "input": "Report.", "images": HEAD},
        {"id": "b", "input": "Report.", "images": [PAGE, HEAD]},
        {"id": "c", "input": told},
    ).rows([0, 1, 2])
    shown = [[found.name for found in images_of(row.input)] for row in rows]
    assert shown == [["head-1"], ["text-2", "head-1"], ["head-1", "head-1"]]
    assert images_of(rows[0].input)[0] == picture(HEAD)


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (
            "scan.nii.gz",
            "an image of simulated data is a recipe, but this is 'scan.nii.gz' -- use kind jsonl for paths",
        ),
        ({**HEAD, "sequence": "T3w"}, "'sequence' is one of T1w, T2w, PD, FLAIR, but this is 'T3w'"),
    ],
)
def test_a_wrong_recipe_is_named_with_its_line(tmp_path, images, message):
    """Before the first call, as any malformed row."""
    good = {"id": "a", "input": "Report.", "images": HEAD}
    with pytest.raises(DataError, match=rf"rows\.jsonl:2: .*{message}"):
        dataset(tmp_path, good, {"id": "b", "input": "Report.", "images": images})


def test_simulated_data_cannot_be_called_real():
    """A data block of this kind with origin real is a fault."""
    with pytest.raises(
        ValidationError, match="data of kind 'phantoms' is simulated, not real -- say origin: simulated"
    ):
        DataBlock(source=PhantomsSource(path="rows.jsonl"), origin="real")
    assert DataBlock(source=PhantomsSource(path="rows.jsonl"), origin="simulated").origin == "simulated"
