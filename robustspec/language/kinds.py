"""Fields that hold a kind: ``{kind: x, ...}`` or the bare name ``x``, validated by the one class that is named.

No union over all kinds is ever built: the validator reads ``kind``, imports that class and lets it validate the rest,
so that a specification costs the imports of what it uses and an unknown name gets a suggestion. A fault inside a kind
keeps its place, because pydantic merges the errors of a nested validation at the field's own location.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, InitErrorDetails, PydanticCustomError, ValidationError, core_schema

from robustspec import registry
from robustspec.errors import RegistryError

SET_KEY = "x-kind-of"
"""In an unfinished JSON Schema: this value is a kind of that open set."""

ALSO_KEY = "x-also"
"""Beside `SET_KEY`: the names of models that may stand there too."""

Also = tuple[type[BaseModel], ...]
"""Models with a ``kind`` that may stand where a kind of an open set does, and that no package adds to."""


def fault(message: str, *loc: str | int, given: Any = None) -> ValidationError:
    """A validation error with our own sentence at ``loc``, for validators to raise."""
    return faults((message, loc, given))


def faults(*details: tuple[str, tuple[str | int, ...], Any]) -> ValidationError:
    """One validation error for several faults: sentence, location and value of each."""
    return ValidationError.from_exception_data(
        "robustspec",
        [InitErrorDetails(type=_sentence(message), loc=loc, input=given) for message, loc, given in details],
    )


def _sentence(message: str) -> PydanticCustomError:
    # A context value, because braces in the message itself would be taken for template fields.
    return PydanticCustomError("robustspec", "{sentence}", {"sentence": message})


def kind_class(which: str, value: Mapping[str, Any], also: Also = ()) -> type[BaseModel]:
    """The class that ``value['kind']`` names; a fault at ``kind`` where there is none."""
    kind = value.get("kind")
    if not isinstance(kind, str):
        raise fault(f"{_a(registry.SETS[which])} needs a kind, such as {{kind: {_example(which)}}}", "kind", given=kind)
    try:
        return _lookup(which, kind, also)
    except RegistryError as error:
        raise fault(str(error), "kind", given=kind) from error


def own_kind(cls: Any) -> str | None:
    """The kind that a model always has, None where it leaves it open or has none."""
    field = getattr(cls, "model_fields", {}).get("kind")
    return field.default if field is not None and isinstance(field.default, str) else None


def _lookup(which: str, kind: str, also: Also) -> type[BaseModel]:
    """The model of a kind; raises `RegistryError` with the nearest name."""
    more = {own_kind(cls) or "": cls for cls in also}
    if kind in more:
        return more[kind]
    near = difflib.get_close_matches(kind, [*registry.table(which), *more], n=1)
    if near and near[0] in more:
        raise RegistryError(f"unknown {registry.SETS[which]} '{kind}' -- did you mean '{near[0]}'?")
    cls: type[BaseModel] = registry.lookup(which, kind)
    return cls


def _a(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _example(which: str) -> str:
    return next(iter(registry.table(which)), "...")


def validate_kind(which: str, value: Any, also: Also = ()) -> BaseModel:
    """A kind's model from YAML data: a bare name, a mapping with ``kind``, or the model itself."""
    if isinstance(value, BaseModel):
        return value
    if isinstance(value, str):
        try:
            cls = _lookup(which, value, also)
        except RegistryError as error:
            raise fault(str(error), given=value) from error
        return cls.model_validate({"kind": value})
    if not isinstance(value, Mapping):
        raise fault(f"should be {_a(registry.SETS[which])}: a name, or a mapping with a kind", given=value)
    return kind_class(which, value, also).model_validate({**value})


def dump_kind(model: BaseModel) -> Any:
    """The shortest spelling of a kind: its bare name when every other field has its default."""
    data = model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    data.pop("kind", None)
    kind = model.kind  # type: ignore[attr-defined]  # every kind has one
    return {"kind": kind, **data} if data else kind


@dataclass(frozen=True)
class KindOf:
    """Annotation of a field that holds a kind of the open set ``which``, or one of the models ``also``."""

    which: str
    also: Also = ()

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validate through the registry, serialise to the shortest spelling."""
        return core_schema.no_info_plain_validator_function(
            lambda value: validate_kind(self.which, value, self.also),
            serialization=core_schema.plain_serializer_function_ser_schema(dump_kind),
        )

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A mark that `robustspec.language.schema` turns into all kinds of the set."""
        return {SET_KEY: self.which, **({ALSO_KEY: [cls.__name__ for cls in self.also]} if self.also else {})}
