"""CLIP in this process: pictures and texts in one space."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from robustspec.adapters.base import Model
from robustspec.adapters.encoders.spec import ZeroShotAdapter


class ClipAdapter(ZeroShotAdapter):
    """A CLIP model of the transformers library: classes, captions and order by the cosine of pictures and texts.

    | task | a row brings | an output |
    |---|---|---|
    | ``classify`` | a picture | ``{label, scores: {label: probability}}`` |
    | ``choose`` | a picture, a document ``captions`` | ``{label: number of the best line, from 1, caption, scores}`` |
    | ``match`` | a picture, a document ``caption`` or a message | ``{label: yes or no, score: cosine}`` |
    | ``order`` | two pictures, documents ``title`` and ``headlines`` | ``{label: yes or no, in_order: probability}`` |

    Zero-shot: logits = scale * cosine, the scale being the model's own (100 for those published); p = softmax. With
    ``negative_templates`` the output has ``present`` too: of each label, the probability that it is there rather than
    denied. A caption matches from ``threshold`` on (0.25); orders are told by a trained ``head``, from two lines of
    ``headlines``.

    Prompts can be perturbed: a document ``template`` stands for ``templates``, and a document ``classes`` words the
    labels, one a line in their order, while the answer stays a label. So ``on: context.template`` and
    ``on: context.classes`` work for every operator on text. A document ``label_subset`` narrows the labels of its row.

    ``output: {extract: {kind: json, field: label}}`` makes the label the answer; without it the whole object is, for
    ``json_match``, ``brier`` and ``auroc`` over ``scores``.

    A text beyond the model's length (77 tokens) is cut: the output then says ``truncated: true``, and a note counts them.
    Weights are read from safetensors only, and nothing is fetched unless ``download`` says so. Cosines that are as good as
    equal may change places with the size of a batch. A picture or text that comes again is not embedded again.

    Source: Radford et al., "Learning transferable visual models from natural language supervision" (2021,
    arXiv:2103.00020); prompts that deny: Zhang et al., SimNL (2024).
    """

    kind: Literal["clip"] = "clip"

    def open(self, folder: Path) -> Model:
        """The live model, loaded onto its device; `AdapterError` for what of it is missing or does not fit."""
        from robustspec.adapters.encoders.opening import open_encoder
        from robustspec.adapters.encoders.towers import ClipTowers
        from robustspec.adapters.local.loading import load_model, load_processor

        own = self.model_folder(Path(folder))
        return open_encoder(
            self,
            Path(folder),
            own,
            [own],
            lambda device, dtype: ClipTowers(load_model("CLIPModel", own, device, dtype), load_processor(own)),
            threshold=0.25,
        )
