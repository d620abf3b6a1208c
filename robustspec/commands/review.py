"""``robustspec review``: do the labels still hold? A queue for people to judge, and what they said."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from robustspec.commands import FINE, RED
from robustspec.commands.arguments import UsageError, add_command, add_spec, plan_of, positive, scenarios_of
from robustspec.commands.text import counted, table, visible

_DESCRIPTION = """\
Most perturbations claim that the right answer stays as it was. Have people check that claim: this samples changed cases,
as many of each perturbation, spread over its levels, and writes them as a queue to judge, a page (.html) or a table (.csv).
Each case has the input before and after with what changed marked, the answer that is claimed to be right for the changed
one, and the question "Is this still the right answer?" with yes, no or unsure, and a comment. Neither the case nor the
perturbation is named; FILE.key.jsonl beside the queue tells them, and is not for reviewers.

Each reviewer gives back a file of their own with the columns review_id and verdict. With --read they are read: for each
perturbation and for all of them, the share of cases whose answer is still right, with its exact interval (Clopper-Pearson),
and for each two reviewers Cohen's kappa. A case holds where nobody says no and nobody is unsure; one no is enough against
it; what is left is unsure and counts for neither side. With --at-least the exit code is 1 unless the lower end of the
interval is that high. The cases are made anew: where the specification or its data no longer make what was reviewed, the
verdicts are not counted.

Only texts are reviewed: cases with pictures are left out, and so are cells whose relation is monotone, for no label is
claimed there.
"""
_EXAMPLES = """\
  robustspec review specs/pharmacy.yaml -o queue.html
  robustspec review specs/pharmacy.yaml -o queue.csv --scenario paraphrase-and-typo --per 60
  robustspec review specs/pharmacy.yaml --read anna.csv ben.csv --key queue.key.jsonl --at-least 0.95
"""


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "review", "have people check that labels hold", _DESCRIPTION, _EXAMPLES)
    add_spec(parser)
    write = parser.add_argument_group("to write a queue")
    write.add_argument("-o", "--output", metavar="FILE", help="file to write: .html is a page, .csv a table")
    write.add_argument("--scenario", metavar="S", help="only this scenario")
    write.add_argument("--per", type=positive, metavar="N", help="cases of each perturbation of a scenario (30)")
    write.add_argument("--seed", type=int, metavar="K", help="another seed is another sample (0)")
    read = parser.add_argument_group("to read verdicts")
    read.add_argument("--read", nargs="+", metavar="FILE", help="files of verdicts (CSV), one for each reviewer")
    read.add_argument(
        "--key", metavar="FILE", help="the queue's key (default: the one *.key.jsonl beside the first file)"
    )
    read.add_argument("--at-least", type=_share, metavar="R", help="the lower bound over all cases must be R or more")
    read.add_argument("--each-at-least", type=_share, metavar="R", help="so must the lower bound of each perturbation")
    parser.set_defaults(run=run)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a share from 0 to 1")
    return share


def run(args: argparse.Namespace) -> int:
    """Write the queue, or read the verdicts."""
    if (args.output is None) == (args.read is None):
        raise UsageError("say what to do: write a queue with -o FILE, or read verdicts with --read FILE ...")
    return _write(args) if args.read is None else _read(args)


def _write(args: argparse.Namespace) -> int:
    from robustspec.commands.review_queue import sampled, write_queue

    if args.key is not None or args.at_least is not None or args.each_at_least is not None:
        raise UsageError(
            "--key, --at-least and --each-at-least are for reading verdicts -- leave them out, or give --read"
        )
    path = _target(args.output)
    plan = plan_of(args)
    if plan.spec.privacy.examples != "full":
        raise UsageError(
            f"{args.spec}: privacy.examples is {plan.spec.privacy.examples}, and a review shows whole inputs -- "
            "set it to full in a copy of the specification that stays with the reviewers"
        )
    if plan.spec.privacy.contains == "patient_data":
        print("note: the queue and its key will hold what the specification calls patient data", file=sys.stderr)
    sample = sampled(plan, scenarios_of(plan, args.scenario), args.per or 30, args.seed or 0)
    for note in sample.notes:
        print(visible(f"note: {note}"), file=sys.stderr)
    if not sample.cases:
        raise UsageError(
            f"{args.spec}: there is no case to review -- a scenario needs perturbations that change its texts"
        )
    key = write_queue(sample, plan, path)
    rows = [[name, str(len(cells)), str(number)] for name, cells, number in sample.strata()]
    for line in table(["perturbation", "cells", "cases"], rows):
        print(visible(line))
    print(
        f"\n{path}: {counted(len(sample.cases), 'case')} to judge; {key} tells which they are, and is not for reviewers"
    )
    return FINE


def _target(name: str) -> Path:
    path = Path(name)
    if path.suffix.lower() not in (".html", ".htm", ".csv"):
        raise UsageError(f"{name}: a queue is a page or a table -- name a file that ends in .html or .csv")
    if path.suffix.lower() == ".csv" and path.exists():
        raise UsageError(f"{name}: the file exists, and reviewers write into it -- name another one, or delete it")
    return path


def _read(args: argparse.Namespace) -> int:
    from robustspec.commands.review_key import check_current, key_of, read_key
    from robustspec.commands.review_verdicts import Review, read_verdicts

    if args.scenario is not None or args.per is not None or args.seed is not None:
        raise UsageError("--scenario, --per and --seed are for writing a queue -- leave them out, or give -o")
    paths = [Path(name) for name in args.read]
    key = read_key(key_of(args.key, paths[0]))
    plan = plan_of(args)
    check_current(key, plan)
    confidence = plan.spec.statistics.confidence or 0.95
    review = Review(key.cases, read_verdicts(paths, key), confidence, plan.spec.privacy.examples)
    for line in review.lines():
        print(visible(line))
    missed = list(review.missed(args.at_least, args.each_at_least))
    for line in missed:
        print(visible(line))
    return RED if missed else FINE
