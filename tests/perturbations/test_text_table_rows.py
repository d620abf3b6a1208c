import csv
import io
import json
from itertools import combinations

import pytest
from word_samples import BLANK, CLINICAL, operator, passage, run_examples

from robustspec.data.row import Message, Row
from robustspec.perturbation.scopes import scope_of

STOCK = [{"sku": f"A{k}", "name": f'no. {k}, "x"', "qty": k % 4, "price": 1.5 * k} for k in range(9)]
RECORDS = json.dumps(STOCK, indent=2)
COLUMNS = json.dumps({key: [item[key] for item in STOCK] for key in STOCK[0]})
LINES = "sku;name;qty\n" + "".join(f'A{k};"a;b {k}";{k % 3}\n' for k in range(9))
BARS = "| sku | name | qty |\n|:----|------|----:|\n" + "\n".join(f"| A{k} | a\\|b {k} | {k % 3} |" for k in range(9))
TABLES = {"records": RECORDS, "columns": COLUMNS, "lines": LINES, "bars": BARS}


def parsed(text, kind):
    """Names of the columns and the rows of a table, by readers of the standard library."""
    if kind == "records":
        return [*json.loads(text)[0]], [tuple(item.values()) for item in json.loads(text)]
    if kind == "columns":
        table = json.loads(text)
        return [*table], list(zip(*table.values(), strict=True))
    if kind == "lines":
        header, *rows = csv.reader(io.StringIO(text), delimiter=";")
        return header, [tuple(row) for row in rows]
    lines = [line.replace("\\|", "\0").strip("|").split("|") for line in text.splitlines()]
    cells = [tuple(cell.strip() for cell in line) for line in lines]
    return list(cells[0]), cells[2:]


def outcome(text, level=None, seed=0, **fields):
    return operator("table_rows", **fields).apply(passage(text), {"seed": seed}, level)


def distance(rows, others):
    """Pairs of rows in the other order."""
    places = [others.index(row) for row in rows]
    return sum(left > right for left, right in combinations(places, 2))


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("table_rows") >= 2


@pytest.mark.parametrize("kind", TABLES)
@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("seed", range(5))
def test_rows_move_whole(kind, level, seed):
    """The same rows in another order, of exactly the distance that the level says: 4, 9 and 18 of 36 pairs."""
    names, rows = parsed(TABLES[kind], kind)
    result = outcome(TABLES[kind], level, seed)
    after_names, after = parsed(result.text, kind)
    assert after_names == names
    assert sorted(after) == sorted(rows)
    assert distance(rows, after) == {1: 4, 2: 9, 3: 18}[level]
    assert result.magnitude == pytest.approx({1: 4, 2: 9, 3: 18}[level] / 36)
    assert sorted(result.text) == sorted(TABLES[kind])


@pytest.mark.parametrize("kind", TABLES)
def test_levels_are_nested(kind):
    """A pair that one level inverts stays inverted at the next."""
    _, rows = parsed(TABLES[kind], kind)
    inverted = []
    for level in (1, 2, 3):
        _, after = parsed(outcome(TABLES[kind], level, 3).text, kind)
        inverted.append({(a, b) for a, b in combinations(rows, 2) if after.index(a) > after.index(b)})
    assert inverted[0] < inverted[1] < inverted[2]


def test_all_pairs_is_the_reverse():
    """``inverted_fraction: 1``."""
    _, rows = parsed(LINES, "lines")
    assert parsed(outcome(LINES, inverted_fraction=1).text, "lines")[1] == rows[::-1]


@pytest.mark.parametrize("kind", TABLES)
def test_the_text_around_it_stays(kind):
    """A table in the middle of prose is found, and nothing else changes."""
    text = f"Hello, here is the list:\n\n{TABLES[kind].strip()}\n\nWhich one, [please], {{or}} | which two?"
    result = outcome(text, 3).text
    assert result != text
    assert result.startswith("Hello, here is the list:\n\n")
    assert result.endswith("\n\nWhich one, [please], {or} | which two?")
    assert sorted(result) == sorted(text)


@pytest.mark.parametrize(
    "text",
    [
        *BLANK,
        CLINICAL,
        "Hello, I am\nwriting, to you\nabout, nothing",
        "a|b\nc|d\ne|f",
        "[1, 2, 3] and {x} and [{]",
        '[{"a": 1, "b": 2}]',
        '[{"a": 1}, {"a": 2}]',
        '[{"a": 1, "a": 2}, {"a": 3, "a": 4}]',
        '{"a": [1, 2], "b": [3]}',
        '{"stock": [], "preference": []}',
        "[{" * 5000,
        '{"a":' * 3000,
        "sku,qty\nA,1",
        "sku,sku\nA,1\nB,2\nC,3",
    ],
)
def test_what_is_no_table_stays(text):
    """Prose with commas, torn JSON, one row, one column, a name twice: the passage itself."""
    before = passage(text)
    assert operator("table_rows").apply(before, {"seed": 1}, 3) is before


def test_lists_beside_the_table_stay():
    """An order of preference is no table, though it is as long as one."""
    text = '{"stock": [{"a": 1, "b": 2}, {"a": 3, "b": 4}], "preference": ["x", "y"]}'
    after = json.loads(outcome(text, 3).text)
    assert after == {"stock": [{"a": 3, "b": 4}, {"a": 1, "b": 2}], "preference": ["x", "y"]}


def test_two_tables_of_a_text():
    """Both are disordered; the magnitude is the mean."""
    text = f"{LINES}\n\n{BARS}"
    result = outcome(text, 1)
    assert result.magnitude == pytest.approx(4 / 36)
    lines, bars = result.text.split("\n\n")
    assert (lines + "\n" != LINES, bars != BARS) == (True, True)


def test_in_a_document():
    """``on: context.stock`` changes the document and nothing else."""
    row = Row("r", (Message("user", RECORDS, "stock"), Message("user", "Which one?")), "A1")
    scope = scope_of(operator("table_rows"), on="context.stock")
    after = scope.apply(row, scope.sample(0, row), 3)
    assert after.input[1] == row.input[1]
    assert sorted(map(str, json.loads(after.input[0].content))) == sorted(map(str, STOCK))


def test_within_spans_there_is_nothing_to_move():
    """Edits confined to doses cannot move rows."""
    before = passage(LINES, within=["dose"])
    assert operator("table_rows").apply(before, {"seed": 1}, 3) is before
