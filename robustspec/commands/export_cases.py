"""``robustspec export-cases``: the inputs of a run as a file, for a model that is run elsewhere."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from robustspec.commands import FINE
from robustspec.commands.arguments import add_command, add_spec, plan_of, positive, scenarios_of
from robustspec.commands.lines_out import Meter, writing

if TYPE_CHECKING:
    from robustspec.engine.dispatch import Request

_DESCRIPTION = """\
Write every input that a run may need, one JSON object a line: case_id, input (text) or messages (a conversation), and
input_sha. Run your model on them wherever it lives, write one line with case_id, output and input_sha for each, and
judge these outputs here:

  model: {kind: recorded, path: outputs.jsonl}
"""
_EXAMPLES = """\
  robustspec export-cases specs/pharmacy.yaml -o cases.jsonl
  robustspec export-cases specs/pharmacy.yaml -o cases.jsonl --scenario prescription-authority
  robustspec run specs/pharmacy.yaml --model outputs.jsonl      when the outputs are there
"""


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "export-cases", "write the inputs of a run to a file", _DESCRIPTION, _EXAMPLES)
    add_spec(parser)
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="file to write (JSON Lines); - is stdout")
    parser.add_argument("--scenario", metavar="S", help="only this scenario")
    parser.add_argument("--max-samples", type=positive, metavar="N", help="only what a quick look at N units needs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the cases."""
    from robustspec.commands.needed import requests

    plan = plan_of(args, args.max_samples)
    scenarios = scenarios_of(plan, args.scenario)
    if plan.spec.privacy.contains == "patient_data":
        print("note: the file will hold what the specification calls patient data", file=sys.stderr)
    meter = Meter(sum(scenario.most_calls() for scenario in scenarios))
    with writing(args.output) as file:
        for scenario in scenarios:
            for request in requests(scenario, plan.seed):
                file.write(json.dumps(_record(request), ensure_ascii=False) + "\n")
                meter.count()
    meter.end(args.output)
    return FINE


def _record(request: Request) -> dict[str, Any]:
    from robustspec.adapters.base import plain_messages
    from robustspec.adapters.recorded import input_sha

    content = request.content
    given = {"input": content} if isinstance(content, str) else {"messages": plain_messages(content)}
    return {"case_id": request.case_id, **given, "input_sha": input_sha(content)}
