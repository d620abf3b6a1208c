"""Items of structured answers: recall and precision, against hand counts and brute force over all assignments."""

import json
import random
from itertools import permutations

import pytest
from pydantic import ValidationError

from robustspec.data.row import Answer, Case, Row
from robustspec.errors import DataError
from robustspec.metrics.item_recall import ItemPrecision, ItemRecall
from robustspec.metrics.items import MOST, most_pairs


def finding(side, region="frontal", size_mm=10, **more):
    return {"side": side, "region": region, "size_mm": size_mm, **more}


def case(label, answer, act="answered", policy=("answer",)):
    return Case(Row("7", "...", label={"findings": label}), Answer({"findings": answer}, act), policy)


FIELDS = {"items": "findings", "match": ("side", "region"), "near": {"size_mm": {"share": 0.3}}}
RECALL, PRECISION = ItemRecall(**FIELDS), ItemPrecision(**FIELDS)
LEFT, RIGHT, OTHER = finding("left"), finding("right"), finding("left", "temporal")


@pytest.mark.parametrize(
    ("label", "answer", "recall", "precision"),
    [
        ([LEFT, RIGHT], [RIGHT, LEFT], 1, 1),
        ([LEFT, RIGHT], [LEFT], 1 / 2, 1),
        ([LEFT], [LEFT, RIGHT, OTHER], 1, 1 / 3),
        ([LEFT, RIGHT], [OTHER], 0, 0),
        ([], [], 1, 1),
        ([], [LEFT], 1, 0),
        ([LEFT], [], 0, 1),
    ],
)
def test_the_shares_of_items(label, answer, recall, precision):
    """Found of the label's, and right of the answer's; of no items all are right."""
    assert RECALL.score(case(label, answer)) == pytest.approx(recall)
    assert PRECISION.score(case(label, answer)) == pytest.approx(precision)


def test_an_item_said_twice_is_found_once():
    """And one of the two is wrong."""
    assert RECALL.score(case([LEFT, LEFT], [LEFT])) == 0.5
    assert PRECISION.score(case([LEFT], [LEFT, LEFT])) == 0.5


@pytest.mark.parametrize(("size", "found"), [(10, 1), (13, 1), (7, 1), ("12", 1), (13.1, 0), (None, 0), ("large", 0)])
def test_a_number_is_near_by_its_share(size, found):
    """30 % of the label's 10 mm, either way."""
    assert RECALL.score(case([LEFT], [finding("left", size_mm=size)])) == found


@pytest.mark.parametrize(
    ("near", "size", "found"),
    [
        ({"within": 5}, 15, 1),
        ({"within": 5}, 15.1, 0),
        ({"within": 1, "share": 0.3}, 13, 1),
        ({}, 10, 1),
        ({}, 10.1, 0),
    ],
)
def test_a_number_is_near_in_its_own_unit(near, size, found):
    """Where both are given the wider one counts."""
    metric = ItemRecall(items="findings", match=("side",), near={"size_mm": near})
    assert metric.score(case([LEFT], [finding("left", size_mm=size)])) == found


def test_an_absent_number_of_the_label_must_be_absent():
    """As json_match reads absent fields."""
    assert RECALL.score(case([finding("left", size_mm=None)], [{"side": "left", "region": "frontal"}])) == 1
    assert RECALL.score(case([finding("left", size_mm=None)], [LEFT])) == 0


def test_without_match_all_fields_of_the_label_count():
    """Those under near as numbers; what the answer says besides does not count."""
    metric = ItemRecall(items="findings", near={"size_mm": {"within": 5}})
    assert metric.score(case([LEFT], [finding("LEFT ", size_mm=12, note="new")])) == 1
    assert metric.score(case([LEFT], [finding("left", "temporal")])) == 0


def test_items_may_be_plain():
    """Texts compared as everywhere, in lists that are the answer and the label themselves."""
    row = Row("1", "...", label='["Rash", "fever"]')
    assert ItemRecall().score(Case(row, Answer([" rash", "cough", {"a": 1}]))) == 0.5


