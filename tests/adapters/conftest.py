"""Small models for the tests of adapters that run one in this process: made once in a session, weights at random."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from local_models import untrained_classifier, untrained_llava, untrained_lm


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for models."""
    return tmp_path_factory.mktemp("models")


@pytest.fixture(scope="session")
def one_thread() -> Iterator[None]:
    """One thread for torch: two fight over the cores that other tests use."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def lm(models: Path, one_thread: None) -> Path:
    """A causal language model with a chat template."""
    return untrained_lm(models / "lm")


@pytest.fixture(scope="session")
def plain_lm(models: Path, one_thread: None) -> Path:
    """One without."""
    return untrained_lm(models / "plain_lm", chat=False)


@pytest.fixture(scope="session")
def classifier(models: Path, one_thread: None) -> Path:
    """A classifier of three classes."""
    return untrained_classifier(models / "classifier")


@pytest.fixture(scope="session")
def llava(models: Path, one_thread: None) -> Path:
    """A model of images and text."""
    return untrained_llava(models / "llava")
