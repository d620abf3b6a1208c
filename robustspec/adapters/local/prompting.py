"""From an input to the text that a causal model continues: by the model's chat template, or by a prompt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from robustspec.data.prompt import filled
from robustspec.data.row import Input, Message
from robustspec.errors import AdapterError


class Prompts:
    """Writes prompts for one model.

    ``template`` is what has ``apply_chat_template``, a tokenizer or a processor. With ``prompt`` no chat template is used:
    ``{input}`` and ``{system}`` in it are replaced. ``arguments`` go to the chat template.
    """

    def __init__(
        self, template: Any, *, prompt: str | None, system: str | None, arguments: Mapping[str, Any], name: str
    ) -> None:
        self._template, self._prompt, self._system, self._arguments = template, prompt, system, dict(arguments)
        if prompt is None and not getattr(template, "chat_template", None):
            raise AdapterError(
                f"{name} has no chat template, so it is no chat model -- write prompt: '{{input}}', which it then continues"
            )

    @property
    def is_chat(self) -> bool:
        """Whether the chat template writes the prompts; it then brings the special tokens too."""
        return self._prompt is None

    def text(self, item: Input) -> str:
        """The prompt for an input; `AdapterError` where the chat template refuses the conversation."""
        if self._prompt is not None:
            return filled(self._prompt, {"input": plain_text(item.messages), "system": self._system or ""})
        return self.chat([_shown(message, message.content) for message in self.messages(item)])

    def messages(self, item: Input) -> Sequence[Message]:
        """The conversation with the system prompt, where it brings none of its own."""
        said = item.messages
        if self._system is None or (said and said[0].role == "system"):
            return said
        return (Message("system", self._system), *said)

    def chat(self, messages: list[dict[str, Any]]) -> str:
        """A conversation by the chat template, up to where the answer begins.

        Where the template refuses two messages of one role in a row, as some do, they are joined by an empty line.
        """
        try:
            return self._applied(messages)
        except Exception as error:  # templates raise what they like
            joined = _joined(messages)
            if len(joined) == len(messages):
                raise _refused(error) from error
        try:
            return self._applied(joined)
        except Exception as error:  # as above
            raise _refused(error) from error

    def _applied(self, messages: list[dict[str, Any]]) -> str:
        text = self._template.apply_chat_template(
            messages, **self._arguments, tokenize=False, add_generation_prompt=True
        )
        assert isinstance(text, str)
        return text


def plain_text(messages: Iterable[Message]) -> str:
    """Messages as plain text: one as it is, several as ``role: content``, a document under its name, a line between them."""
    said = list(messages)
    if len(said) == 1:
        return said[0].content
    return "\n\n".join(f"{message.name or message.role}: {message.content}" for message in said)


def _shown(message: Message, content: Any) -> dict[str, Any]:
    named = {} if message.name is None else {"name": message.name}
    return {"role": message.role, "content": content} | named


def _joined(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    joined: list[dict[str, Any]] = []
    for message in messages:
        last = joined[-1] if joined else None
        if last is None or last["role"] != message["role"]:
            joined.append({"role": message["role"], "content": message["content"]})
        elif isinstance(message["content"], str):
            last["content"] = f"{last['content']}\n\n{message['content']}"
        else:
            last["content"] = [*last["content"], *message["content"]]
    return joined


def _refused(error: Exception) -> AdapterError:
    told = str(error).strip().splitlines()
    return AdapterError(
        f"the model's chat template refuses the conversation: {told[0] if told else type(error).__name__} -- leave out "
        "what it refuses, or write a prompt"
    )
