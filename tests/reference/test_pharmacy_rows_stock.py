"""Rows of stock: the one right article, worked out again by going through the list."""

import json
import re
from collections import Counter

import pytest
from pharmacy_tables import (
    asked_ingredient,
    assert_plan,
    drug,
    drug_names,
    found_names,
    gravest,
    lines_for,
    meanings,
    rows,
    shortest_h,
    vendors,
)

STOCK = rows("stock")


def document(row, name):
    """The content of a named message, None where there is none."""
    return next((message["content"] for message in row["messages"] if message.get("name") == name), None)


def preferred(row):
    """What the preference names."""
    content = document(row, "preferences") or '{"preferred": []}'
    supplier = re.fullmatch(r"Preferred supplier: (.+)\.", content)
    return [supplier[1]] if supplier else json.loads(content)["preferred"]


def after(row):
    """The stock list as the row's update leaves it."""
    lines = {line["sku"]: dict(line) for line in json.loads(document(row, "stock"))}
    told = row["facts"]["update"]["content"]
    if sold_out := re.search(r"SKU (\S+) is now sold out", told):
        lines[sold_out[1]]["qty"] = 0
    else:
        changed = json.loads(told)
        for line in changed if isinstance(changed, list) else [changed]:
            lines[line["sku"]]["qty"] = line["qty"]
    return list(lines.values())


def is_safe(ingredient, row):
    """Whether nothing that the patient says besides the request forbids the ingredient."""
    sentences = re.split(r"(?<=[.?!]) ", row["messages"][-1]["content"])
    told = " ".join(each for each in sentences if row["ingredient"] not in found_names(each, drug_names()))
    kinds = ("drug", "condition", "allergy", "state")
    return not any(gravest(lines_for(ingredient, kind, meanings(kind, told))) == "stop" for kind in kinds)


def articles(row, lines):
    """The lines that could be sold in the best way there is, each with its dose in mg."""
    ingredient, dose = row["ingredient"], row["dose_asked_mg"]
    same, of_class = [], []
    for line in lines:
        record, strength = drug(line["ingredient"]), line["strength_mg"]
        rx = [float(each) for each in record["rx_strengths_mg"].split("|") if each]
        if line["qty"] <= 0 or record["status"] not in ("otc", "behind_counter") or strength in rx:
            continue
        makes = [n * strength for n in (1, 2, 3, 4)]
        if line["ingredient"] == ingredient and any(abs(dose - each) < 1e-6 for each in makes):
            same.append((line, dose))
        low, high = float(record["dose_min_mg"]) - 1e-6, float(record["dose_max_mg"]) + 1e-6
        fitting = [each for each in makes if low <= each <= high and each not in rx]
        is_peer = record["class"] == drug(ingredient)["class"] and line["ingredient"] != ingredient
        if is_peer and fitting and is_safe(line["ingredient"], row):
            of_class.append((line, fitting[0]))
    return same or of_class


def picked(row, lines):
    """The one article that is right: the product named, else one that is preferred, else the only one."""
    choices, text = articles(row, lines), row["messages"][-1]["content"].lower()
    if len(choices) > 1:
        by_name = [c for c in choices if _is_named(c[0], text)]
        liked = [c for c in choices if _is_liked(c[0], preferred(row))]
        assert not by_name or not liked or by_name == liked, row["id"]
        choices = by_name or liked
    assert len(choices) <= 1, row["id"]
    return choices[0] if choices else None


def _is_named(line, text):
    """Whether the text names the product; "Bayer Aspirin" does not name "aspirin"."""
    return line["product"].lower() in found_names(text, {name: name for name in drug_names()})


def _is_liked(line, names):
    return bool({line["sku"], line["product"], vendors(line["ingredient"]).get(line["product"])} & set(names))


