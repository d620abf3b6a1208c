"""``robustspec verify``: does a report say what its evidence shows?"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robustspec.commands import FINE, RED, UNUSABLE
from robustspec.commands.arguments import UsageError, add_command
from robustspec.commands.text import counted, visible

if TYPE_CHECKING:
    from robustspec.engine.evidence import RunResult
    from robustspec.engine.proof.verification import Verification
    from robustspec.language.spec import Spec

_DESCRIPTION = """\
Compute every verdict of a report.json again from the evidence record that stands beside it, with the tests that judged it,
and compare: verdict, n, value, bounds, and what the claim sentence states. The claim about the whole, the ladders and the
number of arms of a requirement follow from the arms and are compared too. No data, model or network is needed.

With --spec the report is also compared with the specification: its hash, bounds, settings, waivers, subjects, and whether
every requirement and arm has a verdict.

Not covered is what no record holds: what is INVALID or UNREACHABLE (the reason is compared with the counts), counts of
cases and missing outputs beyond that, cells, groups, examples, warnings, notes, and the names of model and data.

Exit codes: 0 all agree, 1 something does not, 4 the file or a record in it cannot be read. A checksum finds edits, but it is
no signature: whoever can write the report can write another one.
"""
_EXAMPLES = """\
  robustspec verify report.json
  robustspec verify report.json --spec specs/pharmacy.yaml
"""
_LISTED = 5


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "verify", "compute a report's verdicts again", _DESCRIPTION, _EXAMPLES)
    parser.add_argument("report", metavar="REPORT", help="a report.json")
    parser.add_argument(
        "--spec",
        action="append",
        default=[],
        metavar="SPEC",
        help="the specification that the report is of; repeat it for a report of several",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what does not agree, and how much does."""
    from robustspec.engine.proof.verification import Verification, verify
    from robustspec.reports.json import read_json

    results = read_json(args.report)
    if not results:
        raise UsageError(f"{args.report}: it holds no result -- name a report of a run")
    specs = _specs(args.spec)
    done = Verification()
    for result in results:
        first = len(done.faults)
        verify(result, done)
        if specs:
            _compare(result, specs, done)
        where = f"{result.spec} on {result.model}: " if len(results) > 1 else ""
        for fault in done.faults[first:]:
            print(visible(f"{where}{fault.arm}: {fault.what}"))
    for line in _told(done, results):
        print(visible(line))
    if any(fault.damaged for fault in done.faults):
        return UNUSABLE
    return RED if done.faults else FINE


def _specs(paths: Sequence[str]) -> dict[str, Spec]:
    """The specifications by their hash."""
    if not paths:
        return {}
    from robustspec.language.lint import spec_hash
    from robustspec.language.load import read_file

    specs = [read_file(Path(path)).spec for path in paths]
    return {spec_hash(spec): spec for spec in specs}


def _compare(result: RunResult, specs: dict[str, Spec], done: Verification) -> None:
    from robustspec.engine.proof.verification import Fault, compare

    spec = specs.get(result.spec_hash)
    if spec is None:
        what = f"the report is of a specification with hash {result.spec_hash}, the file has {', '.join(specs)}"
        done.faults.append(Fault("spec", what))
    else:
        compare(result, spec, done)


def _told(done: Verification, results: Sequence[RunResult]) -> Iterator[str]:
    """The summary, what it says nothing about, and the versions."""
    from robustspec import __version__

    verdict = "all agree" if not done.faults else f"{counted(len(done.faults), 'contradiction')}"
    yield f"{counted(done.recomputed, 'verdict')} recomputed, {verdict}"
    for reason, arms in done.others.items():
        more = f" and {len(arms) - _LISTED} more" if len(arms) > _LISTED else ""
        yield f"not recomputed, {reason}: {', '.join(arms[:_LISTED])}{more}"
    if quick := [result.spec for result in results if result.quick]:
        yield f"a quick look, which is no gate: {', '.join(dict.fromkeys(quick))}"
    yield "not covered: counts of cases, cells, groups, examples, warnings, notes and names, which no record holds"
    if others := sorted(done.versions - {__version__}):
        yield f"recorded by robustspec {', '.join(others)}, recomputed by {__version__}"
