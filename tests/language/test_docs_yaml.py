"""Every YAML block of the documentation is a specification, or completes one.

A fenced block ``yaml`` is a whole specification; ``yaml fragment`` holds top-level keys, keys of a scenario, or a list of
perturbations or requirements, and is merged into `COMPLETE`; ``yaml other`` is YAML of other programs.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from language_specs import faults

from robustspec.language.spec import Scenario
from robustspec.language.tree import parse

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^ *```(yaml[^\n]*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)

COMPLETE = """\
robustspec: 1
about: {title: Documentation}
data:
  requests:
    kind: jsonl
    path: requests.jsonl
    groups: [vendor, site, {name: age_band, column: age, bins: [18, 40, 65]}]
    lexicon: {drug: drugs.csv}
metrics:
  request_match: {kind: json_match, fields: [action]}
  request_flips: {kind: flip_rate, of: request_match}
scenarios:
  example:
    title: An example
    mechanism: What the documentation shows.
    data: requests
    perturbations: [{kind: keyboard_typo, level: [1, 2, 3]}]
    requirements: [{metric: unparsed, cells: all, at_most: 0.5}]
"""


def blocks() -> list[tuple[str, str, str]]:
    """Place, info string and text of every YAML block of the README and the documentation."""
    found = []
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]:
        text = path.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append((f"{path.relative_to(ROOT)}:{line}", match[1].strip(), match[2]))
    return found


def completed(fragment: Any) -> dict[str, Any]:
    """The complete specification with a fragment put in its place."""
    spec: dict[str, Any] = parse(COMPLETE, "complete")[0].plain()
    scenario = spec["scenarios"]["example"]
    if isinstance(fragment, list):
        key = "requirements" if isinstance(fragment[0], dict) and "metric" in fragment[0] else "perturbations"
        fragment = {key: fragment}
    for key, value in fragment.items():
        owner = scenario if key in Scenario.model_fields and key != "statistics" and key not in ("data",) else spec
        owner[key] = {**spec[key], **value} if owner is spec and isinstance(spec.get(key), dict) else value
    return spec


@pytest.mark.parametrize(("place", "info", "text"), blocks(), ids=[place for place, _, _ in blocks()])
def test_yaml_of_the_documentation_loads(place: str, info: str, text: str) -> None:
    """What readers copy has no faults."""
    assert info in ("yaml", "yaml fragment", "yaml other"), f"{place}: write ```yaml, ```yaml fragment or ```yaml other"
    if info == "yaml":
        assert faults(text) == []
    elif info == "yaml fragment":
        tree, torn = parse(text, place)
        assert torn == []
        assert faults(json.dumps(completed(tree.plain()))) == []


def test_the_shipped_specifications_load() -> None:
    """Every file of specs/ is a specification without faults."""
    paths = sorted((ROOT / "specs").glob("*.yaml"))
    assert paths
    assert {path.name: faults(path.read_text(encoding="utf-8")) for path in paths} == {path.name: [] for path in paths}


def test_the_faults_that_the_documentation_shows() -> None:
    """The printed faults are those of the first specification with the two mistakes in it."""
    text = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    first = next(block for _, info, block in blocks() if info == "yaml" and "Triage" in block)
    wrong = first.replace("keyboard_typo", "keybord_typo").replace("at_least", "at_most")
    assert "\n".join(faults(wrong)).replace("spec.yaml", "specs/triage.yaml") in text
