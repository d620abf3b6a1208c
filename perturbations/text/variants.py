"""Paraphrases that were written beforehand and reviewed."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from robustspec.errors import DataError
from robustspec.perturbation.base import Params, Passage

from ..table_file import FileOperator, Stamp, read_text, records, stamp
from .phrases import pick

Variant = tuple[str, bool]
"""A text, and whether it was reviewed."""

_YES = frozenset({"1", "true", "yes", "y", "x"})


class Variants(FileOperator):
    """Replaces the text by one of the variants that a file holds for its row.

    Stands for whatever needs a writer: paraphrases, translations there and back, another dialect or level of reading.
    A model or a person writes them beforehand and a person reviews them; the run only picks, so it costs no call and
    can be repeated. Protected spans are the reviewers' business here: nothing is checked against them.

    The file is JSONL, ``{"id": "r1", "variants": ["...", {"text": "...", "reviewed": true}], "reviewed": true}``, or
    CSV with the columns ``id`` and ``variant`` and, if you like, ``reviewed`` (true, yes, 1, x). A row without
    variants is unchanged. There is no ladder; ask for more ``draws`` to use more of the variants. Magnitude: 1.

    >>> import tempfile
    >>> from robustspec.perturbation.scope import perturb
    >>> with tempfile.TemporaryDirectory() as folder:  # the row that `perturb` makes has the id "text"
    ...     _ = Path(folder, "reviewed.csv").write_text('id,variant\\ntext,"My head hurts, what helps?"\\n')
    ...     perturb(Variants(path="reviewed.csv").bind(Path(folder)), "What can I take for a headache?")
    'My head hurts, what helps?'

    Source: the paraphrase sets of RobustAlpacaEval (Cao et al., 2024), where the worst of ten phrasings of one request
    scores far below their mean.
    """

    kind: Literal["variants"] = "variants"
    path: str
    """JSONL or CSV file with the variants of each row, relative to the specification."""
    require_reviewed: bool = False
    """Whether to use only the variants that are marked as reviewed."""

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with one of its row's variants as text."""
        if level == 0:
            return passage
        known = _read(stamp(self.located(self.path), "variants.path")).get(passage.row.id, ())
        texts = [text for text, reviewed in known if reviewed or not self.require_reviewed]
        if not texts:
            return passage
        text = texts[pick(random.Random(params["seed"]).random(), len(texts))]
        return passage if text == passage.text else passage.with_text(text, 1.0)


@lru_cache(maxsize=8)
def _read(file: Stamp) -> Mapping[str, tuple[Variant, ...]]:
    path = Path(file[0])
    lines = _of_csv(path) if path.suffix.lower() == ".csv" else _of_jsonl(path)
    found: dict[str, list[Variant]] = {}
    for row_id, text, reviewed in lines:
        found.setdefault(row_id, []).append((text, reviewed))
    return {row_id: tuple(variants) for row_id, variants in found.items()}


def _of_csv(path: Path) -> Iterator[tuple[str, str, bool]]:
    for _, record in records(path, ("id", "variant")):
        yield record["id"], record["variant"], record.get("reviewed", "").lower() in _YES


def _of_jsonl(path: Path) -> Iterator[tuple[str, str, bool]]:
    for line, content in enumerate(read_text(path).split("\n"), start=1):
        if not content.strip():
            continue
        try:
            record = json.loads(content)
            row_id, variants = str(record["id"]), list(record["variants"])
        except (ValueError, TypeError, KeyError) as error:
            raise _malformed(path, line) from error
        for variant in variants:
            yield row_id, *_variant(variant, bool(record.get("reviewed", False)), path, line)


def _variant(variant: Any, reviewed: bool, path: Path, line: int) -> Variant:
    text, marked = (variant.get("text"), variant.get("reviewed")) if isinstance(variant, dict) else (variant, None)
    if not isinstance(text, str) or not text.strip():
        raise _malformed(path, line)
    return text, reviewed if marked is None else bool(marked)


def _malformed(path: Path, line: int) -> DataError:
    return DataError(
        f'{path}:{line}: not a line of variants -- write {{"id": "...", "variants": ["...", "..."]}} on one line, '
        "every variant a text"
    )
