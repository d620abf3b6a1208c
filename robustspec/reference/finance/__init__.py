"""A small finance desk to test specifications with: FLARE-style records, rule-based models of several qualities, judges.

All sentences and companies are invented; nothing here is advice.
"""

from robustspec.reference.finance.analyst import analyst
from robustspec.reference.finance.bots import always_positive, keyword, majority, obeys_orders, step_by_step
from robustspec.reference.finance.judge import judges_solutions, judges_steps
from robustspec.reference.finance.records import sentiment_records, stance_records

__all__ = [
    "always_positive",
    "analyst",
    "judges_solutions",
    "judges_steps",
    "keyword",
    "majority",
    "obeys_orders",
    "sentiment_records",
    "stance_records",
    "step_by_step",
]
