"""What a data block says besides where its file is: columns, groups, which rows count, and which act is right for them.

Columns named here (in groups, ``unit``, ``where``, ``policy``, ``time``) are columns of the file. Only ``columns`` maps
canonical names to them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    SerializeAsAny,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_serializer,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from robustspec.data.base import SourceKind
from robustspec.data.names import NAME_PATTERN
from robustspec.data.row import Policy, PolicyWord
from robustspec.data.values import as_text
from robustspec.described import Described

Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Text = Annotated[str, Field(min_length=1)]
Number = StrictInt | StrictFloat
Canonical = Literal["id", "input", "images", "label", "policy", "spans", "facts"]
Origin = Literal["real", "simulated", "synthetic", "reviewed"]

RESERVED_NAMES = ("cell", "perturbation", "level", "turn", "component")
"""What ``worst_over`` can go over besides groups, and so no group may be called."""


class _Strict(Described):
    model_config = ConfigDict(serialize_by_alias=True)


class Bounds(_Strict):
    """A range of numbers, both ends included."""

    at_least: Number | None = None
    """Smallest value that meets the condition."""
    at_most: Number | None = None
    """Largest value that meets the condition."""

    @model_validator(mode="after")
    def _ordered(self) -> Bounds:
        low, high = self.at_least, self.at_most
        if low is None and high is None:
            raise ValueError("a range needs at_least, at_most or both")
        if any(end is not None and not math.isfinite(end) for end in (low, high)):
            raise ValueError("the ends of a range are finite numbers -- leave out the end that is open")
        if low is not None and high is not None and low > high:
            raise ValueError(f"no number is at least {low} and at most {high} -- swap the two")
        return self


Scalar = StrictBool | StrictInt | StrictFloat | StrictStr
Condition = Scalar | Annotated[tuple[Scalar, ...], Field(min_length=1)] | Bounds
"""What a column must hold: a value, one of several values, or a number within bounds (see `conditions.meets`)."""


def _texts(value: Any) -> Any:
    """YAML keys and values of a map may be numbers or booleans; data is compared as text."""
    if not isinstance(value, Mapping):
        return value
    return {
        as_text(key): as_text(item) if isinstance(item, bool | int | float) else item for key, item in value.items()
    }


class Group(_Strict):
    """A partition of the rows, such as vendor or age band. A bare string is the column of that name.

    The values are those of ``column``, as they stand, or banded by ``bins``, or renamed by ``map``; or, with ``of``,
    the combinations of other groups or columns, their values joined by ``-`` (``philips-3T``).
    """

    name: Annotated[str, Field(pattern=NAME_PATTERN)] = ""
    """Name of the group in requirements, ids and reports; default: the column."""
    column: Text | None = None
    """Column of the file that holds the value."""
    bins: Annotated[tuple[Number, ...], Field(min_length=1)] | None = None
    """Edges of bands, ascending, closed on the left: [18, 65] gives below-18, 18-to-65 and from-65."""
    map: Annotated[dict[str, Text], BeforeValidator(_texts), Field(min_length=1)] | None = None
    """Value of the file to group value; a value that is not listed counts as missing."""
    of: Annotated[tuple[Text, ...], Field(min_length=2)] | None = None
    """Groups of this block, or columns, whose combinations are the values."""
    missing: Text | None = None
    """Group value of rows that have none; without it such rows are an error."""

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = {"column": value}
        if not isinstance(value, Mapping) or "name" in value or not isinstance(value.get("column"), str):
            return value
        if not re.fullmatch(NAME_PATTERN, value["column"]):
            raise ValueError(f"a group of the column '{value['column']}' needs a 'name' of letters, digits, . _ or -")
        return {**value, "name": value["column"]}

    @model_validator(mode="after")
    def _consistent(self) -> Group:
        if (self.column is None) == (self.of is None):
            raise ValueError("a group needs exactly one of 'column' and 'of'")
        if not self.name:
            raise ValueError("a group with 'of' needs a 'name'")
        if self.name in RESERVED_NAMES:
            raise ValueError(f"'{self.name}' has a meaning of its own in worst_over -- give the group another 'name'")
        if self.bins is not None and self.map is not None:
            raise ValueError("'bins' and 'map' exclude each other")
        if self.of is not None:
            self._check_intersection(self.of)
        if self.bins is not None:
            _check_bins(self.bins)
        return self

    def _check_intersection(self, of: tuple[str, ...]) -> None:
        if self.bins is not None or self.map is not None or self.missing is not None:
            raise ValueError("'bins', 'map' and 'missing' belong to the groups that 'of' names, not beside it")
        if len(set(of)) < len(of) or self.name in of:
            raise ValueError("'of' names two or more different groups or columns")

    @model_serializer(mode="plain")
    def _shortest(self) -> Any:
        fields = {key: getattr(self, key) for key in type(self).model_fields if getattr(self, key) is not None}
        if self.name == self.column:
            del fields["name"]
        if fields == {"column": self.column}:
            return self.column
        return {key: list(value) if isinstance(value, tuple) else value for key, value in fields.items()}

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A bare string is allowed beside the mapping."""
        mapping = handler.resolve_ref_schema(super().__get_pydantic_json_schema__(schema, handler))
        return {"anyOf": [{"type": "string", "minLength": 1}, mapping], "description": mapping.get("description", "")}


