"""The marks of a JPEG file of low quality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Image
from robustspec.perturbation.ladder import Ladder

from .corruption import Corruption


class Jpeg(Corruption):
    """Writes the image as a JPEG file of the given quality and reads it back.

    Stands for images sent by messengers, exported from viewers, or stored to save space: blocks of 8 x 8 pixels,
    ringing at edges, smeared colour (chroma is halved each way).

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | quality, natural | 25 | 18 | 15 | 10 | 7 |
    | medical (CT of organs) | 50 | 30 | 15 | 10 | 7 |
    | small (32 px) | 80 | 65 | 58 | 50 | 40 |

    Images of 16 bits and floats are rounded to 8 bits first, as JPEG has no more. Nothing is drawn at random; pixels
    may differ by a few steps with another build of libjpeg. How far values change is not monotone for every image (a
    chessboard, say). Magnitude: how much coarser the file's steps are than at quality 50, by libjpeg's rule: 2.0 2.8
    3.3 5.0 7.1.

    >>> import numpy as np
    >>> edge = Image(np.repeat(np.uint8([[0] * 13 + [255] * 19]), 32, axis=0))
    >>> wrong = (Jpeg().change(edge, 7, seed=7).pixels != edge.pixels).any(axis=0)
    >>> np.unique(np.flatnonzero(wrong) // 8).tolist()  # only the block of 8 columns that holds the edge
    [1]

    Source: ImageNet-C and CIFAR-10-C (Hendrycks and Dietterich, 2019, arXiv:1903.12261); MedMNIST-C (Di Salvo et al.,
    2024, arXiv:2406.17536).
    """

    kind: Literal["jpeg"] = "jpeg"
    quality: int | None = Field(default=None, ge=1, le=100)
    """Quality from 1 to 100 as libjpeg counts it, instead of a level: lower is worse."""

    ladder: ClassVar[Ladder | None] = Ladder("quality", (25, 18, 15, 10, 7))
    ladders: ClassVar[Mapping[str, Ladder]] = {
        "medical": Ladder("quality", (50, 30, 15, 10, 7)),
        "small": Ladder("quality", (80, 65, 58, 50, 40)),
    }

    def magnitude(self, level: int | None) -> float | None:
        """The factor of the quantisation tables: 50 / quality below 50, 2 - quality / 50 above."""
        quality = self.amount(level)
        return 50 / quality if quality < 50 else 2 - quality / 50

    def corrupted(self, image: Image, amount: float, seed: int) -> Image:
        """The image through a file of quality ``amount``."""
        import cv2

        narrow = image.pixels if image.white == 255 else np.rint(image.unit() * 255).astype(np.uint8)
        if not image.is_grey:
            narrow = cv2.cvtColor(narrow, cv2.COLOR_RGB2BGR)
        _, file = cv2.imencode(".jpg", narrow, [cv2.IMWRITE_JPEG_QUALITY, int(amount)])
        read: Any = cv2.imdecode(file, cv2.IMREAD_UNCHANGED)
        if not image.is_grey:
            read = cv2.cvtColor(read, cv2.COLOR_BGR2RGB)
        return image.with_pixels(read) if image.white == 255 else image.with_unit(read.astype(np.float32) / 255)
