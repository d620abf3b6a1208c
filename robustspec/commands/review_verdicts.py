"""What reviewers said: read from their files, held against the key, and told as rates and agreement."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Literal

from robustspec.commands.arguments import UsageError
from robustspec.commands.review_key import Key, KeyCase
from robustspec.commands.text import counted, table
from robustspec.reports.text import figure
from robustspec.statistics.agreement import cohen_kappa
from robustspec.statistics.clopper_pearson import lower, upper

Word = Literal["yes", "no", "unsure"]
WORDS: tuple[Word, ...] = ("yes", "no", "unsure")
"""What a reviewer may say; an empty cell is a case that was not judged."""

_LISTED = 5
_LONGEST_COMMENT = 300


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one reviewer said of one case."""

    word: Word
    comment: str = ""


Verdicts = Mapping[str, Mapping[str, Verdict]]
"""By reviewer, then by review id; what was not judged is not there."""


def read_verdicts(paths: Sequence[Path], key: Key) -> Verdicts:
    """The verdicts of each file; its name is the reviewer's. A `UsageError` says what is wrong with a file."""
    names = [path.stem for path in paths]
    if len(set(names)) < len(names):
        names = [str(path) for path in paths]
    if len(set(names)) < len(names):
        raise UsageError(f"{paths[0]}: a file of verdicts is named twice -- name each reviewer's file once")
    return {name: _of_file(path, key) for name, path in zip(names, paths, strict=True)}


def _of_file(path: Path, key: Key) -> dict[str, Verdict]:
    lines = _records(path)
    ids = [record["review_id"] for _, record in lines]
    unknown = [review_id for review_id in ids if review_id not in key.cases]
    if unknown:
        why = "its verdicts are of another queue" if len(unknown) == len(ids) else _some(unknown)
        raise UsageError(f"{path}: not in {key.path.name}: {why} -- read it with the key of its own queue")
    double = sorted({review_id for review_id in ids if ids.count(review_id) > 1}) if len(set(ids)) < len(ids) else []
    if double:
        raise UsageError(f"{path}: judged twice: {_some(double)} -- keep one line for each case")
    found = {record["review_id"]: _verdict(path, line, record) for line, record in lines if record["verdict"].strip()}
    if not found:
        raise UsageError(f"{path}: nothing is judged in it -- write yes, no or unsure in the column verdict")
    return found


