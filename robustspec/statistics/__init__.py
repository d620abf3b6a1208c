"""When the evidence is enough: tests of a hypothesis pair, their bounds, and the sentence that states the claim."""

from robustspec.statistics.base import Hypothesis, Summary, Test
from robustspec.statistics.gap import GapTest
from robustspec.statistics.select import fewest_that_can_pass, make_test
from robustspec.statistics.worst_arm import WorstArm, find_worst

__all__ = [
    "GapTest",
    "Hypothesis",
    "Summary",
    "Test",
    "WorstArm",
    "fewest_that_can_pass",
    "find_worst",
    "make_test",
]
