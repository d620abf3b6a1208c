"""The torchio backend: exact, safe under threads, and strict about names and arguments."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from head_samples import head, operator, row_of, run_examples

from robustspec.data.picture import Volume
from robustspec.errors import PerturbationError, PictureError
from robustspec.perturbation.frame import Frame
from robustspec.perturbation.scopes import scope_of

torchio = pytest.importorskip("torchio", reason="the extra mri is not installed")
torch = pytest.importorskip("torch")

RANDOM = {
    "RandomMotion": {"degrees": 5, "translation": [1, 4], "num_transforms": 3},
    "RandomGhosting": {},
    "RandomSpike": {"num_spikes": [1, 3]},
    "RandomBiasField": {"order": 2},
    "RandomNoise": {"std": [0.05, 0.1]},
    "RandomBlur": {},
    "RandomGamma": {"log_gamma": [-0.5, 0.5]},
    "RandomAnisotropy": {"axes": [0, 2]},
    "RandomAffine": {"degrees": 8, "translation": 4},
    "RandomElasticDeformation": {"max_displacement": 4.0},
    "RandomAffineElasticDeformation": {"elastic_kwargs": {"max_displacement": 4.0}},
    "RandomSwap": {"patch_size": 4, "num_iterations": 5},
}
"""Every random transform that works on one volume."""
FIXED = {
    "Blur": {"std": [1, 1, 2]},
    "Gamma": {"gamma": 0.7},
    "Noise": {"mean": 0.0, "std": 0.1, "seed": 4},
    "Motion": {"degrees": [[3, 0, 1]], "translation": [[0, 2, 0]], "times": [0.6], "image_interpolation": "linear"},
    "Spike": {"spikes_positions": [[0.2, 0.3, 0.1]], "intensity": 1.5},
    "Resample": {"target": [2, 3, 4]},
    "CropOrPad": {"target_shape": 20},
    "ToCanonical": {},
    "RescaleIntensity": {"out_min_max": [0, 1]},
    "ZNormalization": {},
    "Clamp": {"out_max": 0.5},
}
"""Explicit transforms and preprocessing."""
ALL = {**RANDOM, **FIXED}
FLIPPED = np.diag([-2.0, 2.0, 3.0, 1.0])


def backend(name, **parameters):
    return operator("torchio", transform=name, parameters=parameters or ALL.get(name, {}))


def case(op, volume, seed=0):
    """The params of a case and the volume that comes of them, by way of JSON."""
    row, scope = row_of(volume), scope_of(op)
    params = json.loads(json.dumps(scope.sample(seed, row)))
    return params["1"], op.apply(Frame(volume, row), params["1"], None).value


def bits(volume):
    return volume.voxels.tobytes(), volume.affine.tobytes()


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("torchio") == 1


@pytest.mark.parametrize("name", RANDOM)
def test_draws_are_those_of_torchio(name):
    """The explicit transforms and the voxels are what TorchIO makes after torch.manual_seed, bit by bit."""
    volume, op = head(affine=FLIPPED), backend(name)
    params, changed = case(op, volume)
    image = torchio.ScalarImage(tensor=torch.from_numpy(volume.voxels / np.float32(volume.white))[None], affine=FLIPPED)
    torch.manual_seed(params["seed"])
    arguments = {key: tuple(value) if isinstance(value, list) else value for key, value in RANDOM[name].items()}
    direct = getattr(torchio, name)(**arguments)(torchio.Subject(volume=image))
    assert [line[0] for line in params["history"]] == [transform.name for transform in direct.history]
    assert np.array_equal(direct["volume"].data[0].numpy() * np.float32(volume.white), changed.voxels)
    assert np.allclose(direct["volume"].affine, changed.affine)


@pytest.mark.parametrize("name", ALL)
def test_replay_is_exact(name):
    """The case replays bit by bit from its params, and neither the first run's leftovers nor another case change it."""
    volume, op = head(affine=FLIPPED), backend(name)
    frame = Frame(volume, row_of(volume))
    params = scope_of(op).sample(3, frame.row)["1"]
    first = op.apply(frame, params, None).value
    case(op, volume, seed=9)
    assert bits(first) == bits(op.apply(frame, json.loads(json.dumps(params)), None).value)
    assert bits(first) == bits(backend(name).apply(Frame(head(affine=FLIPPED), frame.row), params, None).value)


@pytest.mark.parametrize("name", RANDOM)
def test_seeds_differ(name):
    """Another seed draws other parameters and gives another volume."""
    results = {bits(case(backend(name), head(), seed)[1]) for seed in range(4)}
    assert len(results) >= 3


def test_threads_give_what_one_gives():
    """Forty cases in four threads are those of one thread, while another thread draws from torch's global generator."""
    jobs = [
        (name, seed) for name in ("RandomMotion", "RandomNoise", "RandomGhosting", "RandomAffine") for seed in range(10)
    ]
    volume = head((16, 18, 15))
    alone = [bits(case(backend(name), volume, seed)[1]) for name, seed in jobs]
    with ThreadPoolExecutor(5) as pool:
        noise = pool.submit(lambda: [torch.rand(50) for _ in range(3000)])
        together = list(pool.map(lambda job: bits(case(backend(job[0]), volume, job[1])[1]), jobs))
        noise.result()
    assert alone == together