def _records(path: Path) -> list[tuple[int, dict[str, str]]]:
    """The lines of a file with their numbers; separated by comma, semicolon or tab, as spreadsheets have it."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline()
            file.seek(0)
            reader = csv.DictReader(file, delimiter=max(",;\t", key=head.count), restval="", strict=True)
            columns = [str(name).strip().lower() for name in reader.fieldnames or ()]
            reader.fieldnames = columns
            if not columns:
                raise UsageError(f"{path}: the file is empty -- give back the file that the review saved")
            absent = [name for name in ("review_id", "verdict") if name not in columns]
            if absent:
                raise UsageError(f"{path}: there is no column {absent[0]} -- give back the file that the review saved")
            lines = [(reader.line_num, {name: record[name] or "" for name in columns}) for record in reader]
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror} -- --read names the files that reviewers gave back") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: the file is not UTF-8 -- save it as 'CSV UTF-8'") from error
    except csv.Error as error:
        raise UsageError(f"{path}: this is no table ({error}) -- save it as 'CSV UTF-8'") from error
    found = [(line, {**record, "review_id": record["review_id"].strip()}) for line, record in lines]
    return [(line, record) for line, record in found if any(value.strip() for value in record.values())]


def _verdict(path: Path, line: int, record: Mapping[str, str]) -> Verdict:
    word = record["verdict"].strip().lower()
    if word not in WORDS:
        raise UsageError(f"{path}:{line}: verdict '{record['verdict'].strip()}' -- write yes, no or unsure")
    return Verdict(word, " ".join(record.get("comment", "").split())[:_LONGEST_COMMENT])


def _some(names: Sequence[str]) -> str:
    rest = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {rest} more" if rest > 0 else "")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many cases there are, and of how many the label holds, is lost, or nobody can say."""

    name: str
    cases: int
    yes: int
    no: int
    unsure: int

    @property
    def judged(self) -> int:
        """Cases with a verdict."""
        return self.yes + self.no + self.unsure

    def interval(self, confidence: float) -> tuple[float, float]:
        """The exact two-sided interval of the share of yes among yes and no (Clopper-Pearson); 0 to 1 of none."""
        n, alpha = self.yes + self.no, (1 - confidence) / 2
        return (lower(self.yes, n, alpha), upper(self.yes, n, alpha)) if n else (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Review:
    """The verdicts of a review. ``examples`` is what may be told of a case: none, ids or full."""

    cases: Mapping[str, KeyCase]
    verdicts: Verdicts
    confidence: float = 0.95
    examples: str = "full"

    def said(self, review_id: str) -> list[tuple[str, Verdict]]:
        """Who said what of a case."""
        return [(name, found[review_id]) for name, found in self.verdicts.items() if review_id in found]

    def settled(self, review_id: str) -> Word | None:
        """no where anybody says so, else unsure where anybody is, else yes; None of what nobody judged."""
        words = [verdict.word for _, verdict in self.said(review_id)]
        return next((word for word in ("no", "unsure", "yes") if word in words), None)

    def tally(self, stratum: str | None = None) -> Tally:
        """The cases of a perturbation, or all, counted."""
        chosen = [case.review_id for case in self.cases.values() if stratum in (None, case.stratum)]
        words = [self.settled(review_id) for review_id in chosen]
        return Tally(stratum or "all", len(chosen), *(words.count(word) for word in WORDS))

    def tallies(self) -> list[Tally]:
        """Each perturbation by name."""
        return [self.tally(stratum) for stratum in sorted({case.stratum for case in self.cases.values()})]

    def missed(self, overall: float | None, each: float | None) -> Iterator[str]:
        """Sentences on lower bounds that are not as high as they must be."""
        wanted = [(tally, each) for tally in self.tallies()] + [(self.tally(), overall)]
        for tally, bound in wanted:
            low = tally.interval(self.confidence)[0]
            if bound is not None and low < bound:
                yield f"FAIL: {tally.name}: the lower bound {figure(low, bound)} is below {bound:g}"

    def lines(self) -> Iterator[str]:
        """The report."""
        judged = (f"{name} {len(found)} of {len(self.cases)}" for name, found in self.verdicts.items())
        yield f"judged: {', '.join(judged)}"
        yield ""
        interval = f"{self.confidence * 100:g} % interval"
        head = ["is the answer still right?", "cases", "judged", "yes", "no", "unsure", "rate", interval]
        yield from table(head, [self._row(tally) for tally in [*self.tallies(), self.tally()]])
        yield ""
        yield from self._agreement()
        yield from self._contested()

    def _row(self, tally: Tally) -> list[str]:
        counts = [str(number) for number in (tally.cases, tally.judged, tally.yes, tally.no, tally.unsure)]
        if not tally.yes + tally.no:
            return [tally.name, *counts, "-", "-"]
        low, high = tally.interval(self.confidence)
        rate = tally.yes / (tally.yes + tally.no)
        return [tally.name, *counts, figure(rate), f"{figure(low)} to {figure(high)}"]

    def _agreement(self) -> Iterator[str]:
        for one, other in combinations(self.verdicts, 2):
            shared = [name for name in self.cases if name in self.verdicts[one] and name in self.verdicts[other]]
            if not shared:
                yield f"{one} and {other}: no case that both judged"
                continue
            pairs = [(self.verdicts[one][name].word, self.verdicts[other][name].word) for name in shared]
            found = cohen_kappa(pairs, self.confidence)
            said = f"{one} and {other}: {counted(len(shared), 'case')}, the same verdict on {figure(found.observed)}"
            if found.kappa is None:
                yield f"{said}, no kappa: both said the same of every case"
            else:
                interval = f"{figure(found.low)} to {figure(found.high)}"
                yield f"{said}, Cohen's kappa {figure(found.kappa)} ({self.confidence * 100:g} % interval {interval})"

    def _contested(self) -> Iterator[str]:
        """The cases that somebody does not say yes of, and who says what."""
        found = [name for name in self.cases if self.settled(name) in ("no", "unsure")]
        if not found:
            return
        yield ""
        told = self.examples != "none"
        yield f"not yes, or not of one mind: {counted(len(found), 'case')}{':' if told else ''}"
        for name in found if told else ():
            said = ", ".join(f"{who} {verdict.word}" for who, verdict in self.said(name))
            yield f"  {name}  {self.cases[name].case_id}: {said}"
            for who, verdict in self.said(name):
                if verdict.comment and self.examples == "full":
                    yield f"      {who}: {verdict.comment}"
