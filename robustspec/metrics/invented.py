"""Values in an answer that stand nowhere in what the model was given."""

from __future__ import annotations

import re
from typing import ClassVar, Literal

from robustspec.answers.values import at
from robustspec.data.row import Case
from robustspec.metrics.base import CaseMetric, Direction


class Invented(CaseMetric):
    """1 where an answer names a value in ``field`` that occurs nowhere in the input: a product, an order number, a source.

    For answers that must rest on a document, such as a stock list: what is not in it does not exist. The value is looked for
    as it is written, whatever the case of its letters, in all messages of the input and the documents among them, but not in
    what the model itself said. A list counts as invented where one of its members is. Cases that are not answered, and
    answers without the field, are 0.

    Formula: 1 if a value in the field is no substring of the input at word boundaries, else 0. Inputs: the answer's field,
    the row's input; no label. Direction: lower is better.

    >>> from robustspec.data.row import Answer, Message, Row
    >>> row = Row("r", (Message("system", '[{"sku": "A-1"}]', "stock"), Message("user", "Aspirin, please.")))
    >>> metric = Invented(field="sku")
    >>> [metric.score(Case(row, Answer({"sku": sku}))) for sku in ("A-1", "A-7")]
    [0.0, 1.0]

    Source: the rate of invented products, Xian et al., robustness specifications, Box 2 (pharmacy, 6).
    """

    kind: Literal["invented"] = "invented"
    direction: ClassVar[Direction] = "lower"
    binary: ClassVar[bool] = True

    field: str
    """The field of the answer whose value must occur in the input; ``a.b`` is a field of a field."""

    def score(self, case: Case) -> float:
        """1 for a value that the input does not hold."""
        if case.answer.act != "answered" or not isinstance(case.answer.value, dict):
            return 0.0
        value = at(case.answer.value, self.field)
        values = value if isinstance(value, list) else [value]
        named = [str(each).casefold() for each in values if each is not None and str(each).strip()]
        content = case.row.input
        texts = [content] if isinstance(content, str) else [message.content for message in content]
        known = "\n".join(texts).casefold()
        return float(not all(_stands_in(each, known) for each in named))


def _stands_in(value: str, text: str) -> bool:
    """Whether a text holds a value that is not part of a longer word or number."""
    return re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text) is not None
