"""The base of every model that a specification is made of: frozen, strict, and described by its own source.

A field's description is the docstring below it. pydantic can read these when a class is made, which means parsing its source
at every start; here they are read when somebody asks: the JSON Schema, or ``robustspec list``.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema


class Described(BaseModel):
    """A frozen model that takes no unknown key and whose fields are described by the docstrings below them."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema of the model with the fields' descriptions."""
        result = handler(schema)
        properties = handler.resolve_ref_schema(result).get("properties", {})
        for name, text in field_docs(cls).items():
            key = cls.model_fields[name].alias or name
            if key in properties:
                properties[key].setdefault("description", text)
        return result


def field_docs(cls: type[BaseModel]) -> dict[str, str]:
    """The docstring below each field of a model, inherited ones too; empty where there is no source to read."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if issubclass(base, BaseModel):
            found.update(_own_docs(base))
    return {name: text for name, text in found.items() if name in cls.model_fields}


def _own_docs(cls: type[BaseModel]) -> dict[str, str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }
