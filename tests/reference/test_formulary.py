"""The formulary is complete, unambiguous, and agrees with published limits."""

import pytest

from robustspec.reference.pharmacy.formulary import daily_mg, load_formulary


@pytest.mark.parametrize(
    ("ingredient", "dose_max_mg", "interval_h", "daily_max_mg"),
    [
        ("acetaminophen", 1000, 4, 4000),
        ("ibuprofen", 400, 4, 1200),
        ("naproxen sodium", 220, 8, 660),
        ("loratadine", 10, 24, 10),
        ("diphenhydramine", 50, 4, 300),
        ("famotidine", 20, 12, 40),
        ("loperamide", 4, 6, 8),
        ("guaifenesin", 400, 4, 2400),
        ("pseudoephedrine", 60, 4, 240),
    ],
)
def test_limits_are_those_of_the_label(ingredient, dose_max_mg, interval_h, daily_max_mg):
    """Published adult limits stand in the table as they are."""
    drug = load_formulary()[ingredient]
    assert (dose_max_mg, interval_h, daily_max_mg) == (drug.dose_max_mg, drug.interval_h, drug.daily_max_mg)


def test_a_name_belongs_to_one_ingredient():
    """No name, in any case, names two ingredients: substituting it would change the answer."""
    owners = {}
    for drug in load_formulary().values():
        for alias in drug.aliases:
            assert owners.setdefault(alias.name.lower(), drug.ingredient) == drug.ingredient


def test_every_drug_has_a_reference_and_a_dose_that_fits_a_day():
    """Each row names its label, and its largest dose taken once is within the daily maximum."""
    for drug in load_formulary().values():
        assert drug.reference
        assert drug.dose_min_mg <= drug.dose_max_mg <= drug.daily_max_mg


def test_both_kinds_of_drugs_are_there():
    """There are enough drugs on either side of the counter, and some on both."""
    drugs = load_formulary().values()
    assert sum(drug.needs_prescription for drug in drugs) >= 22
    assert sum(not drug.needs_prescription for drug in drugs) >= 38
    assert any(drug.rx_strengths_mg for drug in drugs if not drug.needs_prescription)


@pytest.mark.parametrize(
    ("dose_mg", "interval_h", "total_mg"),
    [(500, 6, 2000), (500, 5, 2500), (10, 24, 10), (10, 48, 10), (200, 4.8, 1000)],
)
def test_a_day_counts_every_dose_that_begins_in_it(dose_mg, interval_h, total_mg):
    """Doses at hours 0, 5, 10, 15 and 20 are five."""
    assert total_mg == daily_mg(dose_mg, interval_h)


@pytest.mark.parametrize(
    ("ingredient", "dose_mg", "hours"), [("acetaminophen", 1000, 6), ("ibuprofen", 400, 8), ("ibuprofen", 200, 4)]
)
def test_shortest_interval_keeps_the_daily_maximum(ingredient, dose_mg, hours):
    """1,000 mg of acetaminophen may be taken four times a day, 400 mg of ibuprofen three times."""
    assert hours == load_formulary()[ingredient].shortest_interval_h(dose_mg)
