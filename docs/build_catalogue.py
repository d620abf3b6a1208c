"""Write docs/catalogue.md from the registry: ``python docs/build_catalogue.py``; a test proves the page current."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
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
        "By what they act on: [texts](#on-texts), [images](#on-images), [volumes](#on-volumes) or whole "
        "[conversations](#on-conversations). A kind with a ladder takes `level`, a list of rungs from 1, or the parameter "
        "itself with a value of your own ([Perturbations and cells](language.md#perturbations-and-cells)).",
    ),
    "metrics": (
        "Metrics",
        "A `case` metric sees one case, a `row` metric a row's clean and perturbed cases, a `ratio` metric divides two "
        "sums, a `table` metric needs all cases at once and mostly has no guarantee. *0/1*: a score is always 0 or 1.",
    ),
    "aggregates": ("Aggregates", "What makes one number of all units; `mean` is the default."),
    "sources": ("Data sources", "The `kind` of a block under `data:`."),
    "adapters": (
        "Adapters",
        "The `kind` of `model:` and of those under `models:` and `baselines:` ([Models](adapters.md)).",
    ),
    "extractors": ("Extractors", "`output.extract`: where the answer stands in what the model writes."),
    "recognisers": ("Recognisers", "`output.refusal` and `output.asking`: how an act shows."),
    "users": (
        "Simulated users",
        "`simulated_user` of a scenario: who answers what the model asks "
        "([Simulated users](conversations.md#simulated-users)).",
    ),
}

MODALITIES = {
    "text": (
        "On texts",
        "Doses, numbers, units, negation, laterality and whatever has a source stay intact unless the entry says otherwise.",
    ),
    "image": (
        "On images",
        "Every picture of an input changes, or with `on: image.N` the N-th. The ladder is that of the profile `natural` (224 "
        "px); `profile:` names another one where the column has it. Most need the extra `image` "
        "([Pictures](pictures.md#operators)).",
    ),
    "volume": (
        "On volumes",
        "MRI, and any other volume with an affine. Every volume of an input changes, or with `on: image.N` the N-th. Some "
        "need the extra `mri` ([Pictures](pictures.md#operators)).",
    ),
    "conversation": (
        "On conversations",
        "They change turns, their order and what is shown in them ([Conversations](conversations.md#operators)).",
    ),
}
"""Modality of an operator to the heading of its table and a text below it."""

Column = tuple[str, Callable[[Any], str]]


def catalogue() -> str:
    """The page, of robustspec's own kinds only."""
    parts = [HEAD]
    for which, (title, text) in ABOUT.items():
        parts += [f"## {title}\n\n{text}\n", *_tables(which)]
    return "\n".join(parts)


def _tables(which: str) -> Iterator[str]:
    own = [line for line in registry.listing(which) if line.entry.owner == "robustspec" and line.cls is not None]
    if which != "perturbations":
        yield _table(own, [("shape, better", _shape)] if which == "metrics" else [])
        return
    for modality, (title, text) in MODALITIES.items():
        columns: list[Column] = [("ladder, from level 1", _ladder)]
        if modality == "image":
            columns.append(("profiles", lambda cls: ", ".join(cls.ladders)))
        lines = [line for line in own if line.cls is not None and line.cls.modality == modality]
        yield f"### {title}\n\n{text}\n"
        yield _table(lines, columns)


def _table(lines: Sequence[registry.Listing], columns: Sequence[Column]) -> str:
    rows = [["kind", "what it is", *(title for title, _ in columns)]]
    rows.append(["---"] * len(rows[0]))
    for line in lines:
        assert line.cls is not None
        what = _first_sentence(line.cls).replace("|", "\\|").replace("``", "`")
        rows.append([f"`{line.entry.kind}`", what, *(fact(line.cls) for _, fact in columns)])
    return "".join(_row(cells) for cells in rows)


def _row(cells: Sequence[str]) -> str:
    if set(cells) == {"---"}:
        return f"|{'|'.join(cells)}|\n"
    return f"| {' | '.join(cells)} |\n"


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
