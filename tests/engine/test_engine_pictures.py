"""Rows with pictures through a run: judged by a real classifier, stored by what they show, missing where they do not open."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import pytest
from picture_specs import (
    ARMS,
    CLASSES,
    CLEAN,
    TALKS,
    Asked,
    Shapes,
    arms_of,
    brighter,
    image,
    naive,
    nearest,
    spec,
    write_shapes,
    write_talks,
)
from spec_factory import judged, later

from robustspec import registry
from robustspec.adapters.base import Model
from robustspec.adapters.callable import wrap
from robustspec.data.picture import Image, Volume, made
from robustspec.data.row import Message, Output, Row, images_of
from robustspec.engine.episode import Script, episode_of
from robustspec.engine.session import check_modalities, run_plan
from robustspec.engine.store import Store
from robustspec.errors import AdapterError, DataError, PictureError
from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import Frame, ImageOperator
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import Entry

WHOLE = "method: fixed, population: dataset, max_error_rate: 1"
"""All rows, so that a value can be computed by hand."""


class Picky(ImageOperator):
    """Darkens an image, but for the one whose row is 004."""

    kind: Literal["test/picky_picture"] = "test/picky_picture"

    def apply(self, passage: Frame, params: Params, level: int | None) -> Frame:
        if "004" in passage.row.id:
            raise PictureError("this one cannot be darkened")
        assert isinstance(passage.value, Image)
        return passage.with_value(passage.value.with_pixels(passage.value.pixels // 2))


class Spoils(ImageOperator):
    """Makes pictures that cannot be opened again: what an extension with a fault of its own may do."""

    kind: Literal["test/broken_picture"] = "test/broken_picture"

    def apply(self, passage: Frame, params: Params, level: int | None) -> Frame:
        raise ZeroDivisionError("no mean")


@pytest.fixture(scope="module", autouse=True)
def operators():
    """The kinds above in the registry, as if a third party had brought them."""
    with pytest.MonkeyPatch.context() as patch:
        for cls in (Picky, Spoils):
            kind = cls.model_fields["kind"].default
            patch.setitem(registry.table("perturbations"), kind, Entry(kind, f"{__name__}:{cls.__name__}", "tests"))
        yield


@pytest.fixture
def shapes(tmp_path):
    """A hundred images of three classes."""
    write_shapes(tmp_path)
    return Shapes(tmp_path)


@pytest.fixture
def few(tmp_path):
    """Thirty of them."""
    write_shapes(tmp_path, 30)
    return Shapes(tmp_path)


def truncate(folder, number):
    """Cut an image in its middle, as an interrupted copy does."""
    (path,) = folder.glob(f"shapes/*/{number:03}.png")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


# Judged by what they show.


def test_a_real_classifier_passes(shapes):
    """Nearest mean over pixels holds under noise and rotation, in every cell."""
    result = shapes.run(nearest)
    assert [arm.id for arm in result.arms] == list(ARMS)
    assert [(arm.verdict, arm.missing, arm.unchanged) for arm in result.arms] == [("PASS", 0, 0)] * len(ARMS)


def test_a_naive_classifier_fails_where_it_is_naive(shapes):
    """It is right on clean images and after small turns; the cell of strong noise tells it from a sound one."""
    verdicts = {arm_id: arm.verdict for arm_id, arm in arms_of(shapes.run(naive)).items()}
    assert verdicts == {arm_id: "FAIL" if arm_id.endswith("gaussian_noise-5") else "PASS" for arm_id in ARMS}


def test_values_are_those_of_a_loop_by_hand(few):
    """Each row perturbed by hand with the scope of its cell, and judged: the same accuracies, magnitudes and cases."""
    text = spec(WHOLE)
    result = few.run(naive, text)
    (scenario,) = few.plan(text).scenarios
    rows = scenario.dataset.rows(range(30))
    for cell, found in zip(scenario.cells, result.scenarios[0].cells, strict=True):
        made_ = (
            rows
            if cell.scope is None
            else [cell.scope.apply(row, cell.scope.sample(0, row), cell.level) for row in rows]
        )
        right = [naive(images_of(row.input)[0].open()) == row.label for row in made_]
        assert (found.cell, found.rows, found.scores["accuracy"]) == (cell.name, 30, pytest.approx(np.mean(right)))
        if cell.scope is not None:
            assert found.magnitude == pytest.approx(np.mean([row.magnitude for row in made_]))


def test_realised_magnitudes_grow_with_the_level(few):
    """Noise in root mean square, rotation in degrees."""
    cells = {cell.cell: cell.magnitude for cell in few.run(nearest, spec(WHOLE)).scenarios[0].cells}
    assert 0.06 < cells["gaussian_noise-1"] < 0.09 < cells["gaussian_noise-5"] < 0.38
    assert [cells["rotate-1"], cells["rotate-2"], cells["clean"]] == [5, 10, None]


def test_groups_of_a_folder(few):
    """The folders are the classes, and a group by them has a score for each."""
    groups = few.run(nearest, spec(WHOLE)).scenarios[0].groups
    assert [(group.group, group.value, group.rows) for group in groups] == [("class", name, 10) for name in CLASSES]


# Outputs are stored by what is shown.


def test_a_second_run_calls_nothing(few):
    """The same verdicts, all outputs from the store."""
    model = Asked()
    first = few.run(model, fresh=False)
    asked = len(model.digests)
    again = few.run(model, fresh=False)
    assert len(model.digests) == asked == first.counts.called
    assert (again.counts.called, again.counts.reused) == (0, asked)
    assert judged(again) == judged(first)


def test_each_picture_is_asked_for_once(few):
    """However many arms and cells want it."""
    model = Asked()
    few.run(model, spec(WHOLE))
    assert len(set(model.digests)) == len(model.digests) == 30 * 5


def test_two_files_of_one_picture_share_a_call(few):
    """A copy under another name, in another format, is the same input."""
    pixels = image("bar", 0)
    cv2.imwrite(str(few.folder / "shapes" / "bar" / "copy.tif"), pixels)
    model = Asked()
    result = few.run(model, spec(WHOLE, "      - {metric: accuracy, cells: clean, at_least: 0.5}\n"))
    assert model.digests.count(pixels.tobytes()) == 1
    assert (result.counts.called, result.counts.duplicate) == (30, 1)


def test_a_file_with_other_pixels_is_another_input(few):
    """One image painted over between two runs: it alone is asked for again."""
    requirement = spec(WHOLE, "      - {metric: accuracy, cells: clean, at_least: 0.5}\n")
    model = Asked()
    few.run(model, requirement, fresh=False)
    cv2.imwrite(str(few.folder / "shapes" / "bar" / "000.png"), 255 - image("bar", 0))
    result = few.run(model, requirement, fresh=False)
    assert (result.counts.called, result.counts.reused) == (1, 29)
    assert model.digests[-1] == (255 - image("bar", 0)).tobytes()


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "store", "model") as opened:
        yield opened


def grey(value, name="a.png", kind=np.uint8):
    return made(name, Image(np.full((4, 4), value, kind)))


def user(*pictures, words="Look."):
    return (Message("user", words, images=pictures),)


def test_the_key_is_of_the_pixels(store):
    """Same pixels, same key, whatever the name; other pixels, type, order, number, message or words: another one."""
    volume = np.zeros((4, 4, 3), np.uint8)
    contents = [
        user(grey(1)),
        user(grey(2)),
        user(grey(1, kind=np.uint16)),
        user(grey(1), grey(2)),
        user(grey(2), grey(1)),
        user(),
        user(grey(1), words=""),
        (*user(grey(1)), *user()),
        (*user(), *user(grey(1))),
        user(made("i", Image(volume))),
        user(made("v", Volume(volume, np.eye(4)))),
        user(made("v", Volume(volume, np.diag([-1.0, 1, 1, 1])))),
        "Look.",
    ]
    keys = [store.key(content) for content in contents]
    assert len(set(keys)) == len(keys)
    assert store.key(user(grey(1, "another name"))) == keys[0]
    assert store.key(user(grey(1)), repeat=1) != keys[0]


def test_a_changed_picture_has_the_key_of_its_pixels(store):
    """Whether it came from a perturbation or from a file."""
    clean = Row("r", user(made("a.png", Image(image("disc", 1)))))
    changed = scope_of(registry.lookup("perturbations", "brightness")()).apply(clean, {"1": {"seed": 3}}, 2)
    (picture,) = images_of(changed.input)
    assert store.key(changed.input) == store.key(user(made("from elsewhere", picture.open())))
    assert store.key(changed.input) != store.key(clean.input)


# Pictures in conversations, turn by turn.

SCRIPT = (
    Message("system", "You report."),
    Message("user", "March.", images=(grey(10, "march.png"),)),
    Message("user", "June.", images=(grey(20, "june.png"), grey(30, "lateral.png"))),
    Message("user", "Any change?"),
)


def test_pictures_stay_in_the_transcript():
    """Each turn is asked with the pictures shown so far, each in its own message, and no others."""
    episode = episode_of(Row("r", SCRIPT))
    assert isinstance(episode, Script)
    outputs = [Output("Seen."), Output({"change": "none"})]
    turns = [episode.course(outputs[:count]).step for count in range(3)]
    assert [[len(message.images) for message in turn] for turn in turns] == [[0, 1], [0, 1, 0, 2], [0, 1, 0, 2, 0, 0]]
    assert [picture.name for picture in images_of(turns[2])] == ["march.png", "june.png", "lateral.png"]
    assert [message.content for message in turns[2]][2] == "Seen."


def test_a_picture_without_words_is_a_turn():
    """Two studies one after the other, neither with a caption: the model speaks after each."""
    episode = episode_of(Row("r", (*user(grey(1), words=""), *user(grey(2), words=""))))
    assert isinstance(episode, Script)
    assert [picture.open().pixels[0, 0] for picture in images_of(episode.course([Output("one")]).step)] == [1, 2]


def test_keys_of_turns_tell_pictures_apart(store):
    """Another first picture is another second turn, though its words are the same; the same pictures are the same turn."""
    other = (SCRIPT[0], Message("user", "March.", images=(grey(11),)), *SCRIPT[2:])
    outputs = [Output("Seen.")]
    keys = [store.key(episode_of(Row("r", script)).course(outputs).step) for script in (SCRIPT, other, SCRIPT)]
    assert keys[0] == keys[2] != keys[1]


def test_a_conversation_with_pictures_is_held_turn_by_turn(tmp_path):
    """The model sees the earlier pictures beside its own answers, and a second run asks nothing."""
    bench, seen = Shapes(tmp_path), []
    write_talks(bench)

    def model(messages):
        seen.append([(message["role"], len(message.get("images", ()))) for message in messages])
        return brighter(messages)

    text = TALKS.replace("PERTURBATION", "{kind: gaussian_noise, level: [1], profile: medical}")
    first = bench.run(model, text, form="conversation", fresh=False)
    assert [(arm.value, arm.missing) for arm in first.arms] == [(1.0, 0)]
    assert first.counts.generated == 24
    user_, bot = ("user", 1), ("assistant", 0)
    assert Counter(map(tuple, seen)) == {
        (user_,): 24,
        (user_, bot, user_): 24,
        (user_, bot, user_, bot, ("user", 0)): 24,
    }
    again = bench.run(model, text, form="conversation", fresh=False)
    assert (len(seen), again.counts.called) == (72, 0)
    assert judged(again) == judged(first)


def test_one_picture_of_a_conversation(tmp_path):
    """`on: image.2` leaves the first turn as it was: that call is shared with the clean conversation."""
    bench, asked = Shapes(tmp_path), Asked(brighter)
    write_talks(bench)

    def model(messages):
        asked.digests.append(
            repr([picture.pixels.tobytes() for each in messages for picture in each.get("images", ())])
        )
        return brighter(messages)

    text = TALKS.replace("PERTURBATION", "{kind: gaussian_noise, level: [1], on: image.2}")
    result = bench.run(model, text, form="conversation")
    assert result.counts.duplicate == 12
    assert len(asked.digests) == 12 + 2 * 12 * 2


def test_examples_name_the_pictures(tmp_path):
    """A reader of the report sees which pictures a case showed; a conversation's output is found again."""
    bench = Shapes(tmp_path)
    write_talks(bench)
    text = TALKS.replace("PERTURBATION", "{kind: gaussian_noise, level: [1]}").replace("at_least: 0.5", "at_least: 0.9")
    result = bench.run(lambda messages: "neither", text, form="conversation")
    example = result.arms[0].examples[0]
    number = example.case_id.split("/")[1].removeprefix("t")
    said = [f"user: Study a. [a{number}.png]", f"user: Study b. [b{number}.png]", "user: Which is brighter?"]
    assert example.clean.split("\n") == [said[0], "assistant: neither", said[1], "assistant: neither", said[2]]
    assert (example.got, example.expected) == ("neither", "second" if int(number) % 2 else "first")


