"""A scan whose left and right are exchanged without a sign of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Literal

from robustspec.data.picture import Volume
from robustspec.perturbation.base import Params, Relation
from robustspec.perturbation.frame import Frame, VolumeOperator

from .resampling import axes_of, relaid


class Mirror(VolumeOperator):
    """Mirrors the voxels left to right while the affine stays: what was on the left is on the right, and the label says so.

    Tests equivariance: nothing in the data tells that the scan is mirrored, so the right answer is the mirrored one; a
    model that answers as before has not looked at the side. In the label, the words left and right change places in every
    field of the name ``field``, at any depth, and in a label that is a text (JSON counts as what it spells); so left_lung
    becomes right_lung. For voxels that are mirrored together with their
    orientation tag, which leaves the right answer as it is, see ``reorientation`` (``to: LAS``).

    There is no ladder. A volume that is its own mirror image counts as unchanged. Of several pictures in one row each is
    mirrored and the label is moved once. Words are not read: rows whose question names a side ("Is there a lesion on the
    left?") are not for it. Magnitude: root mean square of the change as a share of the white level.

    >>> from robustspec.data.picture import Volume, made
    >>> from robustspec.data.row import Message, Row
    >>> from robustspec.perturbation.scopes import scope_of
    >>> import numpy as np
    >>> scan = made("scan", Volume(np.arange(3.0).reshape(3, 1, 1), np.eye(4)))
    >>> row = Row("r", (Message("user", "", images=(scan,)),), {"findings": [{"type": "lesion", "side": "left"}]})
    >>> mirrored = scope_of(Mirror()).apply(row, {"1": {"seed": 0}}, None)
    >>> mirrored.label, mirrored.input[0].images[0].open().voxels.ravel().tolist()
    ({'findings': [{'type': 'lesion', 'side': 'right'}]}, [2.0, 1.0, 0.0])

    Source: equivariance of the side under reflection; Box 2 of Xian et al. (spatial relations).
    """

    kind: Literal["mirror"] = "mirror"
    field: str = "side"
    """Name of the label's fields that hold a side."""

    relation: ClassVar[Relation] = "changes"
    moves_places: ClassVar[bool] = True

    def apply(self, passage: Frame, params: Params, level: int | None) -> Frame:
        """The frame with the mirrored volume and label."""
        if level == 0:
            return passage
        assert isinstance(passage.value, Volume)  # the scope hands over no other
        label = mirrored_label(passage.row.label, self.field)  # of the row: the next picture must not move it back
        return passage.with_value(self.change(passage.value, 1.0, int(params["seed"])), label=label)

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The mirrored volume."""
        side = axes_of(volume.affine)[0][0]
        return replace(relaid(volume, (0, 1, 2), [axis == side for axis in range(3)]), affine=volume.affine)


def mirrored_label(label: Any, field: str = "side") -> Any:
    """The label of the mirrored scan: left and right exchanged in fields named ``field`` and in a label that is a text.

    A text that is the JSON of an object or a list is moved as what it spells.

    >>> mirrored_label([{"side": "Left", "size_mm": 9}, {"side": "midline"}])
    [{'side': 'Right', 'size_mm': 9}, {'side': 'midline'}]
    """
    if isinstance(label, str):
        spelled = _spelled(label)
        if not isinstance(spelled, dict | list):
            return _exchanged(label)
        moved = _within(spelled, field)
        return label if moved == spelled else json.dumps(moved, ensure_ascii=False)
    return _within(label, field)


def _spelled(text: str) -> Any:
    """The data that a text is the JSON of; the text itself where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _within(label: Any, field: str) -> Any:
    if isinstance(label, Mapping):
        return {name: _exchanged(value) if name == field else _within(value, field) for name, value in label.items()}
    if isinstance(label, list | tuple):
        return type(label)(_within(value, field) for value in label)
    return label


_SIDE = re.compile(r"(?<![^\W\d_])(left|right)(?![^\W\d_])", re.IGNORECASE)
"""A side as a word of its own: no letter stands beside it, but an underscore or a digit may (left_lung)."""
_OTHER = {"left": "right", "right": "left"}


def _exchanged(value: Any) -> Any:
    """The value, or each of several, with the words left and right exchanged in their own letter case."""
    if isinstance(value, list | tuple):
        return type(value)(_exchanged(part) for part in value)
    return _SIDE.sub(_other, value) if isinstance(value, str) else value


def _other(found: re.Match[str]) -> str:
    word = found.group()
    other = _OTHER[word.lower()]
    return other.upper() if word.isupper() else other.capitalize() if word[0].isupper() else other
