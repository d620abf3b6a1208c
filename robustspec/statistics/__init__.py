"""When the evidence is enough: tests of a hypothesis pair, their bounds, and the sentence that states the claim."""

from robustspec.statistics.base import Hypothesis, Summary, Test
from robustspec.statistics.gap import GapTest
from robustspec.statistics.select import fewest_that_can_pass, make_test

__all__ = ["GapTest", "Hypothesis", "Summary", "Test", "fewest_that_can_pass", "make_test"]
