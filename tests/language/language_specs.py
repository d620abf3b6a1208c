"""Specifications that the tests of the language start from."""

from __future__ import annotations

from robustspec.errors import SpecError
from robustspec.language.load import load

BASE = """\
robustspec: 1
about: {title: A bot}
data:
  requests: {kind: jsonl, path: requests.jsonl, groups: [vendor, {name: age, column: years, bins: [18, 65]}]}
metrics:
  match: {kind: json_match, fields: [action]}
  exact: {kind: precision, positive: stop}
scenarios:
  typos:
    title: Typos
    mechanism: People type in a hurry.
    data: requests
    perturbations:
      - {kind: keyboard_typo, level: [1, 2]}
      - {kind: synonym, level: [2]}
    requirements:
      - {metric: match, at_least: 0.9}
"""
"""A specification without faults."""


def with_requirement(line: str, base: str = BASE) -> str:
    """The base with its requirement replaced by ``line``, in line 17."""
    assert base.endswith("- {metric: match, at_least: 0.9}\n")
    return base[: base.rindex("- {metric")] + f"- {line}\n"


def faults(text: str) -> list[str]:
    """The faults of a text as lines, empty for a specification without any."""
    try:
        load(text, "spec.yaml")
    except SpecError as error:
        return [str(fault) for fault in error.faults]
    return []


def fault(text: str) -> str:
    """The only fault of a text."""
    found = faults(text)
    assert len(found) == 1, found
    return found[0]
