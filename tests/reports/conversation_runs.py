"""Small runs of conversations, each of which fails in the turn that a test wants."""

from __future__ import annotations

import json

from robustspec.adapters.callable import wrap
from robustspec.engine.session import Options, load_plan, run_plan

SPEC = """
robustspec: 1
about: {{title: Talks}}
data: {{d: {{kind: jsonl, path: rows.jsonl, columns: {{input: messages}}}}}}
output: {{extract: json}}
metrics:
  match: {{kind: json_match, fields: [drug]}}
  through: {{kind: survives, of: match}}
  through_2: {{kind: survives, of: match, to: 2}}
  first: {{kind: first_failing_turn, of: match, to: 3}}
  at_3: {{kind: survival, of: match, at: 3}}
  kept: {{kind: constraint_retention, field: drug}}
  flips: {{kind: flip_rate, of: match}}
{top}
scenarios:
  talks:
    title: Talks
    mechanism: They go on.
    data: d
    statistics: {{method: fixed, population: dataset, max_samples: 400, max_unchanged: 0.9}}
{perturbations}
    requirements:
{requirements}
"""


def row(number, turns, wrong=(), **more):
    """A conversation of so many turns, all judged, in which the model is wrong in the turns ``wrong``."""
    said = [f"say {'no' if turn in wrong else 'yes'} in turn {turn} of {number}" for turn in range(1, turns + 1)]
    messages = [{"role": "user", "content": text, "expect": {"drug": "yes"}} for text in said]
    del messages[-1]["expect"]
    return {"id": f"r{number}", "messages": messages, "label": {"drug": "yes"}, "facts": {"avoid": ["no"]}} | more


def obedient(talk):
    """Answers with the word that the last message asks for."""
    return {"drug": talk[-1]["content"].split()[1]}


def run(folder, rows, requirements, *, perturbations="", top="", model=obedient):
    """The result of the rows on a model."""
    listed = "\n".join(f"      - {each}" for each in requirements)
    asked = f"    perturbations: {perturbations}" if perturbations else ""
    (folder / "spec.yaml").write_text(SPEC.format(top=top, perturbations=asked, requirements=listed))
    (folder / "rows.jsonl").write_text("".join(json.dumps(each) + "\n" for each in rows))
    options = Options(cache=folder / "cache")
    return run_plan(load_plan(folder / "spec.yaml", options), wrap(model), options)
