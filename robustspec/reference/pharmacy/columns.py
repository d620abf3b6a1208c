"""What the columns of a stock list hold, whatever they are called and however they are ordered."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from robustspec.reference.normalise import normalise
from robustspec.reference.pharmacy.formulary import load_formulary
from robustspec.reference.pharmacy.tables import Record

Names = Callable[[str], str]
"""From the name of a product or ingredient to the ingredient of the formulary; empty where it is none."""
Roles = Mapping[str, str]
"""From what a column holds (sku, product, ingredient, strength, qty, vendor) to its name."""

_HEADS = {
    "sku": "sku code number id ref upc no",
    "qty": "qty quantity hand stock units available count inventory left level packs",
    "strength": "strength mg potency dose dosage",
    "ingredient": "ingredient substance drug medicine inn molecule compound generic active",
    "product": "product name description title label brand item article",
    "vendor": "vendor supplier maker manufacturer company",
    "other": "form presentation type price cost location shelf expiry unit currency",
}
_WORDS = {word: role for role, words in _HEADS.items() for word in words.split()}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def roles(records: Sequence[Record], names: Names) -> Roles:
    """Which column holds what: told by the values where these show it, else by the words of the heading.

    Names of the formulary are products or ingredients, codes of letters and digits are stock numbers, numbers that the
    medicine exists in are strengths, and what is left of the numbers is the quantity.
    """
    columns = {name: [record.get(name, "") for record in records] for name in records[0]}
    found: dict[str, str] = {}
    _take(found, "sku", [name for name, cells in columns.items() if all(map(_is_code, cells))])
    medicines = [name for name, cells in columns.items() if sum(bool(names(cell)) for cell in cells) * 2 > len(cells)]
    plain = [name for name in medicines if all(names(cell) == cell.strip().lower() for cell in columns[name])]
    _take(found, "ingredient", [name for name in plain if _head(name) == "ingredient"] or plain[: len(medicines) > 1])
    _take(found, "product", [name for name in medicines if name not in found.values()])
    numbers = [name for name, cells in columns.items() if all(_NUMBER.fullmatch(cell.strip()) for cell in cells)]
    for role in ("sku", "vendor", "strength", "qty"):
        if role not in found:
            _take(found, role, [name for name in columns if name not in found.values() and _head(name) == role])
    left = [name for name in numbers if name not in found.values() and _head(name) in ("", "strength", "qty")]
    if "strength" not in found:
        key = found.get("ingredient") or found.get("product")
        _take(found, "strength", [name for name in left if key and _exist(columns[key], columns[name], names)])
    if "qty" not in found:
        _take(found, "qty", [name for name in left if name not in found.values()])
    if "sku" not in found:
        _take(
            found, "sku", [name for name, cells in columns.items() if name not in found.values() and _tell_apart(cells)]
        )
    return found


def _take(found: dict[str, str], role: str, candidates: Sequence[str]) -> None:
    """Give ``role`` to the candidate whose heading says so, else to the first one."""
    if candidates:
        found[role] = next((name for name in candidates if _head(name) == role), candidates[0])


def _head(name: str) -> str:
    """What the words of a heading say: the last word that says something; ``item code`` is a number, ``code`` wins."""
    words = [_WORDS[word] for word in re.findall(r"[a-z]+", normalise(name)) if word in _WORDS]
    for role in ("other", "sku", "strength", "qty", "vendor", "ingredient", "product"):
        if role in words:
            return role
    return ""


def _is_code(cell: str) -> bool:
    text = cell.strip()
    letters = any(each.isalpha() for each in text)
    return letters and any(each.isdigit() for each in text) and " " not in text and not text.lower().endswith("mg")


def _tell_apart(cells: Sequence[str]) -> bool:
    """Whether no two lines have the same cell."""
    return all(cells) and len(set(cells)) == len(cells)


def _exist(names_column: Sequence[str], numbers: Sequence[str], names: Names) -> bool:
    """Whether the medicines come in these strengths (mg)."""
    formulary = load_formulary()
    pairs = [(names(name), cell) for name, cell in zip(names_column, numbers, strict=True)]
    known = [(formulary[drug], float(cell.replace(",", "."))) for drug, cell in pairs if drug]
    fits = [value in (*drug.strengths_mg, *drug.rx_strengths_mg) for drug, value in known]
    return sum(fits) * 2 > len(fits)
