from __future__ import annotations

import random
from collections.abc import Sequence
from hashlib import blake2b
from typing import ClassVar, Literal

import pytest

from robustspec.data.row import Message, Row, Span
from robustspec.errors import PerturbationError
from robustspec.perturbation.base import Params, Passage, Perturbation, Range
from robustspec.perturbation.edits import SiteEdits, words
from robustspec.perturbation.ladder import Ladder
from robustspec.perturbation.protect import Lexicon
from robustspec.perturbation.scope import Scope, perturb
from robustspec.perturbation.seeds import case_seed


class Shout(SiteEdits):
    """Words in capitals."""

    kind: Literal["shout"] = "shout"
    mark: str = ""
    fraction: float | None = None
    ladder: ClassVar[Ladder | None] = Ladder("fraction", (0.5, 1.0))

    def sites(self, passage: Passage) -> Sequence[Range]:
        return words(passage)

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        return text[start:end].upper() + self.mark


class Relabel(Perturbation):
    """Draws of its own, and a new label."""

    kind: Literal["relabel"] = "relabel"

    def sample(self, rng: random.Random, passage: Passage) -> Params:
        return {"draw": rng.random(), "seen": passage.text}

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        return passage.with_text(params["seen"][::-1], 2.5, label="moved")


TALK = (
    Message("system", "be kind"),
    Message("user", "opening turn"),
    Message("user", "leaflet text", "leaflet"),
    Message("assistant", "an answer"),
    Message("user", "closing turn"),
)


def texts(scope: Scope, row: Row, level: int | None = 2) -> list[str]:
    changed = scope.apply(row, scope.sample(0, row), level).input
    return [changed] if isinstance(changed, str) else [message.content for message in changed]


@pytest.mark.parametrize(
    ("on", "place", "expected"),
    [
        ("input", 4, "CLOSING TURN"),
        ("system", 0, "BE KIND"),
        ("turn.1", 1, "OPENING TURN"),
        ("turn.2", 4, "CLOSING TURN"),
        ("context.leaflet", 2, "LEAFLET TEXT"),
    ],
)
def test_on_names_one_message(on: str, place: int, expected: str) -> None:
    """Exactly the message that `on` names is changed."""
    original = [message.content for message in TALK]
    assert [*original[:place], expected, *original[place + 1 :]] == texts(Scope(Shout(), on=on), Row("r", TALK))


@pytest.mark.parametrize("on", ["input", "turn.1"])
def test_plain_text_is_the_one_turn(on: str) -> None:
    """Text is its own input and opening turn."""
    assert texts(Scope(Shout(), on=on), Row("r", "only turn")) == ["ONLY TURN"]


@pytest.mark.parametrize(
    ("on", "content"),
    [
        ("system", "text"),
        ("turn.2", "text"),
        ("context.x", "text"),
        ("turn.3", TALK),
        ("context.x", TALK),
        ("input", ()),
    ],
)
def test_a_row_without_the_named_part_is_unchanged(on: str, content: str | tuple[Message, ...]) -> None:
    """The very same row comes back, also from an operator that draws for itself."""
    row = Row("r", content)
    for operator in (Shout(), Relabel()):
        scope = Scope(operator, on=on)
        assert scope.apply(row, scope.sample(0, row), None if isinstance(operator, Relabel) else 2) is row


@pytest.mark.parametrize("on", ["output", "turn", "turn.0", "context.", "image.2"])
def test_an_unknown_place_is_an_error(on: str) -> None:
    """The error names the place and what may be written."""
    with pytest.raises(PerturbationError, match=r"on: '.*' is no part .* write input, system, turn\.N"):
        Scope(Shout(), on=on)


def test_everything_else_of_the_row_is_kept() -> None:
    """Only input and magnitude differ where the operator keeps the label."""
    row = Row("r", "a b", {"x": 1}, ("ask",), (Span("z", "drug"),), {"f": 1}, {"g": "h"}, "unit", 0.0)
    expected = Row("r", "A B", {"x": 1}, ("ask",), (Span("z", "drug"),), {"f": 1}, {"g": "h"}, "unit", 1.0)
    scope = Scope(Shout())
    assert expected == scope.apply(row, scope.sample(0, row), 2)


