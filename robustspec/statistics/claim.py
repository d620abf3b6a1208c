"""The sentence that states what a verdict claims, in words that neither add to the guarantee nor take from it.

A guarantee is always "if the true value were below the bound, at most 5 in 100 such runs would pass": a statement
about runs under a false requirement. The converse, the probability that this PASS is wrong, is never stated: no test
knows it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from robustspec.statistics.base import Method, Population, Summary, Word

_NO_EVIDENCE = Summary(0, None, None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the sentence needs to know about an arm and its verdict.

    ``subject`` names metric, cells and arm ("request_match on perturbed cells, vendor GE"), ``aggregate`` its aggregate
    in words ("" for a mean). ``alpha_pass`` and ``alpha_fail`` are the error rates of the whole requirement, before
    ``alpha_fail`` is shared among its arms. ``reason`` explains INVALID, UNREACHABLE, WAIVED and NOT_NEEDED; ``remedy``
    an INCONCLUSIVE (see `remedy.remedy`). ``found`` is the verdict under a waiver. ``missing`` counts cases without
    output, ``missing_policy`` is ``on_missing``. ``without_level`` are cells that an arm over levels does not hold.
    ``all_in`` says that a claim about a data set rests on all its units, and not on as many as it took; ``quick`` that the
    run is a look at a few units. Before a run, ``word`` and ``summary`` keep their defaults.
    """

    subject: str
    bound: float
    at_least: bool
    alpha_pass: float
    alpha_fail: float
    word: Word = "INCONCLUSIVE"
    summary: Summary = _NO_EVIDENCE
    aggregate: str = ""
    unit_word: str = "units"
    calls: int = 0
    method: Method = "sequential"
    population: Population = "distribution"
    margin: float = 0.0
    horizon: int = 0
    look: int = 1
    origin: str = ""
    reason: str = ""
    remedy: str = ""
    changes_only: bool = False
    excluded: Sequence[str] = ()
    without_level: Sequence[str] = ()
    missing: int = 0
    missing_policy: str = "worst_case"
    found: Word | None = None
    all_in: bool = True
    quick: bool = False


def sentence(facts: Facts) -> str:
    """The claim of a verdict, ready to print."""
    if facts.word in ("INVALID", "UNREACHABLE", "NOT_NEEDED"):
        parts = [f"{facts.word}: {claimed(facts)}: {facts.reason or 'no reason given'}.", *_caveats(facts)]
    else:
        parts = [f"{facts.word}: {claimed(facts)}: {figures(facts)}.", _meaning(facts), *_caveats(facts)]
    return " ".join(part for part in parts if part)


def expectation(facts: Facts, fewest: int | None = None, calls: int | None = None) -> str:
    """What PASS, FAIL and INCONCLUSIVE will mean, before a run.

    ``fewest`` is the least number of units that can pass, ``calls`` the most calls that the arm may cost.
    """
    dataset = facts.population == "dataset"
    if dataset and facts.method == "sequential":
        facts = replace(facts, all_in=False)
    needs = "" if fewest is None else f"needs at least {counted(fewest, facts.unit_word)}, "
    cost = "" if calls is None else f", {counted(calls, 'calls')}"
    parts = [
        f"PASS will mean: {claimed(facts)}. {guarantee(facts, 'PASS')}",
        f"FAIL will mean the opposite. {guarantee(facts, 'FAIL')}" if facts.method != "point" or dataset else "",
        "With all rows in, either is certain." if dataset and not facts.all_in else "",
        "INCONCLUSIVE will mean that neither was shown." if not dataset and facts.method != "point" else "",
        f"It {needs}uses at most {counted(facts.horizon, facts.unit_word)}{cost}." if facts.horizon else "",
        *_caveats(facts),
    ]
    return " ".join(part for part in parts if part)


