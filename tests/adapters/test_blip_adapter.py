"""The `blip` kind on a small BLIP trained here: equal to the model's own forward pass."""

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from clip_models import LABELS, blip_folder

from robustspec.adapters.blip import BlipAdapter
from robustspec.data.picture import Image, made
from robustspec.data.row import Input, Message
from robustspec.reference.clip.pool import pool


@pytest.fixture(scope="module")
def model():
    return BlipAdapter(path=str(blip_folder()), labels=LABELS).open(blip_folder())


@pytest.fixture(scope="module")
def shown():
    return pool(96, 78, ("clean", "style"))


def item(pixels, **documents):
    named = [Message("system", text, name) for name, text in documents.items()]
    return Input((*named, Message("user", "", images=(made("p", Image(pixels)),))))


def bare(pixels, texts, *, head):
    """BLIP's own score of each picture with each text (with the head: with its own)."""
    import torch
    from transformers import AutoProcessor, BlipForImageTextRetrieval

    own = BlipForImageTextRetrieval.from_pretrained(blip_folder()).eval()
    processor = AutoProcessor.from_pretrained(blip_folder())
    with torch.inference_mode():
        tokens = processor(text=texts, images=list(pixels), padding=True, truncation=True, return_tensors="pt")
        tokens.pop("token_type_ids", None)
        return own(**tokens, use_itm_head=head).itm_score.numpy()


def test_matching_is_the_heads_probability(model, shown):
    """Softmax over its two logits, the second being that they belong together."""
    texts = [f"a {of.colour} {of.shape}." for of in shown.scenes[:6]]
    outputs = model.predict([item(p, caption=text) for p, text in zip(shown.pixels[:6], texts, strict=True)])
    logits = bare(shown.pixels[:6], texts, head=True).astype(float)
    expected = 1 / (1 + np.exp(logits[:, 0] - logits[:, 1]))
    assert [output["score"] for output in outputs] == pytest.approx(expected.tolist(), abs=1e-4)


def test_classes_are_told_by_cosine(model, shown):
    """The best class is the one with the greatest cosine by the model's own pass."""
    outputs = model.predict([item(pixels) for pixels in shown.pixels[:12]])
    cosines = bare(shown.pixels[:12], [f"a photo of a {label}." for label in LABELS], head=False)
    assert [output["label"] for output in outputs] == [LABELS[at] for at in cosines.argmax(axis=1)]


def test_it_tells_a_caption_that_fits_from_one_that_does_not(model, shown):
    """Of true captions most match, of those of another shape few."""
    true = model.predict([item(p, caption=f"a {of.shape}.") for p, of in zip(shown.pixels, shown.scenes, strict=True)])
    others = [LABELS[(label + 4) % 12] for label in shown.labels]
    wrong = model.predict([item(p, caption=f"a {other}.") for p, other in zip(shown.pixels, others, strict=True)])
    assert np.mean([output["label"] == "yes" for output in true]) >= 0.75
    assert np.mean([output["label"] == "yes" for output in wrong]) <= 0.25


def test_one_batch_may_ask_different_things(model, shown):
    """By the documents of each row, answered in their order."""
    pixels = shown.pixels[0]
    outputs = model.predict([item(pixels), item(pixels, caption="a star."), item(pixels, captions="a ring.\na star.")])
    assert [sorted(output) for output in outputs] == [
        ["label", "scores"],
        ["label", "score"],
        ["caption", "label", "scores"],
    ]
