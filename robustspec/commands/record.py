"""``robustspec record``: the answers of a model to every case of a specification, as a file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, TextIO

from robustspec.commands import FINE, RED
from robustspec.commands.arguments import add_command, add_spec, cache_of, plan_of, positive, scenarios_of
from robustspec.commands.lines_out import Meter, writing
from robustspec.commands.text import counted

if TYPE_CHECKING:
    from robustspec.commands.needed import Made
    from robustspec.engine.dispatch import Dispatcher, Request
    from robustspec.engine.episode import Talk
    from robustspec.engine.plan import ScenarioPlan

_DESCRIPTION = """\
Call a model on every case that a run may need, and write its outputs, one JSON object a line: case_id, output, input_sha,
and of a conversation also turns (the answers before the last one) and replies (what a simulated user's model said).
Outputs that are stored already are not called again, and an interrupted recording goes on where it was.

The file is a baseline for the versions to come, or stands for a model that cannot be called where the gate runs:

  baselines:
    production: {kind: recorded, path: production.jsonl}
"""
_EXAMPLES = """\
  robustspec record specs/pharmacy.yaml --model mypackage.chatbot:answer -o production.jsonl
  robustspec record specs/pharmacy.yaml -o production.jsonl --scenario limits
"""
_AT_ONCE = 1024


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "record", "write a model's outputs to a file", _DESCRIPTION, _EXAMPLES)
    add_spec(parser)
    parser.add_argument("--model", metavar="MODEL", help="package.module:name or '{kind: ..., ...}' (default: SPEC's)")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="file to write (JSON Lines); - is stdout")
    parser.add_argument("--scenario", metavar="S", help="only this scenario")
    parser.add_argument("--max-samples", type=positive, metavar="N", help="only what a quick look at N units needs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Call the model and write what it said."""
    from robustspec.commands.needed import Unusable, cases_of
    from robustspec.engine.session import Calling, Options, open_model

    plan = plan_of(args, args.max_samples)
    scenarios = scenarios_of(plan, args.scenario)
    unusable = Unusable()
    model, timeout_s = open_model(plan, args.model)
    chosen = {scenario.id for scenario in scenarios}
    with (
        model,
        Calling(plan, model, timeout_s, Options(cache=cache_of(args)), chosen, judges=False) as dispatchers,
        writing(args.output) as file,
    ):
        meter = Meter(sum(scenario.most_cases() for scenario in scenarios))
        lost = sum(
            _write(file, meter, dispatchers, scenario, cases_of(plan, scenario, unusable)) for scenario in scenarios
        )
        first_error = next((each.first_error for each in dispatchers.values() if each.first_error), "")
    meter.end(args.output)
    if unusable.count:
        print(unusable.note(plan.spec.privacy.examples), file=sys.stderr)
    if lost:
        print(f"{counted(lost, 'case')} without output left out: {first_error}", file=sys.stderr)
    return RED if lost else FINE


def _write(
    file: TextIO,
    meter: Meter,
    dispatchers: Mapping[str, Dispatcher],
    scenario: ScenarioPlan,
    waiting: Iterator[tuple[Request, Made]],
) -> int:
    """Write the outputs of one scenario; the number of cases that have none."""
    from robustspec.adapters.recorded import input_sha

    lost = 0
    while block := list(islice(waiting, _AT_ONCE)):
        for (request, _), talk in zip(block, _held(dispatchers, scenario, block), strict=True):
            output = talk.last
            if output.error is not None:
                lost += 1
                continue
            line = {"case_id": request.case_id, "output": output.raw, "input_sha": input_sha(request.content)}
            turns = {"turns": talk.outputs[:-1], "replies": talk.replies}
            line |= {key: [each.raw for each in said] for key, said in turns.items() if said}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            meter.count()
    return lost


def _held(
    dispatchers: Mapping[str, Dispatcher], scenario: ScenarioPlan, block: Iterable[tuple[Request, Made]]
) -> list[Talk]:
    """The conversations of some cases, held to their ends."""
    from robustspec.engine.conversation import hold
    from robustspec.engine.episode import OneTurn, Talk

    talks = [(request, made.talk or Talk(OneTurn(request.content))) for request, made in block]
    user = scenario.scenario.simulated_user
    hold(dispatchers, talks, None if user is None else user.model)
    return [talk for _, talk in talks]