@pytest.mark.parametrize("name", ALL)
def test_the_global_generator_is_left_alone(name):
    """torch's and numpy's global generators are where they were, and where they are does not matter."""
    seen = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        before, numpys = torch.random.get_rng_state(), np.random.get_state()[1].tolist()
        seen.append(bits(case(backend(name), head())[1]))
        assert torch.equal(before, torch.random.get_rng_state())
        assert numpys == np.random.get_state()[1].tolist()
    assert seen[0] == seen[1]


def test_history_names_what_was_done():
    """A motion's degrees, shifts and times stand in the params, as JSON."""
    params, _ = case(backend("RandomMotion"), head())
    ((name, arguments),) = params["history"]
    assert name == "Motion"
    assert np.array(arguments["degrees"]["volume"]["array"]).shape == (3, 3)
    assert set(arguments) == {"degrees", "translation", "times", "image_interpolation"}


def test_always_applied():
    """A transform that TorchIO would apply with a probability is applied in every case."""
    volume = head()
    assert all(bits(case(backend("RandomGamma"), volume, seed)[1]) != bits(volume) for seed in range(12))


def test_geometry_follows():
    """Resampling and cropping give another grid with its affine; the middle of the head stays in space."""
    for name in ("Resample", "CropOrPad"):
        volume = head(affine=np.diag([2.0, 2.0, 3.0, 1.0]))
        changed = case(backend(name), volume)[1]
        assert changed.voxels.shape != volume.voxels.shape
        places = [
            v.affine[:3, :3] @ np.argwhere(v.voxels > 100).mean(axis=0) + v.affine[:3, 3] for v in (volume, changed)
        ]
        assert np.allclose(*places, atol=2)


@pytest.mark.parametrize("kind", [np.int16, np.uint8, np.float64])
def test_intensities_come_back_in_their_own_scale(kind):
    """A rescaling from 0 to 1 of a volume of integers fills its own range instead of becoming 0 and 1."""
    volume = head(kind=kind, white=200.0)
    changed = case(backend("RescaleIntensity"), volume)[1]
    assert changed.voxels.dtype == volume.voxels.dtype
    assert changed.voxels.max() == pytest.approx(volume.white, rel=0.02)
    as_they_are = operator("torchio", transform="RescaleIntensity", scaled=False, parameters={"out_min_max": [0, 1]})
    assert case(as_they_are, volume)[1].voxels.max() == 1


def test_level_0_is_the_frame_itself():
    """Level 0 is no change."""
    op, volume = backend("RandomBlur"), head()
    frame = Frame(volume, row_of(volume))
    assert op.apply(frame, scope_of(op).sample(0, frame.row)["1"], 0) is frame


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("RandomMotoin", {}, "did you mean 'RandomMotion'"),
        ("Zebra", {}, "write one of .*Blur.*RandomMotion"),
        ("Transform", {}, "no transform 'Transform'"),
        ("RandomFlip", {}, r"use \{kind: mirror\}"),
        ("Compose", {}, "one entry for each"),
        ("Lambda", {}, "takes code"),
        ("RandomLabelsToImage", {}, "label map"),
        ("RandomMotion", {"degreees": 5}, "did you mean 'degrees'"),
        ("RandomMotion", {"p": 0.5}, "robustspec sets this itself"),
        ("RandomMotion", {"include": ["t1"]}, "leave it out"),
        ("RandomMotion", {"degrees": "many"}, "refuses them"),
        ("RandomBlur", {"std": -1}, "refuses them"),
        ("Motion", {}, "refuses them"),
    ],
)
def test_what_cannot_be_is_an_error_when_the_operator_is_bound(name, parameters, message):
    """Unknown names and arguments are found before any case is made, with what to write instead."""
    with pytest.raises(PerturbationError, match=message):
        operator("torchio", transform=name, parameters=parameters).bind(Path())


@pytest.mark.parametrize("name", ALL)
def test_what_can_be_binds(name):
    """Every transform of these tests passes the check."""
    assert backend(name).bind(Path()).transform == name


def test_a_failure_on_one_volume_is_a_picture_error():
    """What TorchIO raises on a volume makes its case missing: here patches that are larger than the volume."""
    with pytest.raises(PictureError, match="RandomSwap failed on this volume"):
        case(backend("RandomSwap", patch_size=40), head())


def test_no_transform_is_built_where_torchio_is_absent(monkeypatch):
    """Without the extra, bind says nothing and missing_extra says what to install."""
    monkeypatch.setattr("robustspec.perturbation.base.find_spec", lambda name: None)
    op = backend("Zebra").bind(Path())
    assert op.missing_extra() == "torchio needs torchio -- pip install 'robustspec[mri]'"


def test_nothing_heavy_is_imported_with_the_kind():
    """The module of the kind holds no reference to torch or torchio."""
    module = sys.modules[type(backend("RandomBlur")).__module__]
    assert not {"torch", "torchio", "SimpleITK"} & set(vars(module))


def test_voxels_given_are_left_alone():
    """TorchIO works in place on memory of its own."""
    volume = head()
    volume.voxels.setflags(write=False)
    before = volume.voxels.copy()
    for name in ALL:
        case(backend(name), Volume(volume.voxels, volume.affine))
    assert np.array_equal(before, volume.voxels)
