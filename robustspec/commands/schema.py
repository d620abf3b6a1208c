"""``robustspec schema``: the JSON Schema of the language, for editors."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from robustspec.commands import FINE
from robustspec.commands.arguments import UsageError, add_command

_DESCRIPTION = """\
Print the JSON Schema of the language with every kind that is installed, other packages' too. An editor that knows it
completes keys and kinds and marks faults while you type: put this in the first line of a specification

  # yaml-language-server: $schema=robustspec.schema.json
"""
_EXAMPLES = """\
  robustspec schema -o robustspec.schema.json
  robustspec schema --builtin                 only the kinds that robustspec itself brings
"""


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "schema", "print the JSON Schema, for editors", _DESCRIPTION, _EXAMPLES)
    parser.add_argument("--builtin", action="store_true", help="leave out the kinds of other packages")
    parser.add_argument("-o", "--output", metavar="FILE", help="write to this file instead")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print or write the schema."""
    from robustspec.language.schema import schema_text

    text = schema_text(builtin=args.builtin)
    if args.output is None:
        sys.stdout.write(text)
        return FINE
    try:
        Path(args.output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{args.output}: {error.strerror} -- -o must name a file that can be written") from error
    print(f"wrote {args.output}", file=sys.stderr)
    return FINE
