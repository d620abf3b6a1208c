from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robustspec.data.row import Row
from robustspec.perturbation.base import Passage, Range, Ranges
from robustspec.perturbation.edits import Edit, SiteEdits, positions, shuffled, splice, words
from robustspec.perturbation.ladder import Ladder


class Stars(SiteEdits):
    """Replaces letters by stars; refuses vowels, leaves x as it is."""

    kind: Literal["stars"] = "stars"
    fraction: float | None = None
    ladder: ClassVar[Ladder | None] = Ladder("fraction", (0.1, 0.3, 0.5, 1.0))

    def sites(self, passage: Passage) -> Sequence[Range]:
        return positions(passage, "abcdefghijklmnopqrstuvwxyz")

    def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
        letter = text[start]
        if letter in "aeiou":
            return None
        return "x" if letter == "x" else "*+#"[int(rng.random() * 3)]


def passage(text: str, *free: Range) -> Passage:
    return Passage(text, Row("r", text), (lambda _: Ranges(free, ())) if free else None)


def test_splice_makes_replacements_insertions_and_deletions() -> None:
    """Edits count in the original text, in whatever order they are given."""
    edits = [Edit(9, 9, "!"), Edit(0, 1, "J"), Edit(4, 6, "")]
    assert splice("Kane snow", edits) == "Janenow!"


@given(st.text(min_size=1), st.data())
def test_any_subset_of_edits_can_be_spliced(text: str, data: st.DataObject) -> None:
    """What is outside the edits is untouched: the parts between them are those of the original."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    edits = [Edit(a, b, "|") for a, b in zip(cuts[::2], cuts[1::2], strict=False)]
    kept = data.draw(st.sets(st.sampled_from(edits)) if edits else st.just(set()))
    expected = text
    for edit in sorted(kept, reverse=True):
        expected = expected[: edit.start] + edit.text + expected[edit.end :]
    assert expected == splice(text, list(kept))


@given(st.integers(0, 2**32), st.integers(0, 60))
def test_shuffled_is_a_permutation(seed: int, count: int) -> None:
    """Every number comes once."""
    assert list(range(count)) == sorted(shuffled(random.Random(seed), count))


def test_shuffled_gives_all_orders_alike() -> None:
    """The 24 orders of four numbers are equally likely: chi-square with 23 degrees below its 99.9 % point, 49.7."""
    rng = random.Random(1)
    seen = Counter(tuple(shuffled(rng, 4)) for _ in range(4800))
    assert len(seen) == 24
    assert sum((count - 200) ** 2 / 200 for count in seen.values()) < 49.7


def test_a_level_takes_its_share_of_the_places() -> None:
    """0.3 of 20 letters are 6 edits, and the magnitude says so."""
    changed = Stars().apply(passage("bcdfg hjklm npqrs tvwyz"), {"seed": 3}, 2)
    assert sum(character in "*+#" for character in changed.text) == 6
    assert pytest.approx(6 / 20) == changed.magnitude


def test_at_least_one_place_is_edited() -> None:
    """A tenth of two letters is still one edit."""
    assert len(Stars().edits(passage("bc"), {"seed": 3}, 1)) == 1


def test_an_explicit_parameter_stands_for_a_level() -> None:
    """fraction 0.3 is what level 2 sets."""
    text = passage("bcdfg hjklm npqrs tvwyz")
    assert Stars(fraction=0.3).edits(text, {"seed": 3}, None) == Stars().edits(text, {"seed": 3}, 2)


def test_places_without_a_replacement_are_passed_over() -> None:
    """Vowels (no replacement) and x (an equal one) are no edits, and do not use up the level."""
    edits = Stars().edits(passage("aeiouxaeioub"), {"seed": 3}, 1)
    assert [edit.start for edit in edits] == [11]


def test_nothing_to_edit_returns_the_passage_itself() -> None:
    """No place, no replacement anywhere, or level 0: the very same object."""
    for text, level in (("", 4), ("123", 4), ("aeiou", 4), ("bcd", 0)):
        unchanged = passage(text)
        assert Stars().apply(unchanged, {"seed": 3}, level) is unchanged


@given(st.text(alphabet="abcxyz -", max_size=40), st.integers(0, 2**64 - 1), st.permutations([1, 2, 3, 4]))
def test_levels_are_nested_in_whatever_order_they_are_asked(text: str, seed: int, order: list[int]) -> None:
    """The edits of a level are a prefix of those of the next, also where levels are not asked for in their order."""
    operator, subject = Stars(), passage(text)
    asked = {level: operator.edits(subject, {"seed": seed}, level) for level in order}
    for level in (1, 2, 3):
        assert asked[level] == asked[level + 1][: len(asked[level])]
        assert asked[level] == Stars().edits(passage(text), {"seed": seed}, level)


def test_a_draw_that_raises_leaves_nothing_behind() -> None:
    """After an operator's error the same case raises again instead of yielding half its edits."""

    class Broken(Stars):
        kind: Literal["broken"] = "broken"  # type: ignore[assignment]  # another kind than its base

        def replacement(self, rng: random.Random, text: str, start: int, end: int) -> str | None:
            if text[start] == "z":
                raise ValueError("no z")
            return "*"

    operator, subject = Broken(), passage("bcdfghjklz")
    assert len(operator.edits(subject, {"seed": 1}, 1)) == 1
    for _ in range(2):
        with pytest.raises(ValueError, match="no z"):
            operator.edits(subject, {"seed": 1}, 4)


