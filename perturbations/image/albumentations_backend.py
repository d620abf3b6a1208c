"""Any transform of albumentations on single images, made safe to test with."""

from __future__ import annotations

import copy
import difflib
import inspect
import json
import threading
import warnings
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, JsonValue, ValidationError, field_validator

from robustspec.data.picture import Image
from robustspec.errors import PerturbationError, PictureError
from robustspec.perturbation.frame import ImageOperator

from .albumentations_engine import albumentations

_VERSION = "2.0.8"

_BOXES = "it needs masks or boxes of the image, which rows do not carry -- use a crop or dropout that needs none"
_IMAGES = "it needs other images or files besides the one that it changes -- make its images beforehand as rows of data"
_TYPES = "it changes the type of the image and not what is shown, as a step before a model -- let the model do it"
_VOLUMES = "it is made for volumes -- use an operator on volumes, such as those of torchio"

REFUSED: dict[str, str] = {
    **dict.fromkeys(
        (
            "AtLeastOneBBoxRandomCrop",
            "BBoxSafeRandomCrop",
            "ConstrainedCoarseDropout",
            "CropNonEmptyMaskIfExists",
            "MaskDropout",
            "RandomCropNearBBox",
            "RandomSizedBBoxSafeCrop",
        ),
        _BOXES,
    ),
    **dict.fromkeys(
        ("FDA", "HistogramMatching", "Mosaic", "OverlayElements", "PixelDistributionAdaptation", "TextImage"), _IMAGES
    ),
    **dict.fromkeys(("FromFloat", "Normalize", "ToFloat", "ToRGB", "ToTensorV2", "ToTensor3D"), _TYPES),
    **dict.fromkeys(
        ("CenterCrop3D", "CoarseDropout3D", "CubicSymmetry", "Pad3D", "PadIfNeeded3D", "RandomCrop3D"), _VOLUMES
    ),
    "Lambda": "it needs functions, which a specification cannot hold -- write an operator of your own instead",
    "NoOp": "it changes nothing -- leave the entry out",
}
"""Transforms that cannot be perturbations of one image, with the reason and what to do instead."""

MOVING = {
    *("Affine", "CenterCrop", "Crop", "CropAndPad", "D4", "ElasticTransform", "GridDistortion", "GridElasticDeform"),
    *("HorizontalFlip", "LongestMaxSize", "Morphological", "OpticalDistortion", "Pad", "PadIfNeeded", "Perspective"),
    *("PiecewiseAffine", "RandomCrop", "RandomCropFromBorders", "RandomGridShuffle", "RandomResizedCrop"),
    *("RandomRotate90", "RandomScale", "RandomSizedCrop", "Resize", "Rotate", "SafeRotate", "ShiftScaleRotate"),
    *("SmallestMaxSize", "SquareSymmetry", "ThinPlateSpline", "TimeReverse", "Transpose", "VerticalFlip"),
}
"""Transforms that move what is shown: those that would move a mask with it."""

_COLOURED = {
    *("ChannelDropout", "ChromaticAberration", "HEStain", "HueSaturationValue", "ISONoise", "PlanckianJitter"),
    *("RandomFog", "RandomGravel", "RandomRain", "RandomSnow", "RandomSunFlare", "Spatter", "ToGray"),
}
"""Transforms that take no grey images, or warn of them."""

_WRITES = {"AutoContrast"}
"""Transforms that write to the array that they are given; for all others it is read-only."""

_OURS = {"p": "it is always 1, so that every image is changed", "strict": "it is always on"}


