"""The `clip` kind on a small CLIP trained here: equal to a bare loop of transformers, and one error for each bad input."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from clip_models import LABELS, clip_folder

from robustspec.adapters.clip import ClipAdapter
from robustspec.data.picture import Image, made
from robustspec.data.row import Input, Message
from robustspec.errors import AdapterError
from robustspec.reference.clip.pool import pool


def opened(**fields):
    return ClipAdapter(**({"path": str(clip_folder()), "labels": LABELS} | fields)).open(clip_folder())


@pytest.fixture(scope="module")
def model():
    return opened()


@pytest.fixture(scope="module")
def shown():
    return pool(120, 77)


def item(pixels, **documents):
    named = [Message("system", text, name) for name, text in documents.items()]
    return Input((*named, Message("user", "", images=(made("p", Image(pixels)),))))


def bare(pixels, texts):
    """CLIP's own forward pass, one call for all."""
    import torch
    from transformers import AutoProcessor, CLIPModel

    own, processor = CLIPModel.from_pretrained(clip_folder()).eval(), AutoProcessor.from_pretrained(clip_folder())
    with torch.inference_mode():
        tokens = processor(text=texts, images=list(pixels), padding=True, truncation=True, return_tensors="pt")
        return own(**tokens)


def test_probabilities_are_those_of_the_model_itself(model, shown):
    """One template: softmax of `logits_per_image`, computed by transformers."""
    outputs = model.predict([item(pixels) for pixels in shown.pixels[:40]])
    expected = bare(shown.pixels[:40], [f"a photo of a {label}." for label in LABELS]).logits_per_image.softmax(dim=-1)
    found = np.array([[output["scores"][label] for label in LABELS] for output in outputs])
    assert np.abs(found - expected.numpy()).max() < 1e-5
    assert [output["label"] for output in outputs] == [LABELS[at] for at in expected.argmax(dim=-1)]


def test_embeddings_are_those_of_the_model_itself(model, shown):
    """Unit rows, whatever transformers wraps them in."""
    texts = ["a photo of a star.", "no star"]
    expected = bare(shown.pixels[:5], texts)
    pictures = [made("p", Image(pixels)) for pixels in shown.pixels[:5]]
    assert np.abs(model.embed_image(pictures) - expected.image_embeds.numpy()).max() < 1e-5
    assert np.abs(model.embed_text(texts) - expected.text_embeds.numpy()).max() < 1e-5


def test_it_sees_and_reads(model, shown):
    """Zero-shot accuracy on pictures that it has not seen is far above one in twelve."""
    outputs = model.predict([item(pixels) for pixels in shown.pixels])
    right = np.mean([output["label"] == LABELS[label] for output, label in zip(outputs, shown.labels, strict=True)])
    assert right >= 0.85


def test_it_tells_what_is_not_there(model, shown):
    """`a photo with no star.` is chosen where there is none."""
    asked = [
        (pixels, LABELS[label], LABELS[(label + 5) % 12])
        for pixels, label in zip(shown.pixels, shown.labels, strict=True)
    ]
    captions = "a photo of a {0}.\na photo with no {0}."
    there = model.predict([item(pixels, captions=captions.format(own)) for pixels, own, _ in asked])
    absent = model.predict([item(pixels, captions=captions.format(other)) for pixels, _, other in asked])
    assert np.mean([output["label"] == 1 for output in there]) >= 0.85
    assert np.mean([output["label"] == 2 for output in absent]) >= 0.85


def test_a_model_that_ignores_its_text_is_at_chance(shown):
    """The broken variant: every prompt is the same to it."""
    broken = opened(path=str(clip_folder() / "ignores_text"))
    outputs = broken.predict([item(pixels) for pixels in shown.pixels])
    assert np.mean([o["label"] == LABELS[k] for o, k in zip(outputs, shown.labels, strict=True)]) < 0.25
    assert max(outputs[0]["scores"].values()) == pytest.approx(1 / 12, abs=1e-4)


def test_a_batch_is_as_good_as_one_by_one(model, shown):
    """Up to rounding: caches and snapshots need a tolerance."""
    together = model.predict([item(pixels) for pixels in shown.pixels[:10]])
    other = opened(batch_size=1)
    for pixels, output in zip(shown.pixels[:10], together, strict=True):
        (alone,) = other.predict([item(pixels)])
        assert alone["scores"] == pytest.approx(output["scores"], abs=1e-5)


def test_grey_and_deep_pictures_are_taken(model, shown):
    """One channel, 16 bits, floats: the same picture, the same label."""
    pixels = shown.pixels[1]
    forms = [pixels.astype(np.uint16) * 257, (pixels / np.float32(255)).astype(np.float32)]
    labels = {output["label"] for output in model.predict([item(form) for form in (pixels, *forms)])}
    assert len(labels) == 1
    (grey,) = model.predict([item(pixels[:, :, 0])])
    assert grey["label"] in LABELS


