"""Which field of which class a place of a file is: for suggestions, for strict scalars, and for the order of a dump."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from robustspec import registry
from robustspec.data.block import DataBlock
from robustspec.errors import RegistryError
from robustspec.language.entries import DATA_COMMON, PerturbationEntry
from robustspec.language.kinds import KindOf, own_kind
from robustspec.language.tree import Loc, Node


@dataclass(frozen=True, slots=True)
class Choice:
    """One type that a place may hold; ``kinds`` is the open set whose kinds it may hold."""

    type: Any
    kinds: str | None = None


def choices(annotation: Any, metadata: tuple[Any, ...] = ()) -> list[Choice]:
    """The types that an annotation allows, unions and ``Annotated`` taken apart."""
    if isinstance(annotation, FieldInfo):
        return choices(annotation.annotation, tuple(annotation.metadata))
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return choices(inner, (*more, *metadata))
    if get_origin(annotation) in (Union, types.UnionType):
        return [choice for member in get_args(annotation) for choice in choices(member, metadata)]
    return [Choice(annotation, next((item.which for item in metadata if isinstance(item, KindOf)), None))]


def _kind_class(which: str, node: Node) -> type[BaseModel] | None:
    kind = node.child("kind")
    name = node.value if isinstance(node.value, str) else kind.value if kind is not None else None
    if not isinstance(name, str):
        return None
    try:
        return registry.lookup(which, name)
    except RegistryError:
        return None


def _is_of_kind(cls: Any, node: Node) -> bool:
    """Whether a mapping names the kind that ``cls`` always has: a model that stands beside an open set."""
    kind = node.child("kind")
    return kind is not None and own_kind(cls) == kind.value


def _flat(common: Mapping[str, FieldInfo], own: type[BaseModel] | None) -> dict[str, FieldInfo]:
    return {**keys_of(own), **common} if own is not None else dict(common)


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """A model's fields by the key that a file uses."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def model_keys(choice: Choice, node: Node) -> dict[str, FieldInfo] | None:
    """The fields that a mapping of this type may have, None where it is not a model's."""
    cls: Any = choice.type
    if choice.kinds and not _is_of_kind(cls, node):
        cls = _kind_class(choice.kinds, node)
    if cls is PerturbationEntry:
        common = {key: PerturbationEntry.model_fields[key] for key in PerturbationEntry.COMMON}
        return _flat(common, _kind_class("perturbations", node))
    if cls is DataBlock:
        return _flat({key: DataBlock.model_fields[key] for key in DATA_COMMON}, _kind_class("sources", node))
    return keys_of(cls) if isinstance(cls, type) and issubclass(cls, BaseModel) else None


def _children(options: list[Choice], node: Node) -> Iterator[tuple[str | int, Node, list[Choice]]]:
    if isinstance(node.value, list):
        inner = _element(options, (tuple, list, frozenset, set))
        yield from ((index, child, inner) for index, child in enumerate(node.value))
    elif isinstance(node.value, dict):
        fields = best_keys(options, node)
        values = _element(options, (dict, Mapping))
        for name, key in node.value.items():
            field = fields.get(name)
            yield name, key.node, choices(field) if field is not None else values


def _element(options: list[Choice], containers: tuple[Any, ...]) -> list[Choice]:
    """What stands in a list, or under the keys of a mapping."""
    for choice in options:
        if get_origin(choice.type) in containers:
            arguments = [item for item in get_args(choice.type) if item is not Ellipsis]
            return choices(arguments[-1]) if arguments else []
    return []


def best_keys(options: list[Choice], node: Node) -> dict[str, FieldInfo]:
    """Of the models that a mapping may be, the fields of the one that knows most of its keys."""
    models = [fields for choice in options if (fields := model_keys(choice, node)) is not None]
    return max(models, key=lambda fields: sum(name in fields for name in node.value), default={})


def walk(node: Node, annotation: Any, loc: Loc = ()) -> Iterator[tuple[Loc, Node, list[Choice]]]:
    """Every value of a tree with its place and the types that may stand there (none where that is not known)."""
    stack = [(loc, node, choices(annotation))]
    while stack:
        here, current, options = stack.pop()
        yield here, current, options
        stack.extend(((*here, part), child, inner) for part, child, inner in _children(options, current))


def options_at(tree: Node, annotation: Any, loc: Loc) -> list[Choice]:
    """The types that may stand at ``loc``, none where that is not known."""
    node, options = tree, choices(annotation)
    for part in loc:
        found = next(((child, inner) for name, child, inner in _children(options, node) if name == part), None)
        if found is None:
            return []
        node, options = found
    return options
