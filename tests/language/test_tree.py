"""YAML text as a tree with places, and texts that are no tree."""

from __future__ import annotations

import pytest

from robustspec.language.tree import TornYamlError, parse, place


def torn(text: str) -> str:
    """The fault of a text that cannot be read."""
    with pytest.raises(TornYamlError) as caught:
        parse(text, "f.yaml")
    return str(caught.value.faults[-1])


def test_values_know_where_they_stand() -> None:
    """Lines and columns count from 1, of keys and of values."""
    tree, _ = parse("a: 1\nb:\n  - x\n  - c: [2, 3]\n", "f")
    node = tree.find(("b", 1, "c", 1))
    assert node is not None
    assert (node.value, node.line, node.column) == (3, 4, 12)
    key = tree.value["b"]
    assert (key.line, key.column) == (2, 1)


def test_place_reads_like_a_path() -> None:
    """List positions stand in brackets."""
    assert place(("scenarios", "paraphrase-and-typo", "perturbations", 0, "kind")) == (
        "scenarios.paraphrase-and-typo.perturbations[0].kind"
    )


def test_aliases_and_merge_keys() -> None:
    """An alias repeats a value; << fills in keys that are not given, the first mapping of a list winning."""
    tree, faults = parse("x: &a {p: 1, q: 2}\ny: {<<: *a, q: 3}\nz: {<<: [*a, {p: 9, r: 4}]}\nw: *a\n", "f")
    assert faults == []
    assert tree.plain() == {
        "x": {"p": 1, "q": 2},
        "y": {"q": 3, "p": 1},
        "z": {"p": 1, "q": 2, "r": 4},
        "w": {"p": 1, "q": 2},
    }


def test_quoted_text_is_never_converted() -> None:
    """Quotes and block scalars keep text as text."""
    tree, _ = parse("a: ['1', \"true\", '']\nb: |\n  7\n", "f")
    assert tree.plain() == {"a": ["1", "true", ""], "b": "7\n"}


def test_keys_are_always_text() -> None:
    """`no`, `1` and `null` are ordinary keys."""
    tree, _ = parse("{no: a, 1: b, null: c}", "f")
    assert tree.plain() == {"no": "a", "1": "b", "null": "c"}


def test_duplicate_keys_name_both_lines() -> None:
    """YAML readers that keep the last value lose a bound silently."""
    _, faults = parse("a: 1\nb: 2\na: 3\n", "f.yaml")
    assert [str(fault) for fault in faults] == [
        "f.yaml:3:1: a: the key stands twice, first in line 1 -- remove one of them"
    ]


def test_tags_are_faults() -> None:
    """No tag constructs an object; the core tags only name a type."""
    tree, faults = parse("a: !!python/name:os.system x\nb: !!str 5\nc: !mine {d: 1}\n", "f.yaml")
    assert [fault.line for fault in faults] == [1, 3]
    assert "!!python/name:os.system is not allowed" in faults[0].message
    assert tree.plain()["b"] == "5"


def test_alias_bomb_is_refused() -> None:
    """Nine levels of nine aliases are refused while they are read."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 9)]
    assert "more than 200,000 values" in torn("\n".join(lines))


def test_too_many_aliases() -> None:
    """The number of aliases is bounded too."""
    assert "more than 1000 aliases" in torn("a: &a x\nb: [" + ", ".join(["*a"] * 1001) + "]")


def test_deep_nesting_is_refused() -> None:
    """Depth is bounded, whatever the length of the text."""
    assert "nested more than 64 deep" in torn("[" * 200_000)


def test_depth_through_aliases_is_bounded() -> None:
    """Aliases of aliases cannot nest deeper than brackets can."""
    lines = ["a0: &a0 [x]"] + [f"a{i}: &a{i} [*a{i - 1}]" for i in range(1, 100)]
    assert "nested more than 64 deep" in torn("\n".join(lines))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "the file is empty"),
        ("# only a comment\n", 1, "the file is empty"),
        ("a:\n\t- b", 2, "a tab stands where YAML wants spaces"),
        ("a: [1,\n", 2, "this is not YAML"),
        ("a: 'open", 1, "this is not YAML"),
        ("a: b: c", 1, "this is not YAML"),
        ("a: *nowhere", 1, "has no anchor before it"),
        ("a: &a [*a]", 1, "stands inside its own anchor"),
        ("a: 1\n---\nb: 2\n", 2, "a second document starts here"),
        ("a: 1\nb: \x00\n", 2, "U+0000 is not allowed"),
    ],
)
def test_texts_that_cannot_be_read(text: str, line: int, words: str) -> None:
    """Each names its line and what is wrong."""
    message = torn(text)
    assert message.startswith(f"f.yaml:{line}:")
    assert words in message


def test_byte_order_mark_is_dropped() -> None:
    """Editors that write one do not break a file."""
    assert parse("\ufeffa: 1", "f")[0].plain() == {"a": 1}


def test_lists_and_mappings_as_keys_are_faults() -> None:
    """Only text can be a key; the rest of the mapping is still read."""
    tree, faults = parse("? [a]\n: b\nc: 2\n", "f")
    assert [fault.message for fault in faults] == ["a key should be plain text"]
    assert tree.plain() == {"c": 2}
