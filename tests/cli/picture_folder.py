"""A folder with pictures and a specification that shows them: images, one of them torn, and a volume."""

import json

import cv2
import nibabel
import numpy as np

SPEC = """\
robustspec: 1
about: {title: Pictures, limitations: [none]}
model: {kind: callable, target: cli_model:answer}
data:
  photos: {kind: jsonl, path: photos.jsonl, origin: synthetic}
  scans: {kind: jsonl, path: scans.jsonl, origin: synthetic}
scenarios:
  turned:
    title: Turned
    mechanism: Cameras are held askew.
    data: photos
    perturbations:
      - {kind: rotate, level: [1, 5]}
      - {kind: keyboard_typo, level: [3]}
    requirements: [{metric: accuracy, at_least: 0.5, method: fixed, max_samples: 6}]
  blurred:
    title: Blurred
    mechanism: Patients move.
    data: scans
    perturbations: [{kind: smoothing, level: [4]}]
    requirements: [{metric: accuracy, at_least: 0.5, method: fixed, max_samples: 6}]
"""


def photo(number):
    """Smooth shapes with some noise, 48 x 64, BGR."""
    y, x = np.mgrid[:48, :64]
    grey = 120 + 60 * np.sin(x / (4 + number % 5)) + 40 * np.cos(y / 6)
    noise = np.random.default_rng(number).normal(0, 6, (48, 64, 3))
    return np.clip(grey[..., None] * (0.6, 0.8, 1.0) + noise, 0, 255).astype(np.uint8)


def scan(number):
    """A bright ball with noise, 20 x 24 x 20 voxels of 3 mm."""
    axes = np.meshgrid(*(np.linspace(-1, 1, side) for side in (20, 24, 20)), indexing="ij")
    ball = 400.0 * (sum(axis**2 for axis in axes) < 0.6)
    return (ball + np.random.default_rng(number).normal(0, 8, ball.shape)).astype(np.float32)


def write(folder):
    """The specification, twelve photos of which p3 is torn, and eight scans."""
    rows = []
    for number in range(12):
        cv2.imwrite(str(folder / f"p{number}.png"), photo(number))
        message = {"role": "user", "content": f"What is in picture {number}?", "images": [f"p{number}.png"]}
        rows.append({"id": f"r{number}", "input": [message], "label": "well"})
    (folder / "p3.png").write_bytes((folder / "p3.png").read_bytes()[:300])
    (folder / "photos.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    scans = []
    for number in range(8):
        nibabel.save(nibabel.Nifti1Image(scan(number), np.diag([3.0, 3, 3, 1])), folder / f"s{number}.nii.gz")
        scans.append({"id": f"v{number}", "images": [f"s{number}.nii.gz"], "label": "well"})
    (folder / "scans.jsonl").write_text("".join(json.dumps(row) + "\n" for row in scans))
    (folder / "spec.yaml").write_text(SPEC)
    (folder / "cli_model.py").write_text("def answer(x):\n    return 'well'\n")
