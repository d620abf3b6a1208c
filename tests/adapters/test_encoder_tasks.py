"""What an encoder answers, and how the documents of a row move its prompts."""

import numpy as np
import pytest
from encoder_stub import ColourTowers, model, shown

from robustspec.data.row import Input, Output

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def answer(item, **settings):
    (found,) = model(**settings).predict([item])
    return found


def error(item, **settings):
    found = answer(item, **settings)
    assert isinstance(found, Output)
    return found.error


def test_probabilities_are_the_softmax_of_scaled_cosines():
    """Worked out by hand: cosines of red with the prompts of red, green and blue, times 10."""
    found = answer(shown(RED))
    own, other = 1.1 / np.sqrt(1.23), 0.1 / np.sqrt(1.23)
    powers = np.exp(10 * np.array([own, other, other]))
    assert found["label"] == "red"
    assert found["scores"] == pytest.approx(
        dict(zip(("red", "green", "blue"), powers / powers.sum(), strict=True)), abs=2e-6
    )


def test_templates_are_averaged_as_unit_vectors():
    """A class whose two prompts point elsewhere stands between them, whatever their lengths."""
    towers = ColourTowers()
    found = answer(shown(RED), towers=towers, templates=("{}", "{} and green"))
    first = np.array([1.1, 0.1, 0.1])
    second = np.array([1.1, 1.1, 0.1])
    mean = first / np.linalg.norm(first) + second / np.linalg.norm(second)
    cosine = (mean / np.linalg.norm(mean))[0]
    odds = found["scores"]["red"] / found["scores"]["green"]
    assert np.log(odds) / 10 == pytest.approx(cosine - 0.1 / np.sqrt(1.23), abs=1e-4)


def test_prompts_that_deny_take_part_and_are_reported():
    """The logit is 0.75 times the cosine plus 0.25 times one minus that of the denial."""
    found = answer(shown(RED), negative_templates=("green {}",))
    present, absent = 1.1 / np.sqrt(1.23), 1.1 / np.sqrt(2 * 1.21 + 0.01)
    assert found["present"]["red"] == pytest.approx(1 / (1 + np.exp(-10 * (present - absent))), abs=2e-6)
    blue = (0.75 * 0.1 / np.sqrt(1.23)) + 0.25 * (1 - 0.1 / np.sqrt(2 * 1.21 + 0.01))
    red = 0.75 * present + 0.25 * (1 - absent)
    assert np.log(found["scores"]["red"] / found["scores"]["blue"]) == pytest.approx(10 * (red - blue), abs=1e-3)


def test_a_document_stands_for_the_templates():
    """`on: context.template` reaches what is embedded; several lines are several templates."""
    towers = ColourTowers()
    answer(shown(RED, template="look, {}!\nsee {}"), towers=towers)
    assert sorted(towers.texts_read) == sorted(
        f"{a}{c}{z}" for c in ("red", "green", "blue") for a, z in (("look, ", "!"), ("see ", ""))
    )


def test_a_document_words_the_classes_and_the_answer_stays_a_label():
    """The second line is the second label, however it is worded."""
    labels = ("first", "second", "third")
    found = answer(shown(GREEN, classes="red\ngreen\nblue"), labels=labels)
    assert found["label"] == "second"
    assert set(found["scores"]) == set(labels)


def test_underscores_are_worded_as_spaces():
    """Labels of data sets have them; prompts have not."""
    towers = ColourTowers()
    found = answer(shown(RED), towers=towers, labels=("deep_red", "blue"))
    assert "a deep red thing" in towers.texts_read
    assert found["label"] == "deep_red"


def test_a_subset_narrows_the_labels():
    """A red picture is no longer red where red may not be answered."""
    found = answer(shown(RED, label_subset="blue\ngreen"))
    assert sorted(found["scores"]) == ["blue", "green"]


def test_only_the_best_scores_are_kept():
    """`top` bounds what is stored of a thousand classes."""
    assert list(answer(shown((255, 60, 0)), top=2)["scores"]) == ["red", "green"]


def test_the_best_caption_is_told_by_its_line():
    """From 1, with the caption beside it, whatever its words."""
    found = answer(shown(BLUE, captions="a red thing\na blue thing\na green thing"))
    assert (found["label"], found["caption"]) == (2, "a blue thing")
    assert sum(found["scores"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(("said", "label"), [("something red", "yes"), ("something blue", "no")])
def test_a_caption_matches_from_the_threshold_on(said, label):
    """By cosine, 0.99 and 0.09 here; the caption stands in a document, or is what the user says."""
    assert answer(shown(RED, caption=said))["label"] == label
    assert answer(shown(RED, said=said), task="match")["label"] == label


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (Input("hello"), "shows no picture"),
        (shown(RED, template="no place"), "'template' has a line without {}"),
        (shown(RED, classes="a\nb"), "'classes' has 2 lines for 3 labels"),
        (shown(RED, label_subset="pink"), "'pink', which is none of the labels"),
        (shown(RED, captions="only one"), "fewer than two captions"),
        (shown(RED, caption=" "), "no caption to match"),
        (shown(RED, RED, headlines="a\nb"), "asks to order"),
    ],
)
def test_what_an_input_lacks_is_its_own_error(item, told):
    """One sentence with a remedy; the rest of the batch is answered."""
    good = shown(RED)
    first, second = model().predict([item, good])
    assert told in first.error
    assert " -- " in first.error
    assert second["label"] == "red"


def test_no_labels_is_an_error_of_rows_that_classify():
    """A model without labels can still choose captions."""
    assert "no labels" in error(shown(RED), labels=())
    assert answer(shown(RED, captions="red\nblue"), labels=())["label"] == 1


def test_a_cut_text_is_told_in_the_output_and_counted():
    """What was changed behind the cut cannot have moved the answer."""
    made = model(ColourTowers(limit=12), templates=("a long word before {}",))
    first, second = made.predict([shown(RED), shown(RED, template="{}")])
    assert first["truncated"] is True
    assert "truncated" not in second
    assert list(made.notes()) == ["1 input was cut to what the model takes, which may hide what was changed in it"]