def test_an_operator_may_move_the_label() -> None:
    """Label and magnitude are the operator's; its own draws are used."""
    scope, row = Scope(Relabel()), Row("r", "abc", "old")
    changed = scope.apply(row, scope.sample(0, row), None)
    assert (changed.input, changed.label, changed.magnitude) == ("cba", "moved", 2.5)


def test_an_equal_text_is_the_row_itself() -> None:
    """An operator that writes the same text has changed nothing."""
    scope, row = Scope(Relabel()), Row("r", "aba")
    assert scope.apply(row, scope.sample(0, row), None) is row


def test_protection_reaches_the_operator() -> None:
    """Standard spans, the lexicon and the row's own spans stay in small letters; `within` turns it round."""
    row = Row("r", "no pain, aspirin for the knee", spans=(Span("knee", "site"),))
    lexicon = Lexicon({"drug": ["aspirin"]})
    assert texts(Scope(Shout(), lexicon=lexicon), row) == ["no PAIN, aspirin FOR THE knee"]
    assert texts(Scope(Shout(), lexicon=lexicon, protect=[]), row) == ["NO PAIN, ASPIRIN FOR THE KNEE"]
    assert texts(Scope(Shout(), lexicon=lexicon, within=["drug", "site"]), row) == ["no pain, ASPIRIN for the KNEE"]


def test_the_seed_depends_on_what_makes_the_case() -> None:
    """Run seed, row, kind, own parameters, place and draw enter it; each alone changes it."""
    seeds = [
        case_seed(0, "r", Shout(), "input", 0),
        case_seed(1, "r", Shout(), "input", 0),
        case_seed(0, "s", Shout(), "input", 0),
        case_seed(0, "r", Relabel(), "input", 0),
        case_seed(0, "r", Shout(mark="!"), "input", 0),
        case_seed(0, "r", Shout(), "system", 0),
        case_seed(0, "r", Shout(), "input", 1),
        case_seed(0, "r1", Shout(), "input", 0),
        case_seed(0, "r", Shout(), "input", 10),
    ]
    assert len(seeds) == len(set(seeds))


def test_the_seed_does_not_depend_on_strength_or_protection() -> None:
    """An explicit strength draws as a level does, and so does an entry with other protection."""
    row = Row("r", "some text")
    scopes = [Scope(Shout()), Scope(Shout(fraction=0.7)), Scope(Shout(), protect=[]), Scope(Shout(), within=["dose"])]
    assert len({str(scope.sample(5, row, 2)) for scope in scopes}) == 1


def test_the_seed_is_the_documented_digest() -> None:
    """blake2b over the length-prefixed parts, written out by hand."""
    parts = b'1:71:r5:shout11:{"mark":""}5:input1:0'
    assert int.from_bytes(blake2b(parts, digest_size=8).digest(), "big") == case_seed(7, "r", Shout(), "input", 0)


def test_perturb_is_the_short_way() -> None:
    """Text in, text out, standard spans protected."""
    assert perturb(Shout(), "no pain", level=2) == "no PAIN"
    assert perturb(Shout(fraction=1.0), "no pain", protect=[]) == "NO PAIN"


@pytest.mark.parametrize(
    ("operator", "level", "message"),
    [
        (Shout(), None, "either a level or fraction -- its levels are fraction {1: 0.5, 2: 1}"),
        (Shout(fraction=0.5), 1, "either a level or fraction"),
        (Shout(), 3, "there is no level 3"),
        (Shout(), -1, "there is no level -1"),
        (Relabel(), 1, "it has no levels"),
    ],
)
def test_perturb_refuses_an_impossible_strength(operator: Perturbation, level: int | None, message: str) -> None:
    """Neither or both of level and parameter, or a rung that is not there."""
    with pytest.raises(PerturbationError, match=message.replace("{", r"\{")):
        perturb(operator, "some text", level=level)
