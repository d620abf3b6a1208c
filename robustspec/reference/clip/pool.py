"""Pictures to train on, many at a time, with what they show; and how a camera may change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from robustspec.reference.clip.render import DOMAINS, SHAPES, Scene, picture, scene

if TYPE_CHECKING:
    import torch

CLASSES = tuple(SHAPES)
FIRST_SEED = 10_000_000
"""Seeds of pictures for training start here; the data of the shipped specification stay below."""
_SHARES = (0.3, 0.2, 0.2, 0.3)  # of the domains, in their order


@dataclass(frozen=True, slots=True)
class Pool:
    """``pixels`` is n x 32 x 32 x 3 (uint8), ``labels`` the number of each picture's class, ``scenes`` what it shows."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    scenes: Sequence[Scene]

    def colour(self, number: int) -> str | None:
        """The colour that a picture shows; None of a sketch."""
        of = self.scenes[number]
        return None if of.domain == "sketch" else of.colour


def pool(count: int, seed: int, domains: Sequence[str] = DOMAINS) -> Pool:
    """``count`` pictures, the classes in turn, drawn from ``domains``."""
    rng = np.random.default_rng(seed)
    shares = np.array([_SHARES[DOMAINS.index(name)] for name in domains])
    chosen = rng.choice(list(domains), count, p=shares / shares.sum())
    scenes = [scene(rng, CLASSES[number % len(CLASSES)], str(domain)) for number, domain in enumerate(chosen)]
    labels = np.arange(count, dtype=np.int64) % len(CLASSES)
    return Pool(np.stack([picture(each) for each in scenes]), labels, scenes)


def as_input(pixels: NDArray[np.uint8]) -> torch.Tensor:
    """Pictures as the models take them: n x 3 x 32 x 32, from -1 to 1; the shipped processors do the same."""
    import torch

    return (torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255 - 0.5) / 0.5


def seen_by_camera(batch: torch.Tensor, chance: torch.Generator) -> torch.Tensor:
    """Pictures (from -1 to 1) with other brightness and contrast, noise, some of them blurred, a pixel off at most."""
    import torch
    from torch.nn.functional import avg_pool2d, pad

    count = len(batch)
    each = (count, 1, 1, 1)
    batch = batch * (0.65 + 0.5 * torch.rand(each, generator=chance))
    batch = batch + 0.16 * torch.randn(each, generator=chance)
    noise = torch.randn(batch.shape, generator=chance)
    batch = batch + 0.16 * torch.rand(each, generator=chance) * noise
    soft = avg_pool2d(pad(batch, (1, 1, 1, 1), mode="replicate"), 3, 1)
    blurred = torch.rand(each, generator=chance) < 0.2
    batch = torch.where(blurred, soft, batch)
    down, right = (int(torch.randint(-1, 2, (), generator=chance)) for _ in range(2))
    return torch.roll(batch, (down, right), (2, 3)).clamp(-1, 1)