def test_a_case_is_not_taken_for_the_one_before() -> None:
    """Another seed, other free ranges, another text or another operator: each is drawn anew."""
    operator, text = Stars(), "bcdfg hjklm npqrs tvwyz"
    subject = passage(text)
    first = operator.edits(subject, {"seed": 1}, 3)
    assert operator.edits(subject, {"seed": 2}, 3) == Stars().edits(passage(text), {"seed": 2}, 3) != first
    part = Passage(text, subject.row, lambda _: Ranges(((0, 5),), ()))
    assert operator.edits(subject, {"seed": 1}, 3) == first
    assert all(edit.end <= 5 for edit in operator.edits(part, {"seed": 1}, 4))


def test_threads_do_not_disturb_each_other() -> None:
    """The same cases from two threads, levels interleaved, are what one thread makes."""
    operator = Stars()
    subjects = [passage("bcdfg hjklm npqrs tvwyz " * 3) for _ in range(40)]
    expected = [[operator.edits(s, {"seed": n}, level) for level in (1, 2, 3)] for n, s in enumerate(subjects)]
    found: dict[int, list[list[list[Edit]]]] = {}

    def work(name: int) -> None:
        found[name] = [[operator.edits(s, {"seed": n}, level) for level in (1, 2, 3)] for n, s in enumerate(subjects)]

    threads = [threading.Thread(target=work, args=(name,)) for name in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [expected, expected] == [found[0], found[1]]


@given(st.text(max_size=60))
def test_positions_are_those_of_a_plain_search(text: str) -> None:
    """Letters are found in any text, non-Latin-1 characters included."""
    assert [i for i, c in enumerate(text) if c in "abcé"] == list(positions(passage(text), "abcé").positions)


def test_positions_keep_to_the_free_ranges() -> None:
    """Only letters in free ranges are places."""
    assert list(positions(passage("aaabba", (0, 1), (4, 6)), "a")) == [(0, 1), (5, 6)]


def test_words_are_runs_of_letters_of_any_alphabet() -> None:
    """Digits, hyphens and apostrophes end words; a length may be asked for."""
    text = "Der naïve Пациент's B12-Wert"
    found = [text[start:end] for start, end in words(passage(text))]
    assert found == ["Der", "naïve", "Пациент", "s", "B", "Wert"]
    assert [text[start:end] for start, end in words(passage(text), 4)] == ["naïve", "Пациент", "Wert"]


def test_scripts_without_spaces_have_no_words() -> None:
    """A run of Chinese, Japanese, Korean or Thai characters is no word."""
    assert words(passage("患者は頭痛を訴え 환자는 ผู้ป่วย")) == []


def test_a_word_cut_by_a_protected_span_is_left_out() -> None:
    """What is left of a word outside a protected span is not a word."""
    assert words(passage("unprotected cat", (0, 2), (9, 15))) == [(12, 15)]
