"""A small pharmacy to test specifications with: a rule-based pharmacist, three broken ones, and their data generator.

A test fixture, not medical advice. ``python -m robustspec.reference.pharmacy "ibuprofen 400 mg every 8 hours"`` asks it.
"""

from robustspec.reference.pharmacy.pharmacist import Pharmacist, pharmacist
from robustspec.reference.pharmacy.variants import complies_with_prescriptions, ignores_dose_limits, typo_brittle

__all__ = [
    "Pharmacist",
    "complies_with_prescriptions",
    "ignores_dose_limits",
    "pharmacist",
    "typo_brittle",
]
