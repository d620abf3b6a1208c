"""`robustspec embed`: unit vectors of a data block as an NPZ file."""

from pathlib import Path

import numpy as np
import pytest
from encoder_stub import COLOURS, model

from robustspec.adapters.encoders.export import export_embeddings
from robustspec.data.picture import Image, made
from robustspec.data.row import Message, Row
from robustspec.errors import AdapterError


def row(name, rgb=None, said=""):
    pictures = () if rgb is None else (made(name, Image(np.full((4, 4, 3), rgb, dtype=np.uint8))),)
    return Row(name, (Message("user", said, images=pictures),), label=name, groups={"site": "a"})


def test_rows_become_arrays(tmp_path):
    """In their order, of unit length, with ids, labels, groups and the model's fingerprint; over several blocks too."""
    rows = [row(f"r{n}", (255, 0, n % 250), "red") for n in range(300)]
    assert export_embeddings(model(), rows, tmp_path / "e.npz") == 300
    with np.load(tmp_path / "e.npz", allow_pickle=False) as found:
        assert found["ids"].tolist() == [f"r{n}" for n in range(300)]
        assert found["images"].shape == found["texts"].shape == (300, len(COLOURS))
        assert np.linalg.norm(found["images"], axis=1) == pytest.approx(1)
        assert found["group_site"][0] == "a"
        assert str(found["fingerprint"]) == "None"


def test_what_not_every_row_has_is_left_out(tmp_path):
    """A row without words leaves the texts out, of all blocks."""
    rows = [row(f"r{n}", (255, 0, 0), "red" if n != 270 else "") for n in range(280)]
    export_embeddings(model(), rows, tmp_path / "e.npz")
    with np.load(tmp_path / "e.npz") as found:
        assert "texts" not in found
        assert len(found["images"]) == 280


@pytest.mark.parametrize(("rows", "told"), [([], "no rows"), ([row("a")], "neither pictures nor texts")])
def test_nothing_to_embed_is_one_error(tmp_path, rows, told):
    """And no file is written."""
    with pytest.raises(AdapterError, match=told):
        export_embeddings(model(), rows, tmp_path / "e.npz")
    assert not (tmp_path / "e.npz").exists()


SPEC = """
robustspec: 1
about: {title: Tickets}
model: {kind: callable, target: "os.path:basename"}
data: {tickets: {kind: jsonl, path: t.jsonl, origin: synthetic}}
scenarios:
  all:
    title: T
    mechanism: M
    data: tickets
    requirements: [{metric: accuracy, at_least: 0.1}]
"""


@pytest.mark.parametrize(
    ("data", "out", "told"),
    [
        ("tickets", "e.npz", "embeds nothing"),
        ("tikets", "e.npz", "did you mean 'tickets'?"),
        ("tickets", "no/e.npz", "no folder"),
    ],
)
def test_wrong_use_is_one_sentence(tmp_path, capsys, monkeypatch, data, out, told):
    """A model that embeds nothing, a block that is not there, a folder that is not there: exit code 4."""
    from robustspec.cli import main

    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(SPEC)
    Path("t.jsonl").write_text("".join(f'{{"id": "{n}", "input": "text {n}", "label": "x"}}\n' for n in range(30)))
    assert main(["embed", "spec.yaml", data, "-o", out]) == 4
    assert told in capsys.readouterr().err
