"""Indices on disk: one ``.npz`` for each data block and file, written atomically, rebuilt when it does not fit.

A cached index counts only for the same block, the same path, a file of the same size, time of change and inode (or a
folder of such files), and pictures that are unchanged in the same sense.
What cannot be read back whole, or was written by another version, is built anew without a word: it is a cache.
"""

from __future__ import annotations

import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robustspec.data.base import Source
from robustspec.data.block import DataBlock
from robustspec.data.files import Stamp, stamp
from robustspec.data.groups import GroupCodes
from robustspec.data.index import Index, build_index
from robustspec.data.pictures_shown import PicturesShown

VERSION = 3
"""Raised with every change of what an index holds or how a value is read."""

_NOT_INDEXED = {"lexicon", "represents", "origin", "licence"}
_ARRAYS = ("locators", "row_digests", "numbers", "policy_codes", "has_label")


def open_index(name: str, block: DataBlock, path: Path, source: Source, cache: Path | None) -> Index:
    """The index of ``path`` under ``block``: the cached one where it still fits, else a new one, then cached."""
    if cache is None:
        return build_index(name, block, path, source)
    file = cache_file(name, block, path, cache)
    now = stamp(path, source.parts())
    index = load_index(file, now)
    if index is None:
        index = build_index(name, block, path, source)
        # A cache that cannot be written costs time, never a run.
        with suppress(OSError):
            save_index(index, file, now)
    return index


def cache_file(name: str, block: DataBlock, path: Path, cache: Path) -> Path:
    """Where the index of a block and a file is kept, under ``cache/index``."""
    said = block.model_dump(mode="json", exclude=_NOT_INDEXED)
    key = json.dumps([VERSION, name, said, str(path.resolve())], sort_keys=True)
    return cache / "index" / f"{blake2b(key.encode(), digest_size=16).hexdigest()}.npz"


def save_index(index: Index, file: Path, of: Stamp) -> None:
    """Write an index for a file of the stamp ``of``; readers see the old one or the new one, never a part."""
    file.parent.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {field: getattr(index, field) for field in _ARRAYS}
    if index.unit_digests is not index.row_digests:
        arrays["unit_digests"] = index.unit_digests
    arrays |= {"picture_keys": index.pictures.keys, "picture_paths": index.pictures.paths}
    arrays |= {f"group{place}": group.codes for place, group in enumerate(index.groups.values())}
    arrays["about"] = np.frombuffer(json.dumps(_about(index, of)).encode(), dtype=np.uint8)
    handle, part = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as out:
            np.savez(out, allow_pickle=False, **arrays)
        Path(part).replace(file)
    except BaseException:
        Path(part).unlink(missing_ok=True)
        raise


def _about(index: Index, of: Stamp) -> dict[str, Any]:
    return {
        "version": VERSION,
        "stamp": of,
        "rows": len(index),
        "content_hash": index.content_hash,
        "policies": index.policies,
        "groups": [[name, group.values] for name, group in index.groups.items()],
        "warnings": index.warnings,
    }


def load_index(file: Path, of: Stamp) -> Index | None:
    """The index in ``file``, or None where there is none for this stamp and these pictures that can be read whole."""
    try:
        with file.open("rb") as handle, np.load(handle, allow_pickle=False) as stored:
            arrays = {field: stored[field] for field in stored.files}
        about = json.loads(arrays.pop("about").tobytes())
        if about["version"] != VERSION or tuple(about["stamp"]) != of:
            return None
        pictures = PicturesShown(arrays.pop("picture_keys"), arrays.pop("picture_paths"))
        return _restored(arrays, about, pictures) if pictures.unchanged() else None
    except (OSError, EOFError, ValueError, LookupError, TypeError, zipfile.BadZipFile):
        return None


def _restored(arrays: Mapping[str, NDArray[Any]], about: Mapping[str, Any], pictures: PicturesShown) -> Index:
    index = Index(
        **{field: arrays[field] for field in _ARRAYS},
        unit_digests=arrays.get("unit_digests", arrays["row_digests"]),
        groups={
            name: GroupCodes(tuple(values), arrays[f"group{place}"])
            for place, (name, values) in enumerate(about["groups"])
        },
        policies=tuple(None if policy is None else tuple(policy) for policy in about["policies"]),
        pictures=PicturesShown(pictures.keys, pictures.paths[:0].copy()),
        content_hash=about["content_hash"],
        warnings=tuple(about["warnings"]),
    )
    columns = [arrays[field] for field in arrays if field != "numbers"]
    if any(len(column) != about["rows"] for column in columns):
        raise ValueError("columns of different lengths")
    return index
