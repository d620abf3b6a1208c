"""Embeddings of data in an NPZ file: for gaps between modalities, for probes, for plots."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.adapters.encoders.model import EncoderModel
from robustspec.data.row import Input, Row, images_of
from robustspec.errors import AdapterError, DataError

_AT_ONCE = 256


def export_embeddings(model: EncoderModel, rows: Iterable[Row], path: Path) -> int:
    """Write one line of each array for each row, and return how many there are; nothing in the file is pickled.

    ``ids`` and ``labels`` are text (a label that is none, as JSON); ``images`` holds unit vectors of each row's last
    picture, ``texts`` those of what its last message says, each only where every row has one; ``group_NAME`` are the values
    of a group; ``fingerprint`` identifies the model. Raises `AdapterError` where the rows have neither, or a picture of
    theirs cannot be opened.
    """
    parts = []
    waiting = iter(rows)
    while block := list(islice(waiting, _AT_ONCE)):
        parts.append(_arrays(model, block))
    if not parts:
        raise AdapterError("there are no rows to embed -- see where and the path of the data")
    shared = [name for name in parts[0] if all(name in part for part in parts)]
    joined: dict[str, Any] = {name: np.concatenate([part[name] for part in parts]) for name in shared}
    if not {"images", "texts"} & set(shared):
        raise AdapterError("the rows share neither pictures nor texts -- name data whose every row has one of them")
    with path.open("wb") as file:
        np.savez(file, fingerprint=np.array(str(model.fingerprint)), **joined)
    return len(joined["ids"])


def _arrays(model: EncoderModel, rows: Sequence[Row]) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {
        "ids": np.array([row.id for row in rows]),
        "labels": np.array([_text(row.label) for row in rows]),
    }
    for name in rows[0].groups:
        found[f"group_{name}"] = np.array([row.groups[name] for row in rows])
    pictures = [images_of(row.input)[-1:] for row in rows]
    texts = [Input(row.input).text.strip() for row in rows]
    try:
        if all(pictures):
            found["images"] = model.embed_image([shown for (shown,) in pictures])
    except DataError as error:
        raise AdapterError(f"a picture cannot be embedded: {error}") from error
    if all(texts):
        found["texts"] = model.embed_text(texts)
    return found


def _text(label: Any) -> str:
    return label if isinstance(label, str) else json.dumps(label, ensure_ascii=False, default=str)
