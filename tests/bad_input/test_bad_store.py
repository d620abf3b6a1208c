"""Stored outputs that are damaged, foreign or cannot be written: told in a note, never a wrong verdict, nothing else lost."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

ALL_CALLS = 60


@pytest.fixture
def filled(project):
    """The project with all 60 outputs of its one cell stored."""
    project.edit("statistics: {max_samples: 60}", "statistics: {method: fixed}")
    assert project.pytest().returncode == 0
    assert len(project.calls()) == project.stored() == ALL_CALLS
    return project


def segment(project):
    """The one segment of the store."""
    [path] = (project.folder / ".robustspec_cache" / "outputs").rglob("seg-*.jsonl")
    return path


def said(done) -> str:
    return " ".join(done.stdout.split())


def test_a_torn_last_line_costs_one_call(filled, ends_well):
    """A crash in the middle of a write is told, and only the torn output is asked for again."""
    path = segment(filled)
    path.write_bytes(path.read_bytes()[:-9])
    done = filled.pytest()
    ends_well(done)
    assert done.returncode == 0
    assert f"1 torn line in {path.name} of the stored outputs left out" in said(done)
    assert len(filled.calls()) == 1


def test_a_damaged_line_in_the_middle_costs_one_call(filled, ends_well):
    """What follows a damaged line is read all the same."""
    path = segment(filled)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[20] = b"\x00\xff garbage\n"
    path.write_bytes(b"".join(lines))
    done = filled.pytest()
    ends_well(done)
    assert "1 torn line" in said(done)
    assert len(filled.calls()) == 1


def test_a_store_of_another_version_is_left_out(filled, ends_well):
    """It is told, not read, and not deleted."""
    path = segment(filled)
    head, *rest = path.read_text().splitlines(keepends=True)
    header = json.loads(head)
    path.write_text(json.dumps({**header, "robustspec_store": 999}) + "\n" + "".join(rest))
    done = filled.pytest()
    ends_well(done)
    assert f"{path.name} of the stored outputs is of another version or model and is left out" in said(done)
    assert len(filled.calls()) == ALL_CALLS
    assert path.exists()


def test_a_segment_without_a_header_is_left_out(filled, ends_well):
    """A file that is something else is told and not read."""
    segment(filled).write_text("<html>\n")
    done = filled.pytest()
    ends_well(done)
    assert "has no header that can be read and is left out" in said(done)
    assert len(filled.calls()) == ALL_CALLS


def test_an_empty_segment_harms_nothing(filled, ends_well):
    """A crash before the first write leaves an empty file."""
    segment(filled).write_bytes(b"")
    done = filled.pytest()
    ends_well(done)
    assert done.returncode == 0
    assert len(filled.calls()) == ALL_CALLS


def test_a_damaged_index_is_built_again(filled, ends_well):
    """The cached index of the data is only a cache."""
    for path in (filled.folder / ".robustspec_cache" / "index").iterdir():
        path.write_bytes(b"\x00" * 40)
    done = filled.pytest()
    ends_well(done)
    assert (done.returncode, filled.calls()) == (0, [])


def test_damaged_looks_are_no_obstacle(filled, ends_well):
    """The record of earlier looks may be torn too."""
    path = filled.folder / ".robustspec_cache" / "looks.jsonl"
    path.write_bytes(path.read_bytes()[:-9] + b"\xff{]\n")
    done = filled.pytest()
    ends_well(done)
    assert (done.returncode, filled.calls()) == (0, [])


def test_a_deleted_store_is_filled_again(filled, ends_well):
    """The whole folder may be deleted between runs."""
    shutil.rmtree(filled.folder / ".robustspec_cache")
    ends_well(filled.pytest())
    assert len(filled.calls()) == ALL_CALLS


def test_a_cache_that_is_a_file(project, ends_well):
    """Where no folder can be made the run goes on, and says that it cannot be resumed."""
    project.write("occupied", "")
    done = project.pytest("-o", "robustspec_cache=occupied")
    ends_well(done)
    assert done.returncode == 0
    assert "kept in memory from here on and cannot be resumed" in said(done)


LIMIT = (
    "import os, resource, sys\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)\n"
    "os.execv(sys.argv[2], sys.argv[2:])\n"
)


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no such limit")
def test_a_disk_that_takes_no_more(project, ends_well):
    """With the largest file bounded, what fits is stored, the rest kept in memory; verdicts are those of a sound disk."""
    project.rows({}, count=400)
    project.edit("statistics: {max_samples: 60}", "statistics: {method: fixed}")
    limited = (sys.executable, "-c", LIMIT, "20000")
    done = project.pytest(wrapper=limited)
    ends_well(done)
    assert done.returncode == 0
    assert len(project.calls()) == 400
    assert "File too large: the outputs of this run are kept in memory from here on and cannot be resumed" in said(done)
    stored = project.stored()
    assert 0 < stored < 400
    assert project.pytest().returncode == 0
    assert len(project.calls()) == 400 - stored


@pytest.fixture
def tiny_disk(project):
    """A file system of 16 KiB in the project's folder."""
    folder = project.folder / "tiny"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a file system is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(project, tiny_disk, ends_well):
    """No space left: the same verdicts, one note, and no torn lines for the next run."""
    project.rows({}, count=400)
    project.edit("statistics: {max_samples: 60}", "statistics: {method: fixed}")
    for _ in range(2):
        done = project.pytest("-o", "robustspec_cache=tiny/cache")
        ends_well(done)
        assert done.returncode == 0
        assert "No space left on device: the outputs of this run are kept in memory" in said(done)
        assert "torn" not in said(done)
        assert len(project.calls()) == 400


def test_a_report_that_cannot_be_written_is_told_after_the_verdicts(project, ends_well):
    """The summary stands, the sentence names the file, the others are written, and the session is red."""
    done = project.pytest("--robustspec-report=spec.yaml/x.json", "--robustspec-report=report.json")
    ends_well(done)
    assert done.returncode == 1
    assert "3 passed" in done.stdout
    assert "PASS  mean-accuracy = 1.000" in said(done).replace("PASS mean", "PASS  mean")
    assert "x.json: the report cannot be written: File exists -- name another path" in done.stdout
    assert project.report()["results"]


def test_a_report_on_a_full_disk(project, tiny_disk, ends_well):
    """A report that does not fit is told in a sentence, and leaves no half of itself behind."""
    done = project.pytest("--robustspec-report=tiny/report.html")
    ends_well(done)
    assert done.returncode == 1
    assert "report.html: the report cannot be written: No space left on device" in done.stdout
    assert list(tiny_disk.iterdir()) == []
