"""A Python object as a model: a function, an async function, an object with ``predict``, or a class of such objects."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from robustspec.adapters.base import EVERYTHING, AdapterSpec, Model, plain_messages
from robustspec.adapters.target import expanded, import_target, source_fingerprint
from robustspec.data.picture import Image, Picture, Value
from robustspec.data.row import Input
from robustspec.errors import AdapterError

Form = Literal["text", "conversation", "picture", "auto"]

_ASYNC_IN_FLIGHT = 16
_BATCH_RULE = "where a batch function returns a list with one output for each input -- or leave out batch: true"


class CallableAdapter(AdapterSpec):
    """A Python function or object, named by where it is imported from.

    What it is decides how it is called: a function gets one input and returns one output; an async function is called
    ``in_flight`` times at once; an object with ``predict`` has that called; a class is instantiated once, without
    arguments. With ``batch: true`` a function or ``predict`` gets a list and returns as many outputs.

    An output is text, or JSON-able data (numpy scalars and arrays are turned into plain data); text beyond 1,000,000
    characters is cut there. An exception, or None, is a missing answer for that input only.
    """

    kind: Literal["callable"] = "callable"
    target: str
    """``package.module:name``, found on Python's path, in the current folder, or beside the specification."""
    form: Form = "auto"
    """What the function gets: ``text`` (of a conversation, the last user message), ``conversation`` (a list of objects
    with ``role``, ``content`` and, where pictures are shown, ``images``: opened, an image with ``pixels``, a volume with
    ``voxels`` and ``affine``, each a copy that it may change), ``picture`` (the last picture, opened), or ``auto``: text
    where the row is text, a conversation where it is one."""
    batch: bool = False
    """The function takes a list of inputs and returns a list of as many outputs."""
    batch_size: int = Field(default=32, ge=1)
    """Inputs in one call, where ``batch`` is true."""
    in_flight: int | None = Field(default=None, ge=1)
    """Calls under way at once: by default 16 of an async function and 1 of others, where more means more threads."""
    deterministic: bool = True
    """The same input always gets the same output; repeats of it are then one observation."""

    @field_validator("target")
    @classmethod
    def _has_module_and_name(cls, target: str) -> str:
        module, colon, name = target.partition(":")
        if not (colon and module and name) and "$" not in target:
            left, _, right = target.rpartition(".")
            hint = f" -- did you mean '{left}:{right}'?" if left and not colon else " -- write package.module:name"
            raise ValueError(f"'{target}' does not name an object in a module{hint}")
        return target

    def check(self, folder: Path) -> None:
        """Import the target; nothing is called."""
        import_target(expanded(self.target, "target"), Path(folder))

    def open(self, folder: Path) -> Model:
        """Import the target and wrap it; an `AdapterError` says what of the target is wrong."""
        target = expanded(self.target, "target")
        module, found = import_target(target, Path(folder))
        own = inspect.isclass(found)
        model = wrap(
            found,
            form=self.form,
            batch=self.batch,
            batch_size=self.batch_size,
            in_flight=self.in_flight,
            deterministic=self.deterministic,
            fingerprint=self.fingerprint,
            name=target,
        )
        if isinstance(model, CallableModel):
            model.owned = own
        if model.fingerprint is None:
            model.fingerprint = source_fingerprint(target, module, found)
        return model


class CallableModel(Model):
    """The live model around a Python callable; made by `wrap`."""

    owned = False

    def __init__(self, call: Callable[[Any], Any], source: Any, *, name: str, form: Form, batch: bool) -> None:
        self.name = name
        self._call = call
        self._source = source
        self._form = form
        self._batch = batch
        default = {"text": frozenset({"text"}), "picture": frozenset({"image", "volume"})}.get(form, EVERYTHING)
        own = getattr(source, "modalities", default)
        self.modalities = frozenset([own] if isinstance(own, str) else own)

    def predict(self, inputs: Sequence[Input]) -> Sequence[Any]:
        """One output for each input; what the callable raises passes through, a wrong count is an `AdapterError`."""
        if not self._batch:
            return [self._call(_shaped(item, self._form)) for item in inputs]
        outputs = self._call([_shaped(item, self._form) for item in inputs])
        if isinstance(outputs, (str, bytes, Mapping)) or not hasattr(outputs, "__iter__"):
            raise AdapterError(f"{self.name} returned {type(outputs).__name__} for a batch, {_BATCH_RULE}")
        outputs = list(outputs)
        if len(outputs) != len(inputs):
            raise AdapterError(f"{self.name} returned {len(outputs)} outputs for {len(inputs)} inputs, {_BATCH_RULE}")
        return outputs

    async def predict_one(self, item: Input) -> Any:
        """The output for one input, from an async callable."""
        return await self._call(_shaped(item, self._form))

    def close(self) -> None:
        """Close the object if it was instantiated here and can be closed."""
        close = getattr(self._source, "close", None)
        if self.owned and callable(close) and not inspect.iscoroutinefunction(close):
            close()

    async def aclose(self) -> None:
        """The same for an object whose ``aclose`` is async."""
        close = getattr(self._source, "aclose", None)
        if self.owned and inspect.iscoroutinefunction(close):
            await close()