class Albumentations(ImageOperator):
    """Makes a transform of albumentations 2.0.8 an operator: ``{kind: albumentations, transform: RandomRain}``.

    Stands for what the transform stands for; it is here for effects that this package does not have, and to compare with
    results that were had with albumentations. Prefer the operators of this package where there is one.
    ``parameters`` are the transform's own (``limit``, ``noise_scale_factor``, ``fill``, ...), as albumentations documents
    them; a list stands for a tuple, and a range of one value (``limit: [15, 15]``) for a fixed amount. Constants of OpenCV
    are numbers (``border_mode: 4`` mirrors). Needs ``pip install "robustspec[image]"``.

    What is different from calling albumentations:

    - the transform is always applied (its own default is every second image);
    - draws depend on the seed of the case and the entry alone, also under threads; a pipeline of albumentations gives all
      of its transforms the same seed;
    - an unknown parameter, or one of versions before 2.0, is an error when the specification is checked, and not a
      warning with the default instead; nothing is asked of a server at import;
    - uint16 images go through the transform as floats and come back as uint16 (transforms that work on bytes inside leave
      256 tones); grey images go through transforms that take only colours as three equal channels, and come back as
      their luma; the values of a row are never written to, as AutoContrast would.

    Transforms that need masks, boxes, other images, volumes or functions are refused by name, and so are those that only
    change types. There is no ladder: the parameters say how much. Crops and resizings change the size of the image. A
    transform that fails on an image makes its case count as missing. Magnitude: root mean square of the change as a share
    of white, 1 where the size changes.

    >>> import numpy as np
    >>> square = Image(np.array([[10, 20], [30, 40]], dtype=np.uint8))
    >>> flip = Albumentations(transform="HorizontalFlip")
    >>> flip.change(square, 1, seed=7).pixels.tolist()
    [[20, 10], [40, 30]]

    Source: Buslaev et al. (2020), Albumentations: fast and flexible image augmentations, Information 11(2):125; version
    2.0.8 is the last one with the MIT licence.
    """

    kind: Literal["albumentations"] = "albumentations"
    transform: str
    """Name of the transform's class, such as RandomRain or GridDistortion."""
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    """Arguments of the transform's constructor."""

    needs: ClassVar[tuple[str, ...]] = ("cv2", "albumentations")
    extra: ClassVar[str] = "image"

    @field_validator("transform")
    @classmethod
    def _usable(cls, transform: str) -> str:
        if transform in REFUSED:
            raise ValueError(f"{transform} cannot be used: {REFUSED[transform]}")
        return transform

    @cached_property
    def arguments(self) -> tuple[str, str]:
        """The transform's name and its parameters as JSON: the same for equal operators."""
        return self.transform, json.dumps(self.parameters, sort_keys=True)

    @property
    def moves_places(self) -> bool:  # type: ignore[override]  # a field decides
        """Whether the transform is a geometric one."""
        return self.transform in MOVING

    @property
    def keeps_shape(self) -> bool:
        """Whether the transform is none of those that crop or resize: not known, so not promised."""
        return False

    def bind(self, folder: Path) -> Albumentations:
        """This operator, once its transform and parameters are known to be right."""
        if self.missing_extra() is None:
            _built(*self.arguments)
        return self

    def change(self, image: Image, amount: float, seed: int) -> Image:
        """The image as the transform leaves it."""
        import cv2

        pixels = image.unit() if image.pixels.dtype == np.uint16 else image.pixels
        widened = image.is_grey and self.transform in _COLOURED
        result = self._transformed(cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB) if widened else pixels, seed)
        result = cv2.cvtColor(result, cv2.COLOR_RGB2GRAY) if widened else result
        if not result.flags.writeable:  # (a part of) the very array that was handed over
            result = result.copy()
        return image.with_pixels(result) if image.pixels.dtype == np.uint8 else image.with_unit(result)

    def _transformed(self, pixels: NDArray[Any], seed: int) -> NDArray[Any]:
        transform = self._own()
        transform.set_random_seed(seed)
        given = pixels.copy() if self.transform in _WRITES else pixels.view()
        given.setflags(write=self.transform in _WRITES)
        try:
            result: NDArray[Any] = transform(image=given)["image"]
        except Exception as error:  # a third party's code: it raises what it likes
            raise PictureError(
                f"albumentations.{self.transform} failed on an image of {pixels.shape} {pixels.dtype} with "
                f"{type(error).__name__}: {error} -- see whether its parameters fit images of this size"
            ) from error
        if result.dtype != pixels.dtype or result.ndim != pixels.ndim or not result.size:
            raise PictureError(
                f"albumentations.{self.transform} made {result.shape} {result.dtype} of {pixels.shape} {pixels.dtype} "
                "-- use a transform that keeps the type and the channels"
            )
        return result

    def _own(self) -> Any:
        """This thread's transform: transforms hold state, so no two threads share one."""
        held = _HELD.transforms
        if self.arguments not in held:
            if len(held) >= _MOST_HELD:
                held.clear()
            held[self.arguments] = copy.deepcopy(_built(*self.arguments))
        return held[self.arguments]


