"""Ringing beside edges from k-space that ends too early."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, field_validator

from robustspec.data.picture import Volume
from robustspec.perturbation.frame import VolumeOperator
from robustspec.perturbation.ladder import Ladder

from .kspace import signal_of, slice_axis, with_signal


class GibbsRinging(VolumeOperator):
    """Keeps only the centre of k-space, a share of it by area: ripples beside every edge, and less detail.

    Stands for short protocols with a small acquisition matrix (Gibbs or truncation artefact).

    | level | 1 | 2 | 3 | 4 | 5 |
    |---|---|---|---|---|---|
    | kept_fraction (of k-space) | 0.80 | 0.60 | 0.40 | 0.25 | 0.15 |

    The centre is an ellipse of the shape of the slice, as large as the share asks for: its radius is solved for each shape,
    so that a level means the same in a slice and in a volume, for any matrix. Nothing is drawn. By default it works within
    slices (all axes but that of the coarsest spacing, the last one among equals), also where there is only one slice.
    Voxels are magnitudes, as a scanner shows them. Magnitude: root mean square of the change per white level.

    >>> import numpy as np
    >>> from robustspec.data.picture import Volume
    >>> edge = np.zeros((16, 16, 1), dtype=np.float32); edge[4:12] = 1
    >>> rung = GibbsRinging().change(Volume(edge, np.diag([1, 1, 4, 1.0])), 0.4, seed=0).voxels[:8, 0, 0]
    >>> rung.astype(float).round(2).tolist()
    [0.02, 0.07, 0.11, 0.13, 0.88, 1.11, 0.93, 1.02]

    Source: the radius in MONAI's GibbsNoise, whose share of k-space kept depends on the shape (a square at alpha 0.5 keeps
    39 %, a cube 19 %, and alpha 0 is no identity in a cube); the share is therefore the parameter here.
    """

    kind: Literal["gibbs_ringing"] = "gibbs_ringing"
    needs: ClassVar[tuple[str, ...]] = ("scipy",)
    extra: ClassVar[str] = "mri"
    kept_fraction: float | None = Field(default=None, gt=0, lt=1)
    """Share of k-space that is kept, instead of a level."""
    axes: tuple[Literal[0, 1, 2], ...] | None = Field(default=None, min_length=1, max_length=3)
    """Axes of the voxels along which k-space is cut; those within slices where left out."""

    ladder: ClassVar[Ladder | None] = Ladder("kept_fraction", (0.80, 0.60, 0.40, 0.25, 0.15))

    @field_validator("axes")
    @classmethod
    def _differ(cls, axes: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if axes is not None and len(set(axes)) < len(axes):
            raise ValueError("an axis is named twice -- name each once")
        return axes

    def change(self, volume: Volume, amount: float, seed: int) -> Volume:
        """The volume from the central ``amount`` of its k-space."""
        import scipy.fft

        signal, floor = signal_of(volume)
        across = slice_axis(volume)
        axes = tuple(sorted(self.axes)) if self.axes else tuple(axis for axis in range(3) if axis != across)
        shape = tuple(signal.shape[axis] for axis in axes)
        spectrum = scipy.fft.rfftn(signal, axes=axes, workers=1)
        kept = kept_centre(shape, amount)[..., : shape[-1] // 2 + 1]
        spectrum *= np.expand_dims(kept, tuple(axis for axis in range(3) if axis not in axes))
        cut = scipy.fft.irfftn(spectrum, shape, axes=axes, workers=1, overwrite_x=True)
        return with_signal(volume, np.abs(cut, out=cut), floor)


def kept_centre(shape: tuple[int, ...], share: float) -> NDArray[np.bool_]:
    """The ellipse of ``shape`` that holds ``share`` of k-space, in the order of a transform (centre first).

    Points at the same distance stay together, so that the share is met from above, by a few points at most.
    """
    squares = np.zeros(shape)
    for axis, size in enumerate(shape):
        lines = np.fft.fftfreq(size) ** 2
        squares += lines.reshape([-1 if other == axis else 1 for other in range(len(shape))])
    points = max(1, round(share * squares.size)) - 1
    return np.asarray(squares <= np.partition(squares.ravel(), points)[points] + 1e-12)