# Nothing depends on how a run is made.


@pytest.mark.parametrize("in_flight", [1, 3, 16])
def test_verdicts_do_not_depend_on_calls_in_flight(shapes, in_flight):
    """One call at a time, some, many: the same arms with the same numbers."""

    def looks(messages):
        return naive(messages[0]["images"][0])

    plan = shapes.plan()
    result = run_plan(plan, later(looks, in_flight), shapes.options(fresh=True))
    assert judged(result) == judged(shapes.run(naive))


def test_verdicts_do_not_depend_on_threads_and_batches(shapes):
    """Plain functions in several threads, and in batches."""
    expected = judged(shapes.run(naive))
    assert judged(shapes.run(naive, in_flight=4)) == expected
    assert judged(shapes.run(lambda shown: [naive(each) for each in shown], batch=True, batch_size=7)) == expected


@pytest.mark.parametrize("selected", [[CLEAN], [ARMS[2]], [ARMS[4], ARMS[1]]])
def test_a_selection_gives_the_same_verdicts(shapes, selected):
    """An arm alone has the numbers that it has beside the others."""
    model = wrap(naive, form="picture")
    result = run_plan(shapes.plan(), model, shapes.options(fresh=True), selected=selected)
    expected = judged(shapes.run(naive))
    assert judged(result) == {arm_id: expected[arm_id] for arm_id in selected}


