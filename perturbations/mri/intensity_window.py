"""A display window that is too narrow."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from robustspec.data.picture import Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder

from .resampling import head_of


class IntensityWindow(VolumeOperator):
    """Narrows the display window around the head's median: what is darker turns black, what is brighter turns white.

    Stands for a window and level that hide detail, burnt into the export. At full width the window goes from 0 to the white
    level; narrowed to a share of that, its ends close in on the median of the head and the rest is stretched to the
    whole range. Shape, affine and sides stay; a finding beyond the window fades into tissue that is clipped with it.

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | width_share (of the full window; the narrower the stronger) | 0.8 | 0.65 | 0.5 | 0.4 | 0.3 |

    The white level is the 99.5th percentile of the voxels above 0, and the head what is brighter than a tenth of it. A window
    given by percentiles instead would not be monotone: voxels first darken, as its lower end rises, and then brighten.
    Magnitude: root mean square of the change as a share of the white level.

    >>> from robustspec.data.picture import Volume
    >>> import numpy as np
    >>> ramp = np.repeat([20.0, 40, 60, 80, 100], 7).reshape(35, 1, 1)
    >>> IntensityWindow().change(Volume(ramp, np.eye(4)), 0.5, seed=0).voxels[::7].ravel().tolist()
    [0.0, 20.0, 60.0, 100.0, 100.0]

    Source: window and level of Box 2 of Xian et al.; the ladder is ours.
    """

    kind: Literal["intensity_window"] = "intensity_window"
    width_share: float | None = Field(default=None, gt=0, lt=1)
    """Width of the window as a share of the full one, instead of a level."""

    ladder: ClassVar[Ladder | None] = Ladder("width_share", (0.8, 0.65, 0.5, 0.4, 0.3))

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume as the window shows it."""
        head = volume.voxels[head_of(volume)][::3]
        if not head.size:
            return volume
        values, white, middle = volume.floats(), np.float32(volume.white), np.float32(np.median(head))
        values -= middle
        values /= np.float32(amount)
        values += middle
        return volume.with_floats(np.clip(values, 0, white, out=values))
