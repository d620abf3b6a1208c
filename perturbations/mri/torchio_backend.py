"""Any transform of TorchIO, made exact and safe to test with."""

from __future__ import annotations

import difflib
import importlib
import inspect
import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, JsonValue

from robustspec.data.picture import Volume
from robustspec.errors import PerturbationError, PictureError
from robustspec.perturbation.base import Params
from robustspec.perturbation.frame import Frame, VolumeOperator

REFUSED: dict[str, str] = {
    **dict.fromkeys(("Compose", "OneOf"), "write one entry for each transform"),
    **dict.fromkeys(("Lambda", "MonaiAdapter"), "it takes code, which a specification cannot hold; write an operator"),
    **dict.fromkeys(("Flip", "RandomFlip"), "it would mirror the patient and leave the label; use {kind: mirror}"),
    **dict.fromkeys(("LabelsToImage", "RandomLabelsToImage"), "it makes a volume of a label map, which is not there"),
    **dict.fromkeys(
        ("Contour", "KeepLargestComponent", "OneHot", "RemapLabels", "RemoveLabels", "SequentialLabels"),
        "it changes label maps, which a volume does not carry",
    ),
    **dict.fromkeys(("CopyAffine", "ToReferenceSpace"), "it needs a second image"),
    **dict.fromkeys(("PCA",), "it makes colours of channels, and a volume has one channel"),
}
"""Transforms that cannot be used, with the reason or what to use."""

_OURS = ("p", "copy", "include", "exclude", "keys", "keep", "parse_input", "label_keys")
_ARRAYS = {
    "Motion": ("degrees", "translation", "times"),
    "Spike": ("spikes_positions",),
    "ElasticDeformation": ("control_points",),
}
_DRAWING = ("CropOrPad",)
"""Transforms that draw without being of the class RandomTransform."""

_REGRIDDING = (
    "Crop",
    "CropOrPad",
    "EnsureShapeMultiple",
    "Pad",
    "Resample",
    "Resize",
    "ToCanonical",
    "ToOrientation",
    "Transpose",
)

_MOVING = (
    "Affine",
    "AffineElasticDeformation",
    "ElasticDeformation",
    "RandomAffine",
    "RandomAffineElasticDeformation",
    "RandomElasticDeformation",
)
"""Transforms that move the anatomy on its grid."""

_RANDOM = frozenset(
    ("bernoulli", "multinomial", "normal", "rand", "randint", "randn", "randperm", "normal_", "random_", "uniform_")
)
"""Functions of torch that draw; TorchIO uses no others."""

_LATEST = threading.local()
"""The case that `TorchIO.sample` drew last in this thread, with the volume that came of it."""


