"""The order of units: seeded, stable, and the same however a file is sorted."""

from __future__ import annotations

from hashlib import blake2b
from itertools import pairwise

import numpy as np
import pytest

from robustspec.data.order import GOLDEN_GAMMA, mix64, ranks

NAMES = [f"patient-{number}" for number in range(50)]


def people(names):
    return [{"id": f"{name}/{visit}", "input": "x", "person": name} for name in names for visit in range(2)]


def units_in_order(dataset, seed):
    order = dataset.order(seed)
    rows = dataset.rows(order.rows)
    return [[row.id for row in rows[start:end]] for start, end in pairwise(order.unit_starts)]


def test_the_mixer_is_splitmix64():
    """The generator's published outputs for the seeds 0 and 1234567."""
    states = np.array([0, 1234567], dtype=np.uint64) + GOLDEN_GAMMA
    assert mix64(states).tolist() == [0xE220A8397B1DCDAF, 6457827717110365317]
    assert mix64(states + GOLDEN_GAMMA).tolist()[1] == 3203168211198807973


def test_the_order_is_pinned(open_jsonl):
    """Evidence of earlier runs stays a prefix: these values never change."""
    dataset = open_jsonl([{"id": name, "input": "x"} for name in "abcdefgh"])
    assert "".join(row.id for row in dataset.rows(dataset.order(0).rows)) == "dcahbgfe"
    assert "".join(row.id for row in dataset.rows(dataset.order(1).rows)) == "bfahdcge"


def test_the_order_is_that_of_the_definition(open_jsonl):
    """Sorted by SplitMix64 of the id's digest and the seed's, worked out with Python's integers."""
    mask = 2**64 - 1

    def mixed(word):
        word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & mask
        word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & mask
        return word ^ (word >> 31)

    key = mixed(42 + 0x9E3779B97F4A7C15)

    def rank(name):
        return mixed(int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") ^ key)

    dataset = open_jsonl([{"id": name, "input": "x"} for name in NAMES])
    assert [row.id for row in dataset.rows(dataset.order(42).rows)] == sorted(NAMES, key=rank)


@pytest.mark.parametrize("unit", [None, "person"])
def test_the_order_does_not_depend_on_the_file(open_jsonl, unit):
    """A file sorted the other way round gives the same units and rows in the same order."""
    records = people(NAMES)
    forwards = units_in_order(open_jsonl(records, unit=unit), seed=5)
    backwards = units_in_order(open_jsonl(records[::-1], unit=unit), seed=5)
    assert forwards == backwards


def test_more_rows_do_not_move_the_others(open_jsonl):
    """Units that join stand between the others, whose order stays."""
    few = units_in_order(open_jsonl(people(NAMES[:30]), unit="person"), seed=5)
    many = units_in_order(open_jsonl(people(NAMES), unit="person"), seed=5)
    assert [unit for unit in many if unit in few] == few


def test_rows_of_a_unit_stand_together(open_jsonl):
    """Whatever stands between them in the file."""
    records = sorted(people(NAMES), key=lambda record: record["id"][-1])
    units = units_in_order(open_jsonl(records, unit="person"), seed=0)
    assert len(units) == 50
    assert all({row_id.split("/")[0] for row_id in unit} == {unit[0].split("/")[0]} for unit in units)
    assert all(len(unit) == 2 for unit in units)


def test_every_row_is_drawn_once(open_jsonl):
    """The order is a permutation and its starts cover it."""
    order = open_jsonl(people(NAMES)).order(9)
    assert sorted(order.rows.tolist()) == list(range(100))
    assert order.unit_starts.tolist() == list(range(101))


def test_seeds_give_different_orders():
    """Ranks of two seeds are unrelated: about half of all pairs change places."""
    digests = np.random.default_rng(0).integers(0, 2**63, 2000, dtype=np.uint64)
    first, second = np.argsort(ranks(digests, 0)), np.argsort(ranks(digests, 1))
    assert abs(np.corrcoef(np.argsort(first), np.argsort(second))[0, 1]) < 0.1


def test_negative_seeds_are_seeds():
    """Any integer will do."""
    digests = np.arange(10, dtype=np.uint64)
    assert ranks(digests, -1).tolist() != ranks(digests, 1).tolist()
