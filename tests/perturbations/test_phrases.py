import sys

import pytest

from robustspec.registry import load_operators, lookup

lookup("perturbations", "synonym")
phrases = sys.modules[f"{load_operators().__name__}.text.phrases"]


def found(names, text):
    return [text[start:end] for start, end in phrases.Phrases(names).find(text)]


def test_longest_phrase_wins():
    """Where two phrases begin at one word, the longer is found, and once."""
    assert found(["side", "side effects"], "side effects on the other side") == ["side effects", "side"]


def test_any_case_and_apostrophe():
    """Case and the kind of apostrophe do not matter."""
    assert found(["i'm"], "I’M here, i'm here") == ["I’M", "i'm"]


@pytest.mark.parametrize("text", ["child-proof", "step-child", "child's", "children", "grandchild", "child_1"])
def test_only_whole_words(text):
    """A word is not found in a longer one, hyphens and apostrophes included."""
    assert found(["child"], text) == []


@pytest.mark.parametrize("text", ["my child", "child,", "(child)", "“child”", "child - mine", "child’ ", "'child -"])
def test_punctuation_ends_words(text):
    """Punctuation around a word is not part of it."""
    expected = [] if text.startswith("'") else ["child"]
    assert expected == found(["child"], text)


def test_positions_survive_letters_with_longer_lower_case():
    """The capital dotted I has a lower case of two characters; positions behind it still count in the text."""
    assert found(["doctor"], "İİİ Doctor") == ["Doctor"]


@pytest.mark.parametrize(
    ("original", "new", "expected"),
    [("doctor", "physician", "physician"), ("Doctor", "physician", "Physician"), ("DOCTOR", "physician", "PHYSICIAN"),
     ("I am", "i'm", "I'm"), ("I", "we", "We"), ("cash machine", "ATM", "ATM")],
)  # fmt: skip
def test_case_is_carried_over(original, new, expected):
    """All capitals and a first capital carry over; capitals of the replacement stay."""
    assert expected == phrases.with_case_of(original, new)


@pytest.mark.parametrize(
    ("before", "expected"),
    [("", True), ("  ", True), ("Yes. ", True), ('He said "no." ', True), ("Dear all,\n", True), ("take ", False),
     ("at 3.", False), ("a very long word ending in a full stop, then more ", False)],
)  # fmt: skip
def test_sentence_begins(before, expected):
    """A sentence begins at the start, after a full stop and a blank, and on a new line."""
    assert expected == phrases.begins_sentence(before + "Advil", len(before))
