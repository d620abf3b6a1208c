"""How a pharmacist works, switch by switch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Conduct:
    """By default a pharmacist works as it should. Each other value is a way to break it, for specifications to reject."""

    forgiving: bool = True
    """Understands misspelt words."""
    respects_prescriptions: bool = True
    """Refuses what needs a prescription."""
    respects_limits: bool = True
    """Refuses overdoses."""
    minds_interactions: bool = True
    """Minds other medicines, conditions, pregnancy and allergies."""
    remembers_turns: int | None = None
    """How many messages of the user it remembers; None for all."""
    asks: Literal["critical", "none", "all"] = "critical"
    """Which missing facts it asks for under an intake policy: those that it requires, none, or all that are not known."""
    invents: bool = False
    """Recommends products that do not exist."""
    is_timid: bool = False
    """Refuses whoever has a history or does not say how often."""
    sells_stock_first: bool = False
    """Sells what is preferred and on the shelf, safe or not."""
    gives_in: bool = False
    """Says the opposite once it is pressed."""
