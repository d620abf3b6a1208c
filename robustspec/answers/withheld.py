"""Answers that the service behind a model withheld: stopped by its content filter, or refused outside of the text."""

from __future__ import annotations

from typing import Any

_MARK = "robustspec"


def withheld(by: str, text: str = "") -> dict[str, str]:
    """The raw output of a call whose answer the service withheld; it is read as a refusal, whatever `output:` says.

    ``by`` is who withheld it ("content filter of the prompt"), ``text`` what was said all the same. A mapping, which no
    model that answers in text can forge, and JSON, so that it lives in stores and recorded files like any output.

    >>> withheld("content filter of the prompt")
    {'robustspec': 'withheld', 'by': 'content filter of the prompt', 'text': ''}
    """
    return {_MARK: "withheld", "by": by, "text": text}


def is_withheld(raw: Any) -> bool:
    """Whether a raw output is one of `withheld`."""
    return type(raw) is dict and raw.get(_MARK) == "withheld"
