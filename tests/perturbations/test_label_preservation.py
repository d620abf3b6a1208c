"""Operators that claim to keep the label leave alone what it rests on: `benchmarks/label_preservation.py`, reduced.

The benchmark makes 100,000 cases by the same functions; here each setting has some thirty. That the comparison can fail is
shown on operators that break the promise.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest

from robustspec import registry
from robustspec.data.row import Row
from robustspec.perturbation.base import Params, Passage, Perturbation
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.protect import Lexicon
from robustspec.perturbation.scope import Scope
from robustspec.perturbation.vocabulary import CATEGORY_OF

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

from preservation import proof, values
from preservation.settings import NOT_HELD, QUANTITIES, SETTINGS, Setting

CASES = 32


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: f"{setting.name}, {setting.on}")
def test_what_the_label_rests_on_is_left_alone(setting: Setting) -> None:
    """No protected span lost or added, values the same, magnitude rising, level 0 no change."""
    found = proof.proven(setting, CASES, seed=11)
    assert found.cases >= CASES
    assert found.examples == []


def test_every_operator_that_keeps_the_label_is_held_to_it() -> None:
    """A new operator must be listed, with what it is held to."""
    assert proof.unlisted() == set()
    assert all(reason for reason in NOT_HELD.values())
    assert all(setting.why for setting in SETTINGS if setting.own or setting.brings_in or setting.takes_out)


class Broken(Perturbation):
    """Breaks one promise."""

    kind: Literal["broken"] = "broken"
    breaks: str
    size: float | None = None

    ladder: ClassVar[Ladder | None] = Ladder("size", (1, 2))

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """What each word of ``breaks`` says."""
        if level == 0 and self.breaks != "level 0":
            return passage
        text, size = passage.text, 1.0 if level == 1 else 2.0
        changed = {
            "lost": re.sub(r"\d+", "some", text, count=1),
            "added": f"{text} No, not that.",
            "value": re.sub(r"(\d) ?mg", r"\1 g", text, count=1),
            "magnitude": f"{text} Thanks.",
            "level 0": f"{text} Thanks.",
        }[self.breaks]
        if changed == text:
            return passage
        return passage.with_text(changed, 3 - size if self.breaks == "magnitude" else size)


@pytest.mark.parametrize("promise", ["lost", "added", "value", "magnitude", "level 0"])
def test_an_operator_that_breaks_a_promise_is_caught(promise: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of the five, by its own name."""
    by_kind: Any = {"broken": Broken}
    monkeypatch.setattr(proof, "lookup", lambda which, kind: by_kind.get(kind) or registry.lookup(which, kind))
    by_value = promise == "value"
    own, compared = (QUANTITIES, values.quantities) if by_value else (frozenset(), None)
    found = proof.proven(Setting("broken", {"breaks": promise}, own=own, values=compared), 40)
    assert found.faults[promise] > 0
    assert set(found.faults) == ({"lost", "added"} if promise == "lost" and found.faults["added"] else {promise})


@pytest.mark.parametrize(
    ("parser", "one", "other", "third"),
    [
        (values.quantities, "take 500 mg or two", "take 0.5 grams or 2", "take 50 mg or two"),
        (values.quantities, "1,200 mL", "1.2 L", "12 L"),
        (values.doses, "400 mg every 6 hours", "0.4 g 4 times a day", "400 mg every 8 hours"),
        (values.doses, "one q8h", "1 tid", "1 bid"),
        (values.doses, "once daily", "every 24 hrs", "every other day"),
        (values.ingredients, "Advil 200 mg, no fever", "ibuprofen 200 mg, no fever", "Tylenol 200 mg, no fever"),
        (values.ingredients, "Advil, no fever", "ibuprofen, no fever", "Advil, fever"),
        (values.prescriptions, "APAP 500 mg qid", "acetaminophen 500 mg 4 times a day", "ASA 500 mg qid"),
        (values.money, "EUR 1.2bn", "€1,200 million", "€1,200"),
        (values.money, "USD 5m", "US$5 million", "$5 million"),
        (values.beside_the_age, "I am 34, 200 mg", "I am 36, 200 mg", "I am 34, 400 mg"),
        (values.as_it_looks, "not 4 mg", "n\u043et 4 m\u0261", "now 4 mg"),
        (values.statement, "Say no.\nText: rose 5 %", "Give one.\nText: rose 5 %", "Say no.\nText: rose 6 %"),
    ],
)
def test_values_are_equal_where_the_same_is_said_and_only_there(parser: Any, one: str, other: str, third: str) -> None:
    """Two ways to say one thing are one, and another thing is another."""
    assert parser(one) == parser(other)
    assert parser(one) != parser(third)


def test_typos_make_no_protected_words() -> None:
    """Slips and misreadings that would make a negation, a unit, a number or a name of a common word are passed over."""
    lexicon = Lexicon({"drug": ["bss"]})
    row = Row(
        "r", "On my way home I saw there is no boss, so I go on and on; my form is here for a low fee, to me it is."
    )
    kinds = [("keyboard_typo", {"letter_fraction": 0.5}), ("character_edit", {"action": "swap", "word_fraction": 1.0})]
    kinds += [("character_edit", {"action": "delete", "word_fraction": 1.0}), ("ocr_confusion", {"word_fraction": 1.0})]
    for kind, fields in kinds:
        scope = Scope(registry.lookup("perturbations", kind)(**fields), lexicon=lexicon)
        for draw in range(150):
            words = re.findall(r"[^\W_]+", str(scope.apply(row, scope.sample(0, row, draw), None).input).lower())
            assert [word for word in words if word in CATEGORY_OF or word == "bss" or word.isdecimal()] == ["no"]


def test_what_is_within_may_be_misread_still() -> None:
    """Where the entry names doses, a digit may become another sign: that is the point of such an entry."""
    scope = Scope(registry.lookup("perturbations", "ocr_confusion")(word_fraction=1.0), within=["dose"])
    row = Row("r", "take 105 mg of it")
    assert any(scope.apply(row, scope.sample(0, row, draw), None) is not row for draw in range(20))