_MOST_HELD = 64
_LOCK = threading.Lock()


class _Held(threading.local):
    """The transforms of a thread, by `Albumentations.arguments`."""

    def __init__(self) -> None:
        self.transforms: dict[tuple[str, str], Any] = {}


_HELD = _Held()


@lru_cache(maxsize=_MOST_HELD)
def _built(name: str, parameters: str) -> Any:
    """The transform with its parameters (JSON), always applied; PerturbationError where it takes none of these."""
    cls = _class(name)
    given: dict[str, Any] = json.loads(parameters)
    known = inspect.signature(cls).parameters
    for key in given:
        if key in _OURS:
            raise PerturbationError(f"albumentations.parameters.{key}: {_OURS[key]} -- leave it out")
        if key not in known:
            raise PerturbationError(
                f"albumentations.parameters.{key}: {name} of {_VERSION} has no such parameter -- "
                f"{_nearest(key, sorted(set(known) - set(_OURS)))}"
            )
    return _make(cls, given)


def _make(cls: Any, given: dict[str, Any]) -> Any:
    strict = {"strict": True} if "InitSchema" in vars(cls) else {}  # others check when their base class is built
    try:
        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("error")  # a value that it only warns of would be replaced by its default
            for advice in ("This augmenter is very slow", ".*special(ized version| case) of", ".*is an alias for"):
                warnings.filterwarnings("ignore", advice)
            return cls(**given, p=1.0, **strict)
    except Exception as error:  # a third party's code: it raises what it likes
        raise PerturbationError(
            f"albumentations.parameters: {cls.__name__} does not take them: {_reason(error)} -- see its documentation "
            "for what they must be"
        ) from error


def _reason(error: Exception) -> str:
    """What is wrong with which parameter, in a line."""
    cause = error.__cause__
    if not isinstance(cause, ValidationError):
        return " ".join(str(error).split())
    return "; ".join(f"{fault['loc'][0] if fault['loc'] else 'together'}: {fault['msg']}" for fault in cause.errors())


def _class(name: str) -> Any:
    engine = albumentations()
    if engine.__version__ != _VERSION:
        raise PerturbationError(
            f"kind albumentations is made for version {_VERSION}, and {engine.__version__} is installed -- "
            f"pip install albumentations=={_VERSION}"
        )
    bases = engine.BasicTransform, engine.ImageOnlyTransform, engine.DualTransform, engine.Transform3D
    known = {
        key: value
        for key, value in vars(engine).items()
        if inspect.isclass(value) and issubclass(value, engine.BasicTransform) and value not in bases
    }
    if name not in known:
        raise PerturbationError(
            f"albumentations.transform: {_VERSION} has no transform '{name}' -- "
            f"{_nearest(name, sorted(set(known) - set(REFUSED)))}"
        )
    return known[name]


def _nearest(name: str, known: list[str]) -> str:
    if not known:
        return "it has none, leave them out"
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"did you mean '{near[0]}'?" if near else f"write one of {', '.join(known)}"
