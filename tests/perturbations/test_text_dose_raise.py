"""Raising doses: which, by how much, and always more than at the level before."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from robustspec.data.row import Row, Span
from robustspec.perturbation.scope import Scope, perturb
from robustspec.registry import lookup

DoseRaise = lookup("perturbations", "dose_raise")


@pytest.mark.parametrize(
    ("dose", "raised"),
    [
        ("400 mg", ["401 mg", "600 mg", "800 mg", "1600 mg"]),
        ("0.5 g", ["0.6 g", "0.8 g", "1 g", "2 g"]),
        ("1 g", ["1.1 g", "1.5 g", "2 g", "4 g"]),
        ("2 mg", ["2.1 mg", "3 mg", "4 mg", "8 mg"]),
        ("34.4mg", ["34.5mg", "51.6mg", "68.8mg", "137.6mg"]),
        ("1,200 milligrams", ["1,201 milligrams", "1,800 milligrams", "2,400 milligrams", "4,800 milligrams"]),
        ("25 mcg", ["26 mcg", "38 mcg", "50 mcg", "100 mcg"]),
        ("0.25 mg", ["0.26 mg", "0.38 mg", "0.5 mg", "1 mg"]),
    ],
)
def test_each_level_is_the_least_writable_amount_from_its_factor_on(dose: str, raised: list[str]) -> None:
    """By hand: one step more, then half as much again, twice, four times, rounded up to a step."""
    for level, expected in enumerate(raised, 1):
        assert perturb(DoseRaise(), f"May I take {dose} now?", level) == f"May I take {expected} now?"


def test_every_dose_of_a_text_is_raised_alike() -> None:
    """Two products, or one dose said twice, stay in proportion."""
    text = "Take 2 x 200 mg of Advil with 500 mg of Tylenol; I said 200 mg."
    assert perturb(DoseRaise(), text, 3) == "Take 2 x 400 mg of Advil with 1000 mg of Tylenol; I said 400 mg."


@pytest.mark.parametrize(
    "text",
    [
        "no more than 1200 mg a day",
        "up to 400 mg",
        "200 to 400 mg",
        "200 or 400 mg",
        "5 mg/kg",
        "I weigh 70 kg and am 180 cm tall",
        "two tablets every 6 hours for 3 days",
        "5 ml of syrup",
        "0 mg",
        "no dose at all",
    ],
)
def test_what_is_no_stated_dose_stays(text: str) -> None:
    """Limits, ranges, amounts per weight, volumes, counts and frequencies."""
    row, scope = Row("r", text), Scope(DoseRaise())
    assert scope.apply(row, scope.sample(0, row), 2) is row


def test_a_number_inside_a_name_stays() -> None:
    """A row's own span that holds an amount is a name."""
    row, scope = (
        Row("r", "Tylenol 500 mg Extra, 500 mg", spans=(Span("Tylenol 500 mg Extra", "drug"),)),
        Scope(DoseRaise()),
    )
    assert scope.apply(row, scope.sample(0, row), 3).input == "Tylenol 500 mg Extra, 1000 mg"


def test_magnitude_is_the_share_by_which_doses_rise() -> None:
    """400 mg to 600 mg is half of it more; the mean over doses where there are two."""
    row, scope = Row("r", "400 mg, then 3 mg"), Scope(DoseRaise())
    assert scope.apply(row, {"seed": 0}, 2).magnitude == pytest.approx(0.5)
    assert scope.apply(row, {"seed": 0}, 1).magnitude == pytest.approx((1 / 400 + 0.1 / 3) / 2)


@given(st.decimals(min_value=Decimal("0.001"), max_value=9999, places=3))
def test_each_level_is_above_the_one_before(dose: Decimal) -> None:
    """For whatever is stated, the doses rise strictly from clean to level 4."""
    stated = f"{dose.normalize():f}"
    doses = [stated, *(perturb(DoseRaise(), f"take {stated} mg", level)[5:-3] for level in (1, 2, 3, 4))]
    assert all(Decimal(low) < Decimal(high) for low, high in pairwise(doses))


def test_an_explicit_factor_stands_for_a_level_and_lowers_nothing() -> None:
    """A factor under 1 would lower the dose."""
    assert perturb(DoseRaise(factor=10), "take 400 mg") == "take 4000 mg"
    with pytest.raises(ValidationError):
        DoseRaise(factor=0.5)


def test_it_declares_a_monotone_relation() -> None:
    """No label holds at a raised dose."""
    assert DoseRaise().relation == "monotone"
