"""A judge of solutions by rules: no model and no network, so that whatever needs a judge can be tested.

It reads the prompts of ``robustspec.answers.judging``. A step is wrong where an equation in it does not hold
(``12 * 4 = 50``), and a last answer where it is not the reference: numbers within a tolerance, texts but for case and blanks.
What holds no equation passes, so this judge sees slips of arithmetic and nothing else.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow

_NUMBER = r"[-+\u2212]?[$€£]?(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,15})?(?:\s?%)?"
_OPERATOR = r"[-+*/×x·÷\u2212]"
_EQUATION = re.compile(
    rf"(?<![\w.,])\(?({_NUMBER}(?:\s*{_OPERATOR}\s*\(?{_NUMBER}\)?){{1,20}})\)?\s*=\s*({_NUMBER})(?![\d,]*\d)"
)
_TERM = re.compile(rf"\s*({_NUMBER})\)?\s*({_OPERATOR})?\s*\(?")
_PART = re.compile(
    r"^### (Question|Reference answer|Solution to judge)\n(.*?)(?=\n\n### |\n\nAnswer with |\Z)",
    re.MULTILINE | re.DOTALL,
)
_STEP = re.compile(r"^\d{1,3}\.\s", re.MULTILINE)
_FINAL = re.compile(r"final\s+answer\s*:?\s*(.+)", re.IGNORECASE)
_READ = 50_000
"""Characters of a prompt that are read."""
TOLERANCE = Decimal("0.001")
"""How far a last answer may be from the reference, as a share of it."""


def _parts(text: str) -> dict[str, str]:
    return dict(_PART.findall(text[:_READ]))


def judges_solutions(text: str) -> str:
    """``Yes`` or ``No`` to the prompt of the judge of whole solutions."""
    parts = _parts(text)
    solution = parts.get("Solution to judge", "")
    return "Yes" if first_wrong(solution.splitlines(), parts.get("Reference answer")) is None else "No"


def judges_steps(text: str) -> str:
    """The JSON of the judge of steps: the first wrong step and its correction."""
    parts = _parts(text)
    steps = [step.strip() for step in _STEP.split(parts.get("Solution to judge", "")) if step.strip()]
    number = first_wrong(steps, parts.get("Reference answer"))
    correction = "" if number is None else corrected(steps[number - 1], parts.get("Reference answer"))
    return json.dumps({"first_error": number, "correction": correction}, ensure_ascii=False)


def first_wrong(steps: list[str], reference: str | None = None) -> int | None:
    """The number of the first wrong step, from 1; None where all are right.

    With a reference the last step must give it as its last answer.
    """
    for number, step in enumerate(steps, 1):
        if any(not holds(left, right) for left, right in _EQUATION.findall(step)):
            return number
    if reference is not None and steps and not same_answer(final_answer(steps[-1]), reference):
        return len(steps)
    return None


def corrected(step: str, reference: str | None = None) -> str:
    """The step with the right result in each equation that does not hold, else with the reference as its answer."""

    def right(found: re.Match[str]) -> str:
        value = evaluated(found[1])
        if value is None or holds(found[1], found[2]):
            return found[0]
        return found[0][: found.start(2) - found.start()] + f"{round(value, 2).normalize():,f}"

    put_right = _EQUATION.sub(right, step)
    if put_right == step and reference is not None:
        return f"Final Answer: {reference.strip()}"
    return put_right


def holds(left: str, right: str) -> bool:
    """Whether ``left`` evaluates to ``right``, to the digits that ``right`` gives; what cannot be evaluated holds."""
    value, stated = evaluated(left), _value(right)
    if value is None or stated is None:
        return True
    digits = (
        Decimal(1).scaleb(int(stated.as_tuple().exponent)) if not right.strip().endswith("%") else Decimal("0.0001")
    )
    return abs(value - stated) <= max(digits / 2, abs(stated) * Decimal("1e-9"))


def evaluated(expression: str) -> Decimal | None:
    """The value of numbers joined by + - * /, products first; None where it has none (a division by nought)."""
    terms: list[Decimal] = []
    operator, position = "+", 0
    while position < len(expression):
        found = _TERM.match(expression, position)
        value = _value(found[1]) if found else None
        if found is None or value is None or not _take(terms, operator, value):
            return None
        operator, position = found[2] or "+", found.end()
    try:
        return sum(terms, Decimal(0))
    except (InvalidOperation, Overflow):
        return None


_LARGEST = Decimal(10) ** 20


def _take(terms: list[Decimal], operator: str, value: Decimal) -> bool:
    """Enter the next number of an expression; False where that has no value."""
    try:
        if operator in "*×x·":
            terms[-1] *= value
        elif operator in "/÷":
            terms[-1] /= value
        else:
            terms.append(value if operator == "+" else -value)
    except (DivisionByZero, InvalidOperation, Overflow):
        return False
    return abs(terms[-1]) < _LARGEST


def _value(number: str) -> Decimal | None:
    plain = re.sub(r"[\s,$€£]", "", number).replace("\u2212", "-")
    try:
        return Decimal(plain[:-1]) / 100 if plain.endswith("%") else Decimal(plain)
    except InvalidOperation:
        return None


def final_answer(step: str) -> str:
    """What follows ``Final Answer:`` in a step; the whole step where it says none."""
    found = _FINAL.search(step)
    return (found[1] if found else step).strip(" .*_`\"'")


def same_answer(answer: str, reference: str) -> bool:
    """Whether two answers are the same: their last numbers within the tolerance, or their texts but for case and blanks."""
    one, other = (re.findall(_NUMBER, text) for text in (answer, reference))
    if one and other:
        first, second = _value(one[-1]), _value(other[-1])
        if first is not None and second is not None:
            return abs(first - second) <= TOLERANCE * abs(second)
    return " ".join(answer.casefold().split()) == " ".join(reference.casefold().strip(" .").split())
