"""Folders of NIfTI files in BIDS layout."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from robustspec.data.bids import BidsSource, parsed
from robustspec.data.block import DataBlock
from robustspec.data.dataset import open_dataset
from robustspec.errors import DataError

nib = pytest.importorskip("nibabel")


class Study:
    """A folder that is filled file by file."""

    def __init__(self, folder):
        self.folder = folder

    def volume(self, name, value=1):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        voxels = np.full((4, 4, 4), value, dtype=np.int16)
        voxels[0] = 0
        nib.save(nib.Nifti1Image(voxels, np.diag([2.0, 2, 2, 1])), path)
        return self

    def sidecar(self, name, **fields):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(fields))
        return self

    def text(self, name, text):
        (self.folder / name).write_text(text)
        return self

    def open(self, cache=None, source=(), **block):
        kind = BidsSource(path=self.folder.name, **dict(source))
        return open_dataset("mri", DataBlock.model_validate({"source": kind, **block}), self.folder.parent, cache)

    def columns(self, **source):
        source = BidsSource(path="", **source).open(self.folder)
        return [record for _, record in source.scan()]


@pytest.fixture
def study(tmp_path):
    """Two subjects of two vendors, one of them with two sessions."""
    study = Study(tmp_path / "study")
    for name, vendor, field in (
        ("sub-01/ses-a/anat/sub-01_ses-a_acq-fast_T1w", "Siemens", 3),
        ("sub-01/ses-b/anat/sub-01_ses-b_T1w", "Siemens", 1.5),
        ("sub-02/anat/sub-02_run-1_T2w", "GE", 3),
    ):
        study.volume(f"{name}.nii.gz").sidecar(f"{name}.json", Manufacturer=vendor, MagneticFieldStrength=field)
    return study


def test_columns_are_entities_and_sidecar_fields(study):
    """Names are taken apart, sidecars read."""
    first, _, third = study.columns()
    assert first == {
        "id": "sub-01_ses-a_acq-fast_T1w",
        "images": "sub-01/ses-a/anat/sub-01_ses-a_acq-fast_T1w.nii.gz",
        "datatype": "anat",
        "suffix": "T1w",
        "sub": "01",
        "ses": "a",
        "acq": "fast",
        "Manufacturer": "Siemens",
        "MagneticFieldStrength": 3,
    }
    assert (third["sub"], third["run"], third["suffix"], third["Manufacturer"]) == ("02", "1", "T2w", "GE")
    assert "ses" not in third


def test_groups_and_units_work_on_them(study):
    """Vendor, field, subject, and their combination."""
    groups = ["Manufacturer", "MagneticFieldStrength"]
    both = {"name": "scanner", "of": groups}
    dataset = study.open(groups=[*groups, both], unit="sub")
    assert dataset.group_values("scanner") == ["GE-3", "Siemens-1.5", "Siemens-3"]
    assert (dataset.n_rows, dataset.n_units) == (3, 2)
    row = dataset.rows([0])[0]
    assert row.groups == {"Manufacturer": "Siemens", "MagneticFieldStrength": "3", "scanner": "Siemens-3"}
    assert row.unit == "01"


def test_a_volume_has_the_fields_as_facts(study):
    """Operators can look at them."""
    volume = study.open().rows([2])[0].input[0].images[0].open()
    assert volume.facts["Manufacturer"] == "GE"
    assert volume.spacing_mm == (2.0, 2.0, 2.0)


def test_conditions_leave_rows_out(study):
    """By suffix, as by any column."""
    assert study.open(where={"suffix": "T2w"}).n_rows == 1


@pytest.mark.parametrize(("suffix", "rows"), [("T1w", 2), (["T1w", "T2w"], 3), ("T2w", 1)])
def test_only_some_suffixes_may_count(study, suffix, rows):
    """Then the others need no sidecar either."""
    study.volume("sub-02/func/sub-02_task-rest_bold.nii.gz")
    assert study.open(source={"suffix": suffix}).n_rows == rows


def test_a_sidecar_higher_up_applies_and_a_nearer_one_wins(study):
    """The inheritance principle, over all folders, field by field."""
    study.sidecar("T1w.json", Manufacturer="Nobody", EchoTime=0.1, Site="north")
    study.sidecar("acq-fast_T1w.json", EchoTime=0.2, Site="east")
    study.sidecar("sub-01/sub-01_T1w.json", EchoTime=0.3)
    study.sidecar("sub-01/ses-a/sub-01_ses-a_T1w.json", FlipAngle=9)
    fast, plain, t2w = study.columns()
    told = {key: fast[key] for key in ("Manufacturer", "EchoTime", "Site", "FlipAngle")}
    assert told == {"Manufacturer": "Siemens", "EchoTime": 0.3, "Site": "east", "FlipAngle": 9}
    assert (plain["Manufacturer"], plain["EchoTime"], plain["Site"]) == ("Siemens", 0.3, "north")
    assert "FlipAngle" not in plain
    assert "Site" not in t2w


def test_a_sidecar_of_other_entities_does_not_apply(study):
    """That of another session, subject or suffix, however high it stands."""
    study.sidecar("ses-z_T1w.json", Site="z").sidecar("bold.json", Site="bold").sidecar("sub-02_T1w.json", Site="two")
    assert all("Site" not in record for record in study.columns())


def test_a_missing_sidecar_is_an_error_that_names_the_volume(study):
    """With the name that it should have."""
    study.volume("sub-03/anat/sub-03_T1w.nii.gz")
    with pytest.raises(DataError) as caught:
        study.open()
    assert f"{study.folder}/sub-03/anat/sub-03_T1w.nii.gz: has no sidecar sub-03_T1w.json beside it" in str(
        caught.value
    )
    assert str(caught.value).endswith("write one, or say `sidecar: optional`")


def test_a_sidecar_may_be_optional(study):
    """Such a row has no field, and a group needs a name for it."""
    study.volume("sub-03/anat/sub-03_T1w.nii.gz")
    group = {"column": "Manufacturer", "missing": "unknown"}
    dataset = study.open(source={"sidecar": "optional"}, groups=[group])
    assert dataset.group_values("Manufacturer") == ["GE", "Siemens", "unknown"]
    with pytest.raises(
        DataError, match=r"sub-03_T1w\.nii\.gz: group 'Manufacturer' of data 'mri' has no value in 1 of 4"
    ):
        study.open(source={"sidecar": "optional"}, groups=["Manufacturer"])


def test_one_sidecar_at_the_top_is_enough(tmp_path):
    """All volumes of one scanner."""
    study = Study(tmp_path / "study").volume("sub-01/anat/sub-01_T1w.nii").sidecar("T1w.json", Manufacturer="Acme")
    assert study.columns()[0]["Manufacturer"] == "Acme"


def test_not_applicable_is_missing(study):
    """The word of BIDS for no value."""
    study.sidecar("T2w.json", Site="n/a")
    assert "Site" not in study.columns()[2]


def test_participants_give_columns(study):
    """Age and diagnosis, by subject; a label may come from there."""
    study.text("participants.tsv", "participant_id\tage\tdiagnosis\nsub-01\t64\tglioma\nsub-02\tn/a\thealthy\n")
    rows = study.open(columns={"label": "diagnosis"}, groups=[{"column": "age", "missing": "none"}]).rows([0, 2])
    assert [(row.label, row.groups["age"]) for row in rows] == [("glioma", "64"), ("healthy", "none")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"Manufacturer": ', "not valid JSON"),
        ("[1]", "a sidecar is one JSON object"),
        (b"\xff\xfe", "not valid JSON"),
    ],
)
def test_a_torn_sidecar_is_named(study, text, said):
    """Not the volume that it belongs to."""
    path = study.folder / "sub-02/anat/sub-02_run-1_T2w.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError, match=rf"sub-02_run-1_T2w\.json: {said}"):
        study.open()


def test_a_name_that_is_not_of_bids_is_told(study):
    """It would have no subject and no suffix."""
    study.volume("sub-02/anat/final version.nii.gz")
    with pytest.raises(DataError, match=r"final version\.nii\.gz: is not named as BIDS asks -- such as sub-01_T1w"):
        study.open()


@pytest.mark.parametrize("name", ["T1w.nii", "sub_T1w.nii", "sub-01.nii", "sub-_T1w.nii", "sub-01_T1w_x y.nii"])
def test_what_is_no_name_of_bids(name):
    """Each part is key-value but the last, which is a word. A suffix alone is the name of a sidecar higher up."""
    assert (parsed(name) is None) == (name != "T1w.nii")


def test_other_folders_are_left_out(study):
    """Derivatives, source data and code are no raw data."""
    study.volume("derivatives/sub-01/anat/sub-01_T1w.nii.gz").volume("sourcedata/sub-09_T1w.nii.gz")
    assert study.open().n_rows == 3


@pytest.mark.parametrize(
    ("suffix", "said"),
    [((), "holds no volumes in BIDS layout"), (("FLAIR",), "holds no volumes of suffix FLAIR in BIDS layout")],
)
def test_a_folder_without_volumes_is_an_error(study, tmp_path, suffix, said):
    """Of these suffixes, or at all."""
    if not suffix:
        study = Study(tmp_path / "empty").sidecar("dataset_description.json", Name="x")
    with pytest.raises(DataError, match=said):
        study.open(source={"suffix": suffix})


@pytest.mark.parametrize("changed", ["T1w.json", "sub-02/anat/sub-02_run-1_T2w.nii.gz", "participants.tsv"])
def test_every_file_that_counts_is_in_the_content_hash(study, changed, tmp_path):
    """Sidecars and tables as well as volumes; the cached index is not used for another one."""
    study.sidecar("T1w.json", Site="north").text("participants.tsv", "participant_id\tage\nsub-01\t64\n")
    before = study.open(tmp_path / "cache")
    path = study.folder / changed
    text = {"T1w.json": b'{"Site": "south"}', "participants.tsv": b"participant_id\tage\nsub-01\t65\n"}.get(changed)
    stamp = path.stat()
    if text is None:
        study.volume(changed, value=2)
    else:
        path.write_bytes(text)
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns + 1))
    assert study.open(tmp_path / "cache").content_hash != before.content_hash


def test_an_unchanged_study_is_not_read_again(study, tmp_path, monkeypatch):
    """The cached index serves, and rows are the same."""
    from robustspec.data.bids import BidsFolder

    before = study.open(tmp_path / "cache", groups=["Manufacturer"]).rows(range(3))
    monkeypatch.setattr(BidsFolder, "scan", lambda self: pytest.fail("the folder was scanned"))
    assert study.open(tmp_path / "cache", groups=["Manufacturer"]).rows(range(3)) == before