PROJECT = """
import os, sys, time
sys.path.insert(0, {tests!r})
from picture_specs import nearest

CALLS = os.path.join(os.path.dirname(__file__), "calls.txt")
DIES_AT = int(os.environ.get("DIES_AT", "0"))
made = 0

def look(image):
    global made
    made += 1
    if made == DIES_AT:
        time.sleep(3)  # a busy machine still writes what was answered a while ago
        os.kill(os.getpid(), 9)
    with open(CALLS, "a") as file:
        file.write(str(hash(image.pixels.tobytes())) + "\\n")
    return nearest(image)
"""


def session(folder, *arguments, **environment):
    """pytest on the folder's specification, in a process of its own, and the calls that it made."""
    (folder / "looker.py").write_text(PROJECT.format(tests=str(Path(__file__).parent)))
    log = folder / "calls.txt"
    log.unlink(missing_ok=True)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "--robustspec=spec.yaml",
            "--rootdir=.",
            "-q",
            "-p",
            "no:cacheprovider",
            *arguments,
        ],
        cwd=folder,
        env={**os.environ, "PYTEST_ADDOPTS": "", "PYTHONHASHSEED": "0", **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done, log.read_text().split() if log.exists() else []


def with_model(text):
    return text.replace("data:\n", "model: {kind: callable, target: looker:look, form: picture}\ndata:\n", 1)


def test_xdist_asks_for_each_picture_once(few):
    """Under -n 2 the tests pass with no call more than without."""
    pytest.importorskip("xdist")
    (few.folder / "spec.yaml").write_text(with_model(spec("method: fixed")))
    done, calls = session(few.folder, "-n", "2")
    assert done.returncode == 0, done.stdout
    assert "5 passed" in done.stdout
    assert len(set(calls)) == len(calls) == 30 * 5


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_a_killed_run_is_resumed(tmp_path):
    """What had reached the disk when the process died is not asked again: at most the last 256 outputs are."""
    write_shapes(tmp_path, 100)
    (tmp_path / "spec.yaml").write_text(with_model(spec("method: fixed")))
    first, before = session(tmp_path, DIES_AT="400")
    assert (first.returncode, len(before)) == (-signal.SIGKILL, 399)
    second, after = session(tmp_path)
    assert second.returncode == 0, second.stdout
    assert set(before) | set(after) == {*before, *after}
    assert len(set(before) | set(after)) == 500
    assert len(set(before) & set(after)) <= 256 - 1
    assert len(set(after)) == len(after)


# Pictures that cannot be used.


def test_one_truncated_file_among_a_hundred(shapes):
    """Its cases are missing, one for each cell, and every other one is judged; the run says which file, and why."""
    truncate(shapes.folder, 7)
    model = Asked()
    result = shapes.run(model, spec(WHOLE.replace("max_error_rate: 1", "max_error_rate: 0.02")))
    counts = result.counts
    assert (counts.generated, counts.called, counts.missing, counts.unchanged) == (500, 495, 5, 0)
    assert {(arm.verdict, arm.missing, arm.cases) for arm in result.arms} == {("PASS", 1, 100)}
    assert len(model.digests) == 495
    (note,) = [note for note in result.notes if "cannot be used" in note]
    assert note.startswith("5 cases show pictures that cannot be used, the first: looks/beam/007.png/")
    assert "007.png: cannot be read as" in note


def test_sequential_runs_count_a_missing_picture_once(shapes):
    """Arms come back to a row for more of its cells; what was counted then is not counted again."""
    for number in range(0, 100, 4):
        truncate(shapes.folder, number)
    result = shapes.run(nearest, spec("max_error_rate: 1"))
    counts = result.counts
    assert counts.generated == counts.called + counts.missing + counts.unchanged + counts.duplicate
    per_cell = result.scenarios[0].cells
    assert counts.missing == sum(cell.missing for cell in per_cell) > 0
    assert counts.called == sum(cell.rows for cell in per_cell)


def test_a_missing_picture_counts_against_the_model(few):
    """One of thirty: 29/30 for the PASS, and it could have been right for the FAIL."""
    truncate(few.folder, 3)
    text = spec(WHOLE, "      - {metric: accuracy, cells: clean, at_least: 0.98}\n")
    (arm,) = few.run(nearest, text).arms
    assert (arm.verdict, arm.lower, arm.upper) == ("INCONCLUSIVE", pytest.approx(29 / 30), pytest.approx(1.0))


def test_too_many_missing_pictures_make_no_verdict(shapes):
    """Five of a hundred are more than max_error_rate: INVALID, whatever the model says of the others."""
    for number in range(5):
        truncate(shapes.folder, number)
    result = shapes.run(nearest, spec("method: fixed, population: dataset"))
    assert {arm.verdict for arm in result.arms} == {"INVALID"}
    assert result.arms[0].reason == "5 of 100 cases have no output, more than max_error_rate 0.02"


def test_a_folder_of_nothing_but_torn_files(few):
    """No call is made, and no arm gets a verdict."""
    for number in range(30):
        truncate(few.folder, number)
    model = Asked()
    result = few.run(model, spec("method: fixed"))
    assert model.digests == []
    assert {arm.verdict for arm in result.arms} == {"INVALID"}
    assert (result.counts.missing, result.counts.generated) == (150, 150)


def test_repeats_of_a_missing_picture(few):
    """Each repeat of a case is missing, as of a call that gave no answer."""
    truncate(few.folder, 3)
    result = few.run(nearest, spec(WHOLE + ", repeats: 3"), deterministic=False)
    assert (result.counts.generated, result.counts.called, result.counts.missing) == (450, 435, 15)


def test_a_picture_of_the_wrong_kind_is_missing(few):
    """A text file that is called an image."""
    (few.folder / "shapes" / "bar" / "notes.png").write_text("not an image")
    result = few.run(nearest, spec(WHOLE))
    assert result.counts.missing == 5
    assert "notes.png: is no PNG, JPEG or TIFF" in result.notes[0]


def test_an_operator_that_cannot_change_one_picture(few):
    """That case is missing, its clean twin is judged, and the others are."""
    text = spec(WHOLE).replace("{kind: rotate, level: [1, 2]}", "{kind: test/picky_picture, name: picky}")
    result = few.run(nearest, text)
    missing = {cell.cell: cell.missing for cell in result.scenarios[0].cells}
    assert missing == {"clean": 0, "gaussian_noise-1": 0, "gaussian_noise-5": 0, "picky": 1}
    assert (result.counts.missing, result.counts.called) == (1, 30 * 4 - 1)
    assert result.notes[0] == (
        "1 case shows a picture that cannot be used, the first: looks/beam/004.png/picky: this one cannot be darkened"
    )


def test_an_operator_with_a_fault_of_its_own_ends_the_run(few):
    """Only PictureError is a picture's: anything else names the operator and the case."""
    text = spec(WHOLE).replace("{kind: rotate, level: [1, 2]}", "{kind: test/broken_picture, name: broken}")
    with pytest.raises(
        Exception, match=r"case looks/.*/broken: 'test/broken_picture' failed: ZeroDivisionError: no mean"
    ):
        few.run(nearest, text)


def test_a_picture_that_changes_during_the_run_ends_it(shapes):
    """Half of the rows judged on one file and half on another would be nobody's verdict."""
    files = list(shapes.folder.glob("shapes/*/*.png"))

    def model(shown):
        while files:
            cv2.imwrite(str(files.pop()), 255 - shown.pixels)
        return nearest(shown)

    with pytest.raises(DataError, match=r"\.png: the picture changed during the run -- run again"):
        shapes.run(model, spec("method: fixed", "      - {metric: accuracy, at_least: 0.5}\n"))


# Mixed rows, and models that do not take what is shown.

MIXED = """\
robustspec: 1
about: {title: Mixed}
data:
  d: {kind: jsonl, path: rows.jsonl, origin: synthetic}
  words: {kind: jsonl, path: words.jsonl, origin: synthetic}
statistics: {method: fixed, population: dataset, max_error_rate: 1, max_unchanged: 1}
scenarios:
  s:
    title: Mixed
    mechanism: Some send a picture.
    data: d
    perturbations: [{kind: gaussian_noise, level: [1]}, {kind: letter_case, style: upper}]
    requirements:
      - {metric: accuracy, cells: [gaussian_noise], at_least: 0.5}
      - {metric: accuracy, cells: [letter_case], at_least: 0.5}
  t:
    title: Words
    mechanism: Others write.
    data: words
    requirements:
      - {metric: accuracy, at_least: 0.5}
"""


@pytest.fixture
def mixed(tmp_path):
    """Rows 0 to 19, every second one with a picture, and a set of rows without any."""
    bench = Shapes(tmp_path)
    write_shapes(tmp_path, 20)
    rows = []
    for number in range(20):
        name = CLASSES[number % 3]
        row = {"id": f"m{number}", "input": f"is this number {number} a {name}?", "label": name}
        rows.append(row if number % 2 else row | {"images": f"shapes/{name}/{number:03}.png"})
    bench.write_rows(rows)
    bench.write_rows([{**row, "images": None} for row in rows], "words.jsonl")
    return bench


def by_words_or_picture(shown):
    if isinstance(shown, str):
        return shown.lower().split()[-1].rstrip("?")
    return nearest(shown[-1]["images"][0])


def test_text_rows_among_picture_rows(mixed):
    """Noise leaves the texts as they are, no evidence; upper case changes the words of both."""
    result = mixed.run(by_words_or_picture, MIXED, form="auto")
    noise, case, words = result.arms
    assert (noise.value, noise.cases, noise.unchanged) == (1.0, 10, 10)
    assert (case.value, case.cases, case.unchanged) == (1.0, 20, 0)
    assert (words.value, words.cases) == (1.0, 20)


def test_pictures_only_later_in_the_data(mixed):
    """An operator on images fits data whose first picture stands far down the file."""
    rows = [{"id": f"m{number}", "input": f"text {number}", "label": "x"} for number in range(130)]
    rows.append({"id": "last", "input": "picture", "images": "shapes/bar/000.png", "label": "x"})
    mixed.write_rows(rows)
    result = mixed.run(lambda shown: "x", MIXED, form="auto")
    assert (result.arms[0].cases, result.arms[0].unchanged) == (1, 130)


class TextOnly(Model):
    """Takes text, as a model does that says nothing else."""

    name = "writer"

    def __init__(self):
        self.asked = []

    def predict(self, inputs):
        self.asked += inputs
        return ["bar"] * len(inputs)


def test_a_model_without_the_modality_is_refused_before_the_first_call(mixed):
    """One sentence with the data, what it shows, and what the model takes."""
    model = TextOnly()
    with pytest.raises(AdapterError) as raised:
        run_plan(mixed.plan(MIXED), model, mixed.options())
    assert str(raised.value) == (
        "data 'd' shows a model images, and writer takes text -- use a model that takes them, or give it other data"
    )
    assert model.asked == []


def test_a_model_of_text_may_run_the_scenarios_of_text(mixed):
    """Only the data of selected arms counts."""
    model, plan = TextOnly(), mixed.plan(MIXED)
    selected = [arm.id for arm in plan.arms if arm.scenario == "t"]
    result = run_plan(plan, model, mixed.options(fresh=True), selected=selected)
    assert len(result.arms) == 1
    assert len(model.asked) == 20


def test_a_model_of_pictures_alone_is_refused_for_texts(mixed):
    """`form: picture` where no row shows one."""
    plan = mixed.plan(MIXED)
    model = wrap(nearest, form="picture", name="looker")
    with pytest.raises(AdapterError, match="data 'words' shows a model no pictures, and looker takes image and volume"):
        check_modalities(plan, {None: model}, {arm.id for arm in plan.arms if arm.scenario == "t"})


def test_a_picture_that_comes_late_is_missing_for_a_model_of_text(mixed):
    """The first rows tell nothing of the 131st: its case has no output, and no words are shown without their picture."""
    rows = [{"id": f"m{number}", "input": f"text {number}", "label": "bar"} for number in range(130)]
    rows.append({"id": "last", "input": "picture", "images": "shapes/bar/000.png", "label": "bar"})
    mixed.write_rows(rows)
    model, plan = TextOnly(), mixed.plan(MIXED)
    result = run_plan(
        plan, model, mixed.options(fresh=True), selected=[arm.id for arm in plan.arms if "letter" in arm.id]
    )
    assert (result.arms[0].missing, result.arms[0].cases) == (1, 131)
    assert "the input shows an image, and writer takes text" in result.notes[0]
    assert not any(item.images for item in model.asked)


def test_a_function_of_pictures_on_mixed_rows(mixed):
    """Rows of words have no output; those with a picture are judged."""
    plan = mixed.plan(MIXED)
    model = wrap(nearest, form="picture", name="looker")
    selected = [arm.id for arm in plan.arms if arm.scenario == "s" and "gaussian" in arm.id]
    result = run_plan(plan, model, mixed.options(fresh=True), selected=selected)
    assert [(arm.cases, arm.missing, arm.value) for arm in result.arms] == [(10, 0, 1.0)]


def test_a_baseline_must_take_the_data_too(few):
    """A model of text cannot be compared with on pictures: it is refused as the one under test would be."""
    (few.folder / "bystander.py").write_text("def answer(text):\n    return 'bar'\n")
    requirement = (
        "      - {metric: accuracy, cells: clean, aggregate: {kind: difference, against: old}, at_least: -0.1}\n"
    )
    text = spec(WHOLE, requirement).replace(
        "scenarios:", "baselines: {old: {kind: callable, target: bystander:answer, form: FORM}}\nscenarios:"
    )
    with pytest.raises(
        AdapterError, match="data 'shapes' shows a model images, and bystander:answer takes text -- use"
    ):
        few.run(nearest, text.replace("FORM", "text"))
    assert [arm.value for arm in few.run(nearest, text.replace("FORM", "conversation")).arms] == [pytest.approx(2 / 3)]


# Volumes.

SCANS = """\
robustspec: 1
about: {title: Scans}
data: {d: {kind: jsonl, path: rows.jsonl, origin: simulated}}
statistics: {method: fixed, population: dataset, max_error_rate: 0.1}
scenarios:
  s:
    title: Noise
    mechanism: Thin slices are noisy.
    data: d
    perturbations: [{kind: rician_noise, level: [1, 5]}]
    requirements:
      - {metric: accuracy, cells: clean, at_least: 0.8}
      - {metric: accuracy, cells: [rician_noise-1], at_least: 0.8}
      - {metric: accuracy, cells: [rician_noise-5], at_least: 0.9}
"""


def scan(sick, number):
    """A head with a small bright lesion on one side, or without."""
    x, y, z = np.mgrid[-1:1:16j, -1:1:18j, -1:1:14j]
    head = np.where(x**2 + y**2 + z**2 < 0.8, 400.0, 0.0)
    if sick:
        head[(x - 0.4) ** 2 + y**2 + z**2 < 0.03] = 1100.0
    return (head + np.random.default_rng(number).uniform(0, 20, head.shape)).astype(np.int16)


@pytest.fixture
def scans(tmp_path):
    """Twenty NIfTI files, every second one with a lesion; one of them cut short."""
    nibabel = pytest.importorskip("nibabel")
    rows = []
    for number in range(20):
        volume = nibabel.Nifti1Image(scan(number % 2, number), np.diag([3.0, 3.0, 3.0, 1.0]))
        nibabel.save(volume, tmp_path / f"sub-{number:02}.nii.gz")
        label = "lesion" if number % 2 else "none"
        rows.append(
            {"id": f"sub-{number:02}", "input": "Any lesion?", "images": f"sub-{number:02}.nii.gz", "label": label}
        )
    torn = tmp_path / "sub-08.nii.gz"
    torn.write_bytes(torn.read_bytes()[: torn.stat().st_size // 2])
    bench = Shapes(tmp_path)
    bench.write_rows(rows)
    return bench


def brightest(volume):
    """A reader that looks for anything much brighter than the median of the head."""
    voxels = volume.voxels.astype(float)
    head = voxels[voxels > 100]
    return "lesion" if head.max() > 2.2 * np.median(head) else "none"


def test_volumes_are_judged(scans):
    """Right on clean scans and under weak noise, lost in strong noise; the torn file is one missing case in each cell."""
    pytest.importorskip("nibabel")
    result = scans.run(brightest, SCANS)
    assert [arm.verdict for arm in result.arms] == ["PASS", "PASS", "FAIL"]
    assert {(arm.missing, arm.cases) for arm in result.arms} == {(1, 20)}
    cells = {cell.cell: cell.magnitude for cell in result.scenarios[0].cells}
    assert 0 < cells["rician_noise-1"] < cells["rician_noise-5"]
    assert "sub-08.nii.gz: cannot be read as" in result.notes[0]


def test_a_model_is_given_the_affine(scans):
    """With the spacing that the file says."""
    seen = []
    scans.run(lambda volume: seen.append(volume.spacing_mm) or brightest(volume), SCANS)
    assert {tuple(np.round(each, 3)) for each in seen} == {(3.0, 3.0, 3.0)}
