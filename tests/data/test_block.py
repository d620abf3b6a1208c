"""What a data block may say, and what it may not."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from robustspec.data.block import Bounds, DataBlock, Group, PolicyRule, bin_names
from robustspec.data.csv import CsvSource

SOURCE = CsvSource(path="rows.csv")


def refused(model, value) -> str:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    return str(caught.value)


def test_a_bare_string_is_a_column():
    """`vendor` and `{column: vendor}` are the same group, called as its column."""
    assert Group.model_validate("vendor") == Group(name="vendor", column="vendor")


def test_a_column_that_is_no_name_needs_one():
    """A column with a blank cannot stand in a node id."""
    assert "needs a 'name'" in refused(Group, "age group")


@pytest.mark.parametrize("name", ["a b", "a::b", "a[1]", "Größe", "", "a=b"])
def test_group_names_fit_node_ids(name):
    """A name with characters that pytest cannot select is refused."""
    refused(Group, {"name": name, "column": "vendor"})


@pytest.mark.parametrize("name", ["cell", "perturbation", "level"])
def test_words_of_worst_over_are_reserved(name):
    """A group called as another dimension would make worst_over ambiguous."""
    assert "meaning of its own" in refused(Group, {"name": name, "column": "x"})


@pytest.mark.parametrize("bins", [[40, 18], [18, 18], [], [float("nan")], [float("inf")], ["18"]])
def test_bins_are_strictly_ascending_numbers(bins):
    """Unsorted, repeated, missing, infinite and textual edges are refused."""
    refused(Group, {"name": "age_band", "column": "age", "bins": bins})


def test_bins_and_map_exclude_each_other():
    """A value cannot be banded and renamed at once."""
    assert "exclude" in refused(Group, {"name": "g", "column": "c", "bins": [1], "map": {"a": "b"}})


@pytest.mark.parametrize(
    "value",
    [
        {"name": "g"},
        {"name": "g", "column": "c", "of": ["a", "b"]},
        {"of": ["a", "b"]},
        {"name": "g", "of": ["a"]},
        {"name": "g", "of": ["a", "a"]},
        {"name": "a", "of": ["a", "b"]},
        {"name": "g", "of": ["a", "b"], "missing": "none"},
    ],
)
def test_a_group_has_a_column_or_parts(value):
    """Neither, both, an unnamed or a degenerate intersection is refused."""
    refused(Group, value)


def test_map_keys_may_be_numbers_and_booleans():
    """YAML reads `1:` as a number; the map compares text."""
    assert Group.model_validate({"name": "g", "column": "c", "map": {2: "two", True: "yes"}}).map == {
        "2": "two",
        "true": "yes",
    }


def test_bins_are_named_by_their_edges():
    """The names of the language's page."""
    assert bin_names((18, 40, 65)) == ["below-18", "18-to-40", "40-to-65", "from-65"]


def test_bins_keep_fractions_and_write_large_numbers_out():
    """Edges that %g would merge or write with a plus sign stay apart and fit ids."""
    assert bin_names((0.5, 1234567, 1234568, 1e7)) == [
        "below-0.5",
        "0.5-to-1234567",
        "1234567-to-1234568",
        "1234568-to-10000000",
        "from-10000000",
    ]


@pytest.mark.parametrize("value", [{}, {"at_least": 4, "at_most": 3}, {"at_most": float("inf")}, {"at_most": "4"}])
def test_bounds_are_a_range_of_numbers(value):
    """An empty, reversed, infinite or textual range is refused."""
    refused(Bounds, value)


def test_a_policy_rule_takes_a_word_or_two():
    """`is: ask` and `is: [ask]` are the same policy."""
    rule = PolicyRule.model_validate({"when": {"snr": {"at_most": 4}}, "is": "ask"})
    assert rule == PolicyRule.model_validate({"when": {"snr": {"at_most": 4}}, "is": ["ask"]})
    assert rule.policy == ("ask",)


@pytest.mark.parametrize(
    "value",
    [
        {"when": {}, "is": "ask"},
        {"when": {"a": 1}, "is": "decline"},
        {"when": {"a": 1}, "is": []},
        {"when": {"a": 1}, "is": ["ask", "ask"]},
        {"when": {"a": 1}, "is": ["ask", "answer", "may_refuse"]},
        {"when": {"a": []}, "is": "ask"},
        {"when": {"a": 1}, "is_": "ask"},
    ],
)
def test_unusable_policy_rules_are_refused(value):
    """No condition, no policy, an unknown word, a word twice, three words."""
    refused(PolicyRule, value)


def test_two_groups_of_one_name_are_refused():
    """Ids would clash."""
    assert "two groups are called 'vendor'" in refused(DataBlock, {"source": SOURCE, "groups": ["vendor", "vendor"]})


def test_an_intersection_stands_after_its_parts():
    """A part that is declared later is a fault, not silently a column."""
    groups = [{"name": "scanner", "of": ["vendor", "field"]}, "vendor"]
    assert "must stand before" in refused(DataBlock, {"source": SOURCE, "groups": groups})


def test_unknown_canonical_names_are_refused():
    """`columns` maps the six canonical names only."""
    assert "columns" in refused(DataBlock, {"source": SOURCE, "columns": {"text": "input"}})


def test_origin_is_one_of_four_words():
    """It is printed on every verdict."""
    assert "origin" in refused(DataBlock, {"source": SOURCE, "origin": "scraped"})


def test_a_block_survives_its_shortest_dump():
    """Dumping without defaults and loading again gives an equal block."""
    groups = [
        "vendor",
        {"name": "band", "column": "age", "bins": [18, 40.5]},
        {"name": "both", "of": ["vendor", "band"]},
    ]
    said = {
        "groups": groups,
        "where": {"field": [1.5, 3], "site": "a", "adult": True, "age": {"at_least": 18}},
        "policy": [{"when": {"snr": {"at_most": 4}}, "is": "must_refuse"}, {"when": {"x": 1}, "is": ["ask", "answer"]}],
    }
    block = DataBlock.model_validate({"source": SOURCE, **said})
    dumped = block.model_dump(mode="json", exclude_defaults=True, exclude={"source"})
    assert dumped == said
    assert DataBlock.model_validate({"source": SOURCE, **dumped}) == block


def test_the_schema_allows_the_short_forms():
    """A group may be a string and a policy a word in the editor too."""
    definitions = DataBlock.model_json_schema()["$defs"]
    assert definitions["Group"]["anyOf"][0]["type"] == "string"
    assert "must_refuse" in str(definitions["PolicyRule"]["properties"]["is"]["anyOf"][0])
