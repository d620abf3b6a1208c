"""The `vit_roberta` kind on two small towers trained here, and its folders and names."""

import shutil

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from clip_models import order_folder

from robustspec.adapters.vit_roberta import VitRobertaAdapter
from robustspec.data.picture import Image, made
from robustspec.data.row import Input, Message
from robustspec.errors import AdapterError
from robustspec.reference.clip.steps import pairs


def opened(features="V+T"):
    return VitRobertaAdapter(path=str(order_folder()), features=features).open(order_folder())


def item(pair, *, swapped=False):
    turn = -1 if swapped else 1
    documents = (
        Message("system", pair.title, "title"),
        Message("system", "\n".join(pair.headlines[::turn]), "headlines"),
    )
    pictures = tuple(made("p", Image(pixels)) for pixels in pair.pictures[::turn])
    return Input((*documents, Message("user", "", images=pictures)))


@pytest.mark.parametrize(("features", "least"), [("V+T", 0.95), ("V", 0.95), ("T", 0.8)])
def test_it_tells_the_order_of_steps_that_it_has_not_seen(features, least):
    """In each of the three modalities, far above one half; one headline in six does not tell its step."""
    rows = pairs(150, 5)
    outputs = opened(features).predict([item(row) for row in rows])
    assert (
        np.mean([(output["label"] == "yes") == row.in_order for output, row in zip(outputs, rows, strict=True)])
        >= least
    )


def test_swapped_steps_get_the_other_answer():
    """Nearly always: the head is not made to be antisymmetric."""
    rows = pairs(100, 6)
    model = opened()
    first, second = model.predict([item(row) for row in rows]), model.predict([item(row, swapped=True) for row in rows])
    assert np.mean([a["label"] != b["label"] for a, b in zip(first, second, strict=True)]) >= 0.9


def test_embeddings_are_the_towers_first_tokens():
    """By the towers' own forward pass, normalised."""
    import torch
    from transformers import AutoImageProcessor, ViTModel

    row = pairs(1, 7)[0]
    tower = ViTModel.from_pretrained(order_folder() / "vision", add_pooling_layer=False).eval()
    processor = AutoImageProcessor.from_pretrained(order_folder() / "vision")
    with torch.inference_mode():
        hidden = tower(**processor(images=list(row.pictures), return_tensors="pt")).last_hidden_state[:, 0].numpy()
    found = opened().embed_image([made("p", Image(pixels)) for pixels in row.pictures])
    assert np.abs(found - hidden / np.linalg.norm(hidden, axis=1, keepdims=True)).max() < 1e-5


def test_modalities_have_fingerprints_of_their_own():
    """And so have heads: another file of heads is another model."""
    assert len({opened(features).fingerprint for features in ("V+T", "V", "T")}) == 3


@pytest.mark.parametrize("missing", ["vision", "text", "order_head.npz"])
def test_what_the_folder_lacks_is_one_error(tmp_path, missing):
    """A tower, or the heads."""
    shutil.copytree(order_folder(), tmp_path / "m")
    gone = tmp_path / "m" / missing
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    with pytest.raises(AdapterError, match=f"{missing}: no such f.* -- "):
        VitRobertaAdapter(path="m").open(tmp_path)


def test_no_folder_names_the_training(tmp_path):
    """As for the other small models."""
    with pytest.raises(AdapterError, match=r"make it with: python -m robustspec\.reference\.clip\.train_order"):
        VitRobertaAdapter(path="models/vit_roberta").check(tmp_path)


COMMIT = "a" * 40


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": "google/vit", "revision": COMMIT}, "write all four"),
        ({"path": "x", "text_name": "roberta-base", "text_revision": COMMIT}, "write all four"),
        ({"name": "google/vit", "revision": COMMIT, "text_name": "r/b", "text_revision": COMMIT}, "head is needed"),
        (
            {"name": "google/vit", "revision": COMMIT, "text_name": "r/b", "text_revision": "main", "head": "h.npz"},
            "'main' is no commit",
        ),
    ],
)
def test_towers_of_the_hub_are_named_in_full(fields, told):
    """Both, each at one commit, with the head that was trained on them."""
    with pytest.raises(ValueError, match=told):
        VitRobertaAdapter(**fields)
