from collections import Counter
from itertools import pairwise

import pytest
from pydantic import ValidationError
from talk_samples import TALK, changed, examples_of, said, standard_spans, table, talk

from robustspec.data.row import Row
from robustspec.registry import lookup

PersonaDrift = lookup("perturbations", "persona_drift")
REGISTER = {row["turn"]: row["register"] for row in table("persona_drift")}
ORDER = ["formal", "casual", "impatient"]


def drift(row):
    """The manner of each added turn."""
    return [REGISTER[turn] for turn in said(row) if turn in REGISTER]


def test_examples():
    """The examples of the documentation run."""
    assert examples_of("persona_drift") == (0, 4)


@pytest.mark.parametrize(("level", "each"), [(1, 1), (2, 2), (3, 3), (4, 4)])
def test_the_manner_drifts(level, each):
    """From formal over casual to impatient, as many turns of each, all before the request."""
    row = changed("persona_drift", TALK, level)
    assert drift(row) == [register for register in ORDER for _ in range(each)]
    assert (row.input[:4], row.input[-1]) == (TALK.input[:4], TALK.input[-1])
    assert (row.magnitude, row.label) == (3.0 * each, TALK.label)


@pytest.mark.parametrize(("turns", "counts"), [(3, (1, 1, 1)), (4, (1, 1, 2)), (5, (1, 2, 2)), (20, (6, 7, 7))])
def test_any_number_of_turns_is_shared_out(turns, counts):
    """Where three does not divide it, the later manners get more."""
    assert Counter(drift(changed(PersonaDrift(turns=turns), TALK))) == dict(zip(ORDER, counts, strict=True))


def test_a_drift_takes_three_turns():
    """Fewer would be one manner, and no drift."""
    with pytest.raises(ValidationError, match="greater than or equal to 3"):
        PersonaDrift(turns=2)


def test_levels_are_nested():
    """Each level keeps the turns of the one before, in their order."""
    for seed in range(10):
        made = [said(changed("persona_drift", TALK, level, seed)) for level in range(1, 5)]
        for low, high in pairwise(made):
            assert [turn for turn in high if turn in low] == low
            assert len({*high}) == len(high)


def test_a_text_becomes_a_conversation():
    """The text is its last message, as it is."""
    assert said(changed("persona_drift", Row("r", "May I?"), 1))[-1] == "May I?"


def test_nobody_asks():
    """Where the user says nothing there is nothing to drift to."""
    silent = talk("s:Rules.", "d:A leaflet.")
    assert changed("persona_drift", silent, 4) is silent


def test_manner_brings_no_facts():
    """Twenty turns of each manner, without numbers, doses, negation or sides."""
    assert Counter(REGISTER.values()) == dict.fromkeys(ORDER, 20)
    assert standard_spans(REGISTER) == []
