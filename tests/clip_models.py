"""The small CLIP, BLIP and ViT with RoBERTa for tests: trained once for each state of their sources, and kept."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from local_models import ROOT, cached

SOURCES = ROOT / "robustspec" / "reference" / "clip"
_SHARED = ("captions", "pool", "render", "training", "words")
LABELS = (
    "circle",
    "square",
    "triangle",
    "star",
    "cross",
    "ring",
    "heart",
    "diamond",
    "moon",
    "arrow",
    "stripes",
    "chessboard",
)


def _sources(*names: str) -> list[Path]:
    return [SOURCES / f"{name}.py" for name in (*_SHARED, *names)]


@cache
def clip_folder() -> Path:
    """The dual encoder, with ``start`` and ``ignores_text`` in it."""
    from robustspec.reference.clip.train import build

    return cached("clip", _sources("train"), build)


@cache
def blip_folder() -> Path:
    """The model that matches captions."""
    from robustspec.reference.clip.train_blip import build

    return cached("blip", _sources("train_blip"), build)


@cache
def order_folder() -> Path:
    """The two towers and the heads that tell an order."""
    from robustspec.reference.clip.train_order import build

    return cached("vit_roberta", _sources("steps", "train_order"), build)
