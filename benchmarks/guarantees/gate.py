"""Whole runs, as a user makes them: a specification and data on disk, a model that is called, a result."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from robustspec.adapters.base import Model
from robustspec.adapters.callable import wrap
from robustspec.engine.evidence import RunResult
from robustspec.engine.session import Options, load_plan, run_plan

SPEC = """\
robustspec: 1
about: {{title: A goal}}
data:
  rows: {{kind: jsonl, path: rows.jsonl, origin: synthetic{data}}}
statistics: {{max_samples: {max_samples}}}
scenarios:
  goal:
    title: A goal
    mechanism: Answers are right by chance.
    data: rows
    perturbations: [{perturbations}]
    requirements:
{requirements}
"""

UPPER = "{kind: letter_case, style: upper}"
"""A perturbation of which a model sees whether it was applied: "row 7" becomes "ROW 7"."""


def rows(n: int, **columns: Callable[[int], Any]) -> list[dict[str, Any]]:
    """``n`` rows "row 0", "row 1", ... whose right answer is 1, with further columns from the row's number."""
    made = ({"id": f"r{k}", "input": f"row {k}", "label": "1"} for k in range(n))
    return [row | {name: column(k) for name, column in columns.items()} for k, row in enumerate(made)]


def number_of(text: str) -> int:
    """The row that a text is from."""
    return int(text.split()[1])


class Gate:
    """One specification that is run again and again, on models whose answers are drawn anew."""

    def __init__(
        self,
        requirements: Iterable[str],
        data: Iterable[Mapping[str, Any]],
        *,
        perturbations: str = "",
        columns: str = "",
        max_samples: int = 2000,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.path = Path(self._folder.name)
        lines = "\n".join(f"      - {line}" for line in requirements)
        columns = f", {columns}" if columns else ""
        parts = {"requirements": lines, "perturbations": perturbations, "data": columns, "max_samples": max_samples}
        (self.path / "spec.yaml").write_text(SPEC.format(**parts))
        (self.path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in data))
        self.plan = load_plan(self.path / "spec.yaml", Options(cache=self.path / "index"))

    def run(self, model: Callable[[str], str] | Model, **options: Any) -> RunResult:
        """The result for a model, a function of the text; nothing of other runs is known."""
        cache = self.path / "run"
        try:
            live = model if isinstance(model, Model) else wrap(model)
            return run_plan(self.plan, live, Options(cache=cache), **options)
        finally:
            shutil.rmtree(cache, ignore_errors=True)

    def answering(self, right: Any) -> RunResult:
        """The result for a model that answers row k right where ``right[k]`` is true."""
        return self.run(lambda text: "1" if right[number_of(text)] else "0")

    def close(self) -> None:
        """Remove the files."""
        self._folder.cleanup()

    def __enter__(self) -> Gate:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
