"""A model of the transformers library, in this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from robustspec.adapters.base import Model
from robustspec.adapters.local.folder import require
from robustspec.adapters.local.spec import LocalAdapter

Task = Literal["chat", "choices", "classify", "image_text"]

_OF_PROMPTS = ("system", "prompt", "template_arguments")
_OF_GENERATION = ("max_tokens", "temperature", "seed", "stop")
_OF_CHOICES = ("choices", "normalise", "before_choice")
_TAKES: dict[str, tuple[str, ...]] = {
    "chat": (*_OF_PROMPTS, *_OF_GENERATION),
    "choices": (*_OF_PROMPTS, *_OF_CHOICES),
    "classify": (),
    "image_text": (*_OF_PROMPTS, *_OF_GENERATION),
}


class TransformersAdapter(LocalAdapter):
    """A model of the transformers library, from a folder or from the hub at one commit, run in this process.

    | task | the model | an output |
    |---|---|---|
    | ``chat`` | a causal language model | text |
    | ``choices`` | the same | ``{label: choice, scores: {choice: probability}}``, by log-probabilities: nothing to parse |
    | ``classify`` | a sequence classifier | ``{label: class, scores: {class: probability}}`` |
    | ``image_text`` | a model of images and text | text |

    Conversations are written by the model's own chat template; a model without one needs ``prompt``. Where the template
    refuses two messages of one role in a row, they are joined. Under ``choices`` a document named ``choices`` (one a line)
    replaces the list for its row. Inputs are answered in batches. Sums in batches of another size round otherwise, so that
    two tokens that are as good as equally likely may change places.

    Weights are read from safetensors only, no code of a model is run, and nothing is fetched unless ``download`` says so. The
    model is identified by the content of its files and by these settings. An input beyond the model's length has an error,
    and is only cut where ``truncate`` says so; inputs and answers that were cut are counted in a note. Where memory runs
    out, batches are halved; where a single input does not fit, the run ends, finished outputs kept. Generation stops
    ``timeout_s`` seconds for each input of a batch after it began; answers that have not ended by then are missing.
    """

    kind: Literal["transformers"] = "transformers"
    task: Task = "chat"
    """What is asked of the model."""
    system: str | None = None
    """System prompt, put before conversations that bring none of their own."""
    prompt: str | None = None
    """Text to be continued, with ``{input}`` and ``{system}``, instead of the model's chat template."""
    template_arguments: Mapping[str, Any] = {}
    """Further values for the chat template, such as ``enable_thinking: false``."""
    max_tokens: int = Field(default=256, ge=1)
    """Most tokens of an answer."""
    temperature: float = Field(default=0.0, ge=0)
    """0 takes the likeliest token each time; above it tokens are drawn from the whole distribution at this temperature."""
    seed: int = 0
    """What is drawn depends on it, on the case and on its input: not on batches or order."""
    stop: tuple[str, ...] = ()
    """An answer ends before the first of these texts."""
    choices: tuple[str, ...] = ()
    """What is ranked, two texts or more."""
    normalise: Literal["sum", "mean", "none"] = "sum"
    """``sum`` ranks by the probability of a whole choice, ``mean`` by that per token, for choices of unlike length; both give
    probabilities that add up to 1. ``none`` ranks as ``sum`` does and leaves them as the model has them."""
    before_choice: str | None = None
    """What stands between a prompt and a choice; by default a space, where ``prompt`` is set and ends in none."""
    truncate: bool = False
    """Cut inputs that are too long, a chat at its beginning, instead of giving them an error."""

    @field_validator("prompt")
    @classmethod
    def _has_a_place(cls, prompt: str | None) -> str | None:
        if prompt is not None and "{input}" not in prompt:
            raise ValueError("has no place for the input -- write {input} where it belongs")
        return prompt

    @field_validator("stop", mode="before")
    @classmethod
    def _stops(cls, stop: Any) -> Any:
        given = (stop,) if isinstance(stop, str) else stop
        if any(text == "" for text in given):
            raise ValueError("an empty text stops every answer -- leave it out")
        return given

    @field_validator("choices")
    @classmethod
    def _differ(cls, choices: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(choices)) < len(choices) or len(choices) == 1 or not all(choice.strip() for choice in choices):
            raise ValueError("takes two texts or more, none of them empty or twice -- write [positive, negative]")
        return choices

    @model_validator(mode="after")
    def _fits_its_task(self) -> Self:
        own = {name for names in _TAKES.values() for name in names}
        if odd := sorted((self.model_fields_set & own) - set(_TAKES[self.task])):
            raise ValueError(f"{odd[0]} says nothing to task {self.task} -- leave it out")
        if self.task == "choices" and not self.choices:
            raise ValueError("task choices needs choices -- write choices: [positive, negative]")
        if self.prompt is not None and (self.template_arguments or (self.system and "{system}" not in self.prompt)):
            raise ValueError(
                "prompt is used instead of the chat template -- write {system} into it for system, and leave out "
                "template_arguments"
            )
        if self.task == "image_text" and self.truncate:
            raise ValueError("truncate would cut images -- leave it out for task image_text")
        return self

    def check(self, folder: Path) -> None:
        """As for every model in this process; images need Pillow too."""
        super().check(folder)
        if self.task == "image_text":
            require("PIL")

    def open(self, folder: Path) -> Model:
        """The live model, loaded onto its device; `AdapterError` for what of it is missing or does not fit."""
        from robustspec.adapters.local.opening import open_model

        return open_model(self, self.model_folder(Path(folder)))
