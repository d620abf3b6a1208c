import json
from pathlib import Path

import pytest
from pydantic import ValidationError
from talk_samples import TALK, changed, examples_of, said, talk

from robustspec.data.row import Row, Span
from robustspec.perturbation.protect import Lexicon
from robustspec.perturbation.scope import Scope
from robustspec.registry import lookup

AtTurn = lookup("perturbations", "at_turn")
UPPER = {"kind": "letter_case", "style": "upper"}
TYPOS = {"kind": "keyboard_typo", "level": 5}


def test_examples():
    """The examples of the documentation run."""
    assert examples_of("at_turn") == (0, 5)


@pytest.mark.parametrize(("turn", "place"), [(1, 1), (2, 4)])
def test_only_that_turn_changes(turn, place):
    """Turns are the user's messages; system, answers and documents are not counted, and nothing else moves."""
    row = changed(AtTurn(turn=turn, operator=TYPOS), TALK)
    different = [k for k, (old, new) in enumerate(zip(TALK.input, row.input, strict=True)) if old != new]
    assert different == [place]


@pytest.mark.parametrize("turn", [3, 12])
def test_a_turn_that_is_not_there(turn):
    """A shorter conversation stays as it is, and is no evidence."""
    assert changed(AtTurn(turn=turn, operator=UPPER), TALK) is TALK


def test_a_text_is_one_turn():
    """A plain text is a conversation of one message."""
    assert said(changed(AtTurn(turn=1, operator=UPPER), Row("r", "hello there"))) == ["HELLO THERE"]


def test_nothing_to_change():
    """A message in which the operator finds nothing stays."""
    row = talk("u:1234")
    assert changed(AtTurn(turn=1, operator=UPPER), row) is row


@pytest.mark.parametrize("seed", range(10))
def test_spans_are_protected(seed):
    """Standard spans, those of the row and those of the data block's lexicon stand as they were."""
    text = "No penicillin for my left arm, please, and no ibuprofen beyond 400 mg every 6 hours."
    row = talk(f"u:{text}", "u:And now?", spans=(Span("penicillin", "drug"),))
    typos = AtTurn(turn=1, operator={"kind": "keyboard_typo", "letter_fraction": 1.0})
    new = said(changed(typos, row, seed=seed, lexicon=Lexicon({"drug": ["ibuprofen"]})))[0]
    assert new != text
    for kept in ("No", "penicillin", "left", "ibuprofen", "400 mg every 6 hours"):
        assert kept in new


def test_magnitude_is_the_operators():
    """It is what the operator reports for the message on its own."""
    row = changed(AtTurn(turn=2, operator=TYPOS), TALK)
    alone = Scope(lookup("perturbations", "keyboard_typo")(), on="turn.2")
    assert row.magnitude == alone.apply(TALK, {"seed": 1}, 5).magnitude > 0


def test_a_chain_at_a_turn():
    """A chain is an operator like any other."""
    chain = {"kind": "chain", "steps": ["contraction", UPPER]}
    row = changed(AtTurn(turn=1, operator=chain), talk("u:I am here.", "u:I am there."))
    assert said(row) == ["I'M HERE.", "I am there."]


def test_files_are_found_from_the_specification(tmp_path):
    """Relative file names of the operator are resolved where the specification lies."""
    (tmp_path / "names.csv").write_text("entity,alias\nwarfarin,Coumadin\n", encoding="utf-8")
    operator = AtTurn(turn=1, operator={"kind": "entity_substitution", "table": "names.csv"}).bind(Path(tmp_path))
    assert said(changed(operator, talk("u:I take warfarin."))) == ["I take Coumadin."]


def test_dump_gives_the_operator_as_written():
    """Loading a dumped one gives an equal one."""
    operator = AtTurn(turn=3, operator=TYPOS)
    assert operator.model_dump(mode="json") == {"kind": "at_turn", "turn": 3, "operator": TYPOS}
    assert AtTurn(**json.loads(operator.model_dump_json())) == operator


@pytest.mark.parametrize(
    ("operator", "message"),
    [
        ("keybord_typo", "operator: unknown perturbation 'keybord_typo' -- did you mean 'keyboard_typo'"),
        ("keyboard_typo", "operator: keyboard_typo needs either a level or letter_fraction"),
        ({"kind": "keyboard_typo", "level": 9}, "operator: keyboard_typo has no level 9 -- write one of"),
        ({"level": 1}, "operator: the operator has no kind -- write"),
        (
            {"kind": "pressure", "level": 1},
            "operator: pressure is no operator of at_turn, which takes operators on text",
        ),
        ({**UPPER, "protect": []}, r"operator: 'protect' is a key of entries -- .* with on: turn\.2"),
    ],
)
def test_faulty_operator(operator, message):
    """An operator that cannot be used is named with fault and remedy."""
    with pytest.raises(ValidationError, match=message):
        AtTurn(turn=2, operator=operator)
