"""What is wrong with an entry on pictures is said with its place before anything is opened, and saying it loads no reader."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robustspec.data.dataset import open_dataset
from robustspec.engine.session import Options, load_plan
from robustspec.errors import DataError, SpecError
from robustspec.language.lint import check, check_rows
from robustspec.language.load import load, read_file
from robustspec.perturbation.base import Perturbation
from robustspec.registry import lookup

SPEC = """\
robustspec: 1
about: {title: Scans}
data:
  d: {kind: jsonl, path: rows.jsonl, origin: synthetic}
scenarios:
  s:
    title: Noise
    mechanism: Thin slices are noisy.
    data: d
    perturbations:
      - ENTRY
    requirements:
      - {metric: accuracy, at_least: 0.5}
"""
HERE = "spec.yaml:11:"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Rows of an image and a volume, in this order, in each message."""
    np.savez(tmp_path / "i.npz", images=np.zeros((9, 8, 8), np.uint8), volumes=np.zeros((9, 4, 4, 4), np.float32))
    write(tmp_path, [[f"i.npz#images[{n}]", f"i.npz#volumes[{n}]"] for n in range(9)])
    return tmp_path


def write(folder: Path, shown: list[Any]) -> None:
    rows = [{"id": f"r{n}", "input": "What?", "images": each, "label": "x"} for n, each in enumerate(shown)]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def faults(folder: Path, *entries: str) -> list[str]:
    """All faults of a specification with these entries, those of its rows too."""
    text = SPEC.replace("ENTRY", "\n      - ".join(entries))
    path = folder / "spec.yaml"
    path.write_text(text)
    try:
        spec = load(text, "spec.yaml")
    except SpecError as error:
        return [str(fault) for fault in error.faults]
    marks = read_file(path).marks()
    found = check(spec, folder, path="spec.yaml", marks=marks)
    if not found:
        dataset = open_dataset("d", spec.data["d"], folder)
        found = check_rows(spec, {"d": dataset}, path="spec.yaml", marks=marks)
    return [str(fault) for fault in found]


def fault(folder: Path, *entries: str) -> str:
    (one,) = faults(folder, *entries)
    return one


@pytest.mark.parametrize(
    "entry",
    [
        "{kind: gaussian_noise, level: [1]}",
        "{kind: gaussian_noise, level: [1], on: image.1}",
        "{kind: rician_noise, level: [1], on: image.2}",
        "{kind: jpeg, level: [1], on: input, profile: natural}",
        "{kind: mirror}",
        "{kind: study_order}",
        "{kind: missing_study}",
        "{kind: equal_dates}",
        "{kind: distractor_turns, level: [1]}",
        "{kind: keyboard_typo, level: [1], on: input, protect: [dose]}",
    ],
)
def test_sound_entries(folder: Path, entry: str) -> None:
    """Operators on images, volumes, conversations and the words beside them fit rows that show both."""
    assert faults(folder, entry) == []


@pytest.mark.parametrize("on", ["turn.1", "system", "context.note"])
@pytest.mark.parametrize("kind", ["gaussian_noise", "rician_noise"])
def test_a_picture_is_no_part_of_a_text(folder: Path, kind: str, on: str) -> None:
    """`on` of an operator on pictures names pictures."""
    found = fault(folder, f"{{kind: {kind}, level: [1], on: {on}}}")
    assert found.startswith(HERE)
    assert found.endswith(
        f"scenarios.s.perturbations[0].on: '{on}' is nothing that {kind} can change -- write input (every picture) or image.N"
    )


def test_a_text_is_no_picture(folder: Path) -> None:
    """Nor can a typo be made in one."""
    assert fault(folder, "{kind: keyboard_typo, level: [1], on: image.1}").endswith(
        "'image.1' is nothing that keyboard_typo can change -- write input, system, turn.N or context.NAME"
    )


@pytest.mark.parametrize("on", ["image.1", "turn.1"])
def test_a_conversation_has_no_place(folder: Path, on: str) -> None:
    """An operator on whole conversations takes no `on`."""
    assert f"'{on}' is nothing that study_order can change" in fault(folder, f"{{kind: study_order, on: {on}}}")


@pytest.mark.parametrize("on", ["image.0", "image.x", "image.", "image", "picture.1"])
def test_a_place_that_is_none(folder: Path, on: str) -> None:
    """Pictures are counted from 1."""
    found = fault(folder, f"{{kind: gaussian_noise, level: [1], on: '{on}'}}")
    assert found.startswith(HERE)
    assert "perturbations[0].on" in found


