"""The reference copilot: from a conversation with volumes to a structured report, or a refusal with its reason.

A real small model: what it sees is learned (`weights`), what it says is a template. A test fixture for simulated heads, not
a medical device.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from robustspec.reference.mri.detector import Finding, findings
from robustspec.reference.mri.features import NOISE, picture_features, quality_features
from robustspec.reference.mri.request import Messages, Request, Study, understood
from robustspec.reference.mri.scan import scan_of
from robustspec.reference.mri.vocabulary import Reader
from robustspec.reference.mri.weights import ORGANS, SEQUENCES, layers, logistic, softmax, weights

Report = dict[str, Any]

DEGRADED, UNUSABLE = 0.6, 0.4
"""Chance that a report would be right, below which quality is called degraded, and below which no report is made."""
MOST_NOISE = 1.8
"""Median of the air, in tenths of that of the inside: an SNR of about 7 is the least (1.25 / 0.18)."""
SURE = 0.9
"""Chance of the organ below which a picture is taken for too bad to tell."""
CHANGED = 0.15
"""Share by which a lesion's size must differ to be called grown or shrunk."""
_KEPT = 512


@dataclass(frozen=True, slots=True)
class Reading:
    """What the copilot sees in one picture; ``trust`` is the chance that a report of it would be right."""

    organ: str
    sequence: str = ""
    plane: str = ""
    trust: float = 0.0
    findings: tuple[Finding, ...] = ()

    @property
    def quality(self) -> str:
        """ok, degraded or unusable."""
        return "unusable" if self.trust < UNUSABLE else "degraded" if self.trust < DEGRADED else "ok"


