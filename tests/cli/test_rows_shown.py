"""How inputs are set side by side: turns that move, pictures that come and go."""

import numpy as np
import pytest

from robustspec.commands.pictures import fates, kind_of
from robustspec.commands.rows import aligned, changed_parts, pairs
from robustspec.commands.text import turns
from robustspec.data.picture import Image, Picture, Volume, made
from robustspec.data.row import Message
from robustspec.errors import PictureError


def picture(number):
    return made(f"p{number}.png", Image(np.full((4, 6), number, np.uint8)))


def user(text, *images):
    return Message("user", text, images=images)


def assistant(text):
    return Message("assistant", text)


def test_equal_speakers_are_set_side_by_side():
    """Part against part, equal ones left out of the pairs."""
    clean, changed = (user("one"), assistant("two")), (user("one"), assistant("too"))
    assert list(pairs(clean, changed)) == [("assistant", "two", "too")]


def test_turns_put_in_are_found():
    """The turns that were there stay in their order, what is new stands between."""
    clean = (user("one"), assistant("two"), user("three"))
    changed = (user("one"), user("by the way"), assistant("oh"), assistant("two"), user("three"))
    assert list(pairs(clean, changed)) == [("user", "", "by the way"), ("assistant", "", "oh")]
    assert [old for _, old, _ in aligned(clean, changed) if old] == ["one", "two", "three"]


def test_turns_taken_out_are_found():
    """Of several turns one is gone."""
    clean = (user("one"), assistant("two"), user("three"))
    assert list(pairs(clean, clean[:1] + clean[2:])) == [("assistant", "two", "")]


def test_a_text_that_becomes_a_conversation():
    """An operator on conversations sees a text as one message of the user."""
    changed = (assistant("Hello"), user("I am ill"))
    assert list(pairs("I am ill", changed)) == [("assistant", "", "Hello")]
    assert list(changed_parts("I am ill", changed)) == [("assistant", "{+Hello+}")]


def test_what_became_of_pictures():
    """Changed in its place, moved, put in, taken out; one that stays is no news."""
    one, two, three, four = (picture(number) for number in (1, 2, 3, 4))
    clean = (user("", one, two), user("", three))
    moved = fates(clean, (user("", two, one), user("", three)))
    assert [(each.number, each.came_from) for each in moved] == [(1, 2), (2, 1)]
    (changed,) = fates(clean, (user("", one, four), user("", three)))
    assert (changed.number, changed.before, changed.after, changed.is_changed) == (2, two, four, True)
    (gone,) = fates(clean, (user("", one, two), user("")))
    assert (gone.number, gone.before, gone.after) == (3, three, None)
    (new,) = fates(clean, (user("", one, two), user("", three, four)))
    assert (new.number, new.before, new.after) == (4, None, four)


def test_a_picture_taken_from_the_front():
    """Those behind it move up; none of them has changed."""
    one, two, three = (picture(number) for number in (1, 2, 3))
    found = fates((user("", one, two, three),), (user("", two, three),))
    assert [(each.number, each.came_from, each.after) for each in found] == [
        (1, 2, two),
        (2, 3, three),
        (1, None, None),
    ]


def test_a_picture_shown_twice():
    """Two turns may show the same picture, and both stay."""
    one, two = picture(1), picture(2)
    assert fates((user("", one), user("", one)), (user("", one), user("", one))) == []
    (changed,) = fates((user("", one), user("", one)), (user("", one), user("", two)))
    assert (changed.number, changed.before, changed.after) == (2, one, two)


def test_pictures_stand_with_the_words_of_their_turn():
    """Numbers count all pictures of the input, from 1, as `on: image.N` does."""
    content = (user("Look:", picture(1), picture(2)), assistant("Yes."), user("", picture(3)))
    assert turns(content) == [
        ("user", "Look:\n[image 1: 4 x 6 grey uint8, p1.png]\n[image 2: 4 x 6 grey uint8, p2.png]"),
        ("assistant", "Yes."),
        ("user", "[image 3: 4 x 6 grey uint8, p3.png]"),
    ]


def test_a_picture_that_cannot_be_opened_says_why():
    """A line like the others, with the reason."""

    def fail():
        raise PictureError("scan.nii: it is cut short -- copy it again")

    broken = Picture(b"x", "scan.nii", "volume", fail)
    assert turns((user("", broken),))[0][1] == (
        "[image 1: scan.nii, cannot be used: scan.nii: it is cut short -- copy it again]"
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (Image(np.zeros((224, 200, 3), np.float32)), "224 x 200 RGB float32"),
        (Image(np.zeros((8, 9), np.uint16)), "8 x 9 grey uint16"),
        (Volume(np.zeros((5, 6, 7)), np.diag([-1.0, 1.5, 3.25, 1])), "volume 5 x 6 x 7, 1 x 1.5 x 3.25 mm, LAS"),
    ],
)
def test_what_a_picture_is(value, words):
    """Size and type of an image; shape, spacing and orientation of a volume."""
    assert kind_of(value) == words
