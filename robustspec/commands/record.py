"""``robustspec record``: the answers of a model to every case of a specification, as a file."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any, TextIO

from robustspec.commands import FINE, RED
from robustspec.commands.arguments import add_command, add_spec, cache_of, plan_of, positive, scenarios_of
from robustspec.commands.lines_out import Meter, writing
from robustspec.commands.text import counted

if TYPE_CHECKING:
    from robustspec.data.row import Output
    from robustspec.engine.dispatch import Dispatcher, Request

_DESCRIPTION = """\
Call a model on every case that a run may need, and write its outputs, one JSON object a line: case_id, output, input_sha.
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
    from robustspec.commands.needed import Unusable, requests
    from robustspec.engine.dispatch import Dispatcher
    from robustspec.engine.session import Options, check_privacy, open_model, store_of

    plan = plan_of(args, args.max_samples)
    scenarios = scenarios_of(plan, args.scenario)
    unusable = Unusable()
    model, timeout_s = open_model(plan, args.model)
    with model, store_of(plan, model, Options(cache=cache_of(args))) as store:
        check_privacy(plan, [model])
        with Dispatcher(model, store, timeout_s=timeout_s) as dispatcher, writing(args.output) as file:
            meter = Meter(sum(scenario.most_calls() for scenario in scenarios))
            lost = sum(
                _write(file, meter, dispatcher, requests(scenario, plan.seed, unusable), model.by_case)
                for scenario in scenarios
            )
    meter.end(args.output)
    if unusable.count:
        print(unusable.note(plan.spec.privacy.examples), file=sys.stderr)
    if lost:
        print(f"{counted(lost, 'case')} without output left out: {dispatcher.first_error}", file=sys.stderr)
    return RED if lost else FINE


def _write(file: TextIO, meter: Meter, dispatcher: Dispatcher, waiting: Iterator[Request], by_case: bool) -> int:
    """Write the outputs of one scenario; the number of cases that have none."""
    from robustspec.adapters.recorded import input_sha

    lost = 0
    while block := list(islice(waiting, _AT_ONCE)):
        for request, output in zip(block, _answers(dispatcher, block, by_case), strict=True):
            if output.error is not None:
                lost += 1
                continue
            line = {"case_id": request.case_id, "output": output.raw, "input_sha": input_sha(request.content)}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
            meter.count()
    return lost


def _answers(dispatcher: Dispatcher, block: Iterable[Request], by_case: bool) -> list[Output]:
    """The last output of each case, conversations held turn by turn."""
    from robustspec.engine.cases import Talk
    from robustspec.engine.dispatch import Request
    from robustspec.engine.episode import episode_of

    talks = [(request, Talk(episode_of(request.content, whole=by_case))) for request in block]
    following = [Request(talk.start(), asked.case_id, asked.repeat, talk) for asked, talk in talks]
    while following:
        waiting, following = following, []

        def take(request: Request, output: Output, how: str, following: list[Request] = following) -> None:
            if (content := request.tag.go_on(output)) is not None:
                following.append(Request(content, request.case_id, request.repeat, request.tag))

        dispatcher.run(_each(waiting), take)
    return [talk.outputs[-1] for _, talk in talks]


def _each(requests: Iterable[Request]) -> Iterator[Request]:
    yield from requests
