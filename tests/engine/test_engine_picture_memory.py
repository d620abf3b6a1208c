"""Memory follows what is in use: a run over 300 volumes needs no more than one over 30."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

if not Path("/proc/self/status").exists():
    pytest.skip("reads the peak memory of a process from /proc", allow_module_level=True)

SHAPE = (48, 56, 48)
"""A volume of 0.26 MB in uint16."""
VOLUMES = 300
CACHED = 8 * 2**20
"""What the cache of opened values may hold in the test: 32 values."""

PROGRAM = """
import json, re, sys
from pathlib import Path

from robustspec.adapters.callable import wrap
from robustspec.data import picture
from robustspec.engine.session import Options, load_plan, run_plan

picture._CACHE = picture._Cache(int(sys.argv[1]))
looked = 0

def look(volume):
    global looked
    looked += 1
    return "dim" if volume.voxels[24, 28, 24] < 150 else "bright"

def peak_mb(name):
    model = wrap(look, form="picture", fingerprint=name, in_flight=int(sys.argv[2]))
    options = Options(cache=Path("cache"), fresh=True)
    result = run_plan(load_plan(Path(name), options), model, options)
    (arm,) = result.arms
    assert (arm.verdict, arm.missing) == ("PASS", 0), arm
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) / 1024

few = peak_mb("few.yaml")
many = peak_mb("many.yaml")
print(json.dumps({"grown": many - few, "looked": looked}))
"""

SPEC = """\
robustspec: 1
about: {{title: Scans}}
data: {{d: {{kind: jsonl, path: {name}.jsonl, origin: simulated}}}}
statistics: {{method: fixed, population: dataset}}
scenarios:
  s:
    title: Noise
    mechanism: Thin slices are noisy.
    data: d
    perturbations: [{{kind: rician_noise, level: [1]}}]
    requirements:
      - {{metric: accuracy, cells: all, at_least: 0.5}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """300 different volumes in one NPZ file of 77 MB, and rows that show 30 of them, or all."""
    folder = tmp_path_factory.mktemp("volumes")
    scans = np.random.default_rng(0).integers(0, 40, (VOLUMES, *SHAPE), dtype=np.uint16)
    scans[:, 4:-4, 4:-4, 4:-4] += 80
    scans[::2, 20:28, 24:32, 20:28] = 220
    np.savez(folder / "scans.npz", volumes=scans)
    for name, count in (("few", 30), ("many", VOLUMES)):
        rows = (
            {"id": f"v{n}", "images": f"scans.npz#volumes[{n}]", "label": "dim" if n % 2 else "bright"}
            for n in range(count)
        )
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (folder / f"{name}.yaml").write_text(SPEC.format(name=name))
    (folder / "program.py").write_text(PROGRAM)
    yield folder
    (folder / "scans.npz").unlink()


def measured(folder: Path, cached: int, in_flight: int):
    """How far the peak memory (MB) of a process grows from 30 volumes to 300, and how often its model looked."""
    command = [sys.executable, "program.py", str(cached), str(in_flight)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_memory_does_not_grow_with_the_number_of_volumes(folder):
    """600 values, 155 MB, are opened and made, with four calls under way; the peak grows by less than a third of that."""
    found = measured(folder, CACHED, 4)
    assert found["looked"] == 2 * (30 + VOLUMES)
    assert found["grown"] < 50


def test_the_measure_can_fail(folder):
    """Were every opened value kept, the peak would grow by all that was opened."""
    assert measured(folder, 2**40, 1)["grown"] > 100
