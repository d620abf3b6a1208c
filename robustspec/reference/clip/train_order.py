"""``python -m robustspec.reference.clip.train_order [FOLDER]``: a small ViT, a small RoBERTa, and heads that tell an order.

The towers learn from drawn instructions which step a picture or a headline is of; then they are frozen, and one head for each
of V+T, V and T is trained on the embeddings of pairs. Less than a minute. FOLDER gets ``vision``, ``text`` and
``order_head.npz``.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robustspec.adapters.encoders.order import FEATURES, HEAD, OrderHead, features_of, fit_order_head, save_heads
from robustspec.adapters.encoders.towers import SeparateTowers
from robustspec.reference.clip.pool import FIRST_SEED, as_input, seen_by_camera
from robustspec.reference.clip.render import SIDE
from robustspec.reference.clip.steps import STEPS, Pair, instruction, pairs
from robustspec.reference.clip.training import Say, alone, begin_vision, learn_labels, reading, save, vision
from robustspec.reference.clip.words import LONGEST, tokenizer

if TYPE_CHECKING:
    import torch

INSTRUCTIONS, PAIRS = 800, 1_200
LOOKING, READING = 500, 250
"""Steps in which the picture tower and the text tower learn to tell the steps of an instruction."""


def main() -> None:
    """Train and save, as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m robustspec.reference.clip.train_order", description=__doc__)
    parser.add_argument(
        "folder", nargs="?", default="specs/models/vit_roberta", help="default: specs/models/vit_roberta"
    )
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    build(Path(args.folder), args.seed, print)


def build(folder: Path, seed: int = 0, say: Say = lambda _: None, *, part: float = 1.0) -> None:
    """Train towers and heads and write them; ``part`` of the steps for a quick one."""
    with alone(seed):
        trainer = Trainer(seed, say)
        trainer.look(round(LOOKING * part))
        trainer.read(round(READING * part))
        heads = trainer.heads(pairs(PAIRS, FIRST_SEED + 3_000 + seed), seed)
    for name, tower, own in (("vision", trainer.vision, image_processor()), ("text", trainer.text, trainer.tokenizer)):
        save(folder / name, tower, own)
    save_heads(dict(zip(FEATURES, heads, strict=True)), folder / HEAD)
    say(f"{folder}: saved")


def image_processor() -> Any:
    """Pictures to 32 x 32 pixels, from -1 to 1."""
    from transformers import ViTImageProcessorPil

    half = [0.5, 0.5, 0.5]
    return ViTImageProcessorPil(size={"height": SIDE, "width": SIDE}, image_mean=half, image_std=half)


class Trainer:
    """Trains both towers; all randomness comes from the seed."""

    def __init__(self, seed: int, say: Say) -> None:
        import torch
        from transformers import RobertaConfig, RobertaModel, ViTConfig, ViTModel

        self.say = say
        self.rng = np.random.default_rng([FIRST_SEED, 2, seed])
        self.chance = torch.Generator().manual_seed(seed)
        shown = [instruction(self.rng) for _ in range(INSTRUCTIONS)]
        self.said = [f"{of.title} {headline}" for of in shown for headline in of.headlines]
        self.pixels = as_input(np.stack([picture for of in shown for picture in of.pictures]))
        self.labels = torch.arange(len(self.said)) % STEPS
        self.tokenizer = tokenizer(self.said, 500)
        self.vision = ViTModel(ViTConfig(**vision()), add_pooling_layer=False)
        size = reading(self.tokenizer, LONGEST + 2)  # RoBERTa counts places from its padding token on
        self.text = RobertaModel(RobertaConfig(**size, type_vocab_size=1), add_pooling_layer=False)
        begin_vision(self.vision.embeddings)

    def seen(self, numbers: NDArray[np.int64]) -> torch.Tensor:
        """Unit embeddings of some pictures, as a camera may see them."""
        from torch.nn.functional import normalize

        seen = seen_by_camera(self.pixels[numbers], self.chance)
        return normalize(self.vision(pixel_values=seen).last_hidden_state[:, 0], dim=-1)

    def heard(self, numbers: NDArray[np.int64]) -> torch.Tensor:
        """Unit embeddings of some headlines with their titles."""
        from torch.nn.functional import normalize

        said = [self.said[int(number)] for number in numbers]
        tokens = self.tokenizer(said, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
        return normalize(self.text(**tokens).last_hidden_state[:, 0], dim=-1)

    def look(self, steps: int) -> None:
        """The picture tower learns which step a picture is of."""
        learn_labels(self.seen, self.vision.parameters(), self.labels, steps, self.rng, self.say)

    def read(self, steps: int) -> None:
        """The text tower learns which step a headline is of."""
        learn_labels(self.heard, self.text.parameters(), self.labels, steps, self.rng, self.say)

    def heads(self, rows: list[Pair], seed: int) -> list[OrderHead]:
        """One head for each of V+T, V and T, over the towers as they are now."""
        texts, images = embedded(SeparateTowers(*self._frozen()), rows)
        labels = np.array([row.in_order for row in rows])
        seen = {"V": (None, images), "T": (texts, None), "V+T": (texts, images)}
        return [fit_order_head(features_of(*seen[name]), labels, seed=seed) for name in FEATURES]

    def _frozen(self) -> tuple[Any, Any, Any, Any]:
        self.vision.train(False), self.text.train(False)
        return self.vision, image_processor(), self.text, self.tokenizer


def embedded(towers: SeparateTowers, rows: list[Pair]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Vectors of the steps' texts and of their pictures, both pairs x 2 x width."""
    import torch
    from PIL import Image

    with torch.inference_mode():
        texts, _ = towers.embed_texts([f"{row.title} {headline}" for row in rows for headline in row.headlines])
        images = towers.embed_images([Image.fromarray(picture) for row in rows for picture in row.pictures])
    return texts.reshape(len(rows), 2, -1), images.reshape(len(rows), 2, -1)


if __name__ == "__main__":
    main()