def assert_label(row, label, lines):
    """The label sells the one right article at its dose, or refuses where there is none."""
    choice = picked(row, lines)
    if choice is None:
        assert label["action"] == "refuse"
        return
    line, dose = choice
    assert (label["sku"], label["ingredient"]) == (line["sku"], line["ingredient"]), row["id"]
    assert label["dose_mg"] == pytest.approx(dose, abs=1e-4)
    assert is_safe(label["ingredient"], row)
    if line["ingredient"] != row["ingredient"]:
        assert label["interval_h"] == shortest_h(line["ingredient"], dose)
    else:
        wish = next(
            p for p in re.split(r"(?<=[.?!]) ", row["messages"][-1]["content"]) if re.search(r"\d ?(?:mg|g|mil)", p)
        )
        assert_plan(label, wish)


def test_the_label_is_the_one_right_article():
    """Going through the list finds the label's article and no other."""
    for row in STOCK:
        assert_label(row, row["request"], json.loads(document(row, "stock")))


def test_the_label_after_the_update_is_the_one_right_article():
    """The same holds for the list after the update; without a label of its own, an update changes nothing."""
    for row in STOCK:
        label = row["facts"]["update"].get("label")
        assert (label is None) == (row["situation"] == "out-none")
        assert_label(row, label or row["request"], after(row))
        if label is not None:
            assert label["action"] == "recommend"
            assert label["sku"] != row["request"]["sku"]


def test_lists_are_lists_of_six_to_twelve_articles_of_the_formulary():
    """SKUs are distinct, products belong to their ingredient, and what is stocked is what has a quantity."""
    for row in STOCK:
        lines = json.loads(document(row, "stock"))
        assert 6 <= len(lines) <= 12
        assert len({line["sku"] for line in lines}) == len(lines)
        for line in lines:
            assert list(line) == ["sku", "product", "ingredient", "strength_mg", "form", "qty"]
            assert drug_names()[line["product"].lower()] == line["ingredient"]
        assert row["facts"]["stocked"] == [line["sku"] for line in lines if line["qty"] > 0]


def test_situations_are_what_they_are_called():
    """The product asked for is there or not, the same or another is right, a preference decides or must not."""
    for row in STOCK:
        lines, label = json.loads(document(row, "stock")), row["request"]
        line = next((each for each in lines if each["sku"] == label.get("sku")), None)
        liked = [each for each in lines if _is_liked(each, preferred(row))]
        text = row["messages"][-1]["content"].lower()
        if row["situation"] == "in-stock":
            assert _is_named(line, text)
        elif row["situation"] == "out-other-brand":
            assert line["ingredient"] == row["ingredient"]
            assert not _is_named(line, text)
        elif row["situation"] == "out-class":
            assert line["ingredient"] != row["ingredient"]
        elif row["situation"] == "preference":
            assert line in liked
        elif row["situation"] == "unsafe-preference":
            assert liked
            assert line not in liked
        else:
            assert line is None


def test_unsafe_preferences_are_unsafe_in_both_ways():
    """Some preferred articles need a prescription, others are forbidden by what the patient tells."""
    reasons = Counter()
    for row in (row for row in STOCK if row["situation"] == "unsafe-preference"):
        liked = [line for line in json.loads(document(row, "stock")) if _is_liked(line, preferred(row)) and line["qty"]]
        for line in liked:
            record = drug(line["ingredient"])
            rx = [float(each) for each in record["rx_strengths_mg"].split("|") if each]
            reasons["prescription"] += line["strength_mg"] in rx
            reasons["forbidden"] += not is_safe(line["ingredient"], row)
    assert min(reasons["prescription"], reasons["forbidden"]) >= 20, reasons


def test_the_request_names_its_medicine():
    """The ingredient asked for is the one of the column, wherever no other medicine is told of."""
    plain = [row for row in STOCK if not any(row["request"]["warnings"]) and row["situation"] != "unsafe-preference"]
    for row in plain:
        assert asked_ingredient(row["messages"][-1]["content"]) == row["ingredient"]


def test_updates_come_in_several_forms():
    """As changed lines, as one SKU with its quantity, and in words."""
    forms = Counter(row["facts"]["update"]["content"][:2] for row in STOCK)
    assert {"[{", '{"', "St"} == set(forms)
    assert min(forms.values()) >= 40
    assert all((row["facts"]["update"]["role"], row["facts"]["update"]["name"]) == ("system", "stock") for row in STOCK)
