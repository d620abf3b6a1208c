"""Entries that hold a kind's own keys beside those of every entry: perturbations of a scenario, and data blocks."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
    SerializeAsAny,
    model_serializer,
    model_validator,
)

from robustspec.data.base import SourceKind
from robustspec.data.block import DataBlock
from robustspec.data.names import NAME_PATTERN
from robustspec.data.row import Policy, PolicyWord
from robustspec.described import Described
from robustspec.language.kinds import dump_kind, fault, faults, kind_class
from robustspec.perturbation.base import Perturbation

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
"""A name that may stand in a node id."""


class Block(Described):
    """A block of a specification: frozen, unknown keys are errors."""


def _one_or_more_policies(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _shortest_policy(policy: Policy) -> str | list[str]:
    return policy[0] if len(policy) == 1 else list(policy)


Policies = Annotated[
    tuple[PolicyWord, ...],
    Field(min_length=1, max_length=2),
    BeforeValidator(
        _one_or_more_policies,
        json_schema_input_type=PolicyWord | Annotated[list[PolicyWord], Field(min_length=1, max_length=2)],
    ),
    PlainSerializer(_shortest_policy),
]


class RelationBlock(Block):
    """How the right answer moves with a perturbation, where the entry says it rather than the operator."""

    kind: Literal["keeps", "changes", "monotone"]
    """keeps: the label stays; changes: it moves as ``to`` says; monotone: the answer moves one way along the levels."""
    field: str | None = None
    """The field of a structured answer or label that moves; absent: the whole answer."""
    to: dict[str, Any] | None = None
    """For ``changes``: old value to new value; values absent from it stay."""
    order: tuple[Any, ...] | None = None
    """For ``monotone``: the field's values from lowest to highest."""
    rising: bool = True
    """For ``monotone``: whether the value may only rise with the level."""

    @model_validator(mode="after")
    def _complete(self) -> RelationBlock:
        if self.kind == "changes" and not self.to:
            raise fault("a relation 'changes' needs 'to', a mapping of old to new values", "to")
        if self.kind == "monotone" and (not self.order or not self.field):
            raise fault("a relation 'monotone' needs 'field' and 'order', the values from lowest to highest", "order")
        return self


class PerturbationEntry(Block):
    """One perturbation of a scenario: an operator (its kind and parameters) and how it is used here.

    In YAML the operator's own parameters stand beside these keys.
    """

    COMMON: ClassVar[tuple[str, ...]] = ("name", "level", "draws", "protect", "within", "on", "policy", "relation")

    operator: SerializeAsAny[Perturbation]
    """The operator with its parameters (in YAML: ``kind`` and the operator's own keys)."""
    name: Name | None = None
    """Name of the perturbation, where the kind alone would not tell two entries apart."""
    level: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(min_length=1)] | None = None
    """Rungs of the operator's ladder, from 1."""
    draws: Annotated[int, Field(ge=1)] = 1
    """How many random draws of each row; the score is their mean."""
    protect: tuple[str, ...] | None = None
    """Span categories that must have a source and be left intact; [] switches all protection off."""
    within: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    """Span categories outside of which nothing is changed; lifts their protection."""
    on: str = Field(
        default="input", pattern=r"^(input|system|context\.[A-Za-z0-9._-]+|turn\.[1-9][0-9]*|image\.[1-9][0-9]*)$"
    )
    """What is perturbed: input (of an operator on pictures: every picture), system, context.NAME, turn.N or image.N."""
    policy: Policies | None = None
    """The act that is right under this perturbation."""
    relation: RelationBlock | None = None
    """How the right answer moves; by default as the operator declares."""

    @model_validator(mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = {"kind": value}
        if not isinstance(value, Mapping) or isinstance(value.get("operator"), Perturbation):
            return value
        operator_class = kind_class("perturbations", value)
        own = {key: item for key, item in value.items() if key not in cls.COMMON}
        common = {key: item for key, item in value.items() if key in cls.COMMON}
        _own_keys(own, operator_class, cls.COMMON)
        return {**common, "operator": operator_class.model_validate(own)}

    @model_validator(mode="after")
    def _level_or_parameters(self) -> PerturbationEntry:
        ladder, kind = self.operator.ladder, self.operator.kind
        if ladder is None:
            if self.level is not None:
                raise fault(f"'{kind}' has no ladder and takes no level", "level", given=self.level)
            return self
        explicit = getattr(self.operator, ladder.parameter) is not None
        if explicit == (self.level is not None):
            fix = "give level or " + ladder.parameter + (", not both" if explicit else f": {ladder}")
            raise fault(f"'{kind}' needs a strength -- {fix}" if not explicit else f"'{kind}': {fix}", "level")
        for level in self.level or ():
            if level not in ladder.levels:
                raise fault(f"'{kind}' has no level {level} -- its rungs are {ladder}", "level", given=level)
        return self

    @model_serializer(mode="plain")
    def _flat(self) -> Any:
        own = self.operator.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        own.pop("kind", None)
        common = {
            key: _plain(key, getattr(self, key))
            for key in self.COMMON
            if getattr(self, key) != type(self).model_fields[key].default
        }
        return {"kind": self.operator.kind, **common, **own} if common or own else self.operator.kind

    @property
    def label(self) -> str:
        """The perturbation's name in cells and ids."""
        return self.name or self.operator.kind.replace("/", "-")


def _plain(key: str, value: Any) -> Any:
    if key == "policy":
        return _shortest_policy(value)
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    return list(value) if isinstance(value, tuple) else value


def _own_keys(own: Mapping[str, Any], owner: type[BaseModel], common: Iterable[str]) -> None:
    """Raise one error for all keys that neither ``owner`` nor ``common`` knows."""
    known = {*own_keys(owner), *common}
    unknown = [key for key in own if key not in known]
    if unknown:
        raise faults(*((unknown_key(str(key), known), (str(key),), own[key]) for key in unknown))


def own_keys(owner: type[BaseModel]) -> list[str]:
    """The keys of a model as a file spells them."""
    return [field.alias or name for name, field in owner.model_fields.items()]


def unknown_key(key: str, known: Iterable[str]) -> str:
    """The sentence for an unknown key, with the nearest known one."""
    names = sorted({*known} - {"kind"})
    near = difflib.get_close_matches(key, names, n=1)
    hint = f"did you mean '{near[0]}'?" if near else f"known keys: {', '.join(names)}"
    return f"unknown key '{key}' -- {hint}"


DATA_COMMON = tuple(name for name in DataBlock.model_fields if name != "source")


def _data_block(value: Any) -> Any:
    """A data entry of YAML: the source's own keys (kind, path) beside those of every block."""
    if not isinstance(value, Mapping) or isinstance(value.get("source"), SourceKind):
        return value
    source_class = kind_class("sources", value)
    own = {key: item for key, item in value.items() if key not in DATA_COMMON}
    _own_keys(own, source_class, DATA_COMMON)
    return {
        **{key: item for key, item in value.items() if key in DATA_COMMON},
        "source": source_class.model_validate(own),
    }


def _flat_data(block: DataBlock) -> dict[str, Any]:
    """A data block as YAML data: the source's keys beside those of every block."""
    source = dump_kind(block.source)
    flat = {"kind": source} if isinstance(source, str) else dict(source)
    return {**flat, **block.model_dump(mode="json", by_alias=True, exclude_defaults=True, exclude={"source"})}


DataEntry = Annotated[DataBlock, BeforeValidator(_data_block), PlainSerializer(_flat_data)]
