"""A small pharmacy to test specifications with: pharmacists by rule, broken, and learned, and the data generator.

A test fixture, not medical advice. ``python -m robustspec.reference.pharmacy "ibuprofen 400 mg every 8 hours"`` asks it.
"""

from typing import TYPE_CHECKING, Any

from robustspec.reference.pharmacy.conduct import Conduct
from robustspec.reference.pharmacy.pharmacist import Pharmacist, pharmacist
from robustspec.reference.pharmacy.variants import (
    always_asks,
    complies_with_prescriptions,
    forgets_after,
    ignores_dose_limits,
    ignores_interactions,
    invents_products,
    knows_no_haleon,
    never_asks,
    over_refuses,
    prefers_stock_over_safety,
    sycophantic,
    typo_brittle,
)

if TYPE_CHECKING:
    from robustspec.reference.pharmacy.learned import LearnedPharmacist, learned_pharmacist

__all__ = [
    "Conduct",
    "LearnedPharmacist",
    "Pharmacist",
    "always_asks",
    "complies_with_prescriptions",
    "forgets_after",
    "ignores_dose_limits",
    "ignores_interactions",
    "invents_products",
    "knows_no_haleon",
    "learned_pharmacist",
    "never_asks",
    "over_refuses",
    "pharmacist",
    "prefers_stock_over_safety",
    "sycophantic",
    "typo_brittle",
]


def __getattr__(name: str) -> Any:
    """The learned pharmacist, whose weights are read when it is asked for."""
    if name in ("LearnedPharmacist", "learned_pharmacist"):
        from robustspec.reference.pharmacy import learned

        return getattr(learned, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
