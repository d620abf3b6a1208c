"""A folder of small PNG images by class, models that look at them, and specifications that run on both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from robustspec.adapters.callable import wrap
from robustspec.data.picture import Image
from robustspec.engine.evidence import ArmResult, RunResult
from robustspec.engine.plan import Plan
from robustspec.engine.session import Options, load_plan, run_plan

CLASSES = ("bar", "beam", "disc")
SIDE = 24

SPEC = """\
robustspec: 1
about: {title: Shapes}
data:
  shapes: {kind: image_folder, path: shapes, origin: synthetic, groups: [class]}
statistics: {STATISTICS}
scenarios:
  looks:
    title: How it looks
    mechanism: Cameras are noisy and held askew.
    data: shapes
    perturbations:
      - {kind: gaussian_noise, level: [1, 5]}
      - {kind: rotate, level: [1, 2]}
    requirements:
      - {metric: accuracy, cells: clean, at_least: 0.8}
      - {metric: accuracy, worst_over: cell, cells: perturbed, at_least: 0.8}
"""
CELLS = ("gaussian_noise-1", "gaussian_noise-5", "rotate-1", "rotate-2")
CLEAN = "looks::mean-accuracy-clean::all"
ARMS = (CLEAN, *(f"looks::mean-accuracy-worst-over-cell::{cell}" for cell in CELLS))


def spec(statistics: str = "", requirements: str | None = None) -> str:
    """The specification, with a content of ``statistics`` and other requirements, if wanted."""
    text = SPEC.replace("STATISTICS", statistics)
    return text if requirements is None else text[: text.index("      - {metric")] + requirements


def shape(name: str) -> NDArray[np.uint8]:
    """What all images of a class have in common."""
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    inside = {
        "bar": abs(x - SIDE / 2) < 3,
        "beam": abs(y - SIDE / 2) < 3,
        "disc": (x - SIDE / 2) ** 2 + (y - SIDE / 2) ** 2 < 60,
    }[name]
    return np.where(inside, 200, 60).astype(np.uint8)


def image(name: str, number: int) -> NDArray[np.uint8]:
    """One image of a class: the shape under a little noise, none like another."""
    noise = np.random.default_rng(number).integers(-12, 13, (SIDE, SIDE))
    return (shape(name) + noise).astype(np.uint8)


def write_shapes(folder: Path, count: int = 100) -> None:
    """``count`` images in folders of their classes, named 000.png and so on, classes in turn."""
    for number in range(count):
        name = CLASSES[number % len(CLASSES)]
        path = folder / "shapes" / name / f"{number:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), image(name, number))


def nearest(shown: Image) -> str:
    """A real classifier: the class whose mean image is nearest."""
    return min(CLASSES, key=lambda name: float(np.square(shown.pixels.astype(float) - shape(name)).sum()))


def naive(shown: Image) -> str:
    """Another one: what single pixels tell, right on every clean image and lost in noise."""
    top, left = int(shown.pixels[1, SIDE // 2]), int(shown.pixels[SIDE // 2, 1])
    return "bar" if top > 130 else "beam" if left > 130 else "disc"


class Asked:
    """A model around a function of a picture, which keeps what it was asked."""

    def __init__(self, answer: Any = nearest) -> None:
        self.answer, self.digests = answer, list[bytes]()

    def __call__(self, shown: Any) -> Any:
        self.digests.append(shown.pixels.tobytes())
        return self.answer(shown)


class Shapes:
    """One folder with a specification, its images and its cache."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def options(self, **more: Any) -> Options:
        return Options(cache=self.folder / "cache", **more)

    def plan(self, text: str | None = None) -> Plan:
        """The plan of a specification, by default the one above."""
        path = self.folder / "spec.yaml"
        path.write_text(spec() if text is None else text, encoding="utf-8")
        return load_plan(path, self.options())

    def run(
        self,
        model: Any = nearest,
        text: str | None = None,
        *,
        form: Any = "picture",
        fresh: bool = True,
        **wrapping: Any,
    ) -> RunResult:
        """The result of running a function of a picture."""
        live = wrap(model, form=form, **wrapping)
        live.fingerprint = live.fingerprint or "shapes"
        return run_plan(self.plan(text), live, self.options(fresh=fresh))

    def write_rows(self, rows: Sequence[Mapping[str, Any]], name: str = "rows.jsonl") -> None:
        """Rows as JSON lines."""
        (self.folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def arms_of(result: RunResult) -> dict[str, ArmResult]:
    """The verdicts of a run by id."""
    return {arm.id: arm for arm in result.arms}


TALKS = """\
robustspec: 1
about: {title: Series}
data: {d: {kind: jsonl, path: rows.jsonl, origin: synthetic}}
statistics: {method: fixed, population: dataset, max_error_rate: 1, max_unchanged: 1}
scenarios:
  s:
    title: Series
    mechanism: Scans come one by one.
    data: d
    perturbations: [PERTURBATION]
    requirements:
      - {metric: accuracy, cells: all, at_least: 0.5}
"""


def write_talks(bench: Shapes, count: int = 12) -> None:
    """Conversations of two turns with a picture each, and a question; the label is the brighter one."""
    rows: list[dict[str, Any]] = []
    for number in range(count):
        first, second = (10 + number, 200 + number) if number % 2 else (200 + number, 10 + number)
        for name, value in (("a", first), ("b", second)):
            cv2.imwrite(str(bench.folder / f"{name}{number}.png"), np.full((8, 8), value, np.uint8))
        turns = [{"role": "user", "content": f"Study {n}.", "images": [f"{n}{number}.png"]} for n in "ab"]
        turns.append({"role": "user", "content": "Which is brighter?"})
        rows.append({"id": f"t{number}", "input": turns, "label": "second" if number % 2 else "first"})
    bench.write_rows(rows)


def brighter(messages: Sequence[Mapping[str, Any]]) -> str:
    """Answers from all pictures in the transcript; before the question, with what it sees."""
    shown = [picture.pixels.mean() for message in messages for picture in message.get("images", ())]
    if "brighter" not in messages[-1]["content"]:
        return f"picture {len(shown)}"
    return "second" if shown[1] > shown[0] else "first"
