"""A folder like a reader's, and commands run in it as a reader would."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from docs_pages import ROOT

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def reader(tmp_path: Path) -> Path:
    """A folder with the shipped specifications and pytest's configuration, as at the root of the repository."""
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


@pytest.fixture
def run(reader: Path) -> Run:
    """Run a command line of a page in the reader's folder; its stdout and stderr come as one text."""

    def run_in_folder(line: str, **variables: str) -> subprocess.CompletedProcess[str]:
        program, *arguments = shlex.split(line)
        scripts = Path(sysconfig.get_path("scripts"))
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "COV"))}
        return subprocess.run(
            [str(scripts / program), *arguments],
            cwd=reader,
            env=environment | {"COLUMNS": "80", "PYTHONDONTWRITEBYTECODE": "1"} | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=120,
        )

    return run_in_folder
