"""The command line: ``robustspec COMMAND ...``.

Errors are one sentence on stderr. Exit codes: 0 fine, 1 something is red, 4 wrong usage or an unusable file (as pytest has
it), 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import NoReturn

from robustspec.commands import INTERRUPTED, NAMES, UNUSABLE
from robustspec.errors import RobustspecError

_EPILOG = """\
a first run:
  robustspec init first               a small specification with data and a model, in the folder first
  robustspec run first/reviews.robust.yaml

then, with a file of your own:
  robustspec check spec.yaml          is it sound, and can every requirement be shown with this data?
  robustspec plan spec.yaml           how many calls will it cost?
  robustspec preview spec.yaml        what do the perturbations do to the data?
  robustspec calibrate spec.yaml      is each of their levels harder than the one before?
  robustspec run spec.yaml --model mypackage.chatbot:answer

exit codes: 0 fine, 1 something is red, 4 wrong usage or an unusable file, 130 interrupted
"""


class Parser(argparse.ArgumentParser):
    """A parser whose usage errors are one sentence and exit with 4."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where to read how it is right."""
        self.exit(UNUSABLE, f"{self.prog}: {message} (see: {self.prog} --help)\n")


def parser() -> Parser:
    """The parser of all commands."""
    top = Parser(
        prog="robustspec",
        description="Robustness specifications for AI models: check them, cost them, look at them, run them.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    top.add_argument("--version", action="store_true", help="print the version")
    commands = top.add_subparsers(metavar="COMMAND", title="commands", parser_class=Parser, dest="command")
    for name in NAMES:
        import_module(f"robustspec.commands.{name}").add(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the arguments say (default: those of the process); returns the exit code."""
    _let_anything_be_printed()
    try:
        code = _run(argv)
        sys.stdout.flush()
        return code
    except SystemExit as stop:  # argparse: --help, or a usage error that it has already told
        return int(stop.code or 0)
    except RobustspecError as error:
        _complain(str(error))
        return UNUSABLE
    except KeyboardInterrupt:
        _complain("robustspec: interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # whoever read our output has seen enough
        _close_stdout()
        return 0


def _run(argv: Sequence[str] | None) -> int:
    top = parser()
    args, rest = top.parse_known_args(argv)
    if args.version:
        from robustspec import __version__

        print(f"robustspec {__version__}")
        return 0
    if args.command is None:
        top.print_help()
        return UNUSABLE
    if rest and not hasattr(args, "rest"):
        top.error(f"{args.command} does not know {' '.join(rest)}")
    args.rest = rest
    return int(args.run(args))


def _complain(message: str) -> None:
    from robustspec.commands.text import visible

    with suppress(OSError):
        sys.stdout.flush()
    print(visible(message), file=sys.stderr)


def _let_anything_be_printed() -> None:
    """A terminal's encoding must not end a command: what it lacks is shown as an escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _close_stdout() -> None:
    """Keep Python from complaining at exit about a pipe that nobody reads."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
