"""What is put into a JSON request, and what is taken out of a JSON response: values at places, no expressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

SLOTS = ("input", "messages", "system")
"""The places of a request: ``{input}``, ``{messages}``, ``{system}``."""

_SLOT = re.compile(r"\{(input|messages|system)\}")
_WORD = re.compile(r"\{([A-Za-z_]*)\}")
_STEP = re.compile(r"-?[0-9]+")
_KEYS_SHOWN = 8


def texts_of(template: Any) -> Iterator[str]:
    """Every text of a template that may hold a place; keys may not."""
    if isinstance(template, str):
        yield template
    elif isinstance(template, Mapping | list | tuple):
        for each in template.values() if isinstance(template, Mapping) else template:
            yield from texts_of(each)


def each_text(template: Any, change: Callable[[str], Any]) -> Any:
    """A copy of ``template`` with ``change`` of each text in the text's place."""
    if isinstance(template, str):
        return change(template)
    if isinstance(template, Mapping):
        return {key: each_text(value, change) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [each_text(value, change) for value in template]
    return template


def filled(template: Any, values: Mapping[str, Any]) -> Any:
    """``template`` with each place taken by its value; what a value holds is not looked at again.

    A text that is a place and nothing else becomes the value, list or text; within a longer text its value is written.
    """

    def change(text: str) -> Any:
        alone = _SLOT.fullmatch(text)
        return values[alone[1]] if alone else _SLOT.sub(lambda found: str(values[found[1]]), text)

    return each_text(template, change)


def fault_of_template(template: Any) -> str:
    """What is wrong with the template of a request, empty for a sound one."""
    texts = list(texts_of(template))
    for text in texts:
        word = _WORD.fullmatch(text)
        if word and word[1] not in SLOTS:
            return f"'{text}' is no place of a request -- write {{input}}, {{messages}} or {{system}}"
        if "{messages}" in text and text != "{messages}":
            return "{messages} is a list and cannot stand within a text -- give it a field of its own"
    if not any("{input}" in text or "{messages}" in text for text in texts):
        return 'has no place for the input -- write "{input}" or "{messages}", in quotes, where it belongs'
    return ""


def fault_of_path(path: str) -> str:
    """What is wrong with the path of a response, empty for a sound one."""
    plain = re.sub(r"\[(-?\d+)\]", r".\1", path.removeprefix("$")).strip(".")
    if plain != path or not all(path.split(".")):
        return f"'{path}' is not a path of names and numbers -- write {plain or 'choices.0.text'}"
    return ""


def value_at(data: Any, path: str) -> Any:
    """The value at a path such as ``choices.0.text``: names for objects, numbers (from 0, or -1 for the last) for lists.

    Raises `LookupError` with what there was instead, by names and sizes: no value is repeated, and names are not cut, so that
    secrets in them can be found.
    """
    steps = path.split(".")
    for at, step in enumerate(steps):
        try:
            data = _entered(data, step)
        except LookupError as error:
            where = ".".join(steps[:at])
            raise LookupError(f"'{where}' is {error}" if where else f"it is {error}") from None
    return data


def _entered(data: Any, step: str) -> Any:
    if isinstance(data, Mapping):
        if step in data:
            return data[step]
        raise LookupError(_object(data))
    if isinstance(data, list):
        if _STEP.fullmatch(step) and -len(data) <= int(step) < len(data):
            return data[int(step)]
        raise LookupError(f"a list of {len(data)}")
    raise LookupError({str: "a text", bool: "a truth value", type(None): "null"}.get(type(data), "a number"))


def _object(data: Mapping[str, Any]) -> str:
    if len(data) > _KEYS_SHOWN:
        return f"an object with {len(data)} names, such as {', '.join(list(data)[:_KEYS_SHOWN])}"
    return f"an object with {', '.join(data)}" if data else "an empty object"
