from word_samples import (
    CLINICAL,
    FINANCE,
    TEXTS,
    assert_contract,
    operator,
    outcomes,
    passage,
    run_examples,
    table_rows,
)

from robustspec.perturbation.protect import find


def frames():
    return [row["template"] for row in table_rows("indirect_templates.csv")]


def test_contract():
    """Level 0, determinism, protection and blank texts."""
    assert_contract(operator("indirect_request"))


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("indirect_request") >= 2


def test_text_stands_verbatim_in_a_frame():
    """Every result is one of the frames around the whole text."""
    for text in TEXTS:
        assert outcomes(operator("indirect_request"), text) <= {frame.replace("{request}", text) for frame in frames()}


def test_braces_in_the_text_are_only_text():
    """A text that looks like a placeholder is not filled in again."""
    text = "Write {request} and {0} for me"
    assert all(text in result for result in outcomes(operator("indirect_request"), text))


def test_frames_vary():
    """Different seeds take different frames."""
    assert len(outcomes(operator("indirect_request"), CLINICAL)) > 10


def test_magnitude_is_one_frame():
    """The realised size is one frame."""
    assert operator("indirect_request").apply(passage(FINANCE), {"seed": 1}, None).magnitude == 1.0


def test_frames_bring_in_no_protected_word():
    """At least 20 frames, each with one place for the request, without numbers, negation or laterality."""
    assert len(set(frames())) == len(frames()) >= 20
    assert all(frame.count("{request}") == 1 for frame in frames())
    assert [frame for frame in frames() if find(frame.replace("{request}", ""))] == []
