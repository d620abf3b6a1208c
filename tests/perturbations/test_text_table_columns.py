import json
import re

import pytest
from test_text_table_rows import BARS, COLUMNS, LINES, RECORDS, STOCK, TABLES, parsed
from word_samples import CLINICAL, operator, passage, run_examples, table_rows

from robustspec.data.row import Row, Span
from robustspec.errors import DataError
from robustspec.perturbation.base import Passage
from robustspec.perturbation.protect import Finder

NAMES = table_rows("column_names.csv")


def outcome(text, level=None, seed=0, **fields):
    return operator("table_columns", **fields).apply(passage(text), {"seed": seed}, level)


def by_column(text, kind):
    names, rows = parsed(text, kind)
    return dict(zip(names, zip(*rows, strict=True), strict=True))


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("table_columns") >= 2


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_columns_move_with_their_cells(kind, level, seed):
    """Reordering keeps names, cells and the order of the rows."""
    before, after = (
        by_column(TABLES[kind], kind),
        by_column(outcome(TABLES[kind], level, seed, what="reorder").text, kind),
    )
    assert after == before
    assert [*after] != [*before]
    assert level < 3 or [*after] == [*before][::-1]


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("seed", range(4))
def test_columns_get_other_names(kind, seed):
    """Renaming keeps cells and their order; at level 3 every name is another one, none of them twice."""
    before = by_column(TABLES[kind], kind)
    after = by_column(outcome(TABLES[kind], 3, seed, what="rename").text, kind)
    assert [*after.values()] == [*before.values()]
    assert {"sku", "qty", "price"}.isdisjoint(after)
    assert len(after) == len(before)


@pytest.mark.parametrize("kind", TABLES)
def test_levels_are_nested(kind):
    """A name that one level changes stays changed, to the same; the magnitude rises to 1."""
    names, sizes = [], []
    for level in (1, 2, 3):
        result = outcome(TABLES[kind], level, 1, what="rename")
        names.append(parsed(result.text, kind)[0])
        sizes.append(result.magnitude)
    old = parsed(TABLES[kind], kind)[0]
    for fewer, more in ((names[0], names[1]), (names[1], names[2])):
        assert all(b == a for o, a, b in zip(old, fewer, more, strict=True) if a != o)
    assert sizes[0] < sizes[1] < sizes[2] == 1.0


def test_objects_with_other_members():
    """Every object of a list is changed alike; a member that one lacks is no hindrance."""
    text = '[{"sku": "a", "price": 1, "extra": 0}, {"price": 2, "sku": "b"}]'
    after = json.loads(outcome(text, 3).text)
    (sku,) = {key for item in after for key, value in item.items() if value in ("a", "b")}
    (price,) = {key for item in after for key, value in item.items() if value in (1, 2)}
    assert after == [{"extra": 0, price: 1, sku: "a"}, {price: 2, sku: "b"}]


@pytest.mark.parametrize(
    ("header", "pattern"),
    [
        ("unitPrice,inStock", r"[a-z]+([A-Z][a-z]+)*"),
        ("unit_price,in_stock", r"[a-z]+(_[a-z]+)*"),
        ("Unit Price,In Stock", r"[A-Z][a-z]+( [A-Z][a-z]+)*"),
        ("UNIT_PRICE,QTY", r"[A-Z]+(_[A-Z]+)*"),
        ("unit-price,qty", r"[a-z]+(-[a-z]+)*"),
    ],
)
def test_names_in_the_style_of_the_table(header, pattern):
    """Capitals and the marks between words."""
    for seed in range(20):
        names = outcome(f"{header}\n1,2\n3,4", 3, seed, what="rename").text.partition("\n")[0].split(",")
        assert all(re.fullmatch(pattern, name) for name in names), names
        assert {*names}.isdisjoint(header.split(","))


def test_a_table_of_ones_own(tmp_path):
    """It wins over ours and is taken as it is written."""
    (tmp_path / "names.csv").write_text("name,other\nqty,Bestand\nfoo,bar\n", encoding="utf-8")
    own = operator("table_columns", what="rename", table="names.csv").bind(tmp_path)
    text = "qty,foo,unknown\n1,2,3\n4,5,6\n"
    assert own.apply(passage(text), {"seed": 0}, 3).text == "Bestand,bar,unknown\n1,2,3\n4,5,6\n"
    absent = operator("table_columns", table="absent.csv").bind(tmp_path)
    with pytest.raises(DataError, match=r"table_columns\.table: there is no file"):
        absent.apply(passage(text), {"seed": 0}, 3)


def test_a_protected_name_is_kept():
    """The mg of strength_mg stays in the name, and so does a span of the row's."""
    text = "strength_mg,price\n1,2\n3,4\n"
    for seed in range(10):
        assert "mg" in outcome(text, 3, seed, what="rename").text.split("\n")[0].replace(",", "_").split("_")
    row = Row("r", text, spans=(Span("price", "term"),))
    spanned = Passage(text, row, Finder(None, row.spans))
    for seed in range(10):
        renamed = operator("table_columns", what="rename").apply(spanned, {"seed": seed}, 3)
        assert "price" in renamed.text.split("\n")[0].split(",")[1]


def test_quotes_and_widths_stay():
    """A quoted name stays quoted, a padded one as wide where there is room, a rule stays under its column."""
    assert outcome('"qty","price"\n1,2\n3,4\n', 3, what="rename").text.count('"') == 4
    header, rule, *_ = outcome(BARS, 3, 2).text.splitlines()
    assert header.count("|") == rule.count("|") == 4
    assert rule == "|----:|------|:----|"


def test_no_table_no_change():
    """Prose is the passage itself, and so is level 0."""
    for text, level in ((CLINICAL, 3), (LINES, 0), (RECORDS, 0), (COLUMNS, 0)):
        before = passage(text)
        assert operator("table_columns").apply(before, {"seed": 1}, level) is before


def test_the_names():
    """No name stands under two concepts, and each has another one."""
    assert len({row["name"] for row in NAMES}) == len(NAMES)
    assert all(sum(row["concept"] == other["concept"] for other in NAMES) > 1 for row in NAMES)
    assert {key for item in STOCK for key in item} <= {row["name"] for row in NAMES}
