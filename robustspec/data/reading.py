"""From a record of a file to the parts of a row: id, input with its pictures, label, policy, spans, facts.

Faults are `DataError` without a place; who knows the record's locator puts ``file:line`` in front. The index reads
every record through here once, so that a malformed row stops a run before its first call.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from robustspec.data.base import Record, Source
from robustspec.data.block import Canonical, DataBlock
from robustspec.data.conditions import all_meet
from robustspec.data.picture import Picture
from robustspec.data.row import Content, Input, Message, Policy, PolicyWord, Span
from robustspec.data.values import as_text, did_you_mean, has_nan, is_missing, short
from robustspec.errors import DataError

POLICY_WORDS: tuple[str, ...] = get_args(PolicyWord)
_ROLES = ("system", "user", "assistant", "tool")
_MESSAGE_KEYS = ("role", "content", "name", "images", "expect", "policy")


class RecordReader:
    """Reads the parts of rows from the records of one data block; ``source`` is where their pictures come from.

    ``numbered`` says that the file has no ids: a row's id is then its record's number in the file, from 1, in seven
    digits. Such ids, and with them the order of units, change when rows are inserted.
    """

    def __init__(self, block: DataBlock, numbered: bool, source: Source) -> None:
        self._block = block
        self._source = source
        self.numbered = numbered
        self._column: dict[Canonical, str] = {name: block.column(name) for name in get_args(Canonical)}

    def id(self, record: Record, number: int) -> str:
        """The row's id; ``number`` is the record's place in the file, from 1."""
        column = self._column["id"]
        value = record.get(column)
        if self.numbered:
            if value is not None:
                raise DataError(f"has an '{column}', but the first record has none -- give every record one")
            return f"{number:07d}"
        if is_missing(value):
            raise DataError(f"has no '{column}' -- give every record one, or none")
        return _scalar_text(value, column)

    def unit(self, record: Record, row_id: str) -> str:
        """What the row belongs to: its value of the ``unit:`` column, else its id."""
        column = self._block.unit
        if column is None:
            return row_id
        value = record.get(column)
        if is_missing(value):
            raise DataError(f"has no '{column}', which `unit` names{_hint(column, record)}")
        return _scalar_text(value, column)

    def input(self, record: Record) -> Content:
        """The row's text, or its conversation.

        The pictures of the column ``images`` are shown in the last message of the user, after those that the message itself
        has; a row of pictures alone is one message of the user without words.
        """
        listed = record.get(self._column["images"])
        pictures = () if listed is None else self._pictures(listed, self._column["images"])
        if not pictures:
            return self._said(record)
        content = "" if is_missing(record.get(self._column["input"])) else self._said(record)
        if isinstance(content, str):
            return (Message("user", content, images=pictures),)
        return _shown(content, pictures)

    def _said(self, record: Record) -> Content:
        column = self._column["input"]
        value = record.get(column)
        if isinstance(value, str):
            if is_missing(value):
                raise DataError(f"'{column}' is empty")
            return value
        if value is None:
            raise DataError(f"has no '{column}'{_hint(column, record)}")
        if not isinstance(value, list) or not value:
            raise DataError(f"'{column}' is text or a list of messages, but this is {short(value)}")
        messages = tuple(self._message(item, column, turn) for turn, item in enumerate(value, 1))
        if messages[-1].role == "assistant":
            raise DataError(f"'{column}' ends with an answer of the model's -- end with the turn that it is to answer")
        _check_turns(messages, column)
        return messages

    def _message(self, item: Any, column: str, turn: int) -> Message:
        message = _message(item, column, turn)
        listed = item.get("images")
        if listed is None:
            if is_missing(message.content):
                raise DataError(f"'{column}' message {turn} is empty -- leave the turn out, or say something in it")
            return message
        return replace(message, images=self._pictures(listed, f"{column}' message {turn} 'images"))

    def _pictures(self, value: Any, column: str) -> tuple[Picture, ...]:
        """The pictures of a reference, of a list of them or, in CSV, of a list as JSON text."""
        if is_missing(value):
            return ()
        if isinstance(value, str) and value.lstrip().startswith("["):
            value = _structured(value, column)
        references = value if isinstance(value, list) else [value]
        try:
            return tuple(self._source.picture(reference) for reference in references)
        except DataError as error:
            raise DataError(f"'{column}': {error}") from None

    def label(self, record: Record) -> Any:
        """The row's label, None where the record has none; an empty one or a NaN in it is an error."""
        column = self._column["label"]
        value = record.get(column)
        if isinstance(value, str):
            if is_missing(value):
                raise DataError(f"'{column}' is empty -- leave the key out where there is no label")
        elif value is not None and has_nan(value):
            raise DataError(f"'{column}' holds NaN or an infinity, with which nothing compares equal")
        return value

    def policy(self, record: Record) -> Policy | None:
        """The row's policy: its own, else that of the first rule that it matches, else None."""
        value = record.get(self._column["policy"])
        if not is_missing(value):
            return _policy(value)
        for rule in self._block.policy:
            if all_meet(record, rule.when):
                return rule.policy
        return None

    def spans(self, record: Record, content: Content) -> tuple[Span, ...]:
        """The row's spans, offsets turned into the text that they cover."""
        column = self._column["spans"]
        value = _structured(record.get(column), column)
        if value is None:
            return ()
        if not isinstance(value, list):
            raise DataError(f"'{column}' is a list of {{text, category}}, but this is {short(value)}")
        return tuple(_span(item, content) for item in value)

    def facts(self, record: Record) -> Mapping[str, Any]:
        """The row's facts."""
        column = self._column["facts"]
        value = _structured(record.get(column), column)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise DataError(f"'{column}' is a mapping, but this is {short(value)}")
        return value

    def kept(self, record: Record) -> bool:
        """Whether the record meets the block's ``where``."""
        where = self._block.where
        return not where or all_meet(record, where)


