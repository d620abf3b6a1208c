"""Folders that hold no model, models that may not be loaded, and machines that are not there: one clear error each."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from robustspec.adapters.local import folder as folders
from robustspec.adapters.transformers import TransformersAdapter
from robustspec.errors import AdapterError

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def told(folder: Path, *, opening: bool = True, **fields: Any) -> str:
    """The error of `check`, which `open` gives too; of ``open`` alone where `check` cannot see it."""
    adapter = TransformersAdapter(**fields)
    with pytest.raises(AdapterError) as opened:
        adapter.open(folder)
    if not opening:
        with pytest.raises(AdapterError) as checked:
            adapter.check(folder)
        assert str(checked.value) == str(opened.value)
    return str(opened.value)


def copied(source: Path, to: Path, without: str = "") -> Path:
    """A copy of a model's folder, with one file left out."""
    to.mkdir()
    for file in source.iterdir():
        if file.name != without:
            (to / file.name).write_bytes(file.read_bytes())
    return to


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The nearest name is shown."""
    (tmp_path / "models").mkdir()
    assert told(tmp_path, opening=False, path="model") == (
        f"model.path: {tmp_path}/model: no such folder -- did you mean 'models'?"
    )


def test_a_small_model_that_was_not_trained_yet(tmp_path: Path) -> None:
    """The command that trains it is the remedy."""
    made = tmp_path / "models/finance_lm"
    assert told(tmp_path, opening=False, path="models/finance_lm") == (
        f"model.path: {made}: no such folder -- make it with: python -m robustspec.reference.finance.train_lm {made}"
    )


def test_a_file_instead_of_a_folder(tmp_path: Path) -> None:
    """Such as the weights themselves."""
    (tmp_path / "model.safetensors").write_bytes(b"0")
    assert told(tmp_path, opening=False, path="model.safetensors").endswith(
        "is a file -- name the folder that holds config.json and the weights"
    )


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    """No configuration."""
    assert told(tmp_path, opening=False, path=".").endswith(
        "the folder holds no config.json, and so no model -- name the folder that save_pretrained wrote"
    )


def test_a_configuration_that_is_torn(tmp_path: Path) -> None:
    """Not JSON, or no object."""
    (tmp_path / "config.json").write_text('{"model_type":')
    assert "config.json: not a model's configuration (" in told(tmp_path, opening=False, path=".")
    (tmp_path / "config.json").write_text("[]")
    assert "config.json: not a model's configuration, which is an object" in told(tmp_path, opening=False, path=".")


def test_a_folder_without_weights(lm: Path, tmp_path: Path) -> None:
    """One error, with what to copy there."""
    folder = copied(lm, tmp_path / "lm", without="model.safetensors")
    assert told(tmp_path, opening=False, path="lm") == (
        f"{folder}: the folder holds no weights -- copy the model's *.safetensors into it, or save it there with "
        "save_pretrained"
    )


def test_pickled_weights_are_not_loaded(lm: Path, tmp_path: Path) -> None:
    """Beside safetensors they are passed over, and alone refused."""
    folder = copied(lm, tmp_path / "lm", without="model.safetensors")
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x04K\x01.")
    assert told(tmp_path, opening=False, path="lm").startswith(
        f"{folder}: the weights are pickled (pytorch_model.bin), and to load them may run code that they carry -- "
    )


def test_weights_that_are_torn(lm: Path, tmp_path: Path) -> None:
    """What transformers says is passed on."""
    folder = copied(lm, tmp_path / "lm")
    (folder / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes()[:5000])
    assert told(tmp_path, path="lm").startswith(f"{folder}: AutoModelForCausalLM cannot load it: SafetensorError: ")


def told_in_a_sentence(error: str) -> str:
    """The remedy of an error that is one line with one remedy, and is not cut at a colon."""
    said, remedy = error.split(" -- ")
    assert "\n" not in error
    assert said[-1] not in ":."
    return remedy


def test_a_folder_without_a_tokenizer(lm: Path, tmp_path: Path) -> None:
    """The files to copy are named."""
    folder = copied(lm, tmp_path / "lm", without="tokenizer.json")
    (folder / "tokenizer_config.json").unlink()
    error = told(tmp_path, path="lm")
    assert error.startswith(f"{folder}: AutoTokenizer cannot load it: ValueError: ")
    assert told_in_a_sentence(error).startswith("copy the model's tokenizer files (tokenizer.json, ")


def test_a_folder_without_a_processor(llava: Path, tmp_path: Path) -> None:
    """A model of images and text whose processor was not saved beside it."""
    folder = copied(llava, tmp_path / "llava")
    for file in folder.glob("*.json"):
        if file.name not in ("config.json", "generation_config.json"):
            file.unlink()
    error = told(tmp_path, path="llava", task="image_text")
    assert error.startswith(f"{folder}: AutoProcessor cannot load it: ")
    assert told_in_a_sentence(error).startswith("copy the files of the model's processor (")


def test_a_model_that_was_made_for_another_task(lm: Path) -> None:
    """A causal language model is asked about images."""
    error = told(lm.parent, path="lm", task="image_text")
    assert "AutoModelForImageTextToText cannot load it: ValueError: Unrecognized configuration class" in error
    assert told_in_a_sentence(error).startswith("write the task that the model was made for")


def test_a_type_of_model_that_nobody_knows(lm: Path, tmp_path: Path) -> None:
    """As the newest models are to a transformers that is older."""
    folder = copied(lm, tmp_path / "lm")
    config = json.loads((folder / "config.json").read_text()) | {"model_type": "mine"}
    (folder / "config.json").write_text(json.dumps(config))
    assert told_in_a_sentence(told(tmp_path, path="lm")) == (
        "name a model of a type that this transformers knows, or install one that knows it"
    )


def test_weights_that_are_incomplete(lm: Path, tmp_path: Path) -> None:
    """The library would draw them at random and say so in passing."""
    from safetensors.torch import load_file, save_file

    folder = copied(lm, tmp_path / "lm")
    weights = load_file(folder / "model.safetensors")
    del weights["model.norm.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    assert told(tmp_path, path="lm") == (
        f"{folder}: the weights lack model.norm.weight, which LlamaForCausalLM needs -- name a model that was trained for "
        "this task"
    )


def test_code_that_a_model_brings_is_not_run(lm: Path, tmp_path: Path) -> None:
    """A configuration that asks for it is refused."""
    folder = copied(lm, tmp_path / "lm")
    config = json.loads((folder / "config.json").read_text()) | {
        "model_type": "mine",
        "auto_map": {"AutoConfig": "mine.Config", "AutoModelForCausalLM": "mine.Model"},
    }
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "mine.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    told(tmp_path, path="lm")
    assert not (tmp_path / "ran").exists()


def test_no_chat_template_and_no_prompt(plain_lm: Path) -> None:
    """The remedy is a prompt; it shows before the weights are loaded."""
    assert told(plain_lm.parent, path="plain_lm") == (
        "plain_lm has no chat template, so it is no chat model -- write prompt: '{input}', which it then continues"
    )


def test_a_device_that_is_not_there(lm: Path) -> None:
    """Asked for by name, it is not replaced by another one."""
    import torch

    wanted = f"cuda:{torch.cuda.device_count()}" if torch.cuda.is_available() else "cuda"
    assert told(lm.parent, path="lm", device=wanted).startswith(f"model.device: {wanted} is asked for, and there is ")


def test_a_variable_in_the_path(lm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is expanded when the model is opened, and only then may be missing."""
    adapter = TransformersAdapter(path="$MODELS/lm")
    monkeypatch.delenv("MODELS", raising=False)
    adapter.check(Path())
    with pytest.raises(AdapterError, match=r"model\.path: .*the environment variable MODELS is not set"):
        adapter.open(Path())
    monkeypatch.setenv("MODELS", str(lm.parent))
    assert adapter.open(Path()).name == "lm"


class TestHub:
    """A model of the hub is taken from its cache."""

    @pytest.fixture(autouse=True)
    def cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """An empty cache, and no network."""
        from huggingface_hub import constants

        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
        monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
        return tmp_path / "hub"

    def test_it_is_not_fetched_unasked(self) -> None:
        """The error says how to ask."""
        assert told(Path(), name="acme/tiny", revision=COMMIT) == (
            f"model.name: acme/tiny at {COMMIT} is not in the hub's cache, and nothing is fetched unasked -- write "
            f"download: true, or run: hf download acme/tiny --revision {COMMIT}"
        )

    def test_offline_is_honoured(self) -> None:
        """``HF_HUB_OFFLINE`` is stronger than ``download``."""
        assert told(Path(), name="acme/tiny", revision=COMMIT, download=True) == (
            "model.download: acme/tiny may not be fetched, for HF_HUB_OFFLINE is set -- unset it, or leave out download"
        )

    def test_what_is_cached_is_the_same_model_as_its_folder(self, lm: Path, cache: Path) -> None:
        """Weights and settings identify it, not where it lies."""
        snapshot = cache / "models--acme--tiny" / "snapshots" / COMMIT
        snapshot.parent.mkdir(parents=True)
        copied(lm, snapshot)
        model = TransformersAdapter(name="acme/tiny", revision=COMMIT).open(Path())
        assert model.name == "acme/tiny@01234567"
        assert model.fingerprint == TransformersAdapter(path="lm").open(lm.parent).fingerprint