def suite_sentence(
    alphas: Sequence[float | None],
    *,
    approximate: int = 0,
    edited: int = 0,
    dataset: int = 0,
    waived: int = 0,
    unblocking: int = 0,
    bonferroni: bool = False,
) -> str:
    """What it says that these requirements all pass: the ones that block the gate and have no waiver.

    ``alphas`` holds, for each, the most runs that would pass it if it were not met: 0 where all rows of a data set are in,
    its error rate times its look elsewhere, None where nothing is guaranteed. Of the latter, ``approximate`` have an error
    rate that is not guaranteed, and ``edited`` one that does not hold, since a setting was edited after the same data had
    been judged; ``dataset`` of the others are about a data set. ``waived`` and ``unblocking`` count the
    requirements left out. ``bonferroni`` says that ``multiplicity: {pass: bonferroni}`` made the error rates.

    A false requirement has to pass for the whole to pass, so the largest single error rate holds for the whole, without
    correction (Berger 1982, doi:10.1080/00401706.1982.10487790); the sum of all bounds the runs in which any one does.
    """
    guaranteed = [alpha for alpha in alphas if alpha is not None]
    parts = [
        _all_pass(len(alphas), len(guaranteed), approximate, edited),
        _all_false_pass(guaranteed, len(alphas), dataset) if guaranteed else "",
        f"At most {chance(min(1.0, sum(guaranteed)))} such runs would pass any requirement that is not met."
        if bonferroni and len(guaranteed) > 1 and sum(guaranteed) > 0
        else "",
        _left_out(waived, unblocking),
    ]
    return " ".join(part for part in parts if part)


def _all_pass(requirements: int, guaranteed: int, approximate: int, edited: int) -> str:
    """That they pass, and how many of them without a guarantee."""
    if requirements == 0:
        return "No requirement blocks the gate."
    if not guaranteed:
        sorts = {
            "approximate": approximate,
            "edited after these data were judged": edited,
            "compared only": requirements - approximate - edited,
        }
        others = f": {', '.join(f'{n} {sort}' for sort, n in sorts.items() if n)}" if approximate or edited else ""
        return f"All requirements pass, none of them with a guarantee{others}."
    after = (
        f" {edited} of them {'was' if edited == 1 else 'were'} edited after these data were judged." if edited else ""
    )
    return f"{'The only requirement passes' if requirements == 1 else f'All {requirements} requirements pass'}.{after}"


def _all_false_pass(guaranteed: Sequence[float], requirements: int, dataset: int) -> str:
    which = "them" if len(guaranteed) == requirements else f"the {len(guaranteed)} with a guarantee"
    where = " in another order" if dataset == len(guaranteed) else ""
    fresh = ", each with fresh units," if dataset == 0 else where
    runs = f"at most {chance(max(guaranteed))} such runs{fresh}" if max(guaranteed) > 0 else f"no such run{where}"
    if requirements == 1:
        return f"If it were not met, {runs} would pass it."
    return f"If at least one of {which} were not met, {runs} would pass them all; this needs no correction."


def _left_out(waived: int, unblocking: int) -> str:
    """What the claim about the whole does not speak of."""
    parts = [f"{waived} waived"] if waived else []
    parts += [f"{unblocking} with gate: warn or record"] if unblocking else []
    return f"Not part of this: {', '.join(parts)}." if parts else ""


def ladder_sentence(name: str, verdicts: Sequence[tuple[int, Word]], alpha: float, *, approximate: bool = False) -> str:
    """How far up its levels a perturbation was shown, mildest level first: up to the one before the first without PASS.

    A level above that may pass again; it is not part of the claim. ``alpha`` is the error rate of a single level: the
    mildest level at which the requirement is not met has to pass before too much is claimed (Wiens 2003,
    doi:10.1002/pst.64).
    """
    ordered = sorted(verdicts)
    passed = next((index for index, (_, word) in enumerate(ordered) if word != "PASS"), len(ordered))
    levels = [level for level, _ in ordered]
    if not passed:
        return f"{name}: not shown at level {levels[0]}." if levels else f"{name}: no level was judged."
    listed = f"level {levels[0]} passes" if passed == 1 else f"levels {', '.join(map(str, levels[:passed]))} pass"
    ends = f"; {levels[passed]} does not" if passed < len(levels) else ""
    up_to = levels[passed - 1]
    most = f"about {chance(alpha)}" if approximate else f"at most {chance(alpha)}"
    return (
        f"{name}: shown up to level {up_to} ({listed}{ends}). If the requirement failed at a level up to {up_to}, "
        f"{most} such runs would show that far{', not guaranteed' if approximate else ''}."
    )


