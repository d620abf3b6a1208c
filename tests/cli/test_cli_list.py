"""robustspec list."""

from importlib.metadata import EntryPoint

import pytest

from robustspec import registry
from robustspec.commands.list_kinds import spelled


def test_every_set_and_kind_is_listed(command):
    """Without arguments everything that a specification may name is there."""
    code, out, _ = command("list")
    lines = {line.split()[0] for line in out.splitlines() if line.startswith("  ") and not line.startswith("    ")}
    assert code == 0
    for which in registry.SETS:
        assert f"{which}\n" in out
        assert set(registry.table(which)) <= lines


def test_a_perturbation_is_listed_with_its_ladder(command):
    """Physical units stand under the first line of the docstring."""
    _, out, _ = command("list", "perturbations")
    lines = out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("  keyboard_typo "))
    assert "level 1 to 5: letter_fraction 0.01, 0.03, 0.05, 0.1, 0.2" in lines[at + 1]
    assert max(map(len, lines)) <= 110


def test_the_page_of_a_kind(command):
    """Docstring, ladder and fields with type, default and description."""
    code, out, _ = command("list", "metrics", "json_match")
    assert code == 0
    assert out.startswith("json_match: metric of robustspec\n")
    assert "Shape: case; better: higher; from 0 to 1" in out
    assert "  tolerance: number (default " in out


def test_a_kind_may_stand_alone(command):
    """Where the name tells, the set may be left out."""
    assert command("list", "metrics", "accuracy") == command("list", "accuracy")


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["metric"], "there is no set or kind 'metric' -- did you mean 'metrics'?"),
        (["metrics", "acuracy"], "unknown metric 'acuracy' -- did you mean 'accuracy'?"),
        (["qqq"], "the sets are: perturbations, metrics, "),
    ],
)
def test_an_unknown_name(command, arguments, fault):
    """The nearest name is suggested."""
    code, _, err = command("list", *arguments)
    assert code == 4
    assert fault in err


def test_other_packages_and_broken_ones(command, monkeypatch):
    """Kinds of others stand under their package; one that does not import is marked, with the reason."""
    points = [EntryPoint("acme/fine", "robustspec.metrics.accuracy:Accuracy", "robustspec.metrics")]
    points += [EntryPoint("acme/gone", "no_such_package:Gone", "robustspec.metrics")]
    monkeypatch.setattr(registry, "entry_points", lambda group: points if group == "robustspec.metrics" else [])
    registry.table.cache_clear()
    try:
        code, out, _ = command("list", "metrics")
    finally:
        registry.table.cache_clear()
    assert code == 0
    others = out.partition("  of unknown:\n")[2]
    assert "acme/fine" in others
    assert "acme/gone" in others
    assert "BROKEN: metric 'acme/gone'" in " ".join(others.split())


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (float | None, "number"),
        (bool, "true | false"),
        (tuple[str, ...], "list of text"),
        (dict[str, int], "mapping of text to whole number"),
    ],
)
def test_types_are_spelled_in_words(annotation, words):
    """A reader of a page need not know Python."""
    assert words == spelled(annotation)
