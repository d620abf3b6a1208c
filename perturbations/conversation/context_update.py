"""Something that changes while the conversation goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from robustspec.data.row import Message
from robustspec.errors import DataError
from robustspec.perturbation.base import Params, Relation
from robustspec.perturbation.frame import ConversationOperator, Dialogue

from .turns import last_request

_ROLES = ("user", "system", "tool")
_KEYS = ("content", "name", "role", "label")


class ContextUpdate(ConversationOperator):
    """Says in the middle of the conversation that something has changed: a product ran out, a price rose, a rule is new.

    Stands for a world that moves while people talk. The row's facts hold what changes, under ``update``::

        {"update": {"content": "PAR-500 is out of stock.", "name": "stock", "role": "tool", "label": {"sku": "PAR-250"}}}

    The ``content`` becomes a message just before the last request, so that the request must be answered with it, or
    after the request, so that it arrives while the model is at work. ``role`` is user (the default), system or tool; with a
    ``name`` it is a document of that name and no turn, beside an earlier one of the same name, which it supersedes. Where
    there is a ``label``, it is what is right from now on, and becomes the case's label; without one the label stays (a change
    that does not matter here, the control). So the relation is ``changes``. Where the right act changes too, say so in the
    entry (``policy: must_refuse``). A row without an update stays as it is.

    There is no ladder. Magnitude: messages added, 1.

    >>> from robustspec.data.row import Message, Row
    >>> from robustspec.perturbation.scopes import scope_of
    >>> update = {"content": "A1 is out of stock now.", "name": "stock", "label": "B2"}
    >>> talk = (Message("user", "In stock: A1, B2.", "stock"), Message("user", "Which one?"))
    >>> row = Row("r", talk, "A1", facts={"update": update})
    >>> scope = scope_of(ContextUpdate())
    >>> after = scope.apply(row, scope.sample(0, row), None)
    >>> [message.content for message in after.input], after.label
    (['In stock: A1, B2.', 'A1 is out of stock now.', 'Which one?'], 'B2')

    Source: stock-out in mid-dialogue, Xian et al., robustness specifications, Box 2 (pharmacy, 6).
    """

    kind: Literal["context_update"] = "context_update"
    relation: ClassVar[Relation] = "changes"
    at: Literal["before_request", "after_request"] = "before_request"
    """Whether the change is told just before the last request or after it."""

    def apply(self, passage: Dialogue, params: Params, level: int | None) -> Dialogue:
        """The dialogue with the row's update in it, and the label that it brings."""
        update, last = passage.row.facts.get("update"), last_request(passage.messages)
        if level == 0 or update is None or last is None:
            return passage
        place = last if self.at == "before_request" else last + 1
        message, label = _told(update, passage.row.id)
        messages = (*passage.messages[:place], message, *passage.messages[place:])
        return passage.with_messages(messages, 1.0, label)


def _told(update: Any, row_id: str) -> tuple[Message, Any]:
    """The message of an update and the label that it brings; `DataError` where it is none."""
    unknown = [key for key in update if key not in _KEYS] if isinstance(update, Mapping) else ["it"]
    if unknown or not isinstance(content := update.get("content"), str) or not content.strip():
        raise DataError(
            f"row '{row_id}': facts.update is no message -- write {{content: ..., name: ..., role: ..., label: ...}}, of "
            "which only the content is needed, as text"
        )
    role, name = update.get("role", "user"), update.get("name")
    if role not in _ROLES:
        raise DataError(f"row '{row_id}': facts.update has the role {role!r} -- write user, system or tool")
    if not isinstance(name, str | None):
        raise DataError(f"row '{row_id}': facts.update has the name {name!r} -- write text, or leave it out")
    return Message(role, content, name), update.get("label")
