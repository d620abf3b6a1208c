"""What an input asks of an encoder: its documents, and the prompts that they and the specification make.

A document is a message with a ``name``, so text operators reach it with ``on: context.NAME``:

| name | what it holds |
|---|---|
| ``template`` | prompt templates, one a line, instead of those of the specification |
| ``classes`` | how each label is worded, one a line, in the order of the labels; the answer is the label all the same |
| ``label_subset`` | the labels that may be answered, one a line |
| ``captions`` | captions to choose from, one a line |
| ``caption`` | a caption to match with the picture |
| ``title``, ``headlines`` | of the order task: what is done, and its two steps, one a line |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from robustspec.data.picture import Picture
from robustspec.data.row import Input
from robustspec.errors import AdapterError

PLACE = "{}"
"""Where a template takes the name of a class."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The classes of one input: ``labels`` are the answers, ``names`` how they are worded, ``templates`` what around them."""

    labels: tuple[str, ...]
    names: tuple[str, ...]
    templates: tuple[str, ...]

    def prompts(self, templates: Sequence[str] | None = None) -> list[str]:
        """Every name in every template (or in other ones), the templates of one name side by side."""
        return [template.replace(PLACE, name) for name in self.names for template in templates or self.templates]


def document(item: Input, name: str) -> str | None:
    """The content of the last document of this name, which counts; None where the input has none."""
    return next((message.content for message in reversed(item.messages) if message.name == name), None)


def lines_of(text: str) -> list[str]:
    """The lines of a document, white space around each taken off, blank ones left out."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def wording_of(item: Input, labels: Sequence[str], templates: Sequence[str]) -> Wording:
    """The classes of an input, its documents considered.

    Raises `AdapterError` for a template without ``{}``, a label that is none, and wordings that do not fit the labels.
    """
    chosen = _subset(item, labels)
    written = document(item, "template")
    used = tuple(templates) if written is None else tuple(lines_of(written))
    if not used or any(PLACE not in template for template in used):
        raise AdapterError("the document 'template' has a line without {}, so no class has a place in it -- write one")
    return Wording(chosen, _names(item, chosen), used)


def _subset(item: Input, labels: Sequence[str]) -> tuple[str, ...]:
    listed = document(item, "label_subset")
    if listed is None:
        return tuple(labels)
    chosen = tuple(lines_of(listed))
    if unknown := [label for label in chosen if label not in set(labels)]:
        raise AdapterError(
            f"the document 'label_subset' names '{unknown[0]}', which is none of the labels -- see labels"
        )
    return chosen


def _names(item: Input, labels: Sequence[str]) -> tuple[str, ...]:
    """The labels with spaces for underscores, or what the document ``classes`` has in their place."""
    written = document(item, "classes")
    if written is None:
        return tuple(label.replace("_", " ") for label in labels)
    names = tuple(lines_of(written))
    if len(names) != len(labels):
        raise AdapterError(
            f"the document 'classes' has {len(names)} lines for {len(labels)} labels -- write one for each, in their order"
        )
    return names


def captions_of(item: Input) -> list[str]:
    """The captions to choose from; `AdapterError` where there are fewer than two."""
    found = lines_of(document(item, "captions") or "")
    if len(found) < 2:
        raise AdapterError(
            "there are fewer than two captions to choose from -- write them as a document named captions"
        )
    return found


def caption_of(item: Input) -> str:
    """The caption to match: the document, else what the user says."""
    found = document(item, "caption")
    text = (item.text if found is None else found).strip()
    if not text:
        raise AdapterError("there is no caption to match -- write it as a document named caption, or as the message")
    return text


def picture_of(item: Input) -> Picture:
    """The last picture of an input; `AdapterError` where it shows none."""
    if not item.images:
        raise AdapterError("the input shows no picture -- name one in the column images")
    return item.images[-1]


@dataclass(frozen=True, slots=True)
class Pair:
    """What the order task is asked about: a title, two headlines and two pictures, empty where the input has none."""

    title: str
    headlines: tuple[str, ...]
    pictures: tuple[Picture, ...]

    @property
    def steps(self) -> list[str]:
        """The text of each step: title and headline."""
        return [f"{self.title} {headline}".strip() for headline in self.headlines]


def pair_of(item: Input, *, sees: bool, reads: bool) -> Pair:
    """Title, headlines and pictures of an input; `AdapterError` where there are not two of what is used."""
    headlines = tuple(lines_of(document(item, "headlines") or ""))
    if reads and len(headlines) != 2:
        raise AdapterError(
            f"there are {len(headlines)} headlines, not two -- write them as a document named headlines, one a line"
        )
    if sees and len(item.images) < 2:
        raise AdapterError(f"the input shows {len(item.images)} pictures, not two -- show that of each step")
    return Pair((document(item, "title") or "").strip(), headlines, item.images[-2:])
