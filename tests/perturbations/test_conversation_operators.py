import doctest
import sys
from datetime import date

import numpy as np
import pytest

from robustspec.data.picture import Image, made
from robustspec.data.row import Message, Row
from robustspec.perturbation.scopes import scope_of
from robustspec.registry import lookup


def study(day):
    return Message(
        "user", f"Study of 2024-0{day}-11.", images=(made(f"{day}.png", Image(np.full((8, 8), day, np.uint8))),)
    )


def series(count):
    question = Message("user", "What changed?")
    return Row("series", (Message("system", "You report."), *map(study, range(1, count + 1)), question), label="grown")


def changed(kind, row, level=None, seed=0, **fields):
    scope = scope_of(lookup("perturbations", kind)(**fields))
    return scope.apply(row, scope.sample(seed, row), level)


KINDS = ["study_order", "equal_dates", "missing_study", "distractor_turns"]


@pytest.mark.parametrize("kind", KINDS)
def test_examples(kind):
    """The examples of the documentation run."""
    module = sys.modules[lookup("perturbations", kind).__module__]
    ran = doctest.testmod(module)
    assert (ran.failed, ran.attempted > 3) == (0, True)


@pytest.mark.parametrize("kind", ["study_order", "equal_dates", "missing_study"])
def test_nothing_to_change(kind):
    """A text, and a conversation with one study, stay as they are and are no evidence."""
    for row in (Row("r", "How are you?"), series(1)):
        assert changed(kind, row) is row


def test_study_order_keeps_all_that_was_said():
    """Studies change places among themselves, captions with their pictures; the rest stays; never the same order."""
    row = series(4)
    for seed in range(20):
        messages = changed("study_order", row, seed=seed).input
        assert (messages[0], messages[-1]) == (row.input[0], row.input[-1])
        assert sorted(messages[1:-1], key=lambda m: m.content) == list(row.input[1:-1])
        assert messages != row.input


def test_study_order_of_two_is_the_swap():
    """Two studies have one other order."""
    row = series(2)
    assert changed("study_order", row).input == (row.input[0], row.input[2], row.input[1], row.input[3])


def test_a_study_in_the_question_stays():
    """The user's last message shows a study and asks: it never moves and is never left out, and its date may change."""
    row = series(3)
    row = Row("r", (*row.input[:-1], Message("user", "And of 2024-04-11. What changed?", images=study(4).images)))
    for seed in range(12):
        for kind in ("study_order", "missing_study"):
            after = changed(kind, row, seed=seed)
            assert after.input[-1] == row.input[-1]
            assert after.input != row.input
    assert changed("study_order", row).magnitude in (0.5, 0.75)
    assert changed("equal_dates", row).input[-1].content == "And of 2024-01-11. What changed?"


def test_study_order_takes_every_other_order():
    """All five other orders of three studies come up."""
    orders = {tuple(m.content for m in changed("study_order", series(3), seed=seed).input) for seed in range(60)}
    assert len(orders) == 5


def test_equal_dates_leave_the_pictures():
    """All captions give the first date, pictures stay with their captions."""
    row = series(3)
    new = changed("equal_dates", row)
    assert [m.content for m in new.input[1:4]] == ["Study of 2024-01-11."] * 3
    assert [m.images for m in new.input] == [m.images for m in row.input]
    assert new.magnitude == 2.0


def test_missing_study_is_an_inner_one():
    """First and last stay; each inner study goes under some seed."""
    row = series(5)
    gone = set()
    for seed in range(40):
        kept = changed("missing_study", row, seed=seed).input
        assert len(kept) == len(row.input) - 1
        gone |= {row.input.index(message) for message in row.input if message not in kept}
    assert gone == {2, 3, 4}
    assert changed("missing_study", series(2)) == series(2)


def test_distractor_turns_are_nested_and_before_the_question():
    """Level k + 1 keeps the turns of level k; the question stays last; no turn comes twice."""
    row = series(2)
    before = []
    for level, count in enumerate((1, 2, 4, 8, 12), 1):
        new = changed("distractor_turns", row, level=level)
        added = [message.content for message in new.input[3:-1]]
        assert len(added) == len(set(added)) == count
        assert added[: len(before)] == before
        assert new.input[-1] == row.input[-1]
        before = added


def test_distractor_turns_before_a_text():
    """A plain text becomes the last message of a conversation."""
    new = changed("distractor_turns", Row("r", "How are you?"), level=1)
    assert [message.role for message in new.input] == ["user", "user"]
    assert new.input[-1].content == "How are you?"


def test_captions_are_dates():
    """The captions of this file are dates that operators find."""
    assert date.fromisoformat(study(3).content.split()[2].rstrip(".")) == date(2024, 3, 11)