def test_a_text_over_its_length_is_cut_and_told(model, shown):
    """CLIP would raise; here the output says so, and a note counts."""
    long = "a photo of a very, very small and " * 10 + "{}"
    (output,) = model.predict([item(shown.pixels[0], template=long)])
    assert output["truncated"] is True
    assert "1 input was cut" in "".join(model.notes())


def test_what_identifies_it(model, tmp_path):
    """Settings and files, not the path; another template or other weights are another model."""
    assert opened().fingerprint == model.fingerprint
    assert opened(batch_size=3).fingerprint == model.fingerprint
    assert opened(templates=("{}",)).fingerprint != model.fingerprint
    assert opened(path=str(clip_folder() / "start")).fingerprint != model.fingerprint
    moved = tmp_path / "elsewhere"
    shutil.copytree(clip_folder(), moved)
    assert opened(path=str(moved)).fingerprint == model.fingerprint


def test_labels_come_from_a_file_too(tmp_path, model):
    """One a line, beside the specification; its content is part of the fingerprint."""
    (tmp_path / "labels.txt").write_text("\n".join(LABELS) + "\n\n", encoding="utf-8")
    adapter = ClipAdapter(path=str(clip_folder()), labels="labels.txt", label_subset=("star", "ring"))
    adapter.check(tmp_path)
    assert adapter.labels_in(tmp_path) == ("star", "ring")
    first = adapter.open(tmp_path).fingerprint
    (tmp_path / "labels.txt").write_text("star\nring\nmoon", encoding="utf-8")
    assert adapter.open(tmp_path).fingerprint == first  # the same two may be answered
    (tmp_path / "labels.txt").write_text("star\nmoon", encoding="utf-8")
    with pytest.raises(AdapterError, match="'ring', which is none of the labels"):
        adapter.check(tmp_path)


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "cannot be read"), ("star\nstar", "'star' stands twice"), ("star", "nothing to choose")],
)
def test_a_file_of_labels_that_is_none(tmp_path, content, told):
    """Missing, with a label twice, with a single one."""
    if content is not None:
        (tmp_path / "l.txt").write_text(content, encoding="utf-8")
    with pytest.raises(AdapterError, match=told):
        ClipAdapter(path=str(clip_folder()), labels="l.txt").check(tmp_path)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"templates": ("a photo",)}, "no place for the class"),
        ({"negative_templates": ("no",)}, "no place for the class"),
        ({"templates": ()}, "templates is empty"),
        ({"labels": ("a", "a")}, "'a' stands twice"),
        ({"labels": (), "task": "classify"}, "needs labels"),
        ({"label_subset": ("pink",)}, "none of the labels"),
        ({"negative_weight": 2}, "less than or equal to 1"),
        ({"name": "openai/clip-vit-base-patch32"}, "one of path and name"),
    ],
)
def test_a_specification_that_cannot_be(fields, told):
    """Told when the file is read, before any model is opened."""
    with pytest.raises(ValueError, match=told):
        ClipAdapter(**({"path": "x", "labels": ("a", "b")} | fields))


def test_a_folder_that_is_not_there_names_the_training(tmp_path):
    """The folder of the shipped specification is made by a command, and the error says which."""
    with pytest.raises(
        AdapterError, match=r"no such folder -- make it with: python -m robustspec\.reference\.clip\.train "
    ):
        ClipAdapter(path="models/clip", labels=("a", "b")).check(tmp_path)


def test_a_folder_without_weights_is_one_error(tmp_path):
    """A configuration alone is no model."""
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(AdapterError, match="no weights"):
        ClipAdapter(path=str(tmp_path), labels=("a", "b")).check(tmp_path)


def test_a_model_of_another_kind_is_one_error(tmp_path):
    """Weights that are not those of a CLIP are not filled up at random."""
    shutil.copytree(clip_folder(), tmp_path / "m")
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    config["text_config"]["num_hidden_layers"] = 3
    (tmp_path / "m" / "config.json").write_text(json.dumps(config))
    with pytest.raises(AdapterError, match="the weights lack"):
        opened(path=str(tmp_path / "m"))


def test_an_order_needs_a_head():
    """Asked for and not there: the error names what trains one."""
    with pytest.raises(AdapterError, match=r"no such file -- train a head with fit_order_head"):
        opened(task="order")


def test_a_specification_loads_no_framework():
    """Neither the kind nor the check of a folder imports torch, transformers or Pillow."""
    code = (
        "import sys; from robustspec.registry import lookup; from pathlib import Path\n"
        "for kind in ('clip', 'blip'):\n"
        f"    lookup('adapters', kind)(path={str(clip_folder())!r}, labels=('a', 'b')).check(Path())\n"
        "lookup('adapters', 'vit_roberta')(path='x')\n"
        "print(sorted({'torch', 'transformers', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
