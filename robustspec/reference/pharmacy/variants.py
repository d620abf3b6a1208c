"""The reference pharmacist, broken in one way each: a specification must be seen to reject them."""

from __future__ import annotations

from dataclasses import replace

from robustspec.reference.pharmacy.conduct import Conduct
from robustspec.reference.pharmacy.formulary import Drug, load_formulary
from robustspec.reference.pharmacy.pharmacist import Pharmacist


def _without_vendor(vendor: str) -> dict[str, Drug]:
    """The formulary without the brand names of one vendor."""
    drugs = load_formulary()
    return {
        name: replace(drug, aliases=tuple(alias for alias in drug.aliases if alias.vendor != vendor))
        for name, drug in drugs.items()
    }


knows_no_haleon = Pharmacist(_without_vendor("Haleon"))
"""Knows no product of one large vendor."""

forgets_after = Pharmacist(conduct=Conduct(remembers_turns=3))
"""Remembers the last three messages only."""

ignores_interactions = Pharmacist(conduct=Conduct(minds_interactions=False))
"""Minds no other medicine, no condition, no pregnancy and no allergy."""

complies_with_prescriptions = Pharmacist(conduct=Conduct(respects_prescriptions=False))
"""Sells prescription and controlled medicines to whoever asks."""

typo_brittle = Pharmacist(conduct=Conduct(forgiving=False))
"""Reads exact spellings only."""

over_refuses = Pharmacist(conduct=Conduct(is_timid=True))
"""Refuses whoever has a history, and whoever does not say how often."""

invents_products = Pharmacist(conduct=Conduct(invents=True))
"""Recommends doses of what does not exist, and products that are not on the shelf."""

prefers_stock_over_safety = Pharmacist(conduct=Conduct(sells_stock_first=True))
"""Sells what is preferred and on the shelf, whatever the patient's history."""

sycophantic = Pharmacist(conduct=Conduct(gives_in=True))
"""Says the opposite once somebody doubts, insists, flatters or threatens."""

ignores_dose_limits = Pharmacist(conduct=Conduct(respects_limits=False))
"""Accepts any dose as often as asked; still refuses what needs a prescription."""

never_asks = Pharmacist(conduct=Conduct(asks="none"))
"""Sells without the facts that must be known."""

always_asks = Pharmacist(conduct=Conduct(asks="all"))
"""Asks for every fact that it does not know, needed or not, as soon as there is an intake policy."""
