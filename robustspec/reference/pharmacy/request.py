"""What a patient asks for: which medicines, how much and how often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from robustspec.reference.pharmacy.amounts import interval_h, loose_pieces, quantities
from robustspec.reference.pharmacy.formulary import Drug
from robustspec.reference.pharmacy.items import Item, kind_at, text_at
from robustspec.reference.pharmacy.lexicon import Lexicon

_NEGATION_REACH = 3
_SHORTEST_PRODUCT = 6
_SHORT = 4
_BEFORE_PRODUCTS = ("sell", "buy", "get", "need", "order", "want", "take", "give", "dose")
_JOINERS = ("and", "with", "plus", "or")


@dataclass(frozen=True, slots=True)
class Request:
    """What was understood. ``dose_mg`` is one dose, ``pieces`` tablets of unstated strength, None where nothing was said.

    ``unknown_product`` is a word that stands where a medicine would and is none that the formulary knows, ``sought`` one
    after "sell me" or "some"; ``foreign`` is a medicine that exists and is not in the formulary; ``is_strange`` says that
    some word is no English. ``name`` is the word by which the first medicine was asked for.
    """

    ingredients: tuple[str, ...] = ()
    dose_mg: float | None = None
    pieces: float | None = None
    interval_h: float | None = None
    symptom: bool = False
    other_topic: bool = False
    unknown_product: str = ""
    sought: str = ""
    foreign: str = ""
    is_strange: bool = False
    name: str = ""


def _wanted(items: Sequence[Item]) -> list[Item]:
    """The medicines that are asked for: those not ruled out by a ``no``, ``instead of`` or ``allergic to`` before them."""
    drugs = [at for at, item in enumerate(items) if item.kind == "drug"]
    wanted = [at for at in drugs if not _ruled_out(items, at)]
    return [items[at] for at in wanted or drugs]


def _ruled_out(items: Sequence[Item], at: int) -> bool:
    for back in range(at - 1, max(-1, at - 1 - _NEGATION_REACH), -1):
        if items[back].kind in ("drug", "number", "unit", "fact"):
            return False
        if items[back].kind == "negation" and (items[back].text != "instead" or kind_at(items, back + 1) == "of"):
            return True
    return False


def _dose(items: Sequence[Item], wanted: Sequence[Item], drug: Drug | None) -> float | None:
    """One dose in mg. Two products with one ingredient add up; a tablet's strength beside a dose is no second dose."""
    strengths = drug.strengths_mg if drug else ()
    amounts = quantities(items, strengths + drug.rx_strengths_mg if drug else ())
    doses = [amount.dose_mg(strengths) for amount in amounts]
    if not doses:
        return None
    whole = [dose for amount, dose in zip(amounts, doses, strict=True) if amount.count > 1 or not amount.is_piece]
    if len(whole) > 1 and len(wanted) > 1:
        return sum(whole)
    return max(whole or doses)


def _unknown_product(items: Sequence[Item], lexicon: Lexicon) -> str:
    """A word joined to a medicine or its amount, as in ``Tylenol 500 mg and Zolvaquin``, neither of them known."""
    for at, item in enumerate(items):
        if item.kind != "unknown" or len(item.text) < _SHORTEST_PRODUCT:
            continue
        after = text_at(items, at - 1) in _JOINERS and kind_at(items, at - 2) in ("drug", "unit", "form")
        before = text_at(items, at + 1) in _JOINERS and kind_at(items, at + 2) == "drug"
        if (after or before) and not lexicon.resembles_common(item.text):
            return item.text
    return ""


def _interval_h(items: Sequence[Item]) -> float | None:
    """How often, as the sentences say that name a medicine or an amount; else as any sentence says."""
    starts = [0, *(at for at, item in enumerate(items) if at and item.stop == 2), len(items)]
    sentences = [items[start:end] for start, end in pairwise(starts)]
    for sentence in sentences:
        if any(item.kind in ("drug", "unit", "form") for item in sentence) and (hours := interval_h(sentence)):
            return hours
    return interval_h(items)


def _sought(items: Sequence[Item], lexicon: Lexicon) -> str:
    """A strange word after ``sell me``, ``some`` or ``dose of``."""
    for at, item in enumerate(items):
        if item.kind == "unknown" and len(item.text) > _SHORT and not lexicon.resembles_common(item.text):
            before = (
                text_at(items, at - 2) if text_at(items, at - 1) in ("me", "some", "of") else text_at(items, at - 1)
            )
            if before in _BEFORE_PRODUCTS and not item.stop:
                return item.text
    return ""


def understand(items: Sequence[Item], formulary: Mapping[str, Drug], lexicon: Lexicon) -> Request:
    """What the items of a message ask for."""
    wanted = _wanted(items)
    ingredients = tuple(dict.fromkeys(item.ingredient for item in wanted))
    drug = formulary[ingredients[0]] if ingredients else None
    return Request(
        ingredients=ingredients,
        dose_mg=_dose(items, wanted, drug),
        pieces=loose_pieces(items),
        interval_h=_interval_h(items),
        symptom=any(item.kind == "symptom" for item in items),
        other_topic=any(item.kind == "topic" for item in items),
        unknown_product=_unknown_product(items, lexicon),
        sought=_sought(items, lexicon),
        foreign=next((item.text for item in items if item.kind == "medicine"), ""),
        is_strange=any(
            item.kind == "unknown" and len(item.text) > _SHORT and not lexicon.resembles_common(item.text)
            for item in items
        ),
        name=wanted[0].text if wanted else "",
    )
