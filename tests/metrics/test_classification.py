"""Precision, recall, F1, MCC and macro F1 against scikit-learn."""

import random
from collections import Counter

import pytest
from sklearn.metrics import f1_score, matthews_corrcoef, precision_score, recall_score

from robustspec.data.row import Answer, Case, Row
from robustspec.metrics.macro_f1 import MacroF1
from robustspec.metrics.mcc import Mcc
from robustspec.metrics.precision_recall import F1, Precision, Recall


def sample(seed, classes, size=120):
    """Labels and answers, some of them refused, asked or unparsed."""
    rng = random.Random(seed)
    labels = [rng.choice(classes) for _ in range(size)]
    answers = [rng.choice([label, label, rng.choice(classes), "<refused>", "<unparsed>"]) for label in labels]
    return labels, answers


def cases(labels, answers):
    for number, (label, answer) in enumerate(zip(labels, answers, strict=True)):
        act = answer.strip("<>") if answer.startswith("<") else "answered"
        value = answer.upper() if act == "answered" else None
        yield Case(Row(str(number), "...", label=label), Answer(value, act))


def ratio(metric, labels, answers):
    parts = [metric.parts(case) for case in cases(labels, answers)]
    return sum(top for top, _ in parts) / sum(bottom for _, bottom in parts)


def table(metric, labels, answers):
    return Counter(metric.observe(case) for case in cases(labels, answers))


@pytest.mark.parametrize(
    ("metric", "reference"), [(Precision, precision_score), (Recall, recall_score), (F1, f1_score)]
)
@pytest.mark.parametrize("seed", range(3))
def test_the_ratio_of_sums_is_that_of_scikit_learn(metric, reference, seed):
    """With three classes, and with answers that are none of them."""
    labels, answers = sample(seed, ["a", "b", "c"])
    expected = reference([label == "a" for label in labels], [answer == "a" for answer in answers])
    assert ratio(metric(positive="A "), labels, answers) == pytest.approx(expected)


@pytest.mark.parametrize("classes", [["a", "b"], ["a", "b", "c", "d"]])
@pytest.mark.parametrize("seed", range(3))
def test_mcc_is_that_of_scikit_learn(classes, seed):
    """For two classes and for more, other acts being classes of their own."""
    labels, answers = sample(seed, classes)
    assert Mcc().value(table(Mcc(), labels, answers)) == pytest.approx(matthews_corrcoef(labels, answers))


def test_mcc_of_two_classes_is_the_classical_formula():
    """TP 6, TN 3, FP 1, FN 2: (18 - 2) / sqrt(7 * 8 * 4 * 5)."""
    counts = {("p", "p"): 6.0, ("n", "n"): 3.0, ("n", "p"): 1.0, ("p", "n"): 2.0}
    assert Mcc().value(counts) == pytest.approx(16 / 1120**0.5)


def test_mcc_of_one_class_is_zero():
    """The root is 0 where all labels, or all answers, are one class."""
    assert Mcc().value({("a", "a"): 0.1, ("a", "b"): 0.2}) == 0
    assert Mcc().value({("a", "a"): 0.3, ("b", "a"): 0.1}) == 0


@pytest.mark.parametrize("seed", range(3))
def test_macro_f1_is_that_of_scikit_learn_over_the_labelled_classes(seed):
    """A class that is only predicted takes no part in the mean."""
    labels, answers = sample(seed, ["a", "b", "c"])
    expected = f1_score(labels, answers, labels=sorted(set(labels)), average="macro")
    assert MacroF1().value(table(MacroF1(), labels, answers)) == pytest.approx(expected)


@pytest.mark.parametrize("metric", [Mcc(), MacroF1()])
def test_weights_stand_for_counts(metric):
    """A table of thirds has the value of a table of ones."""
    labels, answers = sample(5, ["a", "b"])
    counts = table(metric, labels, answers)
    weighted = {pair: count / 3 for pair, count in counts.items()}
    assert metric.value(weighted) == pytest.approx(metric.value(counts))
    assert metric.value({}) is None


def test_a_field_holds_the_class():
    """Answers are mappings, labels may be plain."""
    case = Case(Row("1", "...", label="bad"), Answer({"risk": "Bad"}))
    assert Precision(positive="bad", field="risk").parts(case) == (1, 1)
    assert Mcc(field="risk").observe(case) == ("bad", "bad")


@pytest.mark.parametrize("metric", [F1(positive="a"), Mcc(), MacroF1()])
def test_cases_that_must_be_refused_are_not_counted(metric):
    """They have no class, and need no label."""
    row = Row("1", "...")
    assert [metric.applies(row, (word,)) for word in ("answer", "may_refuse", "must_refuse", "ask")] == [1, 1, 0, 0]
    assert not metric.needs_label(("must_refuse",))
