"""Verdicts, summaries and progress as plain text: for terminals, JUnit files and annotations, so without colours."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from robustspec.engine.evidence import ArmResult, Example, RunResult, Said
from robustspec.reports.diff import Segment, diff, fitted, marked
from robustspec.reports.text import (
    by_attention,
    concepts_of,
    duration,
    figure,
    finite,
    label,
    required,
    shortened,
    stops,
    unsaid,
    verdict_counts,
    visible,
)
from robustspec.reports.transcript import is_judged, segments, stretches, wanted, who
from robustspec.statistics.claim import counted, outwards

if TYPE_CHECKING:
    from robustspec.engine.run import Progress

WIDTH = 100
"""Columns of running text."""
TABLE = 40
"""Verdicts up to which the summary lists all of them."""

_TEXT_LIMITS = (600, 1_500, 4_000)
_ROW_LIMITS = (5, 12, 10_000)
_EXAMPLE_LIMITS = (1, 2, 10_000)


def failure_text(arm: ArmResult, spec_name: str, reproduce: str, verbosity: int = 0) -> str:
    """The text of a verdict that is not green.

    Its first line stands alone: it is pytest's short summary, the JUnit message, the annotation on the line of the file.
    ``verbosity`` 0 shows one example and the five worst cells and groups, 1 more of both, 2 all.
    """
    level = min(max(verbosity, 0), 2)
    blocks = [
        [_headline(arm, spec_name)],
        [*_filled(arm.claim), *_reasons(arm)],
        _table("worst cells", arm.worst_cells, _ROW_LIMITS[level]),
        _table("worst groups", arm.worst_groups, _ROW_LIMITS[level]),
    ]
    shown = arm.examples[: _EXAMPLE_LIMITS[level]]
    blocks += [_example(example, _TEXT_LIMITS[level]) for example in shown]
    if len(shown) < len(arm.examples):
        blocks.append([f"  {len(arm.examples) - len(shown)} more with -{'v' * (level + 1)}"])
    blocks.append([f"reproduce: {reproduce}"])
    return "\n\n".join(visible("\n".join(block)) for block in blocks if block)


def _headline(arm: ArmResult, spec_name: str) -> str:
    place = f"{spec_name}:{arm.line}" if arm.line else spec_name
    return f"{place}: {arm.verdict} {_value(arm)}"


def _value(arm: ArmResult) -> str:
    """Requirement, value and bound; the reason where there is no value."""
    if finite(arm.value) is None:
        return f"{label(arm)}, required {required(arm)} (n={arm.units:,}): {_line(arm.reason or 'no value', 160)}"
    return f"{label(arm)} = {figure(arm.value, arm.bound)}, required {required(arm)} (n={arm.units:,})"


def _line(text: str, longest: int) -> str:
    return shortened(" ".join(text.split()), longest)


def _filled(text: str, indent: str = "  ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)


def _reasons(arm: ArmResult) -> Iterator[str]:
    """What the claim does not say already: why this bound, which hazard, what happened, what would settle it."""
    named = [
        ("because", arm.because),
        ("hazard", arm.hazard),
        ("reason", arm.reason),
        ("remedy", arm.remedy),
        *(("warning", text) for text in arm.warnings),
    ]
    left = unsaid([text for _, text in named], arm.claim)
    for name, text in named:
        if text in left:
            left.remove(text)
            yield from _labelled(name, text, WIDTH)


def _table(title: str, rows: Sequence[tuple[str, float, int]], most: int) -> list[str]:
    """Values worst first; one row alone says no more than the headline."""
    if len(rows) < 2:
        return []
    shown = rows[:most]
    width = max(len(title), *(len(name) + 2 for name, _, _ in shown))
    lines = [f"  {title.ljust(width)}  {'value':>9}  {'n':>7}"]
    lines += [f"  {('  ' + name).ljust(width)}  {figure(value):>9}  {n:>7,}" for name, value, n in shown]
    return lines + ([f"    … {len(rows) - most} more"] if len(rows) > most else [])


def _example(example: Example, longest: int) -> list[str]:
    score = "" if example.score is None else f", score {example.score:g}"
    lines = [f"  example {_line(example.case_id, 200)}{score}"]
    for name, text in _parts(example, longest):
        lines += _labelled(name, text, WIDTH)
    return lines


def _parts(example: Example, longest: int) -> Iterator[tuple[str, str]]:
    """The labelled texts of an example; the difference marked in the perturbed one, and never cut."""
    clean, perturbed = example.clean, example.perturbed
    if example.talk:
        yield "talk", "\n".join(_talk(example, example.talk, longest))
    elif clean is not None and perturbed is not None and clean != perturbed:
        segments = fitted(diff(clean, perturbed), longest)
        yield "clean", _without_added(segments)
        yield "perturbed", marked(segments)
    elif (text := clean if perturbed is None else perturbed) is not None:
        yield "input", shortened(text, longest)
    yield from (
        (name, answer)
        for name, answer in _answers(example, longest)
        if answer is not None and (name == "got on clean" or not is_judged(example))
    )


def _answers(example: Example, longest: int) -> Iterator[tuple[str, str | None]]:
    """What was expected and what came; None for what there is not."""
    got = None if example.got is None else shortened(example.got, longest)
    clean = None if example.cell == "clean" else example.got_clean
    yield "expected", None if example.expected is None else shortened(example.expected, longest)
    yield "policy", example.policy
    yield "got", got if example.act in (None, "answered") else f"{example.act}: {got}"
    yield "got on clean", None if clean is None else shortened(clean, longest)


def _talk(example: Example, talk: Sequence[Said], longest: int) -> Iterator[str]:
    """A conversation, a line for each message that matters, and one for those between them."""
    if example.left_out:
        yield f"… {example.left_out} earlier messages"
    for messages, summary in stretches(talk):
        if summary:
            yield f"… {summary}"
            continue
        for said in messages:
            yield f"{who(said)}: {marked(fitted(segments(said), longest // 2))}"
            if said.right is False:
                yield f"  ✗ wrong, expected {shortened(wanted(said), longest // 2)}".removesuffix(", expected ")


def _without_added(segments: Sequence[Segment]) -> str:
    return "".join(segment.text for segment in segments if segment.kind != "added")


def _labelled(name: str, text: str, width: int) -> list[str]:
    """A text beside its name, wrapped under itself; its own line ends stay."""
    lines: list[str] = []
    for line in re.split(r"\n", text) or [""]:
        lines += textwrap.wrap(
            line,
            width - 18,
            replace_whitespace=False,
            expand_tabs=False,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return [f"    {(name if not index else ''):<12}  {line}".rstrip() for index, line in enumerate(lines)]


def summary_lines(result: RunResult) -> list[str]:
    """The section of one specification on one model: counts, verdicts, what was not assessed, the claim of the whole."""
    arms = result.arms
    counts = ", ".join(f"{word} {count}" for word, count in verdict_counts(arms))
    lines = [
        f"{result.spec} on {_line(result.model, 80)}",
        f"  {counted(len(arms), 'verdicts')}: {counts or 'none'}",
        _cases(result),
    ]
    if result.quick:
        lines.append("  quick look: no gate, no verdict below counts as evidence")
    stopped = stops(result)
    lines += [line for text in stopped for line in _hanging("stopped: ", f"{text}{_given_up(result, text)}")]
    lines += _verdicts(result, stopped)
    lines += [line for text in _ladders(result) for line in _hanging("ladder: ", text)]
    lines += [line for text in _warnings(result) for line in _hanging("warning: ", text)]
    lines += _concepts(result)
    lines += [line for text in result.not_assessed for line in _hanging("not assessed: ", text)]
    lines += [line for text in result.notes if text not in stopped for line in _hanging("note: ", text)]
    lines += _filled(result.suite_claim)
    return [visible(line) for line in lines]


def _cases(result: RunResult) -> str:
    """How the cases came about; kinds that did not occur are left out."""
    counts = result.counts
    names = ("generated", "unchanged", "called", "reused", "duplicate", "missing")
    shown = [f"{getattr(counts, name):,} {name}" for name in names if getattr(counts, name) or name == "generated"]
    return f"  cases: {', '.join(shown)}; {duration(result.seconds)}"


def _given_up(result: RunResult, because: str) -> str:
    """How many verdicts a stop left undecided."""
    return f" ({counted(sum(arm.reason == because for arm in result.arms), 'verdicts')} not decided)"


def _verdicts(result: RunResult, stopped: Sequence[str]) -> Iterator[str]:
    """All verdicts where they are few, else those that are not green; each non-green one with its remedy.

    Those without evidence, given up for what ``stopped`` the run, are left out: it has been said of all of them.
    """
    arms = result.arms
    shown = arms if len(arms) <= TABLE else by_attention([arm for arm in arms if not arm.is_green])
    shown = [arm for arm in shown if arm.value is not None or arm.reason not in stopped]
    known = ""
    width = max((len(arm.verdict) for arm in shown), default=0)
    for arm in shown:
        if arm.scenario != known:
            known = arm.scenario
            yield f"  {known}"
        yield f"    {arm.verdict.ljust(width)}  {_value(arm)}{_decisive_bound(arm)}"
        note = arm.remedy or (arm.reason if arm.value is not None else "")
        if note and arm.reason not in stopped:
            yield from textwrap.wrap(
                note,
                WIDTH,
                initial_indent=" " * (width + 6),
                subsequent_indent=" " * (width + 6),
                break_on_hyphens=False,
            )
    if len(shown) < len(arms):
        yield from _by_scenario(result)


def _ladders(result: RunResult) -> list[str]:
    """How far the ladders were shown: all where the verdicts are few, else none of those that were shown whole."""
    few = len(result.arms) <= TABLE
    return [text for scenario in result.scenarios for text in scenario.ladders if few or "not" in text.split(". If")[0]]


def _warnings(result: RunResult) -> list[str]:
    """What a reader must know of how the data were used before, each sentence once, with how many verdicts it is about."""
    about: dict[str, list[str]] = {}
    for arm in result.arms:
        for text in arm.warnings:
            about.setdefault(text, []).append(arm.id)
    return [f"{text} ({ids[0]}{f' and {len(ids) - 1} more' if len(ids) > 1 else ''})" for text, ids in about.items()]


def _concepts(result: RunResult) -> Iterator[str]:
    """How many concepts have a scenario in this run; nothing where the specification speaks of none."""
    named = concepts_of(result)
    if any(named.values()):
        absent = sum(not scenarios for scenarios in named.values())
        yield (
            f"  concepts: {len(named) - absent} of {len(named)} have a scenario in this run, {absent} are not assessed "
            "(see: robustspec concepts)"
        )


def _by_scenario(result: RunResult) -> Iterator[str]:
    """How many verdicts of each word each scenario has, where there are too many to list the green ones."""
    width = max(len(scenario.id) for scenario in result.scenarios)
    for scenario in result.scenarios:
        counts = ", ".join(f"{word} {count}" for word, count in verdict_counts(scenario.arms))
        yield f"  {scenario.id.ljust(width)}  {counts or 'no verdict'}"


def _decisive_bound(arm: ArmResult) -> str:
    """The interval, where there is one: what the verdict was read from."""
    if arm.lower is None and arm.upper is None:
        return ""
    apart = arm.verdict == "FAIL"
    lower = "none" if arm.lower is None else outwards(arm.lower, "lower", arm.bound, apart)
    upper = "none" if arm.upper is None else outwards(arm.upper, "upper", arm.bound, apart)
    return f" [{lower}, {upper}]"


def _hanging(head: str, text: str) -> list[str]:
    return textwrap.wrap(
        f"{head}{text}",
        WIDTH,
        initial_indent="  ",
        subsequent_indent="  " + " " * len(head),
        break_on_hyphens=False,
        break_long_words=False,
    )


def progress_line(progress: Progress) -> str:
    """Where a run stands, in one line. The time left is an upper estimate: arms end as soon as they are decided."""
    parts = [
        f"{progress.cases:,} of at most {progress.most:,} cases",
        f"{progress.arms_done:,} of {progress.arms:,} verdicts",
        duration(progress.seconds),
    ]
    if 0 < progress.cases < progress.most and progress.seconds >= 2:
        left = progress.seconds * (progress.most - progress.cases) / progress.cases
        parts.append(f"at most about {duration(round(left))} left")
    return visible(f"robustspec: {', '.join(parts)} - {progress.scenario}")
