"""How a model is called: the specification of an adapter, and the live model that it opens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from robustspec.data.picture import Picture
from robustspec.data.row import Input, Message, Output
from robustspec.described import Described

EVERYTHING = frozenset({"text", "image", "volume"})
"""The modalities of a model that is handed whatever the data hold."""


class Model:
    """A live model. Subclasses implement `predict`, or `predict_one` and set ``is_async``.

    ``fingerprint`` identifies the weights and settings, None where nothing identifies them (outputs are then reused
    only within one plan). ``in_flight`` is how many async calls may be under way, ``batch_size`` how many inputs one
    `predict` takes. ``by_case`` models answer a case, not an input (recorded outputs): they are asked for every case
    and nothing of theirs is stored. ``endpoint`` is the host that inputs are sent to, None for a local model.
    """

    name: str = "model"
    fingerprint: str | None = None
    modalities: frozenset[str] = frozenset({"text"})
    """What it takes: text, image, volume."""
    deterministic: bool = True
    is_async: bool = False
    by_case: bool = False
    endpoint: str | None = None
    in_flight: int = 1
    batch_size: int = 1

    def predict(self, inputs: Sequence[Input]) -> Sequence[Any]:
        """One output for each input: text, JSON-able data, or an `Output`."""
        raise NotImplementedError

    async def predict_one(self, item: Input) -> Any:
        """The output for one input; called on the run's event loop, ``in_flight`` times at once."""
        raise NotImplementedError

    def broken(self) -> str | None:
        """Why no further call can succeed, in a sentence that ends the run; None while one may."""
        return None

    def notes(self) -> Iterable[str]:
        """What a reader of the run must know of its calls, in sentences."""
        return ()

    def close(self) -> None:
        """Release what the model holds."""

    async def aclose(self) -> None:
        """Release what the model holds on the event loop."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AdapterSpec(Described):
    """What a specification says of a model. ``timeout_s`` bounds one call; a call that exceeds it is a missing case."""

    kind: str
    fingerprint: str | None = None
    """Identifies the model's weights and settings; outputs are reused between runs only under the same fingerprint."""
    timeout_s: float = 60.0
    """Seconds after which one call is given up and counted as missing."""

    @property
    def limit_s(self) -> float:
        """Seconds after which a call is given up from outside; infinite where the model bounds its calls itself."""
        return self.timeout_s

    def check(self, folder: Path) -> None:
        """Raise `AdapterError` for what is wrong with the adapter and shows without opening the model."""

    def open(self, folder: Path) -> Model:
        """The live model. ``folder`` is that of the specification: relative file names are resolved against it."""
        raise NotImplementedError


def as_output(value: Any) -> Output:
    """What a model returned, as an `Output`; None is a missing answer."""
    if isinstance(value, Output):
        return value
    if value is None:
        return Output(error="the model returned None")
    return Output(raw=value)


_A = {"image": "an image", "volume": "a volume"}


def not_taken(model: Model, item: Input) -> str | None:
    """Why an input is not shown to a model: what it holds is nothing that the model takes. None where it may be."""
    if type(item.content) is str and "text" in model.modalities:
        return None
    shown = {picture.modality for picture in item.images}
    if not shown and "text" not in model.modalities:
        return f"the input shows no picture, and {model.name} takes {taken(model)}"
    beyond = sorted(shown - model.modalities)
    return f"the input shows {_A[beyond[0]]}, and {model.name} takes {taken(model)}" if beyond else None


def taken(model: Model) -> str:
    """What a model takes, in words: ``image and text``."""
    return " and ".join(sorted(model.modalities))


def plain_messages(messages: Iterable[Message], show: Callable[[Picture], Any]) -> list[dict[str, Any]]:
    """A conversation as plain objects with ``role``, ``content`` and, where there are some, ``name`` and ``images``.

    ``show`` says what stands for a picture: its opened value for a model in this process, a `data URL
    <https://www.rfc-editor.org/rfc/rfc2397>`_ (`as_data_url`) for one that is sent JSON.
    """
    return [_plain(message, show) for message in messages]


def _plain(message: Message, show: Callable[[Picture], Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.name is not None:
        plain["name"] = message.name
    if message.images:
        plain["images"] = [show(picture) for picture in message.images]
    return plain


def as_data_url(picture: Picture) -> str:
    """A picture as text: an image as PNG, a volume as gzipped NIfTI, in base64."""
    from robustspec.data.picture_bytes import data_url

    return data_url(picture.open())
