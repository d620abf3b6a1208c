"""BLIP in this process: pictures and texts in one space, and a head that reads a caption with its picture in view."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from robustspec.adapters.base import Model
from robustspec.adapters.encoders.spec import ZeroShotAdapter


class BlipAdapter(ZeroShotAdapter):
    """A BLIP model for retrieval of the transformers library (``BlipForImageTextRetrieval``).

    Tasks, documents, prompts and outputs are those of ``clip``, but for ``match``: the score is the probability of the
    model's own head for image-text matching, and yes begins at ``threshold`` 0.5. The scale of the logits is 1 / 0.07, the
    temperature that BLIP starts from; the one that it has learned is not among the published weights. It changes
    probabilities, and no label.

    Source: Li et al., "BLIP: Bootstrapping language-image pre-training" (2022, arXiv:2201.12086).
    """

    kind: Literal["blip"] = "blip"

    def open(self, folder: Path) -> Model:
        """The live model, loaded onto its device; `AdapterError` for what of it is missing or does not fit."""
        from robustspec.adapters.encoders.opening import open_encoder
        from robustspec.adapters.encoders.towers import BlipTowers
        from robustspec.adapters.local.loading import load_model, load_processor

        own = self.model_folder(Path(folder))
        name = "BlipForImageTextRetrieval"
        return open_encoder(
            self,
            Path(folder),
            own,
            [own],
            lambda device, dtype: BlipTowers(load_model(name, own, device, dtype), load_processor(own)),
            threshold=0.5,
        )