def wrap(
    obj: Any,
    *,
    form: Form = "auto",
    batch: bool = False,
    batch_size: int = 32,
    in_flight: int | None = None,
    deterministic: bool = True,
    fingerprint: str | None = None,
    name: str = "",
) -> Model:
    """A `Model` around a function, an async function, an object with ``predict``, or a class of such objects.

    A `Model` is returned as it is. The arguments are the fields of `CallableAdapter`. The fingerprint is the given one,
    else the object's own attribute ``fingerprint``, else, for a function at the top of a module, a hash of its source
    file; None for what has a state that nothing identifies. Raises `AdapterError` for what cannot be called.
    """
    name = name or _name_of(obj)
    source = _instantiated(obj, name)
    if isinstance(source, Model):
        if fingerprint is not None:
            source.fingerprint = fingerprint
        return source
    call = _call_of(source, name)
    is_async = _is_async(call)
    if is_async and batch:
        raise AdapterError(
            f"{name} is async and takes one input a call -- leave out batch: true, or make it a plain function"
        )
    model = CallableModel(call, source, name=name, form=form, batch=batch)
    model.is_async = is_async
    model.in_flight = in_flight or (_ASYNC_IN_FLIGHT if is_async else 1)
    model.batch_size = batch_size if batch else 1
    model.deterministic = deterministic
    model.fingerprint = fingerprint or _own_fingerprint(source) or _function_fingerprint(obj)
    return model


def _shaped(item: Input, form: Form) -> Any:
    if form == "text" or (form == "auto" and isinstance(item.content, str)):
        return item.text
    if form == "picture":
        if not item.images:
            raise AdapterError("the input holds no picture -- write form: auto")
        return _opened(item.images[-1])
    return plain_messages(item.messages, _opened)


def _opened(picture: Picture) -> Value:
    """A copy for the model, which may normalise in place: the value in the cache is what perturbed ones are made of."""
    value = picture.open()
    if isinstance(value, Image):
        return value.with_pixels(value.pixels.copy())
    return replace(value, voxels=value.voxels.copy(), affine=value.affine.copy())


def _name_of(obj: Any) -> str:
    named = obj if hasattr(obj, "__qualname__") else type(obj)
    return f"{getattr(named, '__module__', None) or 'builtins'}:{named.__qualname__}"


def _instantiated(obj: Any, name: str) -> Any:
    if not inspect.isclass(obj):
        return obj
    try:
        return obj()
    except Exception as error:  # the class is the user's and may raise anything
        raise AdapterError(
            f"{name} cannot be instantiated without arguments: {type(error).__name__}: {error} -- "
            "name an instance, or a function that uses one"
        ) from error


def _call_of(source: Any, name: str) -> Callable[[Any], Any]:
    predict = getattr(source, "predict", None)
    if callable(predict):
        return predict  # type: ignore[no-any-return]  # the object is the user's
    if callable(source):
        return source  # type: ignore[no-any-return]  # the object is the user's
    raise AdapterError(
        f"{name} is a {type(source).__name__}, neither callable nor an object with predict -- "
        "name a function from an input to an output"
    )


def _is_async(call: Callable[[Any], Any]) -> bool:
    return inspect.iscoroutinefunction(call) or inspect.iscoroutinefunction(getattr(type(call), "__call__", None))  # noqa: B004  # is it async, not whether


def _own_fingerprint(source: Any) -> str | None:
    own = getattr(source, "fingerprint", None)
    return own if isinstance(own, str) and own else None


def _function_fingerprint(obj: Any) -> str | None:
    """Of a function at the top of a module; closures, partials and instances have a state that no source shows."""
    if not inspect.isfunction(obj) or "<" in obj.__qualname__:
        return None
    return source_fingerprint(f"{obj.__module__}:{obj.__qualname__}", sys.modules.get(obj.__module__), obj)
