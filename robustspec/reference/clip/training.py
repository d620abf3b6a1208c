"""What the trainings of the small models share: one thread, one seed, a learner, and a tower that learns labels."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from robustspec.reference.clip.render import SIDE

if TYPE_CHECKING:
    import torch

BATCH = 64
Say = Callable[[str], None]
Embed = Callable[[NDArray[np.int64]], "torch.Tensor"]
"""Unit vectors of the examples of these numbers."""


@contextlib.contextmanager
def alone(seed: int) -> Iterator[None]:
    """One thread (two that wait for each other are slower on a busy machine) and torch's chance from ``seed``; both as they
    were afterwards."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


def save(folder: Path, *parts: Any) -> None:
    """A model and what prepares its inputs, as any model of the hub is saved."""
    import transformers

    logging: Any = transformers.utils.logging  # untyped there
    folder.mkdir(parents=True, exist_ok=True)
    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        for part in parts:
            part.save_pretrained(folder)
    finally:
        if bars:
            logging.enable_progress_bar()


class Learner:
    """AdamW with a short warm-up, a rate that falls to a tenth, and gradients cut at norm 1."""

    def __init__(self, parameters: Iterable[Any]) -> None:
        import torch

        self._parameters = list(parameters)
        self._optimiser = torch.optim.AdamW(self._parameters, weight_decay=0.01, betas=(0.9, 0.98))

    def step(self, loss: torch.Tensor, step: int, steps: int, rate: float) -> None:
        """One step down the gradient of ``loss``."""
        import torch

        for group in self._optimiser.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 30) * (1 - 0.9 * step / max(steps, 1))
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no type for it
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._optimiser.step()


def learn_labels(
    embed: Embed, parameters: Iterable[Any], labels: torch.Tensor, steps: int, rng: np.random.Generator, say: Say
) -> None:
    """A tower learns to tell labels apart, by a vector for each of them that is thrown away afterwards."""
    import torch
    from torch.nn.functional import cross_entropy, normalize

    width = embed(np.zeros(1, dtype=np.int64)).shape[1]
    classes = torch.nn.Parameter(torch.randn(int(labels.max()) + 1, width))
    learner = Learner([*parameters, classes])
    for step in range(steps):
        numbers = rng.integers(len(labels), size=BATCH)
        loss = cross_entropy(15 * embed(numbers) @ normalize(classes, dim=-1).T, labels[numbers])
        learner.step(loss, step, steps, 2e-3)
        if step % 250 == 249:
            say(f"labels, step {step + 1} of {steps}: loss {loss.item():.3f}")


def begin_vision(embeddings: Any) -> None:
    """Start a vision tower with patches and places of unit size: from the usual tiny ones it learns nothing for minutes."""
    import torch

    places = getattr(embeddings, "position_embedding", None)
    places = embeddings.position_embeddings if places is None else getattr(places, "weight", places)
    patches = getattr(embeddings, "patch_embedding", None)
    patches = embeddings.patch_embeddings.projection if patches is None else patches
    with torch.no_grad():
        places.normal_(0, 0.5)
        patches.weight.normal_(0, 2.0 / np.sqrt(patches.weight[0].numel()))


def vision() -> dict[str, Any]:
    """The size of the vision towers."""
    return {
        "hidden_size": 96,
        "intermediate_size": 192,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "image_size": SIDE,
        "patch_size": 8,
    }


def reading(own: Any, longest: int) -> dict[str, Any]:
    """The size of the text towers, for the tokenizer ``own``."""
    return {
        "vocab_size": len(own),
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "max_position_embeddings": longest,
        "pad_token_id": own.pad_token_id,
        "bos_token_id": own.bos_token_id,
        "eos_token_id": own.eos_token_id,
    }
