"""The first-party aggregates, by numbers computed by hand."""

import doctest
import importlib

import numpy as np
import pytest

from robustspec.aggregates import KINDS
from robustspec.aggregates.base import Block
from robustspec.aggregates.drop import Drop
from robustspec.aggregates.instance_worst import InstanceWorst
from robustspec.aggregates.mean import Mean
from robustspec.aggregates.retention import Retention
from robustspec.aggregates.share_above import ShareAbove

NAN = float("nan")


def block(scores, clean, weights=None):
    """Cells without evidence are NaN; the weights of the others are equal unless given."""
    values = np.array(scores, dtype=float)
    known = ~np.isnan(values)
    shares = known / known.sum(axis=1, keepdims=True) if weights is None else np.array(weights, dtype=float)
    return Block(values, shares, np.array(clean, dtype=float))


HELM = block([[1, 1], [0, 1], [1, 0], [0, 1], [1, 1]], [1, 1, 1, 0, 1])
"""Clean 1 1 1 0 1, first perturbation 1 0 1 0 1, second 1 1 0 1 1: means .8, .6, .8."""


FIELDS = {
    "corruption_error": {"against": "other"},
    "difference": {"against": "other"},
    "quantile": {"q": 0.05},
    "reweighted": {"over": "label", "to": {"sick": 0.1}},
    "share_above": {"threshold": 0.5},
    "tail_mean": {"share": 0.1},
}
"""The fields that a kind needs."""


@pytest.mark.parametrize("target", sorted(KINDS.values()))
def test_an_aggregate_documents_itself_with_an_example_that_runs(target):
    """Its page gives formula, direction, example and source, its words are for the report."""
    name, _, cls = target.partition(":")
    module = importlib.import_module(f"robustspec.aggregates.{name}")
    aggregate = getattr(module, cls)
    assert all(word in aggregate.__doc__ for word in ("Formula:", "Direction:", ">>>", "Source:"))
    assert aggregate(**FIELDS.get(name, {})).words
    results = doctest.testmod(module)
    assert (results.attempted > 0, results.failed) == (True, 0)


class TestMean:
    def test_cells_are_weighted(self):
        """0.5 * 1 + 0.25 * 0 + 0.25 * 1."""
        rows, denominator = Mean().rows(block([[1, 0, 1]], [NAN], [[0.5, 0.25, 0.25]]), True)
        assert rows == pytest.approx([0.75])
        assert denominator is None

    def test_a_cell_without_evidence_is_passed_over(self):
        """Its weight is with the cells that are left."""
        assert Mean().rows(block([[NAN, 0.5], [1, 0]], [NAN, NAN]), True)[0] == pytest.approx([0.5, 0.5])

    def test_every_shape_and_direction_has_a_mean(self):
        """It is the default."""
        assert Mean.shapes == {"case", "row", "ratio", "table"}
        assert Mean.directions == {"higher", "lower", "either"}


class TestDrop:
    def test_it_is_clean_minus_perturbed(self):
        """Row means 1, .5, .5, .5, 1 under clean 1, 1, 1, 0, 1: the mean drop is .1, and one row gained."""
        rows, _ = Drop().rows(HELM, True)
        assert rows == pytest.approx([0, 0.5, 0.5, -0.5, 0])
        assert rows.mean() == pytest.approx(0.1)

    def test_where_lower_is_better_the_sign_turns(self):
        """An error that rises from 1.5 to 4.12 (mean of 1.6, 2, 3, 5, 9) is a drop of 2.62."""
        rows, _ = Drop().rows(block([[1.6, 2, 3, 5, 9]], [1.5]), False)
        assert rows == pytest.approx([2.62])

    def test_it_may_be_as_wide_as_the_metric_either_way(self):
        """For a metric in [-1, 1] it lies in [-2, 2], and it is never 0/1."""
        assert Drop().bounds(-1, 1) == (-2, 2)
        assert not Drop().binary(True, True, 1)


class TestRetention:
    def test_it_is_a_ratio_of_means(self):
        """.62 left of .80 is .775: 1 minus a performance drop rate of .225."""
        perturbed, clean = Retention().rows(block([[0.74], [0.5]], [0.9, 0.7]), True)
        assert perturbed.mean() / clean.mean() == pytest.approx(0.775)

    def test_it_has_a_denominator_of_its_own(self):
        """The engine bounds it by the metric, and clean must be there."""
        assert (Retention.ratio, Retention.needs_clean, Retention.binary(Retention(), True, True, 1)) == (
            True,
            True,
            False,
        )


class TestInstanceWorst:
    def test_each_row_counts_by_its_worst_cell(self):
        """Means of .8, .6 and .8 leave .4 of the rows right throughout."""
        rows, _ = InstanceWorst().rows(HELM, True)
        assert rows.tolist() == [1, 0, 0, 0, 1]

    def test_equal_means_may_share_no_row(self):
        """Clean 1 1 0 0 and perturbed 0 0 1 1: both means are .5, the worst is 0."""
        assert InstanceWorst().rows(block([[0], [0], [1], [1]], [1, 1, 0, 0]), True)[0].mean() == 0

    def test_where_lower_is_better_the_worst_is_the_highest(self):
        """Clean counts here too."""
        assert InstanceWorst().rows(block([[0.1, 0.3], [0.1, 0.2]], [0.2, 0.4]), False)[0].tolist() == [0.3, 0.4]

    def test_cells_without_evidence_are_passed_over(self):
        """Clean too, where it was not scored."""
        assert InstanceWorst().rows(block([[NAN, 0.5], [0.7, 0.9]], [0.8, NAN]), True)[0].tolist() == [0.5, 0.7]

    def test_rows_without_selected_cells_count_by_clean(self):
        """``cells: clean`` has nothing else."""
        assert InstanceWorst().rows(Block(np.empty((2, 0)), np.empty((2, 0)), np.array([1.0, 0.0])), True)[
            0
        ].tolist() == [1, 0]

    @pytest.mark.parametrize(
        ("metric", "one_case", "binary"), [(True, True, True), (False, True, False), (True, False, False)]
    )
    def test_it_is_binary_over_any_number_of_cells(self, metric, one_case, binary):
        """The worst of 0/1 scores is one."""
        assert InstanceWorst().binary(metric, one_case, 7) is binary


class TestShareAbove:
    def test_it_is_the_correctness_consistency_curve(self):
        """Fractions 1, 1, .8, .6, .2: .8 of them reach .5, .6 reach .8, .4 reach 1."""
        values = np.array([1, 1, 0.8, 0.6, 0.2])
        shares = [ShareAbove(threshold=t).units(values).mean() for t in (0.5, 0.8, 1.0)]
        assert shares == pytest.approx([0.8, 0.6, 0.4])

    def test_rounding_does_not_miss_the_threshold(self):
        """Ten tenths add up to a little less than one."""
        assert ShareAbove(threshold=1.0).units(np.array([sum([0.1] * 10)])).tolist() == [1]

    def test_each_unit_gives_zero_or_one(self):
        """Whatever the metric is."""
        assert ShareAbove(threshold=0.5).binary(False, False, 9)
        assert ShareAbove(threshold=0.5).bounds(-1, 1) == (0, 1)
