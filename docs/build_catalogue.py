"""Write docs/catalogue.md from the registry: ``python docs/build_catalogue.py``; a test proves the page current."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from robustspec import registry

PAGE = Path(__file__).parent / "catalogue.md"

HEAD = """\
<!-- Written by docs/build_catalogue.py from the docstrings; change those. -->

# Catalogue of kinds

Everything that this version brings, one line each. `robustspec list` prints the same with what installed packages add, and
`robustspec list KIND` the page of one kind: its parameters, its ladder, an example, its source. How to add one is in
[CONTRIBUTING.md](../CONTRIBUTING.md).
"""

ABOUT = {
    "perturbations": (
        "Perturbations",
        "All are of text. A kind with a ladder takes `level`, a list of rungs from 1, or the parameter itself with a value "
        "of your own. Doses, numbers, units, negation, laterality and whatever has a source stay intact unless the entry "
        "says otherwise ([Perturbations and cells](language.md#perturbations-and-cells)).",
    ),
    "metrics": (
        "Metrics",
        "A `case` metric sees one case, a `row` metric a row's clean and perturbed cases, a `ratio` metric divides two "
        "sums, a `table` metric needs all cases at once and mostly has no guarantee. *0/1*: a score is always 0 or 1.",
    ),
    "aggregates": ("Aggregates", "What makes one number of all units; `mean` is the default."),
    "sources": ("Data sources", "The `kind` of a block under `data:`."),
    "adapters": ("Adapters", "The `kind` of `model:`, and of a model under `baselines:` ([Models](adapters.md))."),
    "extractors": ("Extractors", "`output.extract`: where the answer stands in what the model writes."),
    "recognisers": ("Recognisers", "`output.refusal` and `output.asking`: how an act shows."),
}


def catalogue() -> str:
    """The page, of robustspec's own kinds only."""
    parts = [HEAD]
    for which, (title, text) in ABOUT.items():
        parts += [f"## {title}\n\n{text}\n", "\n".join(_table(which)) + "\n"]
    return "\n".join(parts)


def _table(which: str) -> Iterator[str]:
    facts = {"perturbations": ("ladder, from level 1", _ladder), "metrics": ("shape, better", _shape)}
    title, fact = facts.get(which, ("", None))
    yield f"| kind | what it is |{f' {title} |' if fact else ''}"
    yield f"|---|---|{'---|' if fact else ''}"
    for line in registry.listing(which):
        if line.entry.owner == "robustspec" and line.cls is not None:
            what = _first_sentence(line.cls).replace("|", "\\|").replace("``", "`")
            yield f"| `{line.entry.kind}` | {what} |{f' {fact(line.cls)} |' if fact else ''}"


def _first_sentence(cls: type[Any]) -> str:
    return " ".join((inspect.getdoc(cls) or "").split("\n\n")[0].split())


def _ladder(cls: type[Any]) -> str:
    ladder = cls.ladder
    if ladder is None:
        return ""
    return f"`{ladder.parameter}` " + ", ".join(f"{amount:g}" for amount in ladder.rungs)


def _shape(cls: type[Any]) -> str:
    better = "either way" if cls.direction == "either" else cls.direction
    return f"{cls.shape}, {better}{', 0/1' if cls.binary else ''}"


if __name__ == "__main__":
    PAGE.write_text(catalogue(), encoding="utf-8")
