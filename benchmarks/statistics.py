"""What the verdicts guarantee and what they cost, measured on the shipped code, beside the goals of the design.

    python benchmarks/statistics.py [--only G2,G8] [--runs 10000] [--whole-runs 300] [--seed 0] [--jobs 2]

Prints a table: goal, measured, bound, met or not; exits 1 where a goal is not met. Error rates and costs are worked out
exactly where a dynamic program can; the rest is simulated with ``--runs`` runs of a test alone (PCG64, seeded), or with
``--whole-runs`` runs of a specification on a model that is called. A simulated figure may be three standard errors on the
wrong side of its bound; "=" says that it must be so near to what was worked out. With fewer runs the errors grow.

Goals of mean calls are about the units up to the verdict. What a batch calls beyond it stands beside them, and G10 bounds
it. Times are the best of several repeats, measured when all else is done. All of it takes some ten minutes on two cores.
"""

from __future__ import annotations

import sys
from pathlib import Path

# This file has the name of a module of the standard library, and a script's folder comes first on the path: it goes to
# the end, and to another script here that imports `statistics` this file hands over the library's.
sys.path.sort(key=lambda folder: Path(folder).resolve() == Path(__file__).resolve().parent)
if __name__ == "statistics":
    del sys.modules[__name__]
    __import__(__name__)

import argparse
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guarantees.figure import Figure, Size

    Measure = Callable[[Size], list[Figure]]


def goals() -> dict[str, list[Measure]]:
    """What measures each goal. Those of G10, which take times, are run alone at the end."""
    from guarantees import machinery, many_arms, one_arm, planning, units

    return {
        "G1": [one_arm.error_rates, one_arm.odd_looks, one_arm.without_guarantee],
        "G2": [partial(one_arm.costs, goal="G2")],
        "G3": [partial(one_arm.costs, goal="G3")],
        "G4": [many_arms.worst_of_ten, many_arms.whole_worst_of_ten],
        "G5": [many_arms.gap_at_its_bound],
        "G6": [units.clusters, units.whole_clusters, units.cases_as_units],
        "G7": [units.paired],
        "G8": [many_arms.focused],
        "G9": [many_arms.worst_arm],
        "G11": [planning.planner, planning.lint],
        "G10": [
            machinery.batches,
            machinery.in_flight,
            machinery.workers,
            machinery.beyond_the_evidence,
            machinery.overhead,
        ],
    }


def measured(chosen: list[str], size: Size, jobs: int) -> Iterator[tuple[str, int, list[Figure], float]]:
    """Goal, place of the measure in it, figures and seconds, as they come."""
    found = goals()
    work = [(goal, k) for goal in found for k in range(len(found[goal])) if goal in chosen]
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [pool.submit(_one, goal, k, size) for goal, k in work if goal != "G10"]
        for done in as_completed(waiting):
            yield done.result()
    for goal, k in work:
        if goal == "G10":
            yield _one(goal, k, size)


def _one(goal: str, k: int, size: Size) -> tuple[str, int, list[Figure], float]:
    begun = time.perf_counter()
    return goal, k, goals()[goal][k](size), time.perf_counter() - begun


def main() -> int:
    """Measure, print the table, and say whether all goals are met."""
    from guarantees.figure import Size, table

    options = _options()
    size = Size(options.runs, options.whole_runs, options.seed)
    found: dict[tuple[int, int], list[Any]] = {}
    for goal, k, figures, seconds in measured(options.only, size, options.jobs):
        print(f"{goal:4} {len(figures):3} figures in {seconds:6.1f} s", file=sys.stderr, flush=True)
        found[int(goal[1:]), k] = figures
    rows = [figure for key in sorted(found) for figure in found[key]]
    print("\n".join(table(rows)))
    missed = [figure for figure in rows if figure.met is False]
    judged = sum(figure.met is not None for figure in rows)
    print(f"\n{judged} figures with a bound, {len(missed)} of them not met")
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", type=_goals, default=list(goals()), metavar="G2,G8")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--whole-runs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    return parser.parse_args()


def _goals(text: str) -> list[str]:
    chosen = text.upper().split(",")
    if unknown := [name for name in chosen if name not in goals()]:
        raise argparse.ArgumentTypeError(f"no goal {', '.join(unknown)}: there are {', '.join(goals())}")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
