"""``robustspec concepts``: what each concept of robustness means, and which scenarios of a specification name it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robustspec.commands import FINE
from robustspec.commands.arguments import UsageError, add_command, nearest
from robustspec.commands.text import counted, visible, wrapped

if TYPE_CHECKING:
    from robustspec.language.concepts import Concept

_DESCRIPTION = """\
List the concepts of robustness that a scenario may name under concepts: with what each means, what a test of it needs,
what is measured unless a scenario says otherwise, and a requirement as an example.

With a specification, show for each concept the scenarios that name it; with a report.json, their verdicts too. A concept that
no scenario names is not assessed.
"""
_EXAMPLES = """\
  robustspec concepts                              all of them
  robustspec concepts vendor                       one of them
  robustspec concepts specs/pharmacy.yaml          which scenarios name which
  robustspec concepts report.json --markdown       with the verdicts of a run, as a table for a page
"""
_NAMED = "named"
_NOT_NAMED = "·"


@dataclass(frozen=True, slots=True)
class _Covered:
    """A specification, or a run of one, with its scenarios in order: (id, concepts, what a table says of it)."""

    title: str
    scenarios: Sequence[tuple[str, Sequence[str], str]]


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(
        commands, "concepts", "list concepts of robustness, and what covers them", _DESCRIPTION, _EXAMPLES
    )
    parser.add_argument("what", nargs="?", metavar="SPEC", help="a specification, a report.json, or one concept's name")
    parser.add_argument("--markdown", action="store_true", help="print the table of concepts and scenarios as Markdown")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the list, or who covers what."""
    from robustspec.language.concepts import CONCEPTS

    pages = [concept for concept in CONCEPTS if args.what in (None, concept.name)]
    if args.markdown and pages:
        raise UsageError("--markdown is for a table of scenarios -- name a specification or a report.json")
    if pages:
        lines = _listed(pages)
    else:
        covered = _covered(args.what)
        lines = _joined(map(_markdown if args.markdown else _coverage, covered))
    for line in lines:
        print(visible(line))
    return FINE


def _covered(name: str) -> list[_Covered]:
    """What a file holds: one specification, or the results of a report."""
    path = Path(name)
    if path.suffix == ".json":
        return list(_of_report(path))
    from robustspec.language.concepts import CONCEPTS
    from robustspec.language.load import load_file

    if not path.suffix and not path.exists():
        near = nearest(name, [concept.name for concept in CONCEPTS])
        raise UsageError(f"there is no file and no concept '{name}' -- {near}")
    spec = load_file(path)
    scenarios = [(each, scenario.concepts, _NAMED) for each, scenario in spec.scenarios.items()]
    return [_Covered(f"{name}: {spec.about.title}", scenarios)]


def _of_report(path: Path) -> Iterator[_Covered]:
    from robustspec.reports.json import read_json
    from robustspec.reports.text import counted_verdicts

    results = read_json(path)
    if not results:
        raise UsageError(f"{path}: it holds no result -- name a report of a run")
    for result in results:
        quick = " (quick look: no gate)" if result.quick else ""
        scenarios = [(each.id, each.concepts, counted_verdicts(each.arms)) for each in result.scenarios]
        yield _Covered(f"{result.spec} on {result.model}{quick}", scenarios)


def _joined(parts: Iterable[Iterator[str]]) -> Iterator[str]:
    """Several parts, with an empty line between them."""
    for number, part in enumerate(parts):
        if number:
            yield ""
        yield from part


def _listed(concepts: Sequence[Concept]) -> Iterator[str]:
    from robustspec.language.concepts import SOURCE

    for part, of_part in groupby(concepts, key=lambda concept: concept.part):
        yield part
        for concept in of_part:
            yield ""
            yield f"  {concept.name}"
            yield wrapped(concept.definition, "      ")
            for word, text in (("needs", concept.needs), ("default", concept.default), ("example", concept.example)):
                yield wrapped(text, f"      {word:<9}", " " * 15)
        yield ""
    yield wrapped(
        "In the examples accuracy stands for the metric of the task; groups and baselines are names of the file. Names after "
        f"{SOURCE}; definitions in our words."
    )


def _coverage(covered: _Covered) -> Iterator[str]:
    """The scenarios of each concept, for a terminal."""
    from robustspec.language.concepts import NOT_ASSESSED, coverage, part_of

    said = {each: f"{each}{'' if word == _NAMED else f' ({word})'}" for each, _, word in covered.scenarios}
    found = coverage((each, concepts) for each, concepts, _ in covered.scenarios)
    width = max(map(len, found)) + 2
    yield covered.title
    for part, names in groupby(found, key=part_of):
        yield f"\n{part}"
        for name in names:
            scenarios = ", ".join(said[each] for each in found[name]) or NOT_ASSESSED
            yield wrapped(scenarios, f"  {name.ljust(width)}", " " * (width + 2))
    yield ""
    yield from _total(covered, found)


def _total(covered: _Covered, found: dict[str, list[str]]) -> Iterator[str]:
    """How many concepts are covered, and which scenarios say nothing of any."""
    absent = sum(not scenarios for scenarios in found.values())
    yield f"{len(found) - absent} of {counted(len(found), 'concept')} have a scenario, {absent} are not assessed"
    silent = [each for each, concepts, _ in covered.scenarios if not concepts]
    if silent:
        yield wrapped(f"{counted(len(silent), 'scenario')} without a concept: {', '.join(silent)}", hanging="  ")


def _markdown(covered: _Covered) -> Iterator[str]:
    """The same as a table: a row a concept, a column a scenario."""
    from robustspec.language.concepts import NOT_ASSESSED, coverage

    found = coverage((each, concepts) for each, concepts, _ in covered.scenarios)
    yield f"Concepts of robustness: {_escaped(covered.title)}"
    yield ""
    yield _row(["concept", "scenarios", *(f"`{each}`" for each, _, _ in covered.scenarios)])
    yield _row(["---"] * (len(covered.scenarios) + 2))
    for name, scenarios in found.items():
        cells = [word if each in scenarios else _NOT_NAMED for each, _, word in covered.scenarios]
        yield _row([_escaped(name), str(len(scenarios)) if scenarios else f"*{NOT_ASSESSED}*", *cells])
    yield ""
    yield from _total(covered, found)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _escaped(text: str) -> str:
    """Text that Markdown takes as it is."""
    line = " ".join(text.split())
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|#&" else letter for letter in line)
