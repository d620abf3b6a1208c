"""A specification as the checks see it: with holes where faults were, and with the metrics that its names stand for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from robustspec import registry
from robustspec.errors import RegistryError
from robustspec.language.mend import Holes
from robustspec.language.spec import Spec
from robustspec.metrics.base import Metric, resolve


@dataclass(frozen=True, slots=True)
class View:
    """A specification and what is missing from it; locations are those of the specification."""

    spec: Spec
    holes: Holes

    def broken(self, *loc: str | int) -> bool:
        """Whether something is missing at or below ``loc``."""
        return self.holes.under(*self.holes.original(loc))

    def knows_metric(self, name: str) -> bool:
        """Whether a metric of this name can be judged: it is not one that faults left out."""
        return name in self.spec.metrics or not self.holes.lost("metrics", name)

    def metric(self, name: str) -> Metric:
        """The metric that a requirement names, as it will be measured; raises `UnusableError` with the words."""
        metric = resolve(self.defined(name))
        of = getattr(metric, "of", None)
        if not isinstance(of, str):
            return metric
        try:
            return metric.bound({of: self.defined(of)})
        except (UnusableError, ValueError):  # a finding of its own, at the place where the other one is named
            return metric

    def defined(self, name: str) -> Metric:
        """The metric of a name as it is written: under ``metrics:``, or a kind without settings."""
        return self.spec.metrics[name] if name in self.spec.metrics else bare_metric(name, self.spec.metrics)


class UnusableError(Exception):
    """A name that stands for no metric: (message, suggestion)."""


def bare_metric(name: str, defined: Iterable[str]) -> Metric:
    """The metric kind ``name`` without settings; raises `UnusableError` with the words for a finding."""
    if name not in registry.table("metrics"):
        near = did_you_mean(name, (*defined, *registry.table("metrics")))
        raise UnusableError(
            f"unknown metric '{name}'", near or "define it under metrics: (see: robustspec list metrics)"
        )
    try:
        metric: Metric = registry.lookup("metrics", name)(kind=name)
    except RegistryError as error:
        raise UnusableError(str(error), "") from error
    except ValidationError as error:
        needed = ", ".join(str(one["loc"][0]) for one in error.errors() if one["loc"])
        hint = f"define it under metrics:, as my_{name}: {{kind: {name}, {needed}: ...}}, and use that name"
        raise UnusableError(f"'{name}' needs {needed}", hint) from error
    return metric


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A suggestion with the nearest known name, empty where none is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean '{near[0]}'?" if near else ""


def hint_among(name: str, known: Iterable[str], words: str = "known") -> str:
    """The nearest known name, else all of them."""
    names = list(known)
    return did_you_mean(name, names) or f"{words}: {', '.join(names) or 'none'}"
