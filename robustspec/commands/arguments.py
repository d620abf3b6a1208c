"""What several commands take: a specification, the folder of stored outputs, names that select."""

from __future__ import annotations

import argparse
import difflib
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robustspec.errors import RobustspecError

if TYPE_CHECKING:
    from robustspec.engine.plan import Plan, ScenarioPlan

CACHE = ".robustspec_cache"


class UsageError(RobustspecError):
    """The arguments do not fit the specification."""


def add_command(commands: Any, name: str, summary: str, description: str, examples: str) -> argparse.ArgumentParser:
    """A command's parser: ``summary`` for the list of commands, ``description`` and ``examples`` for its own help."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description="\n\n".join(map(_filled, description.strip().split("\n\n"))),
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    return parser


def _filled(paragraph: str) -> str:
    """A paragraph of a help text at a width that fits; indented lines stay as they are."""
    kept = any(line.startswith(" ") for line in paragraph.split("\n"))
    return paragraph if kept else textwrap.fill(paragraph, 96)


def add_spec(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """The argument SPEC, which may be ``optional``, and the option --cache."""
    parser.add_argument("spec", metavar="SPEC", nargs="?" if optional else None, help="a specification file (YAML)")
    parser.add_argument(
        "--cache",
        metavar="DIR",
        help=f"folder of data indexes and stored outputs (default: {CACHE} here or in the nearest folder above)",
    )


def cache_of(args: argparse.Namespace) -> Path:
    """The folder of indexes and outputs: the given one, else the nearest there is, as pytest's root has one."""
    if args.cache:
        return Path(args.cache)
    here = Path.cwd()
    return next((folder / CACHE for folder in (here, *here.parents) if (folder / CACHE).is_dir()), here / CACHE)


def plan_of(args: argparse.Namespace, max_samples: int | None = None) -> Plan:
    """The plan of SPEC; raises `RobustspecError` with every fault of the file."""
    from robustspec.engine.session import Options, load_plan

    return load_plan(Path(args.spec), Options(cache=cache_of(args), max_samples=max_samples), name=args.spec)


def scenarios_of(plan: Plan, wanted: str | None) -> list[ScenarioPlan]:
    """The scenario of this name, or all."""
    if wanted is None:
        return plan.scenarios
    return [plan.scenarios[index_of(wanted, "scenario", [scenario.id for scenario in plan.scenarios])]]


def index_of(name: str, noun: str, known: list[str]) -> int:
    """Where ``name`` stands in ``known``; an error with the nearest names where it does not."""
    if name not in known:
        raise UsageError(f"there is no {noun} '{name}' -- {nearest(name, known)}")
    return known.index(name)


def nearest(name: str, known: Iterable[str]) -> str:
    """What may have been meant by ``name``."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(names)}"


def positive(text: str) -> int:
    """A number from 1, for argparse."""
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1")
    return number
