"""The order head: fitted, saved, loaded, and asked."""

import numpy as np
import pytest
from encoder_stub import model, shown

from robustspec.adapters.encoders.order import OrderHead, features_of, fit_order_head, load_head, save_heads
from robustspec.adapters.encoders.tasks import Order
from robustspec.errors import AdapterError

RED, BLUE = (255, 0, 0), (0, 0, 255)


def test_the_probability_is_that_of_the_formula():
    """One feature, one hidden unit: sigmoid(2 tanh((3 - 1) / 4 * 0.5) - 1)."""
    head = OrderHead(np.array([1.0]), np.array([4.0]), np.array([[0.5]]), np.zeros(1), np.array([2.0]), np.array(-1.0))
    expected = 1 / (1 + np.exp(-(2 * np.tanh(0.25) - 1)))
    assert head.probability(np.array([[3.0]])) == pytest.approx([expected])


def test_features_stand_side_by_side():
    """Texts before pictures, the first step before the second; what is None is left out."""
    texts, images = np.arange(4.0).reshape(1, 2, 2), np.arange(10.0, 16.0).reshape(1, 2, 3)
    assert features_of(texts, images).tolist() == [[0, 1, 2, 3, 10, 11, 12, 13, 14, 15]]
    assert features_of(None, images).tolist() == [[10, 11, 12, 13, 14, 15]]


def test_a_head_learns_what_a_linear_one_cannot():
    """Whether two signs are equal (XOR): held-out pairs, nearly all right; the same seed gives the same head."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(600, 4))
    labels = (rows[:, 0] * rows[:, 2] > 0).astype(float)
    head = fit_order_head(rows[:400], labels[:400], seed=3)
    assert np.mean((head.probability(rows[400:]) > 0.5) == labels[400:]) > 0.9
    assert (fit_order_head(rows[:400], labels[:400], seed=3).w1 == head.w1).all()


def test_heads_survive_their_file(tmp_path):
    """Each under what it looks at; one that is not there is named with those that are."""
    head = fit_order_head(np.eye(4), np.array([0, 1, 0, 1]), hidden=2, steps=5)
    save_heads({"V": head, "V+T": head}, tmp_path / "h.npz")
    assert (load_head(tmp_path / "h.npz", "V").w1 == head.w1).all()
    with pytest.raises(AdapterError, match=r"no head for T -- it has one for V and V\+T"):
        load_head(tmp_path / "h.npz", "T")


@pytest.mark.parametrize("content", [None, b"", b"nothing", b"PK\x03\x04 torn"])
def test_a_file_that_is_none_is_one_error(tmp_path, content):
    """Missing, empty, or something else."""
    if content is not None:
        (tmp_path / "h.npz").write_bytes(content)
    with pytest.raises(AdapterError, match=r"model\.head: .* -- "):
        load_head(tmp_path / "h.npz", "V")


def red_first() -> OrderHead:
    """In order where the first picture is redder than the second."""
    weights = np.array([5.0, 0, 0, -5.0, 0, 0])[:, None]
    return OrderHead(np.zeros(6), np.ones(6), weights, np.zeros(1), np.array([4.0]), np.array(0.0))


def test_two_pictures_are_put_in_order():
    """Swapped pictures get the opposite answer; documents are not needed by a head for V."""
    made = model(tasks={"order": Order(red_first(), "V")}, task="order")
    first, second = made.predict([shown(RED, BLUE), shown(BLUE, RED)])
    assert (first["label"], second["label"]) == ("yes", "no")
    assert first["in_order"] + second["in_order"] == pytest.approx(1, abs=1e-5)


def test_texts_are_title_and_headline():
    """A head for T reads both steps with the title before them, and needs no picture."""
    made = model(tasks={"order": Order(red_first(), "T")}, task="order")
    (found,) = made.predict([shown(title="paint", headlines="red first\nthen blue")])
    assert found["label"] == "yes"


@pytest.mark.parametrize(
    ("features", "item", "told"),
    [
        ("V", shown(RED), "1 pictures, not two"),
        ("T", shown(RED, RED, headlines="one"), "1 headlines, not two"),
        ("V+T", shown(RED, RED), "0 headlines, not two"),
    ],
)
def test_what_a_pair_lacks_is_told(features, item, told):
    """By what the head looks at."""
    (found,) = model(tasks={"order": Order(red_first(), features)}, task="order").predict([item])
    assert told in found.error
