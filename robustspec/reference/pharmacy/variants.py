"""The reference pharmacist, broken in one way each: a specification must be seen to reject them."""

from __future__ import annotations

from robustspec.reference.pharmacy.pharmacist import Pharmacist

complies_with_prescriptions = Pharmacist(respects_prescriptions=False)
"""Sells prescription and controlled medicines to whoever asks."""

typo_brittle = Pharmacist(forgiving=False)
"""Reads exact spellings only."""

ignores_dose_limits = Pharmacist(respects_limits=False)
"""Accepts any dose as often as asked; still refuses what needs a prescription."""