NOT_MRI = Reading("none")


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a copilot works: by default as it should. Each other value is a way to break it, for specifications to reject."""

    gates_quality: bool = True
    """Refuses pictures of which a report would probably be wrong."""
    checks_anatomy: bool = True
    """Refuses what is no MRI."""
    trusts_affine: bool = True
    """Reads the orientation tag."""
    mirrors: bool = False
    """Confuses left and right."""
    studies: int = 20
    """How many pictures of a conversation it keeps track of."""
    any_vendor: bool = True
    """Reads pictures of every scanner; else only of those that are as the pictures of sim-01 are."""
    sequence: str | None = None
    """The only sequence that it knows, where there is but one."""
    knows_organs: bool = True
    """Tells organs apart; else everything is a brain."""
    sorts_by_date: bool = True
    """Brings studies into the order of their dates; else they stay as they came."""
    reader: Reader = field(default_factory=Reader)
    """How it reads words."""


class Copilot:
    """Answers the last turn of a conversation. Safe to use from several threads."""

    modalities = ("text", "image", "volume")

    def __init__(self, conduct: Conduct | None = None) -> None:
        self._ways = conduct or Conduct()
        self._seen: OrderedDict[bytes, Reading] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def fingerprint(self) -> str:
        """Stands for the code, the weights and the conduct: outputs are reused only where all three are the same."""
        return f"mri-copilot-{_code()}-{blake2b(repr(self._ways).encode(), digest_size=4).hexdigest()}"

    def __call__(self, messages: Messages | str) -> Report:
        """The report, or the refusal, for a conversation: objects with role, content and images (opened)."""
        if isinstance(messages, str):
            messages = [{"role": "user", "content": messages}]
        request = understood(messages, self._ways.reader)
        if request.intent == "other":
            return refusal("off-topic: I report on MRI studies")
        if not request.studies:
            return refusal("no study: please add an MRI volume")
        if request.intent == "noted":
            return {"action": "noted", "studies": len(request.studies)}
        return self._compared(request) if request.intent == "compare" else self._reported(request)

    def read(self, picture: Any) -> Reading:
        """What is to be seen in an opened picture; the same picture is looked at once."""
        if not hasattr(picture, "voxels"):
            return NOT_MRI
        key = blake2b(
            np.ascontiguousarray(picture.voxels).tobytes() + picture.affine.tobytes(), digest_size=16
        ).digest()
        with self._lock:
            if key in self._seen:
                return self._seen[key]
        reading = self._look(picture)
        with self._lock:
            self._seen[key] = reading
            while len(self._seen) > _KEPT:
                self._seen.popitem(last=False)
        return reading

    def _look(self, volume: Any) -> Reading:
        ways = self._ways
        scan = scan_of(volume, trusts_affine=ways.trusts_affine)
        features = picture_features(scan)[None]
        organs = softmax(layers("organ", features))[0]
        organ = ORGANS[int(np.argmax(organs))] if ways.knows_organs else "brain"
        shares = softmax(layers("sequence", features))[0]
        if ways.sequence is not None:
            shares = np.array([float(each == ways.sequence) for each in SEQUENCES], dtype=np.float32)
        sequence = SEQUENCES[int(np.argmax(shares))]
        if organ == "other":
            return NOT_MRI
        quality = quality_features(scan)
        bad = quality[NOISE] > MOST_NOISE or float(organs.max()) < SURE
        if organ != "brain":
            return Reading(organ, sequence, scan.plane, 0.0 if bad else 1.0)
        if not ways.any_vendor:
            low, high = weights()["one_vendor.range"]
            bad = bad or bool(np.any((quality < low) | (quality > high)))
        trust = 0.0 if bad or not quality.any() else float(logistic(layers("trust", quality[None]))[0, 0])
        return Reading(organ, sequence, scan.plane, trust, tuple(findings(scan, shares)))

    def _reported(self, request: Request) -> Report:
        study = self._kept(request.study, request.studies)
        if study is None:
            return refusal("there is no such study in this conversation")
        reading = self.read(study.picture)
        if (why := self._unfit(reading)) is not None:
            return refusal(why, reading)
        report = {"action": "report", **head_of(reading), "image": study.number, "findings": self._findings(reading)}
        if request.intent == "question":
            report["answer"] = "yes" if any(_fits(each, request) for each in report["findings"]) else "no"
        return report

    def _compared(self, request: Request) -> Report:
        studies = [study for study in request.studies if self._kept(study, request.studies) is study]
        readings = [self.read(study.picture) for study in studies]
        for reading in readings:
            if (why := self._unfit(reading)) is not None:
                return refusal(why, reading)
        dates = [study.date for study in studies]
        if None in dates or len(set(dates)) < len(dates):
            return refusal("the studies have no dates that tell their order")
        order = list(range(len(studies)))
        if self._ways.sorts_by_date:
            order.sort(key=lambda place: dates[place] or "")
        sizes = [max((each.size_mm for each in readings[place].findings), default=0.0) for place in order]
        last = readings[order[-1]]
        return {
            "action": "report",
            **head_of(last),
            "findings": self._findings(last),
            "order": [dates[place] for place in order],
            "comparison": [{"from": dates[order[0]], "to": dates[order[-1]], "change": change(sizes[0], sizes[-1])}],
        }

    def _kept(self, study: Study | None, studies: Sequence[Study]) -> Study | None:
        """The study, or the nearest one that the copilot has not lost track of."""
        return study if study is None or study.number <= self._ways.studies else studies[self._ways.studies - 1]

    def _unfit(self, reading: Reading) -> str | None:
        if reading.organ == "none":
            return "this is no MRI study" if self._ways.checks_anatomy else None
        return (
            "the quality is too low for a report"
            if self._ways.gates_quality and reading.quality == "unusable"
            else None
        )

    def _findings(self, reading: Reading) -> list[dict[str, Any]]:
        other = {"left": "right", "right": "left"}
        return [
            {
                "type": "lesion",
                "side": other[each.side] if self._ways.mirrors else each.side,
                "region": each.region,
                "size_mm": each.size_mm,
                "signal": each.signal,
                "pattern": each.pattern,
            }
            for each in reading.findings
        ]


@cache
def _code() -> str:
    """A hash of the files that the copilot consists of."""
    hasher = blake2b(digest_size=8)
    for path in sorted(Path(__file__).parent.iterdir()):
        if path.suffix in (".py", ".npz", ".csv"):
            hasher.update(path.name.encode() + path.read_bytes())
    return hasher.hexdigest()


def head_of(reading: Reading) -> Report:
    """What a report says of the picture itself."""
    return {"quality": reading.quality, "sequence": reading.sequence, "plane": reading.plane, "organ": reading.organ}


def refusal(reason: str, reading: Reading | None = None) -> Report:
    """A report that is none."""
    known = {} if reading is None else {"quality": reading.quality, "organ": reading.organ}
    return {"action": "refuse", "reason": reason, **known}


def change(first: float, last: float) -> str:
    """How a lesion of ``first`` mm has become one of ``last`` mm."""
    if not first or abs(last - first) / first < CHANGED:
        return "stable"
    return "grown" if last > first else "shrunk"


def _fits(finding: dict[str, Any], request: Request) -> bool:
    return all(finding.get(kind) == value for kind, value in request.said.items() if kind != "finding")