def claimed(facts: Facts) -> str:
    """The requirement as a formula in words: "request_match on perturbed cells >= 0.90"."""
    aggregate = f" ({facts.aggregate})" if facts.aggregate else ""
    changes = ", on rows that the perturbation changes," if facts.changes_only else ""
    return f"{facts.subject}{aggregate}{changes} {'>=' if facts.at_least else '<='} {number(facts.bound)}"


def figures(facts: Facts) -> str:
    """Estimate, bounds, units and calls: "0.94 in these 223 units, lower bound 0.900, 1,115 calls"."""
    seen = facts.summary
    if seen.n == 0:
        return f"no {facts.unit_word} in evidence, {counted(facts.calls, 'calls')}"
    parts = [f"{estimated(facts)} in {'this' if seen.n == 1 else 'these'} {counted(seen.n, facts.unit_word)}"]
    parts += [] if _certain(facts) else _bounds(facts)
    return ", ".join([*parts, counted(facts.calls, "calls")])


def chance(alpha: float) -> str:
    """An error rate as a count of runs, rounded up: 0.05 is "5 in 100", 0.005 is "5 in 1000"."""
    for runs in (100, 1000, 10_000, 100_000):
        count = alpha * runs
        if count >= 1 - 1e-9 and abs(count - round(count)) < 1e-6:
            return f"{round(count)} in {_runs(runs)}"
    runs = 1000
    while alpha * runs < 10 and runs < 10**9:
        runs *= 10
    return f"{math.ceil(alpha * runs - 1e-9)} in {_runs(runs)}"


def number(value: float) -> str:
    """A bound with at least two decimals, and all that it was written with."""
    return f"{value:.{_places(value)}f}"


def counted(n: int, word: str) -> str:
    """A count with its noun: "1 unit", "1,115 units"."""
    return f"{n:,} {word.removesuffix('s') if n == 1 else word}"


def _runs(runs: int) -> str:
    return str(runs) if runs < 10_000 else f"{runs:,}"


def _places(value: float) -> int:
    decimals = f"{value:.9f}".rstrip("0").partition(".")[2]
    return max(2, len(decimals))


def _bounds(facts: Facts) -> list[str]:
    """The bound that decided, or both where none did."""
    seen, word = facts.summary, facts.found or facts.word
    if word in ("PASS", "FAIL"):
        name, value = ("lower", seen.lower) if (word == "PASS") == facts.at_least else ("upper", seen.upper)
        return [] if value is None else [f"{name} bound {outwards(value, name, facts.bound, word == 'FAIL')}"]
    if seen.lower is None and seen.upper is None:
        return []
    lower = "none" if seen.lower is None else outwards(seen.lower, "lower", facts.bound, False)
    upper = "none" if seen.upper is None else outwards(seen.upper, "upper", facts.bound, False)
    return [f"bounds {lower} and {upper}"]


def outwards(value: float, name: str, bound: float, apart: bool) -> str:
    """A bound rounded away from the estimate, so that no digit claims more than was shown.

    ``apart`` adds decimals until it no longer reads as the requirement's bound, which a FAIL has to miss.
    """
    places = max(3, _places(bound) + 1)
    if math.isinf(value):
        return "none"
    while True:
        scaled = value * 10.0**places
        whole = math.floor(scaled + 1e-6) if name == "lower" else math.ceil(scaled - 1e-6)
        shown = whole / 10.0**places
        if not apart or places >= 6 or abs(shown - bound) > 1e-9:
            return f"{shown:.{places}f}"
        places += 1


