"""``python -m robustspec.reference.clip.train [FOLDER]``: a small CLIP, trained on drawn shapes in about a minute.

Three models are written by ``save_pretrained``: into FOLDER the trained one, into FOLDER/start what it was before its last
third of training (a start to compare with), and into FOLDER/ignores_text a broken one that sees every text alike.
"""

from __future__ import annotations

import argparse
import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robustspec.reference.clip.captions import TEMPLATES, Caption, coloured, pair, worded
from robustspec.reference.clip.pool import CLASSES, FIRST_SEED, Pool, as_input, pool, seen_by_camera
from robustspec.reference.clip.render import SIDE
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

PICTURES = 14_000
LOOKING, PAIRING = 1_500, 450
"""Steps in which the vision tower learns the classes, and in which both towers learn from captions."""
_WIDTH = 64  # of the shared space


def main() -> None:
    """Train and save, as the command line says."""
    parser = argparse.ArgumentParser(prog="python -m robustspec.reference.clip.train", description=__doc__)
    parser.add_argument("folder", nargs="?", default="specs/models/clip", help="where to (default: specs/models/clip)")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    build(Path(args.folder), args.seed, print)


def build(
    folder: Path, seed: int = 0, say: Say = lambda _: None, *, pictures: int = PICTURES, part: float = 1.0
) -> None:
    """Train the model and write it, its start and its broken variant; ``part`` of the steps for a quick one.

    The same seed gives the same model on the same machine and versions.
    """
    with alone(seed):
        trainer = Trainer(pool(pictures, FIRST_SEED + seed), seed, say)
        trainer.look(round(LOOKING * part))
        start = trainer.pair(round(PAIRING * part))
    for name, model in (("", trainer.model), ("start", start), ("ignores_text", ignoring_text(trainer.model))):
        save(folder / name, model, processor(trainer.tokenizer))
    say(f"{folder}: saved, with start and ignores_text")


def processor(own: Any) -> Any:
    """The tokenizer ``own``, and pictures to 32 x 32 pixels, from -1 to 1."""
    import transformers

    make: Any = transformers.CLIPProcessor  # untyped there
    return make(image_processor=image_processor(), tokenizer=own)


def image_processor() -> Any:
    """Pictures to 32 x 32 pixels, from -1 to 1."""
    from transformers import CLIPImageProcessorPil

    half = [0.5, 0.5, 0.5]
    size = {"height": SIDE, "width": SIDE}
    return CLIPImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size=size, image_mean=half, image_std=half, resample=3
    )


def ignoring_text(model: Any) -> Any:
    """A copy of the model to which all texts are the same: no token and no place of a token differs from another."""
    import torch

    broken = copy.deepcopy(model)
    embeddings = broken.text_model.embeddings
    with torch.no_grad():
        for weight in (embeddings.token_embedding.weight, embeddings.position_embedding.weight):
            weight.copy_(weight.mean(dim=0, keepdim=True).expand_as(weight))
    return broken


class Trainer:
    """Trains one model; all randomness comes from the seed."""

    def __init__(self, shown: Pool, seed: int, say: Say) -> None:
        import torch
        from transformers import CLIPConfig, CLIPModel

        self.pool, self.say = shown, say
        self.rng = np.random.default_rng([FIRST_SEED, seed])
        self.chance = torch.Generator().manual_seed(seed)
        self.tokenizer = tokenizer(captions(120, FIRST_SEED + seed))
        self.pixels, self.labels = as_input(shown.pixels), torch.from_numpy(shown.labels)
        self.model = CLIPModel(
            CLIPConfig(text_config=reading(self.tokenizer, LONGEST), vision_config=vision(), projection_dim=_WIDTH)
        )
        begin_vision(self.model.vision_model.embeddings)

    def images(self, numbers: NDArray[np.int64]) -> torch.Tensor:
        """Unit embeddings of some pictures of the pool, as a camera may see them."""
        from torch.nn.functional import normalize

        seen = seen_by_camera(self.pixels[numbers], self.chance)
        return normalize(self.model.get_image_features(pixel_values=seen).pooler_output, dim=-1)

    def texts(self, texts: list[str]) -> torch.Tensor:
        """Unit embeddings of texts."""
        from torch.nn.functional import normalize

        tokens = self.tokenizer(texts, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
        return normalize(self.model.get_text_features(**tokens).pooler_output, dim=-1)

    def look(self, steps: int) -> None:
        """The vision tower learns to tell the classes."""
        own = [*self.model.vision_model.parameters(), *self.model.visual_projection.parameters()]
        learn_labels(self.images, own, self.labels, steps, self.rng, self.say)

    def pair(self, steps: int) -> Any:
        """Both towers learn from captions; the model as it was after two thirds of the steps is returned."""
        import torch

        learner = Learner(self.model.parameters())
        start = self.model
        for step in range(steps):
            loss = self._loss(self.rng.integers(len(self.labels), size=BATCH))
            learner.step(loss, step, steps, 1e-3)
            with torch.no_grad():
                self.model.logit_scale.clamp_(0, np.log(50))
            if step + 1 == steps * 2 // 3:
                start = copy.deepcopy(self.model)
            if step % 100 == 99:
                self.say(f"pairing, step {step + 1} of {steps}: loss {loss.item():.3f}")
        return start

    def _loss(self, numbers: NDArray[np.int64]) -> torch.Tensor:
        """Which class it is, in words of one template; whether a class is there or denied; and which colour."""
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits as binary
        from torch.nn.functional import cross_entropy, one_hot

        count = len(CLASSES)
        template = TEMPLATES[int(self.rng.integers(len(TEMPLATES)))][0]
        named = [template.replace("{}", worded(self.rng, shape)) for shape in CLASSES]
        there, absent = zip(*(pair(self.rng, shape) for shape in CLASSES), strict=True)
        tinted, said = self._coloured(numbers)
        logits = self.model.logit_scale.exp() * self.images(numbers) @ self.texts([*named, *there, *absent, *said]).T
        labels = self.labels[numbers]
        shown = one_hot(labels, count).float()
        margin = logits[:, count : 2 * count] - logits[:, 2 * count : 3 * count]
        loss = cross_entropy(logits[:, :count], labels) + cross_entropy(logits[:, count : 2 * count], labels)
        loss = loss + binary(margin, shown, pos_weight=torch.tensor(float(count - 1))) / 2
        return loss + cross_entropy(logits[tinted][:, 3 * count :], self._truth(numbers[tinted], said)) / 2

    def _coloured(self, numbers: NDArray[np.int64]) -> tuple[list[int], list[str]]:
        """The first of the pictures that show a colour, and a caption for each that names it."""
        places = [place for place, number in enumerate(numbers) if self.pool.colour(int(number))][:12]
        self._said: list[Caption] = []
        for place in places:
            number = int(numbers[place])
            self._said.append(coloured(self.rng, self.pool.scenes[number].shape, self.pool.colour(number) or ""))
        return places, [caption.text for caption in self._said]

    def _truth(self, numbers: NDArray[np.int64], said: list[str]) -> torch.Tensor:
        """Of each picture, the captions that are true of it, as shares that add up to 1."""
        import torch

        shown = [(self.pool.scenes[int(number)].shape, self.pool.colour(int(number))) for number in numbers]
        true = [[float((each.shape, each.colour) == what) for each in self._said] for what in shown]
        table = torch.tensor(true)
        return table / table.sum(dim=1, keepdim=True)


if __name__ == "__main__":
    main()