def test_the_pairing_is_the_best_there_is():
    """5 mm pairs with 4 or 6, 3 mm only with 4: taking the first that fits would lose one."""
    metric = ItemRecall(items="findings", match=("side",), near={"size_mm": {"within": 1}})
    label, answer = ([finding("left", size_mm=size) for size in sizes] for sizes in ((5, 3), (4, 6)))
    assert metric.score(case(label, answer)) == 1


@pytest.mark.parametrize("seed", range(20))
def test_most_pairs_is_the_best_of_all_assignments(seed):
    """By trying them all."""
    rng = random.Random(seed)
    fits = [[rng.random() < 0.35 for _ in range(6)] for _ in range(5)]
    best = max(sum(fits[row][column] for row, column in enumerate(order[:5])) for order in permutations(range(6)))
    assert most_pairs(fits) == best


def test_all_makes_it_binary():
    """Only a case without a fault scores."""
    recall, precision = ItemRecall(**FIELDS, all=True), ItemPrecision(**FIELDS, all=True)
    assert (recall.is_binary, RECALL.is_binary) == (True, False)
    assert (recall.score(case([LEFT, RIGHT], [LEFT])), recall.score(case([LEFT], [LEFT, OTHER]))) == (0, 1)
    assert (precision.score(case([LEFT], [LEFT, OTHER])), precision.score(case([LEFT, RIGHT], [LEFT]))) == (0, 1)
    assert (recall.score(case([], [LEFT])), precision.score(case([LEFT], []))) == (1, 1)


@pytest.mark.parametrize(("act", "policy", "score"), [("refused", "answer", 0), ("refused", "may_refuse", 1)])
def test_acts_are_scored_by_the_policy(act, policy, score):
    """Like every judged metric."""
    assert RECALL.score(case([LEFT], [LEFT], act, (policy,))) == score


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ({"finding": []}, "no list of items under 'findings'"),
        ("nothing", "no list of items"),
        ({"findings": None}, "give a healthy row an empty list"),
        ({"findings": [{"sides": "left"}]}, "none of side, region"),
        ({"findings": ["left"]}, "correct `match`"),
        ({"findings": [finding("left", size_mm="large")]}, "size_mm of the label is no number"),
        ({"findings": [LEFT] * (MOST + 1)}, "more than 256"),
    ],
)
def test_a_label_that_would_match_anything_is_a_fault_of_the_data(label, words):
    """A misspelt field in the specification must not pass every case."""
    with pytest.raises(DataError, match=words):
        RECALL.score(Case(Row("7", "...", label=label), Answer({"findings": []})))


def test_a_label_may_be_json_text():
    """As in a CSV column."""
    row = Row("7", "...", label=json.dumps({"findings": [LEFT]}))
    assert RECALL.score(Case(row, Answer({"findings": [LEFT]}))) == 1


def test_a_flood_of_items_is_cut():
    """Of a hundred thousand the first are compared; all of them count for the precision."""
    flood = [OTHER] * MOST + [LEFT] * 100_000
    assert RECALL.score(case([LEFT], flood)) == 0
    assert PRECISION.score(case([LEFT], [LEFT, *flood])) == pytest.approx(1 / (1 + len(flood)))


def test_answers_are_the_same_that_list_the_same_items():
    """In any order; for flip_rate."""
    one, two = (Answer({"findings": found}) for found in ([LEFT, RIGHT], [RIGHT, finding("left", size_mm=11)]))
    row = Row("7", "...")
    assert RECALL.same(one, two, row)
    assert not RECALL.same(one, Answer({"findings": [LEFT]}), row)
    assert not RECALL.same(one, Answer({"findings": [LEFT, LEFT]}), row)


@pytest.mark.parametrize("near", [{"size_mm": 3}, {"size_mm": {"share": -1}}, {"size_mm": {"mm": 5}}])
def test_near_has_one_form(near):
    """Anything else is refused."""
    with pytest.raises(ValidationError):
        ItemRecall(near=near)