@pytest.mark.parametrize("key", ["protect", "within"])
@pytest.mark.parametrize(
    ("entry", "kind", "what"),
    [
        ("kind: gaussian_noise, level: [1]", "gaussian_noise", "images"),
        ("kind: rician_noise, level: [1]", "rician_noise", "volumes"),
        ("kind: study_order", "study_order", "conversations"),
    ],
)
def test_spans_are_of_texts(folder: Path, entry: str, kind: str, what: str, key: str) -> None:
    """`protect` and `within` name words, and a picture has none."""
    found = fault(folder, f"{{{entry}, {key}: [dose]}}")
    assert f".{key}: '{key}' speaks of text, and {kind} acts on {what} -- remove {key}" in found


def test_every_fault_is_told_at_once(folder: Path) -> None:
    """Two entries, three faults, each with its line."""
    found = faults(
        folder, "{kind: jpeg, level: [1], on: turn.1, protect: [dose]}", "{kind: zoom_blur, level: [1], on: system}"
    )
    assert [each.split(":")[1] for each in found] == ["11", "11", "12"]


def test_a_profile_without_a_ladder(folder: Path) -> None:
    """The sentence says which profiles there are."""
    found = fault(folder, "{kind: gamma, level: [1], profile: small}")
    assert found.startswith(HERE)
    assert "gamma has no ladder of the profile 'small' -- write natural or medical" in found


@pytest.mark.parametrize("level", [0, 6, "[1, 9]"])
def test_a_level_that_the_ladder_lacks(folder: Path, level: Any) -> None:
    """Ladders of pictures end as those of texts do."""
    assert "perturbations[0]" in fault(folder, f"{{kind: gaussian_noise, level: {level}, profile: medical}}")


# What the rows show.


@pytest.mark.parametrize(
    ("shown", "there"), [(["i.npz#images[0]"], "images"), ([], "no pictures"), (["i.npz#volumes[1]"], "volumes")]
)
@pytest.mark.parametrize(("kind", "acts_on"), [("gaussian_noise", "images"), ("rician_noise", "volumes")])
def test_nothing_to_act_on(folder: Path, shown: list[str], there: str, kind: str, acts_on: str) -> None:
    """Data without a picture of the kind that an operator changes: every case would be unchanged."""
    write(folder, [shown] * 3)
    found = faults(folder, f"{{kind: {kind}, level: [1]}}")
    if there == acts_on:
        assert found == []
    else:
        assert found == [
            f"{HERE}9: scenarios.s.perturbations[0]: {kind} acts on {acts_on}, and data 'd' shows {there} -- use other data, "
            "or an operator that fits them"
        ]


@pytest.mark.parametrize(
    ("entry", "place", "what"),
    [
        ("{kind: gaussian_noise, level: [1], on: image.2}", "gaussian_noise acts on image.2", "an image"),
        ("{kind: rician_noise, level: [1], on: image.1}", "rician_noise acts on image.1", "a volume"),
        ("{kind: gaussian_noise, level: [1], on: image.3}", "gaussian_noise acts on image.3", "an image"),
    ],
)
def test_nothing_to_act_on_in_that_place(folder: Path, entry: str, place: str, what: str) -> None:
    """The second picture is a volume, and there is no third."""
    found = fault(folder, entry)
    assert f"perturbations[0].on: {place}, and no row of data 'd' shows {what} there -- write input" in found


def test_one_row_is_enough_wherever_it_stands(folder: Path) -> None:
    """The first picture may come late: what a hundred rows lack the next one may have."""
    write(folder, [*[[]] * 130, ["i.npz#images[0]"]])
    assert faults(folder, "{kind: gaussian_noise, level: [1]}") == []
    assert faults(folder, "{kind: gaussian_noise, level: [1], on: image.1}") == []
    assert len(faults(folder, "{kind: rician_noise, level: [1]}")) == 1


def test_each_entry_is_judged_for_itself(folder: Path) -> None:
    """Of three entries on rows of images only that on volumes has a fault."""
    write(folder, [["i.npz#images[0]"]] * 3)
    found = fault(
        folder,
        "{kind: gaussian_noise, level: [1]}",
        "{kind: rician_noise, level: [1]}",
        "{kind: letter_case, style: upper}",
    )
    assert found.startswith("spec.yaml:12:")


# Extras that are not installed.


def test_an_operator_whose_extra_is_missing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The entry's place, the module, and what to install; nothing is imported for it."""
    kind = lookup("perturbations", "gaussian_noise")
    monkeypatch.setattr(kind, "needs", ("no_such_module_at_all",))
    monkeypatch.setattr(kind, "extra", "image")
    assert fault(folder, "{kind: gaussian_noise, level: [1]}") == (
        f"{HERE}9: scenarios.s.perturbations[0]: gaussian_noise needs no_such_module_at_all -- "
        "pip install 'robustspec[image]'"
    )


