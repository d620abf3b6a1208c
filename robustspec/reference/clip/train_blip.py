"""``python -m robustspec.reference.clip.train_blip [FOLDER]``: a small BLIP that tells whether a caption fits its picture.

Trained on drawn shapes in about a minute, and written by ``save_pretrained``.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robustspec.reference.clip.captions import coloured, pair
from robustspec.reference.clip.pool import CLASSES, FIRST_SEED, Pool, as_input, pool, seen_by_camera
from robustspec.reference.clip.render import COLOURS, SIDE
from robustspec.reference.clip.training import (
    BATCH,
    Learner,
    Say,
    alone,
    begin_vision,
    learn_labels,
    reading,
    save,
    vision,
)
from robustspec.reference.clip.words import LONGEST, captions, tokenizer

if TYPE_CHECKING:
    import torch

PICTURES = 6_000
LOOKING, PAIRING = 800, 400
"""Steps in which the vision tower learns the classes, and in which the model learns which captions fit."""
_DOMAINS = ("clean", "style")


def main() -> None:
    """Train and save, as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m robustspec.reference.clip.train_blip", description=__doc__)
    parser.add_argument("folder", nargs="?", default="specs/models/blip", help="where to (default: specs/models/blip)")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    build(Path(args.folder), args.seed, print)


def build(
    folder: Path, seed: int = 0, say: Say = lambda _: None, *, pictures: int = PICTURES, part: float = 1.0
) -> None:
    """Train the model and write it; ``part`` of the steps for a quick one."""
    with alone(seed):
        trainer = Trainer(pool(pictures, FIRST_SEED + 1_000 + seed, _DOMAINS), seed, say)
        trainer.look(round(LOOKING * part))
        trainer.pair(round(PAIRING * part))
    save(folder, trainer.model, processor(trainer.tokenizer))
    say(f"{folder}: saved")


def processor(own: Any) -> Any:
    """The tokenizer ``own``, and pictures to 32 x 32 pixels, from -1 to 1."""
    import transformers

    half = [0.5, 0.5, 0.5]
    images = transformers.BlipImageProcessorPil(size={"height": SIDE, "width": SIDE}, image_mean=half, image_std=half)
    make: Any = transformers.BlipProcessor  # untyped there
    return make(image_processor=images, tokenizer=own)


class Trainer:
    """Trains one model; all randomness comes from the seed."""

    def __init__(self, shown: Pool, seed: int, say: Say) -> None:
        import torch
        from transformers import BlipConfig, BlipForImageTextRetrieval

        self.pool, self.say = shown, say
        self.rng = np.random.default_rng([FIRST_SEED, 1, seed])
        self.chance = torch.Generator().manual_seed(seed)
        self.tokenizer = tokenizer(captions(120, FIRST_SEED + seed))
        self.pixels, self.labels = as_input(shown.pixels), torch.from_numpy(shown.labels)
        text = reading(self.tokenizer, LONGEST) | {"encoder_hidden_size": vision()["hidden_size"]}
        self.model = BlipForImageTextRetrieval(
            BlipConfig(text_config=text, vision_config=vision(), image_text_hidden_size=64)
        )
        begin_vision(self.model.vision_model.embeddings)

    def seen(self, numbers: NDArray[np.int64]) -> torch.Tensor:
        """Every token of the vision tower for some pictures, as a camera may see them."""
        found: torch.Tensor = self.model.vision_model(
            pixel_values=seen_by_camera(self.pixels[numbers], self.chance)
        ).last_hidden_state
        return found

    def images(self, numbers: NDArray[np.int64]) -> torch.Tensor:
        """Unit embeddings of some pictures."""
        from torch.nn.functional import normalize

        return normalize(self.model.vision_proj(self.seen(numbers)[:, 0]), dim=-1)

    def tokens(self, texts: list[str]) -> Any:
        """Tokens of texts."""
        return self.tokenizer(texts, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")

    def look(self, steps: int) -> None:
        """The vision tower learns to tell the classes."""
        own = [*self.model.vision_model.parameters(), *self.model.vision_proj.parameters()]
        learn_labels(self.images, own, self.labels, steps, self.rng, self.say)

    def pair(self, steps: int) -> None:
        """The model learns which captions fit, by its head and by its cosines."""
        learner = Learner(self.model.parameters())
        for step in range(steps):
            loss = self._loss(self.rng.integers(len(self.labels), size=BATCH))
            learner.step(loss, step, steps, 1.5e-3)
            if step % 100 == 99:
                self.say(f"pairing, step {step + 1} of {steps}: loss {loss.item():.3f}")

    def _loss(self, numbers: NDArray[np.int64]) -> torch.Tensor:
        import torch
        from torch.nn.functional import cross_entropy, normalize

        fits = torch.from_numpy(self.rng.random(len(numbers)) < 0.5).long()
        said = [self._caption(int(number), bool(fit)) for number, fit in zip(numbers, fits, strict=True)]
        seen = self.seen(numbers)
        every = torch.ones(seen.shape[:-1], dtype=torch.long)
        fused = self.model.text_encoder(**self.tokens(said), encoder_hidden_states=seen, encoder_attention_mask=every)
        loss = cross_entropy(self.model.itm_head(fused.last_hidden_state[:, 0]), fits)
        named = self.model.text_encoder(**self.tokens([pair(self.rng, shape)[0] for shape in CLASSES]))
        words = normalize(self.model.text_proj(named.last_hidden_state[:, 0]), dim=-1)
        images = normalize(self.model.vision_proj(seen[:, 0]), dim=-1)
        return loss + cross_entropy(images @ words.T / 0.07, self.labels[numbers]) / 2

    def _caption(self, number: int, fits: bool) -> str:
        """A caption that is true of a picture, or one with another shape or, one time in three, another colour."""
        of = self.pool.scenes[number]
        shape, colour = of.shape, of.colour
        if not fits and self.rng.random() < 1 / 3:
            colour = str(self.rng.choice([name for name in COLOURS if name != colour]))
        elif not fits:
            shape = str(self.rng.choice([name for name in CLASSES if name != shape]))
        if colour == of.colour and self.rng.random() < 0.3:
            return pair(self.rng, shape)[0]
        return coloured(self.rng, shape, colour).text


if __name__ == "__main__":
    main()
