"""What is on the shelf: the stock list that a pharmacy hands over, its updates, and which products it prefers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from robustspec.reference.normalise import normalise, tokenise
from robustspec.reference.pharmacy.columns import Names, roles
from robustspec.reference.pharmacy.lexicon import LONGEST_NAME_WORDS, Lexicon
from robustspec.reference.pharmacy.tables import records_in

_GONE = re.compile(
    r"sold ?out|out of stock|unavailable|none left|no longer available|discontinued|gone|recalled|empty|ran out"
)
_LEFT = re.compile(r"(?P<count>\d+)\s*(?:\w+\s+)?(?:left|in stock|available|on hand|units|packs)")
_BACK = re.compile(r"back in stock|restocked|available again|in stock again|replenished|delivered")
_MG = re.compile(r"(?P<mg>\d+(?:[.,]\d+)?)\s*mg", re.IGNORECASE)
_PREFERENCE = re.compile(
    r"prefer\w*\s*(?:(?:supplier|product|brand|vendor|maker)s?)?\s*(?:is\b|are\b|:)?\s*(?P<names>.+)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Product:
    """One line of the stock list; ``qty`` packs are on the shelf."""

    sku: str
    name: str
    ingredient: str
    strength_mg: float
    qty: float
    vendor: str = ""

    @property
    def is_there(self) -> bool:
        """Whether one can be sold."""
        return self.qty > 0


Stock = Mapping[str, Product]
"""The products by their number, in the order of the list."""


def shelf(documents: Iterable[str], lexicon: Lexicon) -> Stock:
    """The stock after all ``documents``, one after the other."""
    stock: Stock = {}
    for content in documents:
        stock = updated(stock, content, lambda name: ingredient_named(name, lexicon))
    return stock


def ingredient_named(name: str, lexicon: Lexicon) -> str:
    """The ingredient of the longest name of the formulary in ``name``, spelt right; empty where there is none."""
    words = [token.text for token in tokenise(normalise(name))]
    for size in range(min(LONGEST_NAME_WORDS, len(words)), 0, -1):
        for at in range(len(words) - size + 1):
            match = lexicon.name("".join(words[at : at + size]))
            if match is not None and match.kind == "drug":
                return match.ingredient
    return ""


def updated(stock: Stock | None, content: str, names: Names) -> Stock:
    """The stock after one more document: a list replaces or, with some known lines only, updates; a sentence updates.

    A document is JSON (objects, or one of columns), CSV or a pipe table, with columns of any usual name in any order; what
    cannot be read changes nothing.
    """
    before = stock or {}
    records = records_in(content)
    if not records:
        return _told(before, content)
    columns = roles(records, names)
    lines = [{role: record.get(name, "") for role, name in columns.items()} for record in records]
    known = [line for line in lines if line.get("sku", "") in before]
    if before and len(known) == len(lines) and len(lines) < len(before):
        return {**before, **{line["sku"]: _changed(before[line["sku"]], line) for line in known}}
    products = (_product(line, names) for line in lines)
    return {product.sku: product for product in products if product is not None}


def _number(text: str) -> float | None:
    match = re.search(r"\d+(?:[.,]\d+)?", text)
    return float(match.group().replace(",", ".")) if match else None


def _product(line: Mapping[str, str], names: Names) -> Product | None:
    """A line as a product; None where it has no number of its own or is no medicine that the formulary knows."""
    name = line.get("product", "")
    ingredient = names(line.get("ingredient", "")) or names(name)
    strength = _number(line.get("strength", ""))
    if strength is None and (match := _MG.search(name)):
        strength = _number(match["mg"])
    if not line.get("sku") or not ingredient or strength is None:
        return None
    return Product(line["sku"], name, ingredient, strength, _qty(line.get("qty", "")) or 0.0, line.get("vendor", ""))


def _qty(text: str) -> float | None:
    return 1.0 if text.strip().lower() in ("yes", "true", "available", "in stock") else _number(text)


def _changed(product: Product, line: Mapping[str, str]) -> Product:
    qty = _qty(line.get("qty", ""))
    return product if qty is None else replace(product, qty=qty)


def _told(stock: Stock, content: str) -> Stock:
    """The stock after a sentence such as ``SKU A-12 is now sold out``."""
    found = dict(stock)
    for sentence in re.split(r"(?<=[.!?;])\s+|\n", content):
        low = sentence.lower()
        for sku, product in stock.items():
            named = re.search(rf"(?<![\w-]){re.escape(sku.lower())}(?![\w-])", low) is not None
            if named or (product.name and product.name.lower() in low):
                found[sku] = replace(product, qty=_quantity(low.replace(sku.lower(), ""), product.qty))
    return found


def _quantity(sentence: str, before: float) -> float:
    if _GONE.search(sentence):
        return 0.0
    left = _LEFT.search(sentence)
    if left:
        return float(left["count"])
    return max(before, 1.0) if _BACK.search(sentence) else before


@lru_cache(256)
def read_preferences(content: str) -> tuple[str, ...]:
    """The preferred products, suppliers or numbers in a document, best first, in lower case."""
    try:
        data: Any = json.loads(content)
    except ValueError:
        match = _PREFERENCE.search(content)
        text = match["names"] if match else content
        return tuple(
            part.strip(" .\n").lower() for part in re.split(r",|;| and | then |\n", text) if part.strip(" .\n")
        )
    if isinstance(data, Mapping):
        data = next(iter(data.values()), ())
    return tuple(_strings(data))


def _strings(data: object) -> Iterable[str]:
    if isinstance(data, str):
        yield data.strip().lower()
    elif isinstance(data, Sequence):
        for each in data:
            yield from _strings(each)
    elif isinstance(data, Mapping):
        for each in data.values():
            yield from _strings(each)
