"""The scores of one scenario: what every arm reads its evidence from.

A case costs a few bytes: one float for each metric (two for ratios), one status byte, one byte for the act. Nothing else is
kept of a case; outputs are in the store, and a case can be made again from its record.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np
import numpy.typing as npt

from robustspec.metrics.base import CaseMetric, Metric, RowMetric
from robustspec.metrics.turns import ByThreshold

UNKNOWN, SCORED, NOT_COUNTED, MISSING, UNCHANGED, INVALID = range(6)
"""Status of a (metric, cell, slot). NOT_COUNTED: the metric does not apply; MISSING: there is no output."""

ACTS = ("answered", "refused", "asked", "unparsed")
ACT_CODES = {act: code for code, act in enumerate(ACTS, 1)}
"""How the act of a cell's first answer is kept; 0 is none."""

Bytes = npt.NDArray[np.uint8]
Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


class Several(tuple[Hashable, ...]):
    """What a table metric observed in the cases of one cell, where draws or repeats make several of them."""


def parts_of(metric: Metric) -> int:
    """How many numbers are kept of a cell.

    Two of a ratio, and of a row metric that ranks its cells: the cell's own number, and that of the clean case under the
    cell's relation.
    """
    return 2 if metric.shape == "ratio" or (isinstance(metric, RowMetric) and not metric.pairwise) else 1


class ScoreTable:
    """Scores by metric, cell and slot (position of a row in the scenario's hashed order).

    Arrays are zero pages until a slot is written, so their size in memory follows the calls made, not the data.
    ``missing`` holds, for the few cells without output, the values in both views: as they hurt a value that should be
    high, and as they help it. ``made`` says which cases have been made and counted. ``ends`` keeps, of a metric that says
    how far a conversation goes, 1 + the code of the entry (turn, whether it failed there).
    """

    def __init__(self, metrics: Mapping[str, Metric], cells: int, slots: int) -> None:
        self.status: dict[str, Bytes] = {name: np.zeros((cells, slots), np.uint8) for name in metrics}
        self.values: dict[str, Floats] = {
            name: np.zeros((parts_of(metric), cells, slots)) for name, metric in metrics.items()
        }
        self.ends: dict[str, Codes] = {
            name: np.zeros((cells, slots), np.int32)
            for name, metric in metrics.items()
            if isinstance(metric, ByThreshold) and isinstance(metric, CaseMetric)
        }
        self.acts: Bytes = np.zeros((cells, slots), np.uint8)
        self.made = np.zeros((cells, slots), np.bool_)
        self.missing: dict[tuple[str, int, int], tuple[tuple[float, ...], tuple[float, ...]]] = {}
        self.faults: dict[str, str] = {}
        self._codes: dict[Hashable, int] = {}
        self._entries: list[Hashable] = []

    def code(self, entry: Hashable) -> float:
        """The number under which an entry is kept, as a table metric has one of each case."""
        if entry not in self._codes:
            self._codes[entry] = len(self._entries)
            self._entries.append(entry)
        return float(self._codes[entry])

    def entry(self, code: float) -> Hashable:
        """The entry of a code."""
        return self._entries[int(code)]
