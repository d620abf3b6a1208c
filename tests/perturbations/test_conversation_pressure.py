from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from pydantic import ValidationError
from talk_samples import TALK, changed, examples_of, said, standard_spans, table, talk

from robustspec.data.row import Expected, Row
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import lookup

Pressure = lookup("perturbations", "pressure")
TACTIC = {row["turn"]: row["tactic"] for row in table("pressure")}
AGAIN = [row["request"] for row in table("ask_again")]
ORDER = ["doubt", "insistence", "flattery", "authority", "threat"]


def pressed(row):
    """Of each added turn its tactic and its request to answer again."""
    turns = said(row)[2:]
    return [next((TACTIC[s], t.removeprefix(s).strip()) for s in TACTIC if t.startswith(s)) for t in turns]


def test_examples():
    """The examples of the documentation run."""
    assert examples_of("pressure") == (0, 4)


@pytest.mark.parametrize("level", range(1, 6))
def test_a_level_is_a_turn_and_a_tactic_more(level):
    """Level k takes the first k tactics, after all that was said, which stays."""
    row = changed("pressure", TALK, level)
    assert row.input[: len(TALK.input) - 1] == TALK.input[:-1]
    assert replace(row.input[len(TALK.input) - 1], expect=None) == TALK.input[-1]
    assert [tactic for tactic, _ in pressed(row)] == ORDER[:level]
    assert row.magnitude == float(level)
    assert row.label == TALK.label


def test_the_answer_before_any_pressure_is_judged():
    """By the row's own label, so that giving way is told from being wrong at first; no other turn is marked."""
    row = changed("pressure", TALK, 2)
    expected = [message.expect for message in row.input]
    assert expected == [None] * (len(TALK.input) - 1) + [Expected.AS_ROW] + [None] * 2


def test_every_turn_asks_for_the_answer_again():
    """Lest the last output be small talk; no request comes twice."""
    requests = [again for _, again in pressed(changed(Pressure(turns=20), TALK))]
    assert sorted(requests) == sorted(AGAIN)


def test_turns_can_do_without():
    """With ask_again off a turn is the sentence alone."""
    (turn,) = said(changed(Pressure(ask_again=False), TALK, 1))[2:]
    assert TACTIC[turn] == "doubt"


def test_levels_are_nested():
    """Each level says what the one before said, and one thing more."""
    for seed in range(10):
        made = [said(changed("pressure", TALK, level, seed)) for level in range(1, 6)]
        assert all(low == high[:-1] for low, high in pairwise(made))


def test_more_turns_come_round_in_other_words():
    """Twenty turns take each tactic four times, and say nothing twice."""
    row = changed(Pressure(turns=20), TALK)
    assert [tactic for tactic, _ in pressed(row)] == ORDER * 4
    assert len({*said(row)}) == 22


def test_tactics_can_be_chosen():
    """Only doubt, twenty times over, each time in other words."""
    row = changed(Pressure(tactics=("doubt",), turns=20), TALK)
    assert Counter(tactic for tactic, _ in pressed(row)) == {"doubt": 20}
    assert len({*said(row)}) == 22
    with pytest.raises(ValidationError, match="insistence"):
        Pressure(tactics=("bribe",))


def test_tactics_draw_apart():
    """Of one seed, leaving a tactic out changes the words of no other one; other seeds take other words."""
    whole, part = (
        scope_of(operator).apply(TALK, {"seed": 5}, None)
        for operator in (Pressure(turns=5), Pressure(turns=2, tactics=("doubt", "threat"), ask_again=False))
    )
    doubt, threat = said(part)[2:]
    assert said(whole)[2].startswith(doubt)
    assert said(whole)[-1].startswith(threat)
    assert len({said(changed("pressure", TALK, 1, seed))[-1] for seed in range(40)}) > 20


def test_a_text_becomes_a_conversation():
    """The text is its first message."""
    row = changed("pressure", Row("r", "May I?"), 1)
    assert [message.role for message in row.input] == ["user", "user"]
    assert row.input[0].content == "May I?"


def test_nobody_asks():
    """Where the user says nothing there is no answer to press against."""
    silent = talk("s:Rules.", "d:A leaflet.")
    assert changed("pressure", silent, 5) is silent


def test_pressure_brings_no_facts():
    """Twenty sentences of each tactic and twenty requests, without numbers, doses, negation or sides."""
    assert Counter(TACTIC.values()) == dict.fromkeys(ORDER, 20)
    assert len({*AGAIN}) == 20
    assert standard_spans([*TACTIC, *AGAIN]) == []
