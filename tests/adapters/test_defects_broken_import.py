"""A library that is installed and does not import: one error with its remedy, as for one that is not installed."""

import json
import sys

import pytest

from robustspec.adapters.local.folder import importable
from robustspec.adapters.transformers import TransformersAdapter
from robustspec.errors import AdapterError


def test_a_broken_library_is_one_error(tmp_path, monkeypatch):
    """The name of what does not import, and how to install it."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "transformers.py").write_text("raise ImportError('built for another version')\n")
    monkeypatch.syspath_prepend(str(broken))
    for name in [name for name in sys.modules if name.partition(".")[0] == "transformers"]:
        monkeypatch.delitem(sys.modules, name)
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    (folder / "model.safetensors").write_bytes(b"")
    with pytest.raises(AdapterError, match="built for another version"):
        TransformersAdapter(path=str(folder)).open(tmp_path)


@pytest.mark.parametrize("fault", ["ImportError", "OSError", "AttributeError"])
def test_whatever_a_torn_package_raises(tmp_path, monkeypatch, fault):
    """Shared libraries that are missing or built for something else raise more than ImportError."""
    (tmp_path / "torn_package.py").write_text(f"raise {fault}('libfine.so:\\n no such file')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(AdapterError) as told:
        importable("json", "torn_package")
    assert str(told.value) == (
        "model.kind needs torn_package, which does not import (libfine.so: no such file) -- "
        "pip install 'robustspec[transformers]'"
    )
