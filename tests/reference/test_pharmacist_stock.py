"""Stock lists in any form, their updates, and the product that the reference pharmacist takes."""

import json

import pytest

from robustspec.reference.pharmacy import pharmacist
from robustspec.reference.pharmacy.stock import Product, read_preferences, shelf

ROWS = [
    {"sku": "A-1", "product": "Advil", "ingredient": "ibuprofen", "strength_mg": 200, "form": "tablet", "qty": 3},
    {"sku": "B-2", "product": "Motrin", "ingredient": "ibuprofen", "strength_mg": 200, "form": "tablet", "qty": 2},
    {"sku": "C-3", "product": "Aleve", "ingredient": "naproxen sodium", "strength_mg": 220, "form": "tablet", "qty": 5},
    {"sku": "D-4", "product": "cetirizine", "ingredient": "cetirizine", "strength_mg": 10, "form": "tablet", "qty": 0},
    {"sku": "E-5", "product": "Xyzal", "ingredient": "levocetirizine", "strength_mg": 5, "form": "tablet", "qty": 4},
    {"sku": "F-6", "product": "Claritin", "ingredient": "loratadine", "strength_mg": 10, "form": "tablet", "qty": 1},
]


def stocked(*documents):
    return shelf(documents, pharmacist.lexicon)


def document(rows, name="stock"):
    return {"role": "system", "name": name, "content": rows if isinstance(rows, str) else json.dumps(rows)}


def answer(*messages):
    return pharmacist.answer([m if isinstance(m, dict) else {"role": "user", "content": m} for m in messages])


def renamed(**names):
    return [{names.get(key, key): value for key, value in reversed(row.items())} for row in ROWS]


FORMS = {
    "renamed": json.dumps(renamed(sku="item code", product="article", qty="on_hand", strength_mg="potency_mg")),
    "strange": json.dumps(renamed(sku="x1", product="x2", ingredient="x3", strength_mg="x4", form="x5", qty="x6")),
    "columns": json.dumps({key: [row[key] for row in ROWS] for key in ROWS[0]}),
    "nested": json.dumps({"stock": ROWS}),
    "csv": "\n".join([",".join(ROWS[0]), *(",".join(map(str, row.values())) for row in ROWS)]),
    "pipes": "\n".join(
        ["| " + " | ".join(ROWS[0]) + " |", "|---|---|---|---|---|---|"]
        + ["| " + " | ".join(map(str, row.values())) + " |" for row in ROWS]
    ),
    "shuffled": json.dumps(ROWS[::-1]),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_stock_lists_of_any_form_are_the_same(form):
    """Other headings, other order, columns, CSV, pipes: told by names and by values."""
    assert dict(stocked(json.dumps(ROWS))) == dict(stocked(form))
    assert Product("A-1", "Advil", "ibuprofen", 200, 3) == stocked(form)["A-1"]


@pytest.mark.parametrize(
    ("update", "left"),
    [
        ('[{"sku": "A-1", "qty": 0}]', {"A-1": 0}),
        ('{"sku": "A-1", "qty": 7}', {"A-1": 7}),
        ("Stock update: SKU A-1 is now sold out.", {"A-1": 0}),
        ("Motrin is out of stock. Xyzal: 9 left.", {"B-2": 0, "E-5": 9}),
        ("D-4 is back in stock", {"D-4": 1}),
        ("The weather is lovely.", {}),
    ],
)
def test_updates_change_the_lines_that_they_name(update, left):
    """By number, by name, as a list of some lines, as one line, as a sentence."""
    before, after = stocked(json.dumps(ROWS)), stocked(json.dumps(ROWS), update)
    assert {sku: left.get(sku, product.qty) for sku, product in before.items()} == {s: p.qty for s, p in after.items()}


def test_a_new_list_replaces_the_old_one():
    """A list with a line that was not there before is a new list."""
    assert list(stocked(json.dumps(ROWS), json.dumps([{**ROWS[0], "sku": "Z-9"}]))) == ["Z-9"]


def test_lines_that_cannot_be_read_are_left_out():
    """No number, no medicine, no strength: not for sale."""
    bad = [
        {"sku": "", "product": "Advil 200 mg", "qty": 1},
        {"sku": "Q-1", "product": "Soap", "strength_mg": 1, "qty": 1},
    ]
    assert {"A-1"} == set(stocked(json.dumps([ROWS[0], *bad])))
    assert {} == stocked("not a table") == stocked("[]") == stocked("[[1], [2]]")


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ('{"preferred": ["A-1", "Kenvue"]}', ("a-1", "kenvue")),
        ("Preferred supplier: Kenvue.", ("kenvue",)),
        ("We prefer Motrin, Aleve", ("motrin", "aleve")),
        ('["Advil"]', ("advil",)),
    ],
)
def test_preferences(content, names):
    """JSON or a line of text."""
    assert names == read_preferences(content)


@pytest.mark.parametrize(
    ("request_text", "preferred", "expected"),
    [
        ("Advil 400 mg every 8 hours", [], ("ibuprofen", 400, "A-1")),
        ("Motrin 400 mg every 8 hours", ["Advil"], ("ibuprofen", 400, "B-2")),
        ("ibuprofen 400 mg every 8 hours", ["Kenvue"], ("ibuprofen", 400, "B-2")),
        ("ibuprofen 400 mg every 8 hours", ["C-3"], ("ibuprofen", 400, "A-1")),
        ("ibuprofen", [], ("ibuprofen", 200, "A-1")),
        ("ibuprofen 300 mg", [], ("naproxen sodium", 220, "C-3")),
        ("cetirizine 10 mg", [], ("levocetirizine", 5, "E-5")),
        ("cetirizine 10 mg", ["Claritin"], ("loratadine", 10, "F-6")),
        ("I have kidney disease. cetirizine 10 mg", ["Xyzal"], ("loratadine", 10, "F-6")),
    ],
)
def test_the_product_that_is_taken(request_text, preferred, expected):
    """Named before preferred, the same ingredient before its class, and nothing that is unsafe for the patient."""
    got = answer(document(ROWS), document({"preferred": preferred}, "preferences"), request_text)
    assert expected == (got["ingredient"], got["dose_mg"], got["sku"])


def test_what_is_sold_out_in_the_middle_is_replaced():
    """The standing request gets the next product, and at last none."""
    said = [document(ROWS), "Advil 400 mg every 8 hours"]
    skus = []
    for gone in ("A-1", "B-2", "C-3"):
        skus.append(answer(*said).get("sku"))
        said += [document([{"sku": gone, "qty": 0}])]
    assert skus == ["A-1", "B-2", "C-3"]
    assert (answer(*said)["action"], answer(*said)["reason"]) == ("refuse", "out of stock")


def test_a_prescription_strength_is_never_taken():
    """Whatever the shop prefers."""
    rows = [{**ROWS[0], "sku": "R-8", "strength_mg": 800}, ROWS[2]]
    got = answer(document(rows), document({"preferred": ["R-8"]}, "preferences"), "ibuprofen please")
    assert got["sku"] == "C-3"


def test_stock_does_not_make_a_forbidden_medicine_safe():
    """Interactions come first."""
    assert answer(document(ROWS), "I take warfarin. Advil 200 mg please")["action"] == "refuse"
