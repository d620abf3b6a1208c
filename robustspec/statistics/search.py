"""The smallest whole number that is enough."""

from __future__ import annotations

from collections.abc import Callable


def fewest(enough: Callable[[int], bool], limit: int) -> int | None:
    """The smallest number from 1 for which ``enough``, which once true stays true; None where about ``limit`` is too few."""
    few, many = 0, 1
    while not enough(many):
        few, many = many, 2 * many
        if many > limit:
            return None
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(middle) else (middle, many)
    return many
