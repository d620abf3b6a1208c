"""`template_swap`: every line with a place for the class becomes another template."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from robustspec.data.row import Message, Row
from robustspec.errors import DataError
from robustspec.perturbation.scope import Scope, perturb
from robustspec.registry import load_operators, lookup

IMAGENET = {
    "itap of a {}.",
    "a bad photo of the {}.",
    "a origami {}.",
    "a photo of the large {}.",
    "a {} in a video game.",
    "art of the {}.",
    "a photo of the small {}.",
}
"""Table C5 of SimNL, the seven of ImageNet."""


def swap(**fields):
    return lookup("perturbations", "template_swap")(**fields)


def test_the_seven_of_imagenet_are_drawn_alike():
    """Each of them, none much more often than another, nothing else."""
    drawn = Counter(perturb(swap(), "a photo of a {}.", seed=seed) for seed in range(700))
    assert set(drawn) == IMAGENET
    assert min(drawn.values()) > 60


def test_a_template_is_never_swapped_for_itself():
    """What is in the table already becomes one of the other six."""
    assert {perturb(swap(), "art of the {}.", seed=seed) for seed in range(100)} == IMAGENET - {"art of the {}."}


def test_lines_get_different_templates():
    """An ensemble stays one; a line without a place stays as it is."""
    first, note, second = perturb(swap(), "a {}\n# my prompts\nthe {}", seed=3).split("\n")
    assert note == "# my prompts"
    assert {first, second} <= IMAGENET
    assert first != second


def test_a_text_without_a_place_is_unchanged():
    """It is no template, and counts as unchanged; so does a table that knows nothing else."""
    row = Row("r", "a photo of a cat")
    scope = Scope(swap())
    assert scope.apply(row, scope.sample(0, row), None) is row
    assert perturb(swap(dataset="dtd"), "{} texture.") == "{} texture."


def test_it_reaches_the_document():
    """`on: context.template` swaps the prompt and nothing else of the row."""
    row = Row("r", (Message("system", "a photo of a {}.", "template"), Message("user", "a {}?")))
    scope = Scope(swap(), on="context.template")
    changed = scope.apply(row, scope.sample(0, row), None)
    assert changed.input[0].content in IMAGENET
    assert changed.input[1] == row.input[1]


def test_a_table_of_ones_own(tmp_path):
    """One column; a template without a place is told with its line."""
    (tmp_path / "t.csv").write_text("template\nmy {} here\n", encoding="utf-8")
    assert perturb(swap(table="t.csv").bind(tmp_path), "a {}") == "my {} here"
    (tmp_path / "t.csv").write_text("template\nmy {} here\nnothing\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"t\.csv:3: the template has no \{\}"):
        perturb(swap(table="t.csv").bind(tmp_path), "a {}")


def test_every_template_of_ours_has_a_place_and_a_denial():
    """And every data set that the field names has some."""
    table = Path(load_operators().__file__).parent / "text" / "tables" / "prompt_templates.csv"
    with table.open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert all("{}" in line["template"] and "{}" in line["negative"] for line in lines)
    for dataset in {line["dataset"] for line in lines}:
        assert "{}" in perturb(swap(dataset=dataset), "look: {}")
