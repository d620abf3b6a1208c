"""Other templates for the prompts that name a class."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from robustspec.errors import DataError
from robustspec.perturbation.base import Params, Passage

from ..table_file import FileOperator, Stamp, column, records, stamp
from .phrases import pick

PLACE = "{}"
"""Where a template takes the name of a class."""

DatasetName = Literal[
    "imagenet", "caltech101", "dtd", "eurosat", "aircraft", "flowers", "food", "pets", "sun397", "ucf101"
]


class TemplateSwap(FileOperator):
    """Replaces a prompt template, a line with ``{}`` in it, by another one: "a photo of a {}." by "art of the {}."

    Stands for whoever words the prompts of a zero-shot classifier: accuracy should not hang on their choice. Every line
    with ``{}`` is replaced by a template of the table, lines of one text by different ones as long as the table lasts;
    other lines stay, and a text without ``{}`` is unchanged. Use it with ``on: context.template``. The whole line is
    exchanged, protected spans in it too. There is no ladder; ask for more ``draws`` to use more of the templates.
    Magnitude: lines replaced per line.

    ``dataset`` names one of our tables: the templates that each data set is evaluated with. ``table`` names a table of
    yours instead, a CSV file with the column ``template``.

    >>> from robustspec.perturbation.scope import perturb
    >>> perturb(TemplateSwap(), "a photo of a {}.")
    'a origami {}.'

    Source: templates of Zhang et al., SimNL (2024), table C5, seven of ImageNet and its variants after Radford et al.,
    CLIP (2021), who found that the wording moves accuracy by several points.
    """

    kind: Literal["template_swap"] = "template_swap"
    dataset: DatasetName = "imagenet"
    """Whose templates to use."""
    table: str | None = Field(default=None, min_length=1)
    """CSV file with the column template, relative to the specification, instead of ``dataset``."""

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with other templates."""
        lines = passage.text.split("\n")
        places = [number for number, line in enumerate(lines) if PLACE in line]
        if level == 0 or not places:
            return passage
        rng = random.Random(params["seed"])
        known, left = self._templates(), list[str]()
        changed = 0
        for number in places:
            left = left or [*known]
            others = [template for template in left if template != lines[number].strip()]
            if not others:
                continue
            template = others[pick(rng.random(), len(others))]
            left.remove(template)
            lines[number] = template
            changed += 1
        return passage.with_text("\n".join(lines), changed / len(lines)) if changed else passage

    def _templates(self) -> tuple[str, ...]:
        if self.table is None:
            return column("text/prompt_templates.csv", "template", ("dataset", self.dataset))
        return _read(stamp(self.located(self.table), "template_swap.table"))


@lru_cache(maxsize=8)
def _read(file: Stamp) -> tuple[str, ...]:
    path = Path(file[0])
    for line, record in (found := records(path, ("template",))):
        if PLACE not in record["template"]:
            raise DataError(f"{path}:{line}: the template has no {{}} for the class -- write it where the name belongs")
    return tuple(dict.fromkeys(record["template"] for _, record in found))
