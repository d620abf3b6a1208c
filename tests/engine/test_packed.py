"""Arrays as texts, and back."""

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from robustspec.engine.proof.packed import pack, pack_ranks, pack_text, unpack, unpack_ranks, unpack_text
from robustspec.errors import RobustspecError

FLOATS = st.floats(allow_nan=False)


@given(st.one_of(arrays(np.float64, st.integers(0, 40), elements=FLOATS), st.lists(st.sampled_from([0.0, 1.0, -0.0]))))
def test_values_come_back_to_the_last_bit(values):
    """Negative zero and infinities too."""
    values = np.asarray(values, dtype=np.float64)
    assert unpack(pack(values), len(values)).tobytes() == values.tobytes()


@pytest.mark.parametrize(
    ("values", "kind", "most"),
    [
        (np.arange(2000) % 3 == 0, "bits", 400),
        (np.arange(2000) % 13 / 12, "few", 400),
        (np.random.default_rng(0).random(2000), "all", 21_000),
    ],
)
def test_the_shortest_form_is_chosen(values, kind, most):
    """2,000 units of 0 or 1 are 334 characters and a word."""
    packed = pack(values.astype(np.float64))
    assert packed.startswith(f"{kind}:")
    assert len(packed) < most


@given(st.sets(st.integers(1, 500)))
def test_ranks_come_back(ranks):
    """Whatever is left out among them."""
    ranks = np.array(sorted(ranks), dtype=np.int64)
    assert unpack_ranks(pack_ranks(ranks), len(ranks)).tolist() == ranks.tolist()


@given(st.text())
def test_texts_come_back(text):
    """Any characters."""
    assert unpack_text(pack_text(text)) == text


def squeezed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 9)).decode()


BOMB = squeezed(bytes(50_000_000))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bits:",
        "bits:*",
        "bits:AAAA",
        "bits:é",
        "all:AAAA",
        f"all:{BOMB}",
        f"all:{squeezed(bytes(72))}",
        f"few:AAAAAAAA:{squeezed(bytes(10))}",
        f"few:{base64.b64encode(bytes(8)).decode()}:{squeezed(bytes([1] * 10))}",
        "pickle:gASVAAAA",
    ],
)
def test_what_does_not_hold_ten_values_is_an_error(text):
    """Of another length, of another kind, not base64, not compressed, or far too long when unpacked."""
    with pytest.raises(RobustspecError):
        unpack(text, 10)


def test_no_more_is_unpacked_than_belongs_there(monkeypatch):
    """Fifty megabytes of zeros in fifty kilobytes stay packed."""
    asked = []
    real = zlib.decompressobj

    class Watched:
        def __init__(self):
            self._real = real()
            self.eof = False

        def decompress(self, data, most):
            asked.append(most)
            return self._real.decompress(data, most)

    monkeypatch.setattr(zlib, "decompressobj", Watched)
    with pytest.raises(RobustspecError, match="not the 80 bytes"):
        unpack(f"all:{BOMB}", 10)
    assert asked == [81]


@pytest.mark.parametrize(
    "text", ["", "ranks:3", f"ranks:9999999999:{BOMB}", f"ranks:2:{squeezed(b'?')}", f"ranks:16:{squeezed(bytes(2))}"]
)
def test_damaged_ranks_are_an_error(text):
    """Fewer than units, or more than there may be."""
    with pytest.raises(RobustspecError):
        unpack_ranks(text, 3)


@pytest.mark.parametrize("text", ["", "text:5:", f"text:999999999:{BOMB}", f"text:1:{squeezed(bytes([255]))}"])
def test_a_damaged_text_is_an_error(text):
    """Another length, too long, or not UTF-8."""
    with pytest.raises(RobustspecError):
        unpack_text(text)
