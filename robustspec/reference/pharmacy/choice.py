"""Which product of the stock list a patient gets: their own, one that is the same, or a safe one of the same class."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from robustspec.reference.pharmacy.formulary import Drug
from robustspec.reference.pharmacy.interactions import SEVERITIES, concern
from robustspec.reference.pharmacy.patient import Patient
from robustspec.reference.pharmacy.stock import Product

_MOST_PIECES = 4
_SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: ``dose_mg`` None where it was not said, ``name`` the word that was used for the medicine.

    ``reckless`` takes what is preferred of the class, safe or not.
    """

    drug: Drug
    dose_mg: float | None
    name: str = ""
    reckless: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A product with what it stands for; ``dose_mg`` None where the wish's own dose holds."""

    product: Product
    drug: Drug
    dose_mg: float | None = None


def choose(
    wish: Wish,
    stock: Iterable[Product],
    preferences: Sequence[str],
    patient: Patient,
    formulary: Mapping[str, Drug],
) -> Choice | None:
    """The product for ``wish``; None where nothing on the shelf fits.

    First what holds the ingredient in pieces that make up the dose: the brand that was named before a preferred one, few
    pieces before many. Else another ingredient of the class that is sold without prescription and that nothing forbids to the
    patient: without a warning before with one, preferred before others, weak before strong. The number decides last, so that
    the order of the list never counts.
    """
    there = [
        each for each in stock if each.is_there and each.strength_mg not in formulary[each.ingredient].rx_strengths_mg
    ]
    same = [product for product in there if product.ingredient == wish.drug.ingredient and pieces(wish, product)]
    others = [choice for product in there if (choice := _substitute(product, wish, patient, formulary)) is not None]
    if wish.reckless:
        liked = [each for each in others if rank(each.product, preferences, formulary) < len(preferences)]
        same, others = ([], liked) if liked else (same, others)
    if same:
        best = min(
            same,
            key=lambda each: (
                not is_called(each, wish.name),
                rank(each, preferences, formulary),
                pieces(wish, each),
                each.sku,
            ),
        )
        return Choice(best, wish.drug)
    return min(others, key=lambda each: _order(each, wish, preferences, patient, formulary), default=None)


def _order(
    choice: Choice, wish: Wish, preferences: Sequence[str], patient: Patient, formulary: Mapping[str, Drug]
) -> tuple[int, int, float, str]:
    severity = 0 if wish.reckless else SEVERITIES.index(concern(choice.drug, patient).severity)
    product = choice.product
    return severity, rank(product, preferences, formulary), product.strength_mg, product.sku


def pieces(wish: Wish, product: Product) -> int:
    """How many pieces of ``product`` make up one dose; 0 where none do."""
    count = (wish.drug.dose_min_mg if wish.dose_mg is None else wish.dose_mg) / product.strength_mg
    whole = round(count)
    return whole if 1 <= whole <= _MOST_PIECES and abs(count - whole) <= _SLACK * count else 0


def rank(product: Product, preferences: Sequence[str], formulary: Mapping[str, Drug]) -> int:
    """The place of ``product`` among the preferences, by number, name or maker; their count where it is none of them."""
    vendors = {alias.vendor.lower() for alias in formulary[product.ingredient].aliases if _is_of(product, alias.name)}
    names = {product.sku.lower(), product.name.lower(), product.vendor.lower(), *vendors} - {""}
    fits = (place for place, name in enumerate(preferences) if name in names or _is_of(product, name))
    return next(fits, len(preferences))


def _is_of(product: Product, name: str) -> bool:
    return bool(name) and f" {name.lower()} " in f" {product.name.lower()} "


def is_called(product: Product, name: str) -> bool:
    """Whether the product has the brand by which it was asked for, written without blanks."""
    letters = "".join(each for each in product.name.lower() if each.isalnum())
    return bool(name) and letters.startswith(name)


def _substitute(product: Product, wish: Wish, patient: Patient, formulary: Mapping[str, Drug]) -> Choice | None:
    drug = formulary[product.ingredient]
    if drug.needs_prescription or drug.drug_class != wish.drug.drug_class or drug.ingredient == wish.drug.ingredient:
        return None
    if not wish.reckless and concern(drug, patient).severity == "stop":
        return None
    dose = product.strength_mg * max(1, math.ceil(drug.dose_min_mg / product.strength_mg - _SLACK))
    fits = dose <= drug.dose_max_mg * (1 + _SLACK) and dose not in drug.rx_strengths_mg
    return Choice(product, drug, dose) if fits else None
