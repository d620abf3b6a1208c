"""Pictures and texts are embedded once, batches are halved where memory runs out, and vectors are kept between runs."""

import numpy as np
import pytest
from encoder_stub import ColourTowers, model, picture, shown

from robustspec.adapters.encoders.memory import Kept, Memory
from robustspec.data.row import Output
from robustspec.errors import AdapterError

COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (9, 9, 9)]


def test_the_same_picture_is_embedded_once():
    """By content, not by name: twice in a batch and again later."""
    towers = ColourTowers()
    made = model(towers)
    made.predict([shown((255, 0, 0)), shown((255, 0, 0)), shown((0, 255, 0))])
    made.predict([shown((0, 255, 0))])
    assert towers.images_seen == [2]


def test_prompts_are_embedded_once():
    """Three prompts for a hundred pictures."""
    towers = ColourTowers()
    model(towers).predict([shown((number, 9, 0)) for number in range(100)])
    assert len(towers.texts_read) == 3


def test_a_batch_that_does_not_fit_is_halved():
    """Every picture is answered, and a note names the size that fits."""
    made = model(ColourTowers(room=2), rows=8)
    outputs = made.predict([shown(rgb) for rgb in COLOURS])
    assert [output["label"] for output in outputs[:3]] == ["red", "green", "blue"]
    assert made.batch_size == 2
    assert "batch_size: 2" in "".join(made.notes())


def test_memory_that_is_too_small_for_one_ends_the_run():
    """With one error that names the remedy, and what was finished kept."""
    made = model(ColourTowers(room=0), rows=2)
    outputs = made.predict([shown(rgb) for rgb in COLOURS])
    assert all(isinstance(output, Output) and "out of memory" in output.error for output in outputs)
    assert "out of memory" in made.broken()
    with pytest.raises(AdapterError, match="out of memory"):
        made.embed_image([picture((255, 0, 0))])


def test_embeddings_are_unit_rows_in_order():
    """`embed_image` and `embed_text` of the live model, in batches."""
    made = model(rows=2)
    images = made.embed_image([picture(rgb) for rgb in COLOURS])
    assert images.shape == (5, 3)
    assert np.linalg.norm(images, axis=1) == pytest.approx(1)
    assert images.argmax(axis=1)[:3].tolist() == [0, 1, 2]
    assert made.embed_text(["red", "blue"]).argmax(axis=1).tolist() == [0, 2]


def test_vectors_are_kept_between_runs(tmp_path):
    """The second run embeds only what the first has not seen; other weights have another file."""
    first = model(kept=Kept("weights", tmp_path))
    first.predict([shown((255, 0, 0)), shown((0, 255, 0))])
    first.close()
    towers = ColourTowers()
    second = model(towers, kept=Kept("weights", tmp_path))
    outputs = second.predict([shown(rgb) for rgb in COLOURS[:3]])
    second.close()
    assert towers.images_seen == [1]
    assert [output["label"] for output in outputs] == ["red", "green", "blue"]
    third = ColourTowers()
    model(third, kept=Kept("others", tmp_path)).predict([shown((255, 0, 0))])
    assert third.images_seen == [1]
    with np.load(tmp_path / "weights.npz") as archive:
        assert archive["vectors"].shape == (3, 3)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 torn"])
def test_a_torn_file_of_vectors_counts_as_empty(tmp_path, content):
    """It is a cache: nothing is lost, and the next save mends it."""
    (tmp_path / "weights.npz").write_bytes(content)
    made = model(kept=Kept("weights", tmp_path))
    made.predict([shown((255, 0, 0))])
    made.close()
    with np.load(tmp_path / "weights.npz") as archive:
        assert len(archive["digests"]) == 1


def test_the_least_recently_used_go():
    """Of three, where two are kept, the one that was not asked for."""
    memory = Memory(2)
    memory.get_all(["a", "b"], lambda keys: [key.upper() for key in keys])
    memory.get_all(["a"], lambda keys: [])
    memory.put("c", "C")
    assert [key for key, _ in memory.items()] == ["a", "c"]
