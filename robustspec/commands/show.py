"""``robustspec show``: all about one case."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from robustspec.commands import FINE, RED
from robustspec.commands.arguments import UsageError, add_command, add_spec, cache_of, plan_of
from robustspec.commands.text import block, plain, table, turns, visible
from robustspec.errors import OfflineMiss

if TYPE_CHECKING:
    from robustspec.commands.rows import Place
    from robustspec.data.row import Answer, Output, Row
    from robustspec.engine.cases import Cases
    from robustspec.engine.episode import Talk
    from robustspec.engine.plan import Plan
    from robustspec.metrics.base import Metric

_DESCRIPTION = """\
Show one case: the clean input, what the perturbation changed in it, what the model put out for both, how that was read
(answer and act), the policy, the expected label, and the score under each metric of the scenario. Of a conversation it shows
what was said on both sides.

Outputs are those that a run has stored; with --call the model is asked for those that are not.
"""
_EXAMPLES = """\
  robustspec show specs/pharmacy.yaml paraphrase-and-typo/req-0012/keyboard_typo-2
  robustspec show spec.yaml typos/7/synonym-2 --model mypackage.chatbot:answer --call
"""


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "show", "show one case: input, output, answer, scores", _DESCRIPTION, _EXAMPLES)
    add_spec(parser)
    parser.add_argument("case_id", metavar="CASE_ID", help="scenario/row/cell, as reports print it")
    parser.add_argument(
        "--model", metavar="MODEL", help="package.module:name, or a file of recorded outputs (default: SPEC's model)"
    )
    parser.add_argument("--call", action="store_true", help="call the model for outputs that are not stored")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the case."""
    from robustspec.commands.preview import warn_of_patients
    from robustspec.commands.rows import perturbed_or_why, place_of

    plan = plan_of(args)
    place = place_of(plan, args.case_id)
    row = place.scenario.dataset.rows([int(place.scenario.rows[place.slot])])[0]
    changed, absent = perturbed_or_why(place.scenario.cells[place.cell], row, plan.seed, place.draw)
    warn_of_patients(plan)
    for line in _head(args.case_id, place, row, None if absent else changed):
        print(line)
    seen, why = _replayed(plan, place, args)
    for line in _sides(place, row, changed, seen, absent):
        print(line)
    if why:
        print(visible(f"\n{args.spec}: {why}"), file=sys.stderr)
        return RED
    for line in _scores(place, seen):
        print(line)
    return FINE


@dataclass(slots=True)
class _Seen:
    """What came back: outputs and answers of the draw and repeat that was asked for, by cell."""

    cases: Cases | None = None
    outputs: dict[int, Output] = field(default_factory=dict)
    talks: dict[int, Talk] = field(default_factory=dict)

    def take(self, cell: int, output: Output, talk: Talk | None) -> None:
        """One output of a case; of a conversation the last one stands."""
        self.outputs[cell] = output if talk is None else talk.last
        if talk is not None:
            self.talks[cell] = talk

    def drop_unfinished(self) -> None:
        """Forget conversations that are not at their end."""
        for cell in [cell for cell, talk in self.talks.items() if talk.course().step is not None]:
            del self.talks[cell], self.outputs[cell]

    def answer(self, cell: int) -> Answer | None:
        """How an output was read."""
        output = self.outputs.get(cell)
        if self.cases is None or output is None or output.error is not None:
            return None
        from robustspec.engine.cases import NEVER_ENDS

        talk = self.talks.get(cell)
        return NEVER_ENDS if talk is not None and talk.course().exhausted else self.cases.reader.read(output.raw)