class TorchIO(VolumeOperator):
    """Makes a transform of TorchIO 1.x an operator: ``{kind: torchio, transform: RandomMotion, parameters: {degrees: 5}}``.

    Stands for what the transform stands for; it is here to compare with results that were had with TorchIO, and for what
    has no operator of its own. ``parameters`` are the transform's own, as TorchIO documents them. Needs
    ``pip install "robustspec[mri]"``.

    What is different from calling TorchIO:

    - every draw depends on the case's seed alone, also under threads, and torch's global generator is neither read nor moved;
    - what a random transform drew is stored with the case as the explicit transforms that replay it bit by bit, and
      these are what is applied;
    - it is always applied (``p`` is 1), and an unknown transform or parameter is an error when the specification is checked;
    - intensities are handed over as shares of the white level and come back in their own scale, so that a parameter means
      the same for every volume (``scaled: false`` hands them over as they are).

    Transforms of label maps, several images or code are refused, and so are flips, which would mirror the patient and
    leave the label. A transform that moves the anatomy (RandomAffine, RandomElasticDeformation) does not move the label:
    sides, regions and sizes hold only while it is mild. There is no ladder; random transforms draw from zero up to their
    parameters, so two entries are no levels. Magnitude: root mean square of the change as a share of the white level; 1
    where the shape changes.

    >>> TorchIO(transform="RandomMotion", parameters={"degrees": 5, "num_transforms": 3}).transform
    'RandomMotion'

    Source: Perez-Garcia et al., TorchIO (2021), https://torchio.org.
    """

    kind: Literal["torchio"] = "torchio"
    transform: str
    """Name of the transform's class, such as RandomMotion, Motion or RescaleIntensity."""
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    """Arguments of its constructor."""
    scaled: bool = True
    """Whether intensities are handed over as shares of the white level."""

    needs: ClassVar[tuple[str, ...]] = ("torchio",)
    extra: ClassVar[str] = "mri"

    @property
    def moves_places(self) -> bool:  # type: ignore[override]  # a field decides
        """Whether the transform makes another grid or moves the anatomy."""
        return self.transform in (*_REGRIDDING, *_MOVING)

    @property
    def keeps_shape(self) -> bool:
        """Whether the transform is none of those that make another grid."""
        return self.transform not in _REGRIDDING

    def bind(self, folder: Path) -> Self:
        """This operator, after its transform was built once: an unknown name or argument is an error here."""
        if self.missing_extra() is None:
            self._built()
        return self

    def sample(self, rng: random.Random, passage: Frame) -> Params:
        """The explicit transforms for this volume, with all that was drawn."""
        seed = rng.getrandbits(63)
        assert isinstance(passage.value, Volume)  # the scope hands over no other
        params, result = self._drawn(passage.value, seed)
        _LATEST.case = (passage.value, self, params, result)
        return params

    def apply(self, passage: Frame, params: Params, level: int | None) -> Frame:
        """The frame after the explicit transforms of ``params``."""
        if level == 0:
            return passage
        assert isinstance(passage.value, Volume)  # the scope hands over no other
        return passage.with_value(self._kept(passage.value, params) or self._replayed(passage.value, params))

    def _kept(self, volume: Volume, params: Params) -> Volume | None:
        """What `sample` made on its way, where it was just called in this thread for this very case."""
        of, operator, drawn, result = getattr(_LATEST, "case", (None, None, None, None))
        _LATEST.case = (None, None, None, None)
        return result if of is volume and operator == self and drawn == params else None

    def _replayed(self, volume: Volume, params: Params) -> Volume:
        subject = self._subject(volume)
        with _seeded(0):
            for name, arguments in params["history"]:
                subject = self._run(_explicit(name, arguments), subject)
        return self._result(volume, subject)

    def _drawn(self, volume: Volume, seed: int) -> tuple[dict[str, Any], Volume | None]:
        """The params of the case; and the volume that comes of them, where drawing them makes it."""
        transform = self._built()
        random_transform = _torchio().transforms.augmentation.RandomTransform
        if not isinstance(transform, random_transform) and self.transform not in _DRAWING:
            return {"seed": seed, "history": [[self.transform, _plain(self._arguments())]]}, None
        with _seeded(seed):
            if self.transform == "RandomNoise":  # drawn apart: to apply Noise is to seed torch's global generator
                importlib.import_module("torch").rand(1)  # TorchIO draws whether to apply it first
                drawn = transform.get_params(transform.mean_range, transform.std_range)
                return {
                    "seed": seed,
                    "history": [["Noise", dict(zip(("mean", "std", "seed"), drawn, strict=True))]],
                }, None
            subject = self._run(transform, self._subject(volume))
        history = [[name, _plain(_own(arguments))] for name, arguments in subject.applied_transforms]
        return {"seed": seed, "history": history}, self._result(volume, subject)

    def _subject(self, volume: Volume) -> Any:
        """The volume as a subject of TorchIO, in memory of its own."""
        torchio, values = _torchio(), volume.floats()
        values /= self._unit(volume)
        tensor = importlib.import_module("torch").from_numpy(values)[None]
        return torchio.Subject(volume=torchio.ScalarImage(tensor=tensor, affine=volume.affine))

    def _result(self, volume: Volume, subject: Any) -> Volume:
        values, affine = np.asarray(subject["volume"].data[0].numpy(), np.float32), subject["volume"].affine
        changed = volume.with_floats(np.multiply(values, self._unit(volume), out=values))
        if values.shape == volume.voxels.shape and np.allclose(affine, volume.affine):
            return changed
        return volume.with_voxels(changed.voxels, np.asarray(affine, np.float64))

    def _unit(self, volume: Volume) -> np.float32:
        """What an intensity of 1 is in the volume's own scale."""
        return np.float32(volume.white if self.scaled else 1.0)

    def _run(self, transform: Any, subject: Any) -> Any:
        """The subject (used up) after one transform; whatever TorchIO raises becomes one sentence."""
        try:
            return transform(subject)
        except Exception as error:  # a third party's code: it raises what it likes
            raise PictureError(
                f"torchio: {self.transform} failed on this volume with {type(error).__name__}: {error} -- "
                "see its documentation for what it needs"
            ) from error

    def _arguments(self) -> dict[str, Any]:
        arrays = _ARRAYS.get(self.transform, ())
        return {
            name: np.asarray(value, np.float64) if name in arrays else _tuples(value)
            for name, value in self.parameters.items()
        }

    def _built(self) -> Any:
        """The transform as the specification has it; `PerturbationError` where TorchIO has no such thing."""
        cls = _transform(self.transform)
        known = [name for name in inspect.signature(cls).parameters if name not in (*_OURS, "kwargs")]
        for name in self.parameters:
            if name in _OURS:
                raise PerturbationError(f"torchio.parameters.{name}: robustspec sets this itself -- leave it out")
            if name not in known:
                raise PerturbationError(
                    f"torchio.parameters.{name}: {self.transform} has no such parameter -- {_nearest(name, known)}"
                )
        try:
            return cls(**self._arguments(), copy=False)
        except Exception as error:  # a third party's code: it raises what it likes
            raise PerturbationError(
                f"torchio.parameters: {self.transform} refuses them with {type(error).__name__}: {error} -- "
                "see its documentation for what they must be"
            ) from error


