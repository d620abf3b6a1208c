import pytest
from word_samples import CLINICAL, assert_contract, operator, outcomes, passage, run_examples, table_rows

from robustspec.perturbation.protect import find

FRAMES = table_rows("role_plays.csv")


def frames(domain):
    return [row["template"] for row in FRAMES if row["domain"] == domain]


@pytest.mark.parametrize("domain", ["health", "finance", "any"])
def test_contract(domain):
    """Level 0, determinism, protection and blank texts."""
    assert_contract(operator("role_play", domain=domain))


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("role_play") >= 2


@pytest.mark.parametrize("domain", ["health", "finance", "any"])
def test_the_text_stands_verbatim_in_a_frame(domain):
    """Every outcome is a frame of the domain with the text in it."""
    results = outcomes(operator("role_play", domain=domain), CLINICAL)
    assert results <= {frame.replace("{request}", CLINICAL) for frame in frames(domain)}
    assert len(results) > 3


def test_magnitude_and_label():
    """One frame; what is right stays."""
    result = operator("role_play").apply(passage(CLINICAL), {"seed": 1}, None)
    assert (result.magnitude, result.label) == (1.0, "label")


def test_the_frames():
    """All different, with one place for the request, without numbers, negation or sides; ten for each trade."""
    texts = [row["template"] for row in FRAMES]
    assert len({*texts}) == len(texts)
    assert all(text.count("{request}") == 1 for text in texts)
    assert [text for text in texts if find(text)] == []
    assert min(len(frames("health")), len(frames("finance"))) >= 10
    assert len(frames("any")) >= 6
