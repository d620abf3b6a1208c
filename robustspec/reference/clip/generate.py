"""``python -m robustspec.reference.clip.generate --seed 0 --out specs/data/clip``: the data of the specification.

Pictures are drawn from scenes, and labels follow from the scenes, never from a model. The same seed gives the same pictures.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from robustspec.reference.clip.captions import SYNONYMS
from robustspec.reference.clip.pool import CLASSES
from robustspec.reference.clip.render import DOMAINS, picture, scene
from robustspec.reference.table_file import write_csv

VERSION = "1.0.0"
"""Version of the generator: a change of the data changes it."""
EACH = 17
"""Pictures of each class in each domain."""
TEMPLATE = "a photo of a {}."
_DENIED = "a photo with no {}."
PICTURES = "pictures.npz"

Row = dict[str, Any]


def main() -> None:
    """Write the data, as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m robustspec.reference.clip.generate", description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    args = parser.parse_args()
    write(args.out, args.seed)


def write(folder: Path, seed: int) -> None:
    """Write pictures, rows and names into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    scenes = [
        scene(np.random.default_rng([seed, number]), shape, domain)
        for number, (shape, domain) in enumerate(
            (shape, domain) for _ in range(EACH) for shape in CLASSES for domain in DOMAINS
        )
    ]
    np.savez_compressed(folder / PICTURES, images=np.stack([picture(each) for each in scenes]))
    rows = [_shown(number, each.shape, each.domain) for number, each in enumerate(scenes)]
    _write_lines(folder / "shapes.jsonl", rows)
    _write_lines(folder / "negation.jsonl", _asked(np.random.default_rng([seed, len(rows)]), rows))
    _write_names(folder / "synonyms.csv")


def _shown(number: int, shape: str, domain: str) -> Row:
    """A picture with the template and the names of the classes beside it, as documents that can be perturbed."""
    return {
        "id": f"{domain}-{shape}-{number:03d}",
        "messages": [
            {"role": "system", "name": "template", "content": TEMPLATE},
            {"role": "system", "name": "classes", "content": "\n".join(CLASSES)},
            {"role": "user", "content": "", "images": [f"{PICTURES}#images[{number}]"]},
        ],
        "label": shape,
        "domain": domain,
        "class": shape,
    }


def _asked(rng: np.random.Generator, rows: Sequence[Row]) -> Iterable[Row]:
    """The same pictures with a caption that names a class and one that denies it; half of the time the class is there."""
    there = rng.permutation(np.arange(len(rows)) % 2 == 0)
    turned = rng.permutation(np.arange(len(rows)) % 2 == 0)
    for row, is_there, is_turned in zip(rows, there, turned, strict=True):
        others = [name for name in CLASSES if name != row["class"]]
        named = row["class"] if is_there else others[int(rng.integers(len(others)))]
        captions = [TEMPLATE.replace("{}", named), _DENIED.replace("{}", named)]
        yield {
            "id": f"{row['id']}-{'there' if is_there else 'absent'}",
            "messages": [
                {"role": "system", "name": "captions", "content": "\n".join(captions[::-1] if is_turned else captions)},
                row["messages"][-1],
            ],
            "label": 1 if is_there != is_turned else 2,
            "domain": row["domain"],
            "shown": "there" if is_there else "absent",
        }


def _write_lines(path: Path, rows: Iterable[Row]) -> None:
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_names(path: Path) -> None:
    write_csv(path, ("entity", "alias"), ((shape, other) for shape, others in SYNONYMS.items() for other in others))


if __name__ == "__main__":
    main()
