"""What a specification may say of a transformers model, and what is wrong with it before anything is loaded."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from robustspec.adapters.transformers import TransformersAdapter

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def told(**fields: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        TransformersAdapter(**fields)
    [error] = caught.value.errors()
    return str(error["msg"]).removeprefix("Value error, ")


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "needs one of path and name -- path for a folder, name and revision for a model of the hub"),
        (
            {"path": "m", "name": "a/b"},
            "needs one of path and name -- path for a folder, name and revision for a model of",
        ),
        ({"name": "a/b"}, "name needs revision -- write the commit of a/b, 40 hex digits from its page"),
        (
            {"name": "a/b", "revision": "main"},
            "revision 'main' is no commit, and may be another model tomorrow -- write its",
        ),
        ({"name": "a/b", "revision": "0123abc"}, "revision '0123abc' is no commit"),
        (
            {"name": "a/b/c", "revision": COMMIT},
            "'a/b/c' is no name of the hub -- write owner/model, or path for a folder",
        ),
        (
            {"path": "m", "revision": COMMIT},
            "revision and download belong to a name of the hub -- leave them out beside path",
        ),
        ({"path": "m", "download": True}, "revision and download belong to a name of the hub"),
        ({"path": "m", "device": "gpu"}, "'gpu' is no device -- write auto, cpu, cuda, or cuda:0"),
        ({"path": "m", "prompt": "Answer:"}, "has no place for the input -- write {input} where it belongs"),
        (
            {"path": "m", "prompt": "{input}", "system": "Be brief."},
            "prompt is used instead of the chat template -- write",
        ),
        (
            {"path": "m", "prompt": "{input}", "template_arguments": {"a": 1}},
            "prompt is used instead of the chat template",
        ),
        ({"path": "m", "stop": ["", "."]}, "an empty text stops every answer -- leave it out"),
        ({"path": "m", "task": "choices"}, "task choices needs choices -- write choices: [positive, negative]"),
        ({"path": "m", "task": "choices", "choices": ["a"]}, "takes two texts or more, none of them empty or twice"),
        (
            {"path": "m", "task": "choices", "choices": ["a", "a"]},
            "takes two texts or more, none of them empty or twice",
        ),
        ({"path": "m", "choices": ["a", "b"]}, "choices says nothing to task chat -- leave it out"),
        ({"path": "m", "task": "classify", "system": "Hi"}, "system says nothing to task classify -- leave it out"),
        (
            {"path": "m", "task": "choices", "choices": ["a", "b"], "max_tokens": 3},
            "max_tokens says nothing to task choices -- leave it out",
        ),
        ({"path": "m", "task": "image_text", "truncate": True}, "truncate would cut images -- leave it out"),
    ],
)
def test_a_fault_is_one_sentence(fields: dict[str, Any], sentence: str) -> None:
    """With what to write instead."""
    assert told(**fields).startswith(sentence)


def test_one_stop_may_be_a_text() -> None:
    """Without brackets."""
    assert TransformersAdapter(path="m", stop="\n").stop == ("\n",)


def test_it_is_found_by_its_kind() -> None:
    """As every adapter."""
    from robustspec.language.kinds import validate_kind

    assert validate_kind("adapters", {"kind": "transformers", "path": "m"}) == TransformersAdapter(path="m")
