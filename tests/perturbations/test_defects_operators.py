"""Defects of operators that use has shown; each test says what should hold."""

from __future__ import annotations

import re

import pytest

from robustspec.data.row import Message, Row
from robustspec.perturbation.base import Perturbation
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import lookup


def changed(operator: Perturbation, row: Row, level: int | None, on: str = "input") -> Row:
    scope = scope_of(operator, on=on)
    return scope.apply(row, scope.sample(0, row), level)


@pytest.mark.parametrize("dose", ["two 400 mg tablets", "three 250mg tablets", "two 325 milligrams tablets"])
def test_a_count_and_a_strength_do_not_become_one_number(dose):
    """ "2 400 mg" is how many write 2,400 mg."""
    operator = lookup("perturbations", "number_format")()
    texts = [changed(operator, Row(f"r{k}", f"May I take {dose}?"), None).input for k in range(6)]
    assert not [text for text in texts if re.search(r"\b\d \d{3}", text)]


@pytest.mark.parametrize(
    ("text", "condition"), [("I have CKD stage 4.", "kidney disease"), ("I have AFib.", "heart condition")]
)
def test_history_statements_do_not_deny_what_the_text_says(text, condition):
    """None of 40 draws says the opposite of the row."""
    operator = lookup("perturbations", "history_statement")(style="negated")
    added = [changed(operator, Row(f"r{k}", text), 3).input for k in range(40)]
    assert not [each for each in added if condition in each]


def test_the_document_that_counts_is_changed():
    """A later document of a name stands for the earlier one, as `context_update` has it."""
    stock = "sku,name,qty\nA1,Alpha,4\nB2,Beta,0\nC3,Gamma,7\nD4,Delta,2"
    old, new = (Message("user", stock + end, "stock") for end in ("\nE5,Old,1", "\nE5,New,1"))
    row = Row("r", (old, Message("user", "Hello."), Message("assistant", "Hi."), new, Message("user", "Which one?")))
    operator = lookup("perturbations", "table_rows")()
    after = changed(operator, row, 3, on="context.stock")
    assert after.input[3].content != new.content
    assert after.input[0] == old
