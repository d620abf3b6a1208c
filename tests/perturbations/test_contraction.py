import pytest
from word_samples import BLANK, CLINICAL, assert_contract, changed, operator, passage, run_examples


@pytest.mark.parametrize("direction", ["contract", "expand"])
def test_contract(direction):
    """Level 0, determinism, protection and blank texts."""
    assert_contract(operator("contraction", direction=direction))


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("contraction") >= 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am sure that it is safe", "I'm sure that it's safe"),
        ("YOU ARE LATE", "YOU'RE LATE"),
        ("They will refund me", "They'll refund me"),
        ("I have been ill and I have taken it", "I've been ill and I've taken it"),
        ("I would like a loan", "I'd like a loan"),
        ("She has had it", "She's had it"),
        ("It’s late and I am tired", "It’s late and I’m tired"),
        ("we are not sure", "we're not sure"),
    ],
)
def test_contracts(text, expected):
    """Pronouns with be, will, would and have are contracted, capitals and the kind of apostrophe kept."""
    assert expected == changed(operator("contraction"), text)


@pytest.mark.parametrize(
    "text",
    [
        "I have a headache",
        "Yes, I am.",
        "Are you sure? Yes I am",
        "Tell me what it is for",
        "I know how old you are now",
        "Better than I am today",
        "let us know",
        "I do not know",
        "Wi-Fi am here",
    ],
)
def test_does_not_contract(text):
    """Nothing is contracted where the result would be wrong, and negations are protected."""
    before = passage(text)
    assert before is operator("contraction").apply(before, {"seed": 1}, None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I'm sure it's safe", "I am sure it is safe"),
        ("It's been bad", "It has been bad"),
        ("I'd like it, I'd better go", "I would like it, I had better go"),
        ("I’ve a headache, let’s talk", "I have a headache, let us talk"),
        ("We'll see", "We will see"),
        ("THEY'RE LATE", "THEY ARE LATE"),
    ],
)
def test_expands(text, expected):
    """Contractions are written out; "'s" is "has" before a participle."""
    assert expected == changed(operator("contraction", direction="expand"), text)


@pytest.mark.parametrize("text", ["my doctor's advice", "Mary's here", "I'd it", "y'all"])
def test_does_not_expand(text):
    """Possessives and ambiguous forms stay."""
    assert text == changed(operator("contraction", direction="expand"), text)


def test_negation_when_protection_is_off():
    """With ``protect: []`` negations are changed too, and "don't" stays before its subject."""
    assert changed(operator("contraction"), "I do not know", protect=[]) == "I don't know"
    expand = operator("contraction", direction="expand")
    assert changed(expand, "I can't go, it won't help", protect=[]) == "I cannot go, it will not help"
    assert changed(expand, "Don't you sell it?", protect=[]) == "Don't you sell it?"


def test_share_of_places():
    """A share changes that many of the places, and reports it."""
    text = "I am here, you are here, we are here, they are here"
    result = operator("contraction", place_fraction=0.5).apply(passage(text), {"seed": 2}, None)
    assert result.magnitude == 0.5
    assert result.text.count("'") == 2


def test_there_and_back():
    """Expanding what was contracted gives the text again where each form has one reading."""
    text = "I am sure they are here, she will come, it is fine and you would like it."
    once = changed(operator("contraction"), text)
    assert once != text
    assert text == changed(operator("contraction", direction="expand"), once)


@pytest.mark.parametrize("text", [*BLANK, "Ibuprofen 400 mg?"])
def test_no_place_is_unchanged(text):
    """Without a contraction to make, the passage itself comes back."""
    before = passage(text)
    assert before is operator("contraction").apply(before, {"seed": 1}, None)


def test_clinical_sentence():
    """In a real request the two free places change, and the protected negation does not."""
    result = changed(operator("contraction"), CLINICAL)
    assert CLINICAL.replace("I am worried", "I'm worried") == result