def estimated(facts: Facts) -> str:
    """The estimate with as many decimals as keep it apart from a bound that it does not equal."""
    value = facts.summary.estimate
    if value is None:
        return "undefined"
    places = _places(facts.bound)
    while places < 6 and f"{value:.{places}f}" == f"{facts.bound:.{places}f}" and abs(value - facts.bound) > 1e-9:
        places += 1
    # Adding 0.0 makes a plain zero of -0.0, which rounding leaves behind.
    return f"{round(value, places) + 0.0:.{places}f}"


def _certain(facts: Facts) -> bool:
    return facts.population == "dataset" and facts.all_in


def _meaning(facts: Facts) -> str:
    """The guarantee of a verdict, or why there is none."""
    if facts.word == "WAIVED":
        found = f"Found {facts.found}. " if facts.found else ""
        return f"{found}{_waived(facts.reason)}."
    if facts.word == "INCONCLUSIVE":
        return f"Neither PASS nor FAIL is shown. {_capital(facts.remedy)}".strip()
    return guarantee(facts, facts.word)


def _waived(reason: str) -> str:
    """A waiver's reason as a sentence, which may say itself that this is a waiver."""
    return _capital(reason if reason.startswith("waived ") else f"waived: {reason or 'no reason given'}")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def guarantee(facts: Facts, word: str) -> str:
    """What is known of runs that would show ``word`` if it were wrong."""
    if facts.population != "dataset" and facts.method == "point":
        return "No guarantee: a model exactly at the bound passes every second run."
    where, act = condition(facts, word)
    if _certain(facts):
        return f"{where}, no such run in another order would {act}: all rows are in."
    alpha = facts.alpha_pass if word == "PASS" else facts.alpha_fail
    approximate = facts.method == "approximate"
    most, end = ("about", ", not guaranteed") if approximate else ("at most", "")
    looks = f" (look {facts.look}: {most} {chance(min(1.0, facts.look * alpha))})" if facts.look > 1 else ""
    return f"{where}, {most} {chance(alpha)} such runs{_which_runs(facts, word)} would {act}{looks}{end}."


def _which_runs(facts: Facts, word: str) -> str:
    if facts.population == "dataset":
        return " in another order"
    return f", each with fresh {facts.unit_word}," if word == "PASS" else ""


def condition(facts: Facts, word: str) -> tuple[str, str]:
    """Under what ``word`` would be wrong ("If the true value were below 0.90"), and what a run does then ("pass")."""
    dataset = facts.population == "dataset"
    rows = "the value of these rows" if dataset else "the true value"
    margin = 0.0 if dataset else facts.margin
    if word == "PASS":
        proved = facts.bound - margin if facts.at_least else facts.bound + margin
        less = f", the bound with its margin of {number(margin)}" if margin else ""
        return f"If {rows} were {'below' if facts.at_least else 'above'} {number(round(proved, 9))}{less}", "pass"
    pronoun = rows if dataset else "it"
    return f"If {pronoun} were {number(facts.bound)} or {'more' if facts.at_least else 'less'}", "fail this requirement"


def _caveats(facts: Facts) -> list[str]:
    """What the reader must know beside the number: groups left out, missing outputs, where the data come from."""
    lines = []
    if facts.excluded:
        lines.append(f"Left out, too few {facts.unit_word}: {', '.join(facts.excluded)}.")
    if facts.without_level:
        lines.append(f"Left out, no level: {', '.join(facts.without_level)}.")
    if facts.missing:
        treated = {
            "worst_case": "counted as the worst case",
            "exclude": "left out, so the claim is about cases that get an output",
        }.get(facts.missing_policy, "not counted")
        lines.append(f"Missing: {counted(facts.missing, 'cases')} without output, {treated}.")
    if facts.origin:
        lines.append(f"Origin: {facts.origin}.")
    return lines
