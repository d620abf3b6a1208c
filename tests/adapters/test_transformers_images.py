"""A model of images and text: what it is shown, in batches and alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robustspec.adapters.base import Model, not_taken
from robustspec.adapters.local.image_text import as_shown
from robustspec.adapters.transformers import TransformersAdapter
from robustspec.data.picture import Image, Picture, Volume, made
from robustspec.data.row import Input, Message
from robustspec.errors import AdapterError


def opened(path: Path, **fields: Any) -> Model:
    fields = {"task": "image_text", "max_tokens": 6} | fields
    return TransformersAdapter(path=path.name, **fields).open(path.parent)


def picture(seed: int, size: tuple[int, ...] = (20, 24, 3)) -> Picture:
    return made(f"{seed}.png", Image(np.random.default_rng(seed).integers(0, 256, size).astype(np.uint8)))


def shown(words: str, *pictures: Picture) -> Input:
    return Input((Message("user", words, images=pictures),))


ITEMS = [
    shown("What is this?", picture(1)),
    shown("What is this?", picture(2)),
    shown("", picture(3)),
    shown("Which of them? Choose one.", picture(4), picture(5)),
    Input("Hello"),
]


def test_answers_are_those_of_the_library(llava: Path) -> None:
    """The processor's own prompt and tensors, one input at a time, by the library's own ``generate``."""
    import torch
    from transformers import AutoModelForImageTextToText, AutoProcessor

    from robustspec.adapters.local.loading import quiet

    with quiet():
        model = AutoModelForImageTextToText.from_pretrained(llava, dtype=torch.float32).eval()
        processor = AutoProcessor.from_pretrained(llava)
    prompts = [
        "<|user|><image>What is this?<|end|><|assistant|>",
        "<|user|><image>What is this?<|end|><|assistant|>",
        "<|user|><image><|end|><|assistant|>",
        "<|user|><image><image>Which of them? Choose one.<|end|><|assistant|>",
    ]
    expected = []
    for prompt, item in zip(prompts, ITEMS, strict=False):
        images = [as_shown(each) for each in item.images]
        inputs = processor(text=prompt, images=images, return_tensors="pt")
        found = model.generate(**inputs, max_new_tokens=6, do_sample=False)[0, inputs["input_ids"].shape[1] :]
        expected.append(processor.decode(found, skip_special_tokens=True).strip())
    assert [output.raw for output in opened(llava).predict(ITEMS)][:4] == expected
    assert expected[0] != expected[1], "a model that is blind would prove nothing"


def test_the_size_of_a_batch_changes_no_answer(llava: Path) -> None:
    """With and without images."""
    together = [output.raw for output in opened(llava).predict(ITEMS)]
    assert [output.raw for output in opened(llava, batch_size=1).predict(ITEMS)] == together


def test_images_and_text_are_taken_and_volumes_are_not(llava: Path) -> None:
    """What is no image has no output, and is not handed over."""
    model = opened(llava)
    volume = made("scan.nii", Volume(np.zeros((4, 4, 4), np.float32), np.eye(4)))
    assert not_taken(model, ITEMS[0]) is None
    assert not_taken(model, shown("?", volume)) is not None
    with pytest.raises(AdapterError, match=r"scan\.nii is a volume"):
        as_shown(volume)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
def test_a_grey_image_of_any_type_is_shown_in_8_bit_rgb(kind: type) -> None:
    """Black stays 0 and white becomes 255."""
    white = 1.0 if kind is np.float32 else np.iinfo(kind).max
    pixels = np.array([[0, white]]).astype(kind)
    assert np.asarray(as_shown(made("a", Image(pixels)))).tolist() == [[[0] * 3, [255] * 3]]


def test_an_input_that_is_too_long_is_missing_alone(llava: Path) -> None:
    """The model takes 256 tokens, and an image costs some of them."""
    long, short = opened(llava).predict([shown("5" * 255, picture(1)), ITEMS[0]])
    assert long.error is not None
    assert "tokens, and the model takes 250 beside its answer" in long.error
    assert short.raw == opened(llava).predict(ITEMS[:1])[0].raw


def test_a_language_model_sees_no_images(lm: Path) -> None:
    """Neither is it one of images and text."""
    assert TransformersAdapter(path=lm.name).open(lm.parent).modalities == {"text"}
    with pytest.raises(AdapterError, match="cannot load it"):
        opened(lm)
