"""A picture tower and a text tower that were trained apart, and a head that tells whether steps are in order."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from robustspec.adapters.base import Model
from robustspec.adapters.encoders.spec import EncoderAdapter
from robustspec.adapters.local.folder import hub_folder, local_folder, require
from robustspec.adapters.target import expanded

_COMMIT = re.compile(r"[0-9a-f]{40}")
VISION, TEXT = "vision", "text"
"""The folders of the two towers, below that of the model."""
_UNUSED = ("pooler.",)  # published towers often lack it; the first token is taken as it is


class VitRobertaAdapter(EncoderAdapter):
    """ViT for pictures and RoBERTa for text, with a trained head over both: are two steps in order?

    ``path`` names a folder with the folders ``vision`` and ``text`` in it, each as ``save_pretrained`` writes it, and the
    file of heads. From the hub, ``name`` and ``revision`` are of the picture tower, ``text_name`` and ``text_revision`` of
    the text tower, and ``head`` must be named. Any two towers whose first token stands for the whole will do.

    A row brings two pictures (the last two that it shows) and the documents ``title`` and ``headlines``, two lines; what
    ``features`` leaves out need not be there. The output is ``{label: yes or no, in_order: probability}``. The step's text is
    its title and headline together; a head is trained by `fit_order_head` and written by `save_heads`
    (`robustspec.adapters.encoders.order`), over the embeddings of frozen towers.

    Source: the ViT + RoBERTa baseline of WikiOrder, where the towers are trained along with a linear head; Dosovitskiy et
    al. (2020, arXiv:2010.11929); Liu et al. (2019, arXiv:1907.11692).
    """

    kind: Literal["vit_roberta"] = "vit_roberta"
    text_name: str | None = None
    """Name of the text tower on the hub, beside ``name``."""
    text_revision: str | None = None
    """Commit of the text tower on the hub, 40 hex digits."""

    @model_validator(mode="after")
    def _names_both_towers(self) -> Self:
        given = (self.text_name is not None, self.text_revision is not None)
        if given != (self.name is not None,) * 2:
            raise ValueError("text_name and text_revision belong to name and revision -- write all four, or path")
        if self.text_revision is not None and not _COMMIT.fullmatch(self.text_revision):
            raise ValueError(
                f"text_revision '{self.text_revision}' is no commit, and may be another model tomorrow -- "
                "write its 40 hex digits"
            )
        if self.name is not None and self.head is None:
            raise ValueError("head is needed beside name -- name the file of a head that was trained on these towers")
        return self

    def check(self, folder: Path) -> None:
        """The packages are there, and so are both folders with configuration and weights; nothing is loaded."""
        require("torch", "transformers", "PIL")
        if self.path is not None and "$" not in self.path:
            self.model_folder(Path(folder))

    def model_folder(self, folder: Path) -> Path:
        """The folder that holds both towers; that of the specification for towers of the hub."""
        require("torch", "transformers")
        if self.path is None:
            return Path(folder)
        own = Path(folder) / Path(expanded(self.path, "path")).expanduser()
        if not own.is_dir():
            return local_folder(self.path, Path(folder))  # says what is wrong with it
        for tower in (VISION, TEXT):
            local_folder(str(own / tower), Path(folder))
        return own

    def towers(self, own: Path) -> tuple[Path, Path]:
        """The folders of the picture tower and of the text tower; ``own`` is what `model_folder` gave."""
        if self.name is None:
            return own / VISION, own / TEXT
        assert self.revision is not None
        assert self.text_name is not None
        assert self.text_revision is not None
        return (
            hub_folder(self.name, self.revision, download=self.download),
            hub_folder(self.text_name, self.text_revision, download=self.download),
        )

    def open(self, folder: Path) -> Model:
        """The live model, loaded onto its device; `AdapterError` for what of it is missing or does not fit."""
        from robustspec.adapters.encoders.opening import open_encoder
        from robustspec.adapters.encoders.towers import SeparateTowers
        from robustspec.adapters.local.loading import load_model, load_processor, load_tokenizer

        own = self.model_folder(Path(folder))
        vision, text = self.towers(own)
        return open_encoder(
            self,
            Path(folder),
            own,
            [vision, text],
            lambda device, dtype: SeparateTowers(
                load_model("AutoModel", vision, device, dtype, unused=_UNUSED),
                load_processor(vision),
                load_model("AutoModel", text, device, dtype, unused=_UNUSED),
                load_tokenizer(text),
            ),
            threshold=0.5,
        )