def _check_bins(edges: tuple[float, ...]) -> None:
    if not all(math.isfinite(edge) for edge in edges):
        raise ValueError("bins are finite numbers")
    for low, high in pairwise(edges):
        if low >= high:
            raise ValueError(f"bins are strictly ascending, but {low:g} stands before {high:g}")


def bin_names(edges: tuple[float, ...]) -> list[str]:
    """The names of the bands that ``edges`` cut, from lowest to highest.

    >>> bin_names((18, 40, 65))
    ['below-18', '18-to-40', '40-to-65', 'from-65']
    """
    ends = [_edge(edge) for edge in edges]
    return [f"below-{ends[0]}", *(f"{low}-to-{high}" for low, high in pairwise(ends)), f"from-{ends[-1]}"]


def _edge(edge: float) -> str:
    """The shortest spelling that still tells the edge from its neighbours and has no ``+`` (ids forbid it)."""
    spelled = f"{edge:g}"
    return spelled if float(spelled) == edge and "+" not in spelled else as_text(edge).replace("+", "")


def _as_tuple(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


_Policy = Annotated[
    tuple[PolicyWord, ...],
    Field(min_length=1, max_length=2),
    BeforeValidator(_as_tuple, json_schema_input_type=PolicyWord | Annotated[list[PolicyWord], Field(max_length=2)]),
    PlainSerializer(lambda policy: policy[0] if len(policy) == 1 else list(policy)),
]


class PolicyRule(_Strict):
    """Which act is right for the rows that meet ``when``. The first matching rule of a block counts."""

    when: Annotated[dict[Text, Condition], Field(min_length=1)]
    """Conditions on columns; all must hold."""
    is_: _Policy = Field(alias="is")
    """The right act, or a list of two of which the better counts: answer, may_refuse, must_refuse, ask."""

    @model_validator(mode="after")
    def _different(self) -> PolicyRule:
        if len(set(self.is_)) < len(self.is_):
            raise ValueError("a list of two acts names two different ones")
        return self

    @property
    def policy(self) -> Policy:
        """The acts that are right, as rows carry them."""
        return self.is_


class DataBlock(_Strict):
    """A data set of a specification: a file (``source``) and what its rows mean."""

    source: SerializeAsAny[SourceKind]
    """The file (in YAML: ``kind``, ``path`` and the kind's own keys)."""
    columns: dict[Canonical, Text] = Field(default_factory=dict)
    """Canonical name to column of the file; one that is left out has the same name there."""
    unit: Text | None = None
    """Column that names what is independent (patient, article); default: each row is a unit."""
    groups: tuple[Group, ...] = ()
    """Partitions of the rows that requirements can go over."""
    where: dict[Text, Condition] = Field(default_factory=dict)
    """Only rows whose columns meet all of these count: a value, a list of values, or {at_least, at_most}."""
    policy: tuple[PolicyRule, ...] = ()
    """Which act is right, by column values, for rows whose own ``policy`` is empty."""
    time: Text | None = None
    """Column that holds the time of a row."""
    lexicon: dict[Name, Text] = Field(default_factory=dict)
    """Span category to a file of its terms: .txt, one a line, or .csv with a column ``term``."""
    represents: str = ""
    """Which population the rows stand for."""
    origin: Origin | None = None
    """real, simulated, synthetic or reviewed; printed on every verdict, as "not stated" where absent."""
    licence: str = ""
    """Licence of the data."""

    @model_validator(mode="after")
    def _group_names(self) -> DataBlock:
        names = [group.name for group in self.groups]
        doubled = next((name for name in names if names.count(name) > 1), None)
        if doubled is not None:
            raise ValueError(f"two groups are called '{doubled}' -- give one another 'name'")
        for place, group in enumerate(self.groups):
            later = next((part for part in group.of or () if part in names[place + 1 :]), None)
            if later is not None:
                raise ValueError(f"group '{group.name}' is made of '{later}', which must stand before it")
        return self

    @model_validator(mode="after")
    def _honest_origin(self) -> DataBlock:
        if self.source.simulated and self.origin == "real":
            raise ValueError(f"data of kind '{self.source.kind}' is simulated, not real -- say origin: simulated")
        return self

    def column(self, canonical: Canonical) -> str:
        """The file's column of a canonical name."""
        return self.columns.get(canonical, canonical)
