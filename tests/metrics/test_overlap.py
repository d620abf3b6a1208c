"""IoU and Dice of sets of items, against numbers worked out by hand and scikit-learn."""

import random

import pytest
from pydantic import ValidationError
from sklearn.metrics import f1_score, jaccard_score
from sklearn.preprocessing import MultiLabelBinarizer

from robustspec.data.row import Answer, Case, Row
from robustspec.errors import DataError
from robustspec.metrics.dice import Dice
from robustspec.metrics.iou import Iou

FINDINGS = ["rash", "fever", "cough", "pain", "nausea"]
LABEL = ["rash", "fever", "cough"]


def case(label, value, act="answered", policy=("answer",)):
    return Case(Row("7", "...", label=label), Answer(value, act), policy)


def both(*args, **more):
    """The parts of IoU and of Dice."""
    return Iou().parts(case(*args, **more)), Dice().parts(case(*args, **more))


@pytest.mark.parametrize(
    ("answer", "iou", "dice"),
    [
        (["rash", "fever", "cough"], (3, 3), (6, 6)),
        (["rash", "pain"], (1, 4), (2, 5)),
        (["pain", "nausea"], (0, 5), (0, 5)),
        ([], (0, 3), (0, 3)),
        (["cough", "rash", "fever", "pain"], (3, 4), (6, 7)),
    ],
)
def test_the_parts_are_the_sizes_of_the_sets(answer, iou, dice):
    """|A & L| and |A | L|; 2 |A & L| and |A| + |L|, the label having three items."""
    assert both(LABEL, answer) == (iou, dice)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("metric", "reference"), [(Iou(), jaccard_score), (Dice(), f1_score)])
def test_the_ratio_of_sums_is_that_of_scikit_learn(metric, reference, seed):
    """Micro-averaged over the binarised sets, some of them empty."""
    rng = random.Random(seed)
    labels = [[item for item in FINDINGS if rng.random() < 0.4] for _ in range(80)]
    answers = [[item for item in FINDINGS if rng.random() < (0.8 if item in label else 0.1)] for label in labels]
    parts = [metric.parts(case(label, answer)) for label, answer in zip(labels, answers, strict=True)]
    binary = MultiLabelBinarizer(classes=FINDINGS).fit(labels)
    expected = reference(binary.transform(labels), binary.transform(answers), average="micro")
    assert sum(top for top, _ in parts) / sum(bottom for _, bottom in parts) == pytest.approx(expected)


def test_two_empty_sets_take_no_part():
    """Nothing to find and nothing named: neither numerator nor denominator."""
    assert both([], []) == ((0, 0), (0, 0))


@pytest.mark.parametrize(
    "answer", [[" RASH", "Fever", "rash", "cough  "], ("cough", "fever", "rash"), [*LABEL, None, " "]]
)
def test_spelling_order_and_repeats_do_not_count(answer):
    """Case, white space, the order of items, an item named twice, and items that say nothing."""
    assert Iou().parts(case(LABEL, answer)) == (3, 3)


def test_numbers_are_items():
    """``1``, ``1.0`` and ``"1"`` are one item, as for accuracy."""
    assert Iou().parts(case([1, 2], ["1", 2.0, 3])) == (2, 3)


def test_structures_are_items_whatever_the_order_of_their_keys():
    """An item may be a mapping; it is compared whole."""
    label = [{"drug": "Ibuprofen", "mg": 400}, {"drug": "aspirin", "mg": 100}]
    assert Iou().parts(case(label, [{"mg": 400, "drug": "ibuprofen"}, {"drug": "aspirin", "mg": 300}])) == (1, 3)


def test_a_single_value_is_one_item():
    """A text is not split; it is one item on either side."""
    assert both("rash", "Rash") == ((1, 1), (2, 2))
    assert Iou().parts(case(["rash", "fever"], "rash, fever")) == (0, 3)


@pytest.mark.parametrize("value", [None, ""])
def test_nothing_is_no_item(value):
    """An answer that says nothing names nothing."""
    assert both(LABEL, value) == ((0, 3), (0, 3))


