"""Words, numbers and untrusted text as reports print them.

Inputs and outputs of models are untrusted: an escape sequence would drive a terminal, a right-to-left override would
reorder a page, a lone surrogate cannot be written at all. `visible` shows such characters instead of obeying them.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from robustspec.engine.evidence import ArmResult, RunResult, ScenarioResult
from robustspec.errors import RobustspecError
from robustspec.language.concepts import coverage
from robustspec.statistics.base import Word
from robustspec.statistics.claim import number

WORDS: tuple[Word, ...] = ("FAIL", "INVALID", "UNREACHABLE", "INCONCLUSIVE", "WAIVED", "NOT_NEEDED", "PASS")
"""Verdict words, those that need a reader's attention first."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_JOINERS = re.compile("[\t\n\u200c\u200d\ufe00-\ufe0f]")
"""What scripts and emoji need in running text, and what nobody sees where it is all that changed."""


def visible(text: str) -> str:
    r"""A text whose control, direction and other unseen characters are shown as escapes; newlines and tabs stay.

    >>> visible("\x1b[31mred\n")
    '\\x1b[31mred\n'
    """
    return _UNSEEN.sub(_escape, text)


def visible_change(text: str) -> str:
    r"""As `visible`, for a text that is itself the change: line ends, tabs and joiners are shown too.

    >>> visible_change("a\n")
    'a\\n'
    """
    return _JOINERS.sub(_escape, visible(text))


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    short = {9: r"\t", 10: r"\n", 13: r"\r"}.get(code)
    return short or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}")


def shortened(text: str, longest: int) -> str:
    """A text of at most about ``longest`` characters, cut in its middle."""
    if len(text) <= longest:
        return text
    kept = max(2, longest - 1)
    return f"{text[: kept - kept // 2]}…{text[-(kept // 2) :]}"


def figure(value: float | None, bound: float | None = None) -> str:
    """A value with three decimals, and as many more as keep it apart from a bound that it does not equal.

    >>> figure(0.56667), figure(0.79996, 0.8), figure(None)
    ('0.567', '0.79996', 'no value')
    """
    if value is None or math.isnan(value):
        return "no value"
    places = 3
    while places < 8 and bound is not None and value != bound and f"{value:.{places}f}" == f"{bound:.{places}f}":
        places += 1
    shown = f"{value:.{places}f}"
    return shown.removeprefix("-") if float(shown) == 0 else shown


def finite(value: float | None) -> float | None:
    """The value, or None where it is not a finite number."""
    return value if value is not None and math.isfinite(value) else None


def required(arm: ArmResult) -> str:
    """The bound of an arm: ">= 0.80"."""
    return f"{arm.operator} {number(arm.bound)}"


def label(arm: ArmResult) -> str:
    """Requirement and, where it has several, arm: "mean-accuracy-worst-over-cell [keyboard_typo-2]"."""
    return arm.requirement if arm.arm == "all" else f"{arm.requirement} [{arm.arm}]"


def closes_gate(arm: ArmResult) -> bool:
    """Whether a verdict makes the gate red: not green, and its requirement lets it."""
    if arm.is_green or arm.quick or arm.gate != "block" or arm.verdict == "NOT_NEEDED":
        return False
    return arm.verdict != "INCONCLUSIVE" or arm.on_inconclusive == "fail"


def verdict_counts(arms: Sequence[ArmResult]) -> list[tuple[Word, int]]:
    """How many verdicts of each word there are, PASS first, words without a verdict left out."""
    counts = [(word, sum(arm.verdict == word for arm in arms)) for word in ("PASS", *WORDS[:-1])]
    return [(word, count) for word, count in counts if count]


def counted_verdicts(arms: Sequence[ArmResult]) -> str:
    """`verdict_counts` in words: "5 PASS, 1 FAIL"."""
    return ", ".join(f"{count} {word}" for word, count in verdict_counts(arms)) or "no verdict"


def concepts_of(result: RunResult) -> dict[str, list[ScenarioResult]]:
    """The scenarios of a run by the concept that they name, all 20 of them; none for one that is not assessed."""
    by_id = {scenario.id: scenario for scenario in result.scenarios}
    named = coverage((scenario.id, scenario.concepts) for scenario in result.scenarios)
    return {concept: [by_id[each] for each in scenarios] for concept, scenarios in named.items()}


def stops(result: RunResult) -> list[str]:
    """Why the run ended before its end, where verdicts were given up for it: those of its notes, each a sentence."""
    reasons = {arm.reason for arm in result.arms if arm.verdict == "INCONCLUSIVE"}
    return [note for note in result.notes if note in reasons]


def unsaid(texts: Sequence[str], claim: str) -> list[str]:
    """Those texts of a verdict that its claim does not say, each once."""
    known, found = claim.casefold(), []
    for text in texts:
        said = text.casefold().removesuffix(".")
        if said and said not in known:
            known += said
            found.append(text)
    return found


def by_attention(arms: Sequence[ArmResult]) -> list[ArmResult]:
    """Verdicts in the order in which they need attention; within a word as in the file."""
    return sorted(arms, key=lambda arm: WORDS.index(arm.verdict))


def duration(seconds: float) -> str:
    """A time span in words: "35 s", "2 min", "1 h 5 min"."""
    if seconds < 99.5:
        return f"{seconds:.1f} s" if seconds < 9.95 and seconds % 1 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def write_whole(path: str | Path, text: str) -> None:
    """Write a file in one step: a reader sees the old text or the new one, never half of it.

    Raises `RobustspecError` where the folder cannot be written to.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(text.encode("utf-8", "backslashreplace"))
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise RobustspecError(f"{path}: the report cannot be written: {error.strerror} -- name another path") from error