def _torchio() -> Any:
    try:
        return importlib.import_module("torchio")
    except ImportError as error:
        raise PerturbationError(
            f"kind torchio needs the package torchio, which does not import ({error}) -- pip install 'robustspec[mri]'"
        ) from error


def _transform(name: str) -> Any:
    """The class of that name; `PerturbationError` where there is none or where it cannot be used."""
    if name in REFUSED:
        raise PerturbationError(f"torchio.transform: {name} cannot be used here -- {REFUSED[name]}")
    transforms = _torchio().transforms
    cls, base = getattr(transforms, name, None), transforms.Transform
    if inspect.isclass(cls) and issubclass(cls, base) and not inspect.isabstract(cls):
        return cls
    found = [key for key, value in vars(transforms).items() if inspect.isclass(value) and issubclass(value, base)]
    usable = sorted(key for key in found if key not in REFUSED and not inspect.isabstract(vars(transforms)[key]))
    raise PerturbationError(f"torchio.transform: TorchIO has no transform '{name}' -- {_nearest(name, usable)}")


def _nearest(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'?" if near else f"write one of {', '.join(known)}"


def _explicit(name: str, arguments: Mapping[str, Any]) -> Any:
    """The explicit transform of a history's line, ready to be applied without torch's global generator."""
    transform = getattr(_torchio().transforms, name)(**_restored(arguments), copy=False)
    transform._use_seed = _seeded  # what Noise calls instead of seeding the global generator
    return transform


def _own(arguments: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if name not in _OURS}


def _tuples(value: Any) -> Any:
    """JSON lists as the tuples that TorchIO asks for."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def _plain(value: Any) -> Any:
    """Arguments of a transform as JSON from which `_restored` makes the same ones, bit by bit."""
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "type": value.dtype.str}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple):
        return {"tuple": [_plain(part) for part in value]}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if hasattr(value, "numpy"):  # a tensor
        return _plain(value.numpy())
    return value


def _restored(value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.keys() == {"array", "type"}:
            return np.array(value["array"], dtype=value["type"])
        if value.keys() == {"tuple"}:
            return tuple(_restored(part) for part in value["tuple"])
        return {name: _restored(part) for name, part in value.items()}
    return [_restored(part) for part in value] if isinstance(value, list) else value


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Let whatever torch draws in this thread come from ``seed``, and leave its global generator alone."""
    with _draws_class()(seed):
        yield


@cache
def _draws_class() -> Any:
    """A mode of torch, of one thread, that hands a generator of its own to every function that draws."""
    overrides: Any = importlib.import_module("torch.overrides")
    generator: Any = importlib.import_module("torch").Generator

    class Draws(overrides.TorchFunctionMode):  # type: ignore[misc]  # imported when used, so its type is not known here
        def __init__(self, seed: int) -> None:
            super().__init__()
            self.generator = generator().manual_seed(seed)

        def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
            given = dict(kwargs or {})
            if getattr(func, "__name__", "") in _RANDOM:
                given.setdefault("generator", self.generator)
            return func(*args, **given)

    return Draws
