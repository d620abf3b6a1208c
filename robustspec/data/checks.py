"""What can be wrong with a data block beside its file, found without reading all of it: for the linter."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from robustspec.data.base import Source
from robustspec.data.block import DataBlock, Group
from robustspec.data.files import existing, expand
from robustspec.data.lexicon import load_lexicon
from robustspec.data.values import did_you_mean
from robustspec.errors import DataError

Place = tuple[str | int, ...]
"""Keys and indices that lead to a value inside a data block, such as ``("groups", 0, "column")``."""


class BlockFault(NamedTuple):
    """One thing that is wrong with a data block: where in the block, what, and what may help (or nothing)."""

    place: Place
    message: str
    suggestion: str = ""


def check_block(name: str, block: DataBlock, folder: Path) -> list[BlockFault]:
    """The faults of a data block that show without a full scan: files, the source's first records, columns, lexicons.

    Paths are relative to ``folder``. Files whose ``$NAME`` is not set are left out: only opening them may fail.
    """
    faults = []
    path = _resolved(block.source.path, folder)
    if path is not None:
        try:
            source = block.source.open(path)
        except DataError as error:
            faults.append(_fault(("path",), error))
        else:
            faults += _check_columns(name, block, source)
            source.close()
    for category, lexicon in block.lexicon.items():
        faults += _check_lexicon(category, _resolved(lexicon, folder))
    return faults


def _resolved(path: str, folder: Path) -> Path | None:
    try:
        return folder / expand(path)
    except DataError:
        return None


def _fault(place: Place, error: DataError) -> BlockFault:
    message, _, suggestion = str(error).partition(" -- ")
    return BlockFault(place, message, suggestion)


def _check_columns(name: str, block: DataBlock, source: Source) -> list[BlockFault]:
    try:
        known = source.columns()
    except DataError as error:
        return [_fault(("path",), error)]
    if not known:
        return [BlockFault(("path",), f"the file of data '{name}' holds no records")]
    return [
        BlockFault(place, f"data '{name}' has no column '{column}'", did_you_mean(column, known))
        for column, place in named_columns(block, known).items()
        if column not in known
    ]


def _check_lexicon(category: str, path: Path | None) -> list[BlockFault]:
    if path is None:
        return []
    try:
        load_lexicon(existing(path))
    except DataError as error:
        return [_fault(("lexicon", category), error)]
    return []


def named_columns(block: DataBlock, known: list[str]) -> dict[str, Place]:
    """Each column of the file that the block needs, with the first place in the block that names it.

    Where one of the ``known`` columns holds pictures, a column of texts is needed only when ``columns`` names it.
    """
    named: list[tuple[str, Place]] = [(column, ("columns", name)) for name, column in block.columns.items()]
    if "input" not in block.columns and block.column("images") not in known:
        named.append((block.column("input"), ("columns",)))
    for key, column in (("unit", block.unit), ("time", block.time)):
        if column is not None:
            named.append((column, (key,)))
    named += [(group.column, ("groups", place)) for place, group in enumerate(block.groups) if group.column is not None]
    named += [
        (part, ("groups", place, "of", item))
        for place, group in enumerate(block.groups)
        for item, part in enumerate(group.of or ())
        if part not in {other.name for other in block.groups}
    ]
    named += [(column, ("where", column)) for column in block.where]
    named += [
        (column, ("policy", place, "when", column)) for place, rule in enumerate(block.policy) for column in rule.when
    ]
    return dict(reversed(named))


def column_groups(block: DataBlock) -> list[Group]:
    """The groups with a column of their own, and one more for each bare column that an ``of`` names."""
    names = {group.name for group in block.groups}
    bare = dict.fromkeys(part for group in block.groups for part in group.of or () if part not in names)
    own = [group for group in block.groups if group.column is not None]
    return [*own, *(Group.model_construct(name=column, column=column) for column in bare)]


def is_numbered(block: DataBlock, known: list[str]) -> bool:
    """Whether rows are numbered because the file has no ids; an id that ``columns`` names is never given up."""
    return "id" not in block.columns and "id" not in known