def _hint(column: str, record: Record) -> str:
    return "" if column in record else f" -- {did_you_mean(column, record)}"


def _scalar_text(value: Any, column: str) -> str:
    if isinstance(value, bool | list | dict):
        raise DataError(f"'{column}' is text or a number, but this is {short(value)}")
    return as_text(value)


def _message(item: Any, column: str, turn: int) -> Message:
    if not isinstance(item, dict):
        raise DataError(f"'{column}' message {turn} is {{role, content}}, but this is {short(item)}")
    role, content, name = item.get("role"), item.get("content"), item.get("name")
    if content is None and item.get("images") is not None:
        content = ""
    if not isinstance(role, str) or not isinstance(content, str) or not isinstance(name, str | None):
        raise DataError(f"'{column}' message {turn} needs a role and a content, both text, but this is {short(item)}")
    if role not in _ROLES:
        raise DataError(f"'{column}' message {turn} has the role {short(role)} -- {did_you_mean(role, _ROLES)}")
    unknown = next((key for key in item if key not in _MESSAGE_KEYS), None)
    if unknown is not None:
        raise DataError(
            f"'{column}' message {turn} has an unknown key '{unknown}' -- known: {', '.join(_MESSAGE_KEYS)}"
        )
    expect, policy = item.get("expect"), item.get("policy")
    if (expect is not None or policy is not None) and (role != "user" or name is not None):
        raise DataError(f"'{column}' message {turn} is no turn of the user, so no answer to it can be expected")
    if has_nan(expect):
        raise DataError(f"'{column}' message {turn} expects NaN or an infinity, with which nothing compares equal")
    return Message(role, content, name, (), expect, None if policy is None else _policy(policy))


def _check_turns(messages: Sequence[Message], column: str) -> None:
    """`DataError` for a conversation without a turn of the user, and for one that expects what nobody will be asked."""
    said = [turn for turn, each in enumerate(messages) if each.role == "user" and each.name is None]
    if not said:
        raise DataError(f"'{column}' has no turn of the user -- say what the model is to answer")
    for turn, message in enumerate(messages):
        if message.expect is None and message.policy is None:
            continue
        if turn == said[-1]:
            raise DataError(
                f"'{column}' message {turn + 1} is the last turn -- the row's own label and policy say what is right there"
            )
        answers = said[said.index(turn) + 1]
        if any(each.role == "assistant" for each in messages[turn:answers]):
            raise DataError(
                f"'{column}' message {turn + 1} is answered in the data, so the model is not asked there -- leave out "
                "expect and policy, or the answer"
            )
        if message.expect is None and any(word in ("answer", "may_refuse") for word in message.policy or ()):
            raise DataError(f"'{column}' message {turn + 1} allows an answer, and expects none -- write expect as well")


def _shown(messages: Sequence[Message], pictures: tuple[Picture, ...]) -> Content:
    """A conversation with pictures in its last message of the user."""
    last = max(turn for turn, message in enumerate(messages) if message.role == "user")
    shown = replace(messages[last], images=messages[last].images + pictures)
    return (*messages[:last], shown, *messages[last + 1 :])


def _policy(value: Any) -> Policy:
    """A policy of data: a word, a list of two, or (in CSV) two words joined by a comma."""
    words = [word.strip() for word in value.split(",")] if isinstance(value, str) else value
    if not isinstance(words, list) or not 1 <= len(words) <= 2 or len(set(map(str, words))) < len(words):
        raise DataError(f"a policy is one word, or a list of two different ones, but this is {short(value)}")
    for word in words:
        if word not in POLICY_WORDS:
            raise DataError(f"unknown policy {short(word)} -- {did_you_mean(str(word), POLICY_WORDS)}")
    return tuple(words)


def _structured(value: Any, column: str) -> Any:
    """A list or a mapping, which in CSV stands as JSON text; None where there is nothing."""
    if is_missing(value):
        return None
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise DataError(f"'{column}' as text must be JSON, but this is {short(value)}") from None


def _span(item: Any, content: Content) -> Span:
    if not isinstance(item, dict) or not isinstance(item.get("category"), str) or not item["category"]:
        raise DataError(f"a span is {{text, category}} or {{start, end, category}}, but this is {short(item)}")
    text = item.get("text")
    if text is None:
        text = _covered(item, content)
    if not isinstance(text, str) or is_missing(text):
        raise DataError(f"a span covers text, but this is {short(item)}")
    parts = [content] if isinstance(content, str) else [message.content for message in content]
    folded = text.casefold()
    if not any(folded in part.casefold() for part in parts):
        raise DataError(
            f"the span {short(text)} does not occur in the input -- a span that is not found protects nothing"
        )
    return Span(text, item["category"])


def _covered(item: Mapping[str, Any], content: Content) -> str:
    """The text of offsets: of the input, or of a conversation's last user message; ``end`` is exclusive."""
    text, start, end = Input(content).text, item.get("start"), item.get("end")
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        raise DataError(f"a span needs 0 <= start < end <= {len(text)} (or its text), but this is {short(item)}")
    return text[start:end]
