"""``python -m robustspec.reference.mri.generate --seed 0 --out specs/data/mri_copilot``: the data of the specification.

Rows hold recipes of simulated pictures, not pictures, and gold reports that follow from the recipes alone, never from the
copilot. The same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from robustspec.reference.mri import wording
from robustspec.reference.mri.detector import REGIONS
from robustspec.reference.mri.vocabulary import first_aliases, table
from robustspec.reference.mri.weights import ORGANS, PATTERNS, SEQUENCES

Row = dict[str, Any]

SIZES = {"studies": 600, "organs": 320, "questions": 432, "series": 360, "conversations": 360, "offtopic": 360}
SIDES = ("left", "right")
SIZES_MM = {"single": (12, 30), "multiple": (12, 18), "ring": (16, 30), "diffuse": (16, 30)}
NOT_MRI = ("ct", "xray", "photo", "chart", "text", "noise", "grid")
PLANES = ("axial", "coronal", "sagittal")


def head(rng: random.Random, seed: int, lesions: Sequence[Row], **keys: Any) -> Row:
    """The recipe of a head."""
    sequence = keys.pop("sequence", None) or rng.choice(SEQUENCES)
    return {"kind": "head", "seed": seed, "sequence": sequence, "lesions": list(lesions), **keys}


def lesion(rng: random.Random, side: str, region: str, pattern: str = "single") -> Row:
    """The recipe of a lesion."""
    low, high = SIZES_MM[pattern]
    return {"side": side, "region": region, "size_mm": round(rng.uniform(low, high), 1), "pattern": pattern}


def gold(recipe: Row) -> Row:
    """The report of a head, from its recipe."""
    signal = "hypo" if recipe["sequence"] == "T1w" else "hyper"
    return {
        "action": "report",
        "sequence": recipe["sequence"],
        "plane": recipe.get("plane", "axial"),
        "organ": "brain",
        "findings": [{"type": "lesion", **each, "signal": signal} for each in recipe["lesions"]],
    }


def studies(rng: random.Random, count: int) -> Iterator[Row]:
    """One study of a head and a request for a report; one in six without a lesion (M2, M3, M4, M7)."""
    places = cycle([(side, region) for region in REGIONS for side in SIDES])
    for number in range(count):
        side, region = next(places)
        pattern = PATTERNS[number // 12 % 4]
        found = [] if number % 6 == 5 else [lesion(rng, side, region, pattern)]
        recipe = head(rng, 1_000 + number, found, sequence=SEQUENCES[number % 4])
        yield {
            "text": rng.choice(wording.REPORTS),
            "images": recipe,
            "report": gold(recipe),
            "sequence": recipe["sequence"],
            "finding": pattern if found else "none",
            "side": side if found else "none",
            "size_mm": found[0]["size_mm"] if found else 0,
        }


def organs(rng: random.Random, count: int) -> Iterator[Row]:
    """Organs in three planes, and pictures without anatomy, about which nothing can be said (M5)."""
    for number in range(count):
        seed, plane = 20_000 + number, PLANES[number % 3]
        organ = (*ORGANS[:-1], "none")[number % 7]
        spacing = [4 if plane == across else 3 for across in ("sagittal", "coronal", "axial")]
        keys = {"plane": plane, "sequence": rng.choice(SEQUENCES), "spacing_mm": spacing}
        if organ == "brain":
            recipe = head(rng, seed, [], **keys)
        elif organ == "none":
            recipe = {"kind": "not_mri", "what": rng.choice(("noise", "grid", "photo")), "seed": seed}
        else:
            recipe = {"kind": "organ", "organ": organ, "seed": seed, **keys}
        row = {"text": rng.choice(wording.REPORTS[3:5] + wording.REPORTS[10:12]), "images": recipe, "organ": organ}
        label = {"action": "report", "organ": organ, "findings": []}
        if organ == "none":
            yield {**row, "report": label, "plane": "none", "policy": "may_refuse"}
        else:
            yield {**row, "report": {**label, "plane": plane}, "plane": plane}


def questions(rng: random.Random, count: int) -> Iterator[Row]:
    """Questions with yes or no for an answer, half of each, in the words of radiology (M6, M9)."""
    aliases = first_aliases()
    for number in range(count):
        side, region = SIDES[number % 2], REGIONS[number // 2 % 6]
        recipe = head(rng, 30_000 + number, [lesion(rng, side, region, rng.choice(PATTERNS[:1] + PATTERNS[2:3]))])
        true_signal = gold(recipe)["findings"][0]["signal"]
        asked = {"side": side, "region": region, "signal": true_signal}
        right = number // 12 % 2 == 0
        if not right:
            wrong = rng.choice(("side", "region", "signal"))
            choices = {"side": SIDES, "region": REGIONS, "signal": ("hyper", "hypo")}[wrong]
            asked[wrong] = rng.choice([each for each in choices if each != asked[wrong]])
        signal, finding, place = (
            aliases["signal", asked["signal"]],
            aliases["finding", "lesion"],
            aliases["region", asked["region"]],
        )
        text = rng.choice(wording.QUESTIONS).format(what=f"{signal} {finding}", side=asked["side"], region=place)
        yield {
            "text": text,
            "images": recipe,
            "report": {"action": "report", "answer": "yes" if right else "no"},
            "spans": [{"text": each, "category": "term"} for each in (signal, finding, place)],
            "answer": "yes" if right else "no",
        }


def series(rng: random.Random, count: int) -> Iterator[Row]:
    """Two to five studies of one patient, each in a message of its own with its date, and the question what changed (M8)."""
    for number in range(count):
        course, pattern, length = (
            ("grown", "shrunk", "stable")[number % 3],
            PATTERNS[number // 3 % 4],
            2 + number // 12 % 4,
        )
        recipes = _course(rng, 40_000 + number, course, pattern, length)
        dates = _dates(rng, length)
        messages = [_study(rng, day, recipe) for day, recipe in zip(dates, recipes, strict=True)]
        comparison = [{"from": dates[0], "to": dates[-1], "change": course}]
        yield {
            "messages": [*messages, {"role": "user", "content": rng.choice(wording.COMPARISONS)}],
            "report": {**gold(recipes[-1]), "order": dates, "comparison": comparison},
            "course": course,
            "pattern": pattern,
            "studies": length,
        }


def _course(rng: random.Random, seed: int, course: str, pattern: str, length: int) -> list[Row]:
    """Recipes of one head whose lesion grows, shrinks, or stays as it is."""
    low, high = SIZES_MM[pattern]
    small, large = low + 0.5, high - 0.5
    sizes = {"grown": (small, large), "shrunk": (large, small), "stable": ((low + high) / 2,) * 2}[course]
    spread = [sizes[0] + (sizes[1] - sizes[0]) * step / (length - 1) for step in range(length)]
    planted = lesion(rng, rng.choice(SIDES), rng.choice(REGIONS), pattern)
    sequence = rng.choice(SEQUENCES[1:])
    return [
        head(rng, seed, [{**planted, "size_mm": round(size, 1)}], sequence=sequence, scan=step)
        for step, size in enumerate(spread)
    ]


def _dates(rng: random.Random, count: int) -> list[str]:
    first = date(2021, 1, 4) + timedelta(days=rng.randrange(900))
    steps = [0, *(rng.randrange(40, 200) for _ in range(count - 1))]
    return [(first + timedelta(days=sum(steps[: place + 1]))).isoformat() for place in range(count)]


def _study(rng: random.Random, day: str, recipe: Row) -> Row:
    return {"role": "user", "content": rng.choice(wording.STUDIES).format(date=day), "images": [recipe]}


def conversations(rng: random.Random, count: int) -> Iterator[Row]:
    """Up to 15 turns with one to five studies of different patients' heads, then a question about one of them (M1)."""
    for number in range(count):
        images, turns = 1 + number % 5, (6, 10, 15)[number // 5 % 3]
        recipes = [
            head(rng, 50_000 + 5 * number + step, [lesion(rng, rng.choice(SIDES), rng.choice(REGIONS))])
            for step in range(images)
        ]
        dates = _dates(rng, images)
        messages = [_study(rng, day, recipe) for day, recipe in zip(dates, recipes, strict=True)]
        while len(messages) < turns - 1:
            messages.insert(
                rng.randrange(1, len(messages) + 1), {"role": "user", "content": rng.choice(wording.SMALL_TALK)}
            )
        meant = rng.randrange(images)
        by_place = number // 15 % 2 == 1
        place = ("first", "second", "third", "fourth", "fifth")[meant]
        text = (
            rng.choice(wording.BY_PLACE).format(place=place)
            if by_place
            else rng.choice(wording.LATE).format(date=dates[meant])
        )
        yield {
            "messages": [*messages, {"role": "user", "content": text}],
            "report": {**gold(recipes[meant]), "image": meant + 1},
            "images_shown": images,
            "turns": turns,
            "reference": "place" if by_place else "date",
        }


def offtopic(rng: random.Random, count: int) -> Iterator[Row]:
    """What must be declined: other topics, with a study or without, and pictures that are no MRI; and unusual MRI (M10)."""
    for number in range(count):
        what, seed = ("topic", "topic-with-study", "not-mri", "unusual-mri")[number % 4], 70_000 + number
        refuse = {"policy": "must_refuse", "what": what}
        if what == "topic":
            yield {"text": f"{rng.choice(wording.OFF_TOPIC)} (message {number})", **refuse}
        elif what == "topic-with-study":
            yield {"text": rng.choice(wording.OFF_TOPIC), "images": head(rng, seed, []), **refuse}
        elif what == "not-mri":
            recipe = {"kind": "not_mri", "what": NOT_MRI[number // 4 % 7], "seed": seed}
            yield {"text": rng.choice(wording.REPORTS), "images": recipe, **refuse}
        else:
            recipe = _unusual(rng, seed)
            yield {
                "text": rng.choice(wording.REPORTS),
                "images": recipe,
                "report": gold(recipe),
                "policy": "answer",
                "what": what,
            }


def _unusual(rng: random.Random, seed: int) -> Row:
    """A head that is uncommon and sound: another plane, thick slices, another order of the axes, more noise."""
    unusual: Row = rng.choice(
        [
            {"plane": "coronal"},
            {"plane": "sagittal"},
            {"spacing_mm": [3, 3, 5]},
            {"orientation": "LPS"},
            {"noise": 0.05},
        ]
    )
    place = lesion(rng, rng.choice(SIDES), rng.choice(REGIONS))
    return head(rng, seed, [place], **unusual)


MAKERS: dict[str, Callable[[random.Random, int], Iterator[Row]]] = {
    "studies": studies,
    "organs": organs,
    "questions": questions,
    "series": series,
    "conversations": conversations,
    "offtopic": offtopic,
}


def write(folder: Path, seed: int) -> None:
    """Every file of the data, and the table of terms."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in MAKERS.items():
        rows = islice(make(random.Random(f"{seed}-{name}"), SIZES[name]), SIZES[name])
        lines = [
            json.dumps({"id": f"{name}-{number:04d}", **row}, ensure_ascii=False) for number, row in enumerate(rows, 1)
        ]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _write_terms(folder / "terms.csv")


def _write_terms(path: Path) -> None:
    """The terms that mean the same, as the operator ``entity_substitution`` reads them."""
    first = first_aliases()
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["entity", "alias"])
        for kind, value, alias in table():
            if kind in ("signal", "region", "finding") and alias != first[kind, value]:
                writer.writerow([first[kind, value], alias])


def main() -> None:
    """Write the data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("specs/data/mri_copilot"))
    arguments = parser.parse_args()
    write(arguments.out, arguments.seed)


if __name__ == "__main__":
    main()
