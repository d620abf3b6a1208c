"""What the metrics of segmentations share: where a case's two masks stand."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from robustspec.answers.masks import Mask, read_mask
from robustspec.answers.values import part
from robustspec.data.picture import Image, Picture
from robustspec.data.row import Answer, Row, images_of
from robustspec.errors import DataError
from robustspec.metrics.base import Metric


class MaskMetric(Metric):
    """A metric that compares the mask in an answer with the label's."""

    reads_label: ClassVar[bool] = True
    places: ClassVar[bool] = True

    field: str | None = None
    """The field that holds the mask, dotted where nested, in answers and labels that are mappings."""

    def wanted(self, row: Row) -> Mask:
        """The label's mask; `DataError` where it has none, or one that fits no picture of the row."""
        try:
            mask = read_mask(self.part_of(structured(row.label)))
        except ValueError as error:
            raise DataError(
                f"row {row.id}: the label holds no mask{f' under {self.field!r}' if self.field else ''}: {error} -- correct "
                "the data, or name the `field` that holds it"
            ) from None
        shapes = [_shape(picture) for picture in images_of(row.input)]
        if shapes and mask.shape not in shapes:
            raise DataError(
                f"row {row.id}: the label's mask has {_by(mask.shape)} cells and the picture {_by(shapes[-1])} -- "
                "give a mask on the picture's own grid"
            )
        return mask

    def found(self, value: Any, wanted: Mask) -> Mask | None:
        """The answer's mask; None where it has none of the label's shape."""
        try:
            return read_mask(self.part_of(value), wanted.shape)
        except ValueError:
            return None

    def part_of(self, value: Any) -> Any:
        """What of an answer or label is the mask."""
        return part(value, self.field)

    def same(self, one: Answer, other: Answer, row: Row) -> bool:
        """Whether both mark the same pixels or voxels; what is no mask equals nothing."""
        try:
            first = read_mask(self.part_of(one.value))
            second = read_mask(self.part_of(other.value), first.shape)
        except ValueError:
            return False
        return bool((first == second).all())


def _shape(picture: Picture) -> tuple[int, ...]:
    """Height and width of an image, the three sizes of a volume."""
    value = picture.open()
    return value.size if isinstance(value, Image) else value.voxels.shape


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def structured(label: Any) -> Any:
    """The data that a text is the JSON of, as in a CSV column; anything else as it is."""
    if not isinstance(label, str):
        return label
    try:
        return json.loads(label)
    except (ValueError, RecursionError):
        return label
