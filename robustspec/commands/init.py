"""``robustspec init``: a specification to start from, with its data."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from robustspec.commands import FINE
from robustspec.commands.arguments import UsageError, add_command, nearest
from robustspec.commands.text import counted

_DESCRIPTION = """\
Copy a specification and its data into a folder, ready to run and to change.

  minimal    a dozen lines, 60 reviews and a model of a few lines: the shortest way to a first verdict
  pharmacy   a chatbot for over-the-counter medicines: scenarios, vendors, policies, perturbations
"""
_EXAMPLES = """\
  robustspec init first
  robustspec init pharmacy --example pharmacy
"""
SCHEMA = "robustspec.schema.json"
_MINIMAL = ("reviews.robust.yaml", "reviews.csv", "reviews_model.py")


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "init", "copy an example to start from", _DESCRIPTION, _EXAMPLES)
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="where to (default: here)")
    parser.add_argument(
        "--example", default="minimal", metavar="NAME", help="minimal (default), pharmacy, mri_copilot, finance or clip"
    )
    parser.add_argument("--force", action="store_true", help="overwrite files that are there")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Copy the files and say what to type next."""
    folder = Path(args.folder)
    source = example_files(args.example)
    there = [name for name in source if (folder / name).exists()]
    if there and not args.force:
        raise UsageError(
            f"{folder / there[0]} is there already{f', and {len(there) - 1} more' if there[1:] else ''} -- "
            "name another folder, or give --force to overwrite"
        )
    try:
        for name, origin in source.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(origin.read_bytes())
    except OSError as error:
        raise UsageError(f"{error.filename or folder}: {error.strerror} -- name another folder") from error
    spec = folder / next(iter(source))
    print(f"{counted(len(source), 'file')} in {folder}: {', '.join(source)}")
    print(f"next: robustspec run {spec}")
    return FINE


def example_files(name: str) -> dict[str, Path]:
    """The files of an example by their relative names, the specification first."""
    if name == "minimal":
        starter = Path(str(files("robustspec"))) / "starter"
        return {each: starter / each for each in _MINIMAL}
    specs = shipped_specs()
    path = specs / f"{name}.yaml"
    known = ["minimal", *sorted(each.stem for each in specs.glob("*.yaml"))]
    if name not in known:
        raise UsageError(f"there is no example '{name}' -- {nearest(name, known)}")
    return {path.name: path} | {each: specs / each for each in files_named_in(path)} | _schema_of(path)


def _schema_of(path: Path) -> dict[str, Path]:
    """The JSON Schema, where the specification tells editors to look for it beside itself."""
    schema = Path(str(files("robustspec"))) / "language" / SCHEMA
    wanted = f"$schema={SCHEMA}" in path.read_text(encoding="utf-8").partition("robustspec:")[0]
    return {SCHEMA: schema} if wanted and schema.is_file() else {}


def shipped_specs() -> Path:
    """The folder of shipped specifications: in the package once installed, at the root of a checkout."""
    package = Path(str(files("robustspec")))
    installed = package / "_specs"
    return installed if installed.is_dir() else package.parent / "specs"


def files_named_in(path: Path) -> list[str]:
    """Files beside a specification that it names anywhere: data, lexicons, tables."""
    import yaml

    names = dict.fromkeys(_texts(yaml.safe_load(path.read_text(encoding="utf-8"))))
    return [name for name in names if _is_beside(path.parent, name)]


def _is_beside(folder: Path, name: str) -> bool:
    if not name or len(name) > 200 or "\n" in name or Path(name).is_absolute():
        return False
    return (folder / name).is_file()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(item)