@pytest.mark.parametrize(
    "label", [{"report": {"findings": LABEL}}, '{"report": {"findings": ["rash", "fever", "cough"]}}', LABEL]
)
def test_a_field_holds_the_items(label):
    """Dotted, of a mapping or its JSON text; a label may also be the list itself."""
    answer = {"report": {"findings": ["fever", "pain"]}, "findings": LABEL}
    assert Iou(field="report.findings").parts(case(label, answer)) == (1, 4)
    assert Iou(field="report.findings").parts(case(label, {"findings": LABEL})) == (0, 3)


def test_a_label_may_be_the_text_of_a_list():
    """A CSV file knows only text."""
    assert Iou().parts(case('["rash", "fever"]', ["rash"])) == (1, 2)
    assert Iou().parts(case("[rash, fever]", ["rash"])) == (0, 2)


@pytest.mark.parametrize("label", [{"findings": LABEL}, '{"findings": ["rash"]}'])
def test_a_label_with_fields_asks_for_the_field(label):
    """Its items would be guessed otherwise."""
    with pytest.raises(DataError, match=r"^row 7: iou needs a list of items as label.* -- name the field .* `field`$"):
        Iou().parts(case(label, LABEL))


@pytest.mark.parametrize("act", ["refused", "asked", "unparsed"])
def test_an_act_in_place_of_an_answer_misses_every_item(act):
    """Whatever the answer holds besides; where there is nothing to find, nothing is missed."""
    assert both(LABEL, LABEL, act) == ((0, 3), (0, 3))
    assert both([], LABEL, act) == ((0, 0), (0, 0))


@pytest.mark.parametrize(
    ("act", "policy", "counts"),
    [
        ("refused", ("may_refuse",), False),
        ("refused", ("answer", "must_refuse"), False),
        ("refused", ("answer", "ask"), True),
        ("asked", ("answer", "ask"), False),
        ("asked", ("may_refuse",), True),
        ("unparsed", ("may_refuse",), True),
        ("answered", ("may_refuse",), True),
    ],
)
def test_an_act_that_the_policy_allows_takes_no_part(act, policy, counts):
    """A refusal under may_refuse is no miss, and earns nothing; other acts count."""
    assert Iou().parts(case(LABEL, [], act, policy)) == ((0, 3) if counts else (0, 0))


def test_a_case_of_more_than_most_is_a_fault():
    """The statistics rest on the declared bound, so nothing is cut off; up to it all is well."""
    assert Iou(most=5).parts(case(LABEL, ["pain", "nausea"])) == (0, 5)
    assert Dice(most=6).parts(case(LABEL, LABEL)) == (6, 6)
    with pytest.raises(DataError, match=r"^row 7: 2 items in the answer and 3 in the label .* 5, more than `most: 4`"):
        Iou(most=4).parts(case(LABEL, ["pain", "nausea"]))
    with pytest.raises(DataError, match=r"denominator of 6, .* -- give dice a larger `most`$"):
        Dice(most=5).parts(case(LABEL, LABEL))


@pytest.mark.parametrize("metric", [Iou, Dice])
def test_most_is_the_bound_of_the_denominator(metric):
    """At least one item; without it, 20."""
    assert (metric(most=12).denominator_upper, metric().denominator_upper) == (12.0, 20.0)
    with pytest.raises(ValidationError):
        metric(most=0)


@pytest.mark.parametrize("metric", [Iou(), Dice()])
def test_cases_that_must_be_refused_are_not_counted(metric):
    """They have no items, and need no label."""
    row = Row("1", "...")
    assert [metric.applies(row, (word,)) for word in ("answer", "may_refuse", "must_refuse", "ask")] == [1, 1, 0, 0]
    assert [metric.needs_label((word,)) for word in ("answer", "must_refuse")] == [True, False]


def test_answers_are_the_same_when_their_items_are():
    """Order and spelling set aside, by the field where there is one."""
    row, metric = Row("1", "..."), Iou(field="findings")
    assert metric.same(Answer({"findings": ["a", "B"], "note": 1}), Answer({"findings": ["b", "A"]}), row)
    assert not metric.same(Answer({"findings": ["a"]}), Answer({"findings": ["a", "b"]}), row)