def _replayed(plan: Plan, place: Place, args: argparse.Namespace) -> tuple[_Seen, str]:
    """The case and its clean twin, scored as a run scores them; or what is there, and why it is not all."""
    from robustspec.engine.cases import Cases
    from robustspec.engine.conversation import converse
    from robustspec.engine.scenario import reader_of
    from robustspec.engine.session import Calling, Options, open_model

    if plan.spec.model is None and args.model is None:
        raise UsageError(f"{args.spec} names no model -- say whose outputs to show: --model package.module:name")
    scenario, reader = place.scenario, reader_of(plan.spec.output)
    model, timeout_s = open_model(plan, args.model)
    cases = Cases(scenario, scenario.metrics, reader, seed=plan.seed, repeats=scenario.repeats, by_case=model.by_case)
    seen = _Seen(cases)
    options = Options(cache=cache_of(args), offline=not args.call)

    def take(request: Any, given: Output, how: Any) -> None:
        cases.take(request, given, how)
        tag = request.tag
        cell, draw, repeat = tag.place
        if (draw, repeat) == (place.draw if cell == place.cell else 0, place.repeat) and not tag.opinion:
            seen.take(cell, given, tag.talk)

    with model, Calling(plan, model, timeout_s, options, {scenario.id}) as dispatchers:
        # Where no requirement reads the clean row its output need not be stored: then the perturbed one stands alone.
        for cells in (sorted({0, place.cell}), [place.cell]):
            try:
                converse(dispatchers, "", cases.requests([(place.slot, cells)]), take, [cases])
            except OfflineMiss:
                seen.drop_unfinished()
                continue
            return seen, ""
    return seen, f"{model.name} has no stored output for this case -- run it, or call the model with --call"


def _head(case_id: str, place: Place, row: Row, changed: Row | None) -> Iterator[str]:
    from robustspec.commands.rows import strength
    from robustspec.language.spec import policy_of

    cell, scenario = place.scenario.cells[place.cell], place.scenario.scenario
    groups = "".join(f", {name} {value}" for name, value in row.groups.items())
    unit = f", unit {row.unit}" if row.unit and row.unit != row.id else ""
    size = None if cell.scope is None or changed is None else changed.magnitude
    magnitude = "" if size is None else f", magnitude {size:.3g}"
    label = row.label if changed is None else changed.label
    yield visible(f"case      {case_id}")
    yield visible(f"scenario  {scenario.title}")
    yield visible(f"row       {row.id}{unit}{groups}")
    yield visible(f"cell      {cell.name}: {strength(cell)}{magnitude}")
    yield f"policy    {' or '.join(policy_of(cell.entry, row.policy, scenario))}"
    yield visible(f"expected  {'no label' if label is None else plain(label)}")


def _sides(place: Place, row: Row, changed: Row, seen: _Seen, absent: str) -> Iterator[str]:
    yield "\nclean"
    yield from block(turns(row.input), "  input   ")
    yield from _said(seen, 0)
    cell = place.scenario.cells[place.cell]
    if cell.scope is None:
        return
    from robustspec.commands.rows import changed_parts

    yield f"\n{cell.name}"
    if absent:
        yield visible(f"  input   none, the case is missing: {absent}")
        return
    if changed is row:
        yield "  input   unchanged: this case is no evidence, and is not called"
        return
    yield from block(changed_parts(row.input, changed.input, whole=True), "  input   ")
    yield from _said(seen, place.cell)


def _said(seen: _Seen, cell: int) -> Iterator[str]:
    output, answer = seen.outputs.get(cell), seen.answer(cell)
    if (talk := seen.talks.get(cell)) is not None and talk.transcript:
        yield from block(turns(talk.transcript), "  talk    ")
    if output is None:
        yield "  output  not stored"
    elif answer is None:
        yield visible(f"  output  none: {output.error}")
    else:
        yield from block([("", plain(output.raw))], "  output  ")
        value = "" if answer.value is None else f": {plain(answer.value)}"
        yield from block([("", f"{answer.act}{value}")], "  answer  ")


def _scores(place: Place, seen: _Seen) -> Iterator[str]:
    if seen.cases is None:
        return
    cells = sorted({0, place.cell})
    rows = [
        [name, *(_score(seen.cases, name, metric, cell, place.slot) for cell in cells)]
        for name, metric in place.scenario.metrics.items()
    ]
    yield ""
    yield from table(["scores", *(place.scenario.cells[cell].name for cell in cells)], rows, indent="")


def _score(cases: Cases, name: str, metric: Metric, cell: int, slot: int) -> str:
    from robustspec.engine.table import MISSING, SCORED, UNCHANGED

    status = int(cases.table.status[name][cell, slot])
    if status != SCORED:
        words = {UNCHANGED: "unchanged", MISSING: "no output"}
        return words.get(status, "-")
    value = cases.table.values[name][:, cell, slot]
    if metric.shape == "table":
        return plain(cases.table.entry(float(value[0])))
    return " of ".join(f"{number:.4g}" for number in value)