def picture_kinds() -> list[type[Perturbation]]:
    from robustspec import registry

    kinds = (lookup("perturbations", kind) for kind in registry.table("perturbations"))
    return [kind for kind in kinds if kind.modality in ("image", "volume")]  # type: ignore[attr-defined]  # operators


def test_operators_on_pictures_say_what_they_need() -> None:
    """Whoever needs modules names the extra that brings them, and it is one of the package's."""
    import tomllib

    root = Path(__file__).resolve().parents[2]
    extras = set(tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"])
    found = {kind.__name__: kind.extra for kind in picture_kinds() if kind.needs}
    assert found
    assert {name: extra for name, extra in found.items() if extra not in extras} == {}


# Data whose pictures are not there.


def test_a_picture_file_that_is_missing(folder: Path) -> None:
    """The row's place and the file; no call is made."""
    write(folder, [["i.npz#images[0]"], ["nowhere.png"]])
    (folder / "spec.yaml").write_text(SPEC.replace("ENTRY", "{kind: gaussian_noise, level: [1]}"))
    with pytest.raises(DataError, match=r"rows.jsonl:2: row 'r1': 'images': .*nowhere.png: no such file"):
        load_plan(folder / "spec.yaml", Options(cache=folder / "cache"))


def test_the_command_says_all_of_it(folder: Path) -> None:
    """`robustspec check` ends with the code of a faulty specification and the line."""
    write(folder, [[]] * 3)
    (folder / "spec.yaml").write_text(SPEC.replace("ENTRY", "{kind: gaussian_noise, level: [1]}"))
    code = "from robustspec.cli import main; raise SystemExit(main(['check', 'spec.yaml']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 4
    assert "gaussian_noise acts on images, and data 'd' shows no pictures" in done.stdout + done.stderr


# What a process has loaded.

HEAVY = {"PIL", "albumentations", "cv2", "nibabel", "nilearn", "pydicom", "scipy", "skimage", "torch", "torchio"}

ALL_KINDS = """
robustspec: 1
about: {title: Pictures}
model: {kind: callable, target: looker:look, form: picture}
data:
  photos: {kind: image_folder, path: photos, origin: synthetic}
  scans: {kind: jsonl, path: scans.jsonl, origin: synthetic}
scenarios:
  photos:
    title: Photos
    mechanism: Cameras are noisy.
    data: photos
    perturbations:
      - {kind: gaussian_noise, level: [1, 2]}
      - {kind: rotate, level: [1]}
      - {kind: elastic, level: [1]}
      - {kind: jpeg, level: [3]}
    requirements:
      - {metric: accuracy, worst_over: cell, at_least: 0.8}
  scans:
    title: Scans
    mechanism: Patients move.
    data: scans
    perturbations:
      - {kind: rician_noise, level: [1]}
      - {kind: motion, level: [1]}
      - {kind: study_order}
    requirements:
      - {metric: accuracy, at_least: 0.8}
"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of PNG files, rows with NIfTI files, and a model that would load torch."""
    cv2, nibabel = pytest.importorskip("cv2"), pytest.importorskip("nibabel")
    folder = tmp_path_factory.mktemp("pictures")
    (folder / "spec.yaml").write_text(ALL_KINDS)
    (folder / "looker.py").write_text("import heavy_model\n\ndef look(image):\n    return 'a'\n")
    (folder / "heavy_model.py").write_text("")
    for name in "ab":
        (folder / "photos" / name).mkdir(parents=True)
        for number in range(20):
            cv2.imwrite(str(folder / "photos" / name / f"{number}.png"), np.full((8, 8), number, np.uint8))
    rows = []
    for number in range(20):
        scan = nibabel.Nifti1Image(np.full((6, 6, 6), number, np.int16), np.eye(4))
        nibabel.save(scan, folder / f"{number}.nii.gz")
        rows.append({"id": f"s{number}", "input": "Sick?", "images": f"{number}.nii.gz", "label": "a"})
    (folder / "scans.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def loaded(code: str, folder: Path) -> set[str]:
    """The top-level packages that a fresh Python has loaded after ``code``, which runs in ``folder``."""
    tell = "\nimport sys, json\nprint('LOADED', json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
    done = subprocess.run(
        [sys.executable, "-c", code + tell], capture_output=True, text=True, cwd=folder, timeout=120, check=False
    )
    line = next((line for line in done.stdout.splitlines() if line.startswith("LOADED ")), None)
    assert line is not None, done.stdout + done.stderr
    return set(json.loads(line.removeprefix("LOADED ")))


def collected(*arguments: str) -> str:
    options = ["-q", "-p", "no:cacheprovider", "--rootdir=.", "--robustspec=spec.yaml", *arguments]
    return f"import pytest\nassert pytest.main({options!r}) == 0\n"


def command(*arguments: str) -> str:
    return f"from robustspec.cli import main\nassert main({list(arguments)!r}) == 0\n"


@pytest.mark.parametrize(
    "code",
    [collected("--collect-only"), command("check", "spec.yaml"), command("plan", "spec.yaml")],
    ids=["collect-only", "check", "plan"],
)
def test_looking_at_a_specification_loads_no_reader_of_pictures(code: str, pictures: Path) -> None:
    """Neither PIL, cv2, nibabel, torch nor torchio: files are named, not opened. Only `check` imports the model."""
    found = loaded(code, pictures)
    assert found & HEAVY == set()
    assert ("heavy_model" in found) == ("'check'" in code)


def test_a_run_loads_what_it_opens(pictures: Path) -> None:
    """The check above can fail: a run of the scenario of photos has the reader of PNG, and not that of NIfTI."""
    found = loaded(collected("-k", "photos", "--robustspec-model=looker:look", "--robustspec-max-samples=3"), pictures)
    assert {"cv2", "heavy_model"} <= found
    assert found & {"nibabel", "pydicom", "torchio"} == set()


MASKS = """\
metrics:
  overlap: {kind: mask_dice, field: mask}
  same: {kind: flip_rate, of: overlap}
  answered: {kind: mask_dice, among: answered}
"""
LEAVE = "-- leave these cells out, or use another metric"


def judged(entries: list[str], requirement: str) -> list[str]:
    """The faults of a specification that compares masks."""
    text = SPEC.replace("ENTRY", "\n      - ".join(entries)).replace("{metric: accuracy, at_least: 0.5}", requirement)
    try:
        load(text.replace("scenarios:", MASKS + "scenarios:"), "spec.yaml")
    except SpecError as error:
        return [str(fault) for fault in error.faults]
    return []


MOVING = [
    *("{kind: rotate, level: [1]}", "{kind: translate, level: [1]}", "{kind: scale, level: [1]}"),
    *("{kind: crop, level: [1]}", "{kind: perspective, level: [1]}", "{kind: elastic, level: [1]}"),
    *("mirror", "{kind: pose, level: [1]}", "quarter_turn", "reorientation", "{kind: warp, level: [1]}"),
    *("{kind: field_of_view, grid: cropped, level: [1]}", "{kind: slice_thickness, grid: thick, level: [1]}"),
    *("{kind: torchio, transform: RandomAffine}", "{kind: albumentations, transform: Rotate}"),
]
STILL = [
    *("{kind: gaussian_noise, level: [1]}", "{kind: field_of_view, level: [1]}", "{kind: bias_field, level: [1]}"),
    *("{kind: torchio, transform: RandomNoise}", "{kind: albumentations, transform: CoarseDropout}"),
]


@pytest.mark.parametrize("entry", MOVING)
def test_places_that_move(entry: str) -> None:
    """A mask of the label stays where it was, so no verdict of it would mean anything."""
    kind = entry.partition("kind: ")[2].rstrip("}").partition(",")[0] or entry
    (found,) = judged([entry], "{metric: overlap, at_least: 0.5}")
    assert found.endswith(f"requirements[0].metric: 'overlap' compares places, and '{kind}' moves them {LEAVE}")


@pytest.mark.parametrize("entry", STILL)
def test_places_that_stay(entry: str) -> None:
    """Where nothing moves, masks are compared."""
    assert judged([entry], "{metric: overlap, at_least: 0.5}") == []


def test_places_in_the_cells_that_are_left() -> None:
    """Cells that are left out are no fault, and neither are other metrics; several that move are named together."""
    entries = ["{kind: gaussian_noise, level: [1]}", *MOVING[:2]]
    for good in ("cells: [gaussian_noise]", "cells: clean"):
        assert judged(entries, f"{{metric: overlap, {good}, at_least: 0.5}}") == []
    assert judged(entries, "{metric: accuracy, at_least: 0.5}") == []
    (found,) = judged(entries, "{metric: overlap, cells: all, at_least: 0.5}")
    assert "and 'rotate' and 'translate' move them" in found


def test_metrics_that_compare_places_through_another() -> None:
    """Flips of a mask, and a mean over the answered cases, compare places too."""
    (flips,) = judged(MOVING[:1], "{metric: same, at_most: 0.5}")
    assert "'same' compares places" in flips
    assert lookup("metrics", "hd95").places
    (answered,) = judged(MOVING[:1], "{metric: answered, at_least: 0.5}")
    assert "'answered' compares places" in answered