def test_a_package_that_is_not_installed(lm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra is named."""
    monkeypatch.setattr(folders.importlib.util, "find_spec", lambda name: None)
    assert told(lm.parent, opening=False, path="lm") == (
        "model.kind needs torch and transformers, which is not installed -- pip install 'robustspec[transformers]'"
    )


def test_nothing_is_printed_while_a_model_is_loaded(lm: Path) -> None:
    """No bars and no hints, in a process of its own; the library's settings are then as they were."""
    code = (
        "from pathlib import Path\n"
        "from transformers.utils import logging\n"
        "before = logging.get_verbosity(), logging.is_progress_bar_enabled()\n"
        "from robustspec.adapters.transformers import TransformersAdapter\n"
        "from robustspec.data.row import Input\n"
        f"model = TransformersAdapter(path='lm', max_tokens=2, temperature=0.5).open(Path({str(lm.parent)!r}))\n"
        "model.predict([Input('5' * 3000), Input('Hi')])\n"
        "assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


SPEC = """
robustspec: 1
about: {title: Tickets}
model: {kind: transformers, path: lm, max_tokens: 4}
data:
  tickets: {kind: jsonl, path: tickets.jsonl, origin: synthetic}
scenarios:
  typos:
    title: Typos
    mechanism: People mistype.
    data: tickets
    perturbations: [{kind: keyboard_typo, level: [1]}]
    requirements:
      - {metric: accuracy, at_least: 0.8}
"""


def test_checking_a_specification_loads_no_framework(lm: Path, tmp_path: Path) -> None:
    """Nor does collecting it; both look into the model's folder."""
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "tickets.jsonl").write_text(
        "".join(json.dumps({"id": f"t{n}", "input": f"look into ticket {n}", "label": "yes"}) + "\n" for n in range(60))
    )
    code = (
        "import sys, pytest\nfrom robustspec.cli import main\n"
        "assert main(['check', 'spec.yaml']) == 0\n"
        "assert pytest.main(['-q', '--collect-only', '-p', 'no:cacheprovider', '--robustspec=spec.yaml']) == 0\n"
        "assert not {'torch', 'transformers', 'huggingface_hub', 'PIL'} & {name.split('.')[0] for name in sys.modules}\n"
    )
    (tmp_path / "lm").symlink_to(lm)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    (tmp_path / "lm").unlink()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert f"{tmp_path}/lm: no such folder" in done.stdout + done.stderr
