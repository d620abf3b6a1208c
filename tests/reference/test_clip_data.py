"""The shipped data of the specification of shapes is what its generator makes, and its labels follow from what was drawn."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from robustspec.reference.clip.captions import SYNONYMS, TEMPLATES
from robustspec.reference.clip.generate import EACH, write
from robustspec.reference.clip.render import COLOURS, DOMAINS, SHAPES, SIDE, Scene, picture, scene
from robustspec.reference.clip.steps import STEPS, instruction, pairs

FOLDER = Path(__file__).resolve().parents[2] / "specs" / "data" / "clip"


@cache
def rows(name):
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def document(row, name):
    return next(message["content"] for message in row["messages"] if message.get("name") == name)


def test_the_generator_makes_the_same_data(tmp_path):
    """Seed 0 gives the files as they are; of the pictures, the same pixels, for zip libraries compress otherwise."""
    write(tmp_path, 0)
    for name in ("shapes.jsonl", "negation.jsonl", "synonyms.csv"):
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes(), name
    with np.load(tmp_path / "pictures.npz") as made, np.load(FOLDER / "pictures.npz") as shipped:
        assert np.abs(made["images"].astype(int) - shipped["images"]).max() <= 1


def test_classes_and_domains_are_balanced():
    """Seventeen pictures of each class in each domain."""
    assert set(Counter((row["domain"], row["class"]) for row in rows("shapes")).values()) == {EACH}
    assert {row["class"] for row in rows("shapes")} == set(SHAPES)
    assert all(document(row, "classes").split("\n") == list(SHAPES) for row in rows("shapes"))


def test_the_true_caption_is_the_label():
    """Where the class is there the line that names it, else the one that denies it; and neither line is always right."""
    for row, shape in zip(rows("negation"), rows("shapes"), strict=True):
        true = document(row, "captions").split("\n")[row["label"] - 1]
        assert ("no " in true) == (row["shown"] == "absent")
        assert (f" {shape['class']}." in true) == (row["shown"] == "there")
    counts = Counter((row["shown"], row["label"]) for row in rows("negation"))
    assert set(Counter(row["shown"] for row in rows("negation")).values()) == {408}
    assert min(counts.values()) > 160


def test_what_is_shown_says_nothing_about_its_domain():
    """In each domain about half of the captions are of what is there."""
    there = Counter(row["domain"] for row in rows("negation") if row["shown"] == "there")
    assert all(80 <= there[domain] <= 124 for domain in DOMAINS)


def test_the_start_answers_every_row():
    """One recorded output for each picture, of one of the classes."""
    start = rows("start")
    assert len({line["case_id"] for line in start}) == len(rows("shapes"))
    assert {line["output"]["label"] for line in start} <= set(SHAPES)


def test_no_two_classes_share_a_name():
    """A synonym of two classes would make the label ambiguous."""
    names = [name for shape, others in SYNONYMS.items() for name in (shape, *others)]
    assert len(set(names)) == len(names)


def test_templates_deny_what_they_name():
    """Both of a pair have one place for the class."""
    assert all(there.count("{}") == absent.count("{}") == 1 for there, absent in TEMPLATES)


def at(shape, domain="clean", **fields):
    plain = {"x": 0.0, "y": 0.0, "radius": 0.8, "turn": 0.0, "seed": 3}
    return picture(Scene(shape, "red", "white", domain, **(plain | fields)))


def red(pixels):
    return (pixels[:, :, 0] > 150) & (pixels[:, :, 1] < 140)


@pytest.mark.parametrize(
    ("shape", "share"),
    [
        ("circle", np.pi * 0.92**2 / 4),
        ("square", 0.8**2),
        ("ring", np.pi * (0.95**2 - 0.55**2) / 4),
        ("diamond", 0.62 / 2),
    ],
)
def test_shapes_have_the_area_that_geometry_gives(shape, share):
    """As a share of the square around them, which is 0.8 of the picture's side."""
    assert red(at(shape)).mean() == pytest.approx(share * 0.8**2, abs=0.02)


def test_a_triangle_points_up_and_an_arrow_too():
    """The v axis points up: rows count down."""
    for shape in ("triangle", "arrow"):
        filled = red(at(shape)).sum(axis=1)
        widest = int(np.argmax(filled))
        assert filled[:4].sum() < filled[widest]
    assert int(np.argmax(red(at("triangle")).sum(axis=1))) > SIDE / 2


def test_a_moved_shape_is_where_it_was_put():
    """To the right and up by half of half the side."""
    ys, xs = np.nonzero(red(at("circle", x=0.5, y=0.5, radius=0.4)))
    assert (xs.mean() + 0.5) / SIDE * 2 - 1 == pytest.approx(0.5, abs=0.03)
    assert 1 - (ys.mean() + 0.5) / SIDE * 2 == pytest.approx(0.5, abs=0.03)


def test_the_same_seed_draws_the_same_scene():
    """And another seed another one."""
    scenes = [scene(np.random.default_rng(seed), "star", "style") for seed in (1, 1, 2)]
    assert scenes[0] == scenes[1] != scenes[2]
    assert (picture(scenes[0]) == picture(scenes[1])).all()
    assert scenes[0].colour in COLOURS


def test_sketches_have_no_colour():
    """Their three channels differ by grain alone."""
    pixels = at("star", "sketch").astype(int)
    assert np.ptp(pixels, axis=2).max() < 20


def test_shapes_gather_step_by_step():
    """Each picture of an instruction has more of its colour than the one before; headlines are five."""
    for seed in range(10):
        of = instruction(np.random.default_rng(seed))
        changed = [np.abs(later.astype(int) - of.pictures[0]).max(axis=2) > 40 for later in of.pictures]
        areas = [int(each.sum()) for each in changed]
        assert len(of.headlines) == STEPS
        assert areas == sorted(set(areas))


def test_every_second_pair_is_turned_round():
    """In order where the second picture has more in it."""
    for row in pairs(20, 1):
        assert row.pictures[0].shape == (SIDE, SIDE, 3)
    assert [row.in_order for row in pairs(4, 1)] == [True, False, True, False]
