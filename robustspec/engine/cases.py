"""From rows to scores: make the cases of a scenario, hand them over to be called, score what comes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from robustspec.answers.reading import Reader
from robustspec.data.row import Answer, Case, Expected, Message, Output, Policy, Row, Turn, images_of
from robustspec.engine.conversation import next_request
from robustspec.engine.dispatch import Request, Status
from robustspec.engine.episode import Talk, episode_of
from robustspec.engine.evidence import Counts
from robustspec.engine.plan import CellPlan, ScenarioPlan
from robustspec.engine.scoring import Measure
from robustspec.engine.table import ACT_CODES, ScoreTable
from robustspec.errors import PerturbationError, PictureError, RobustspecError
from robustspec.language.spec import policy_of
from robustspec.metrics.base import Metric, OpinionMetric, Same
from robustspec.perturbation.base import Params

ROWS_AT_ONCE = 64

Wanted = tuple[int, Sequence[int]]
"""A slot, and the cells that its row is wanted on."""


Place = tuple[int, int, int]
"""Of a case within its row: cell, draw, repeat."""

NEVER_ENDS = Answer(None, "unparsed")
"""The answer of a model that asked and asked, until the simulated user replied no more."""


@dataclass(slots=True)
class Pending:
    """A row whose cases are under way: what came back so far, by cell."""

    slot: int
    row: Row
    cells: Sequence[int]
    rows: dict[int, list[Row]] = field(default_factory=dict)
    outputs: dict[Place, Output] = field(default_factory=dict)
    talks: dict[Place, Talk] = field(default_factory=dict)
    opinions: dict[Place, dict[str, Output]] = field(default_factory=dict)
    open: int = 1


@dataclass(slots=True)
class Tag:
    """What a request is for: a case of a pending row, whether it was ``counted`` before, and its conversation if any.

    ``opinion`` is the key of the metric that asks another model about the case.
    """

    cases: Cases
    pending: Pending
    place: Place
    counted: bool
    talk: Talk | None = None
    opinion: str = ""


@dataclass(slots=True)
class Magnitude:
    """Running mean of the realised magnitude of a cell."""

    total: float = 0.0
    count: int = 0

    def add(self, value: float | None) -> None:
        """Take one more; None is not recorded."""
        if value is not None:
            self.total += value
            self.count += 1

    @property
    def mean(self) -> float | None:
        """The mean, None where nothing was recorded."""
        return self.total / self.count if self.count else None


class Cases:
    """The cases of one scenario, made on demand and scored into its table. Used by one thread at a time.

    ``metrics`` are those of the selected arms, each under the name that its scores are kept by. ``repeats`` is how often
    each case is called; a metric that ``counted`` names takes only so many of them, from the first. A ``by_case`` model is
    given a conversation whole, any other one turn by turn. ``unread`` counts, by judge, the opinions that could not be read;
    ``absent`` counts the cases that cannot be made because a picture
    does not open or cannot be changed, and ``first_absent`` says which was the first, and why.
    """

    def __init__(
        self,
        plan: ScenarioPlan,
        metrics: Mapping[str, Metric],
        reader: Reader,
        *,
        seed: int,
        repeats: int = 1,
        counted: Mapping[str, int] | None = None,
        by_case: bool = False,
    ) -> None:
        self.plan, self.reader, self.seed, self.repeats = plan, reader, seed, repeats
        self.metrics = dict(metrics)
        self.table = ScoreTable(self.metrics, len(plan.cells), len(plan.rows))
        self.counts = Counts()
        self.finished = self.absent = 0
        self.first_absent = ""
        self.unread: dict[str, int] = {}
        self._asking = [metric for metric in self.metrics.values() if isinstance(metric, OpinionMetric)]
        self.by_case = by_case
        self._following: list[Request] = []
        self.magnitudes = [Magnitude() for _ in plan.cells]
        self._measures = [
            Measure(name, metric, self.table, self._equality(metric), (counted or {}).get(name, repeats), repeats)
            for name, metric in self.metrics.items()
        ]
        self._policies: dict[tuple[int, Policy | None], Policy] = {}
        self._prefix, self._repeated = f"{plan.id}/", plan.repeats > 1

    def _equality(self, metric: Metric) -> Same | None:
        base = getattr(metric, "of", None)
        return None if base is None else self.plan.metrics[base].same

    def requests(self, wanted: Iterable[Wanted]) -> Iterator[Request]:
        """A request for every case of the wanted cells that its perturbation changes, rows opened as they are needed."""
        block: list[Wanted] = []
        for item in wanted:
            block.append(item)
            if len(block) == ROWS_AT_ONCE:
                yield from self._block(block)
                block = []
        yield from self._block(block)

    def _block(self, block: Sequence[Wanted]) -> Iterator[Request]:
        rows = self.plan.dataset.rows([int(self.plan.rows[slot]) for slot, _ in block])
        for (slot, cells), row in zip(block, rows, strict=True):
            yield from self._row(Pending(slot, row, cells))

    def _row(self, pending: Pending) -> Iterator[Request]:
        sampled: dict[tuple[int, int], Params] = {}
        clean, made = pending.row, self.table.made[:, pending.slot]
        for index in pending.cells:
            cell = self.plan.cells[index]
            # A row comes back when another arm wants more of its cells; what was counted then is not counted again.
            again, made[index] = bool(made[index]), True
            changed = [self._opened(cell, clean, draw, sampled) for draw in range(cell.draws)]
            pending.rows[index] = [clean if isinstance(row, Output) else row for row in changed]
            for draw, row in enumerate(changed):
                if isinstance(row, Output):
                    self._miss(pending, (index, draw), row, again)
                    continue
                unchanged = row is clean and cell.scope is not None
                if not again:
                    self._count(index, row, unchanged)
                if unchanged:
                    continue
                for repeat in range(self.repeats):
                    pending.open += 1
                    case_id = self.case_id(clean.id, cell, draw, repeat)
                    talk = self.talk(row)
                    content = row.input if talk is None or self.by_case else talk.start()
                    yield Request(content, case_id, repeat, Tag(self, pending, (index, draw, repeat), again, talk))
        self._close(pending)

    def talk(self, row: Row) -> Talk | None:
        """The conversation in which a case of ``row`` is held; None where it is one text and its answer."""
        user = self.plan.scenario.simulated_user
        if user is None and type(row.input) is str:
            return None
        return Talk(episode_of(row, user=user, read=self.reader.read))

    def _opened(self, cell: CellPlan, clean: Row, draw: int, sampled: dict[tuple[int, int], Params]) -> Row | Output:
        """The row of a case with pictures that open; or, where one does not, the output that says why there is none."""
        try:
            row = self._perturbed(cell, clean, draw, sampled)
            for picture in images_of(row.input):
                _ = picture.digest
        except PictureError as error:
            return Output(error=str(error))
        return row

    def _miss(self, pending: Pending, where: tuple[int, int], output: Output, again: bool) -> None:
        """Count the cases of a row whose picture does not open: they are missing, and nobody is asked."""
        for repeat in range(self.repeats):
            pending.outputs[*where, repeat] = output
        if not again:
            self.counts.generated += self.repeats
            self.counts.missing += self.repeats
            self.absent += self.repeats
            case_id = self.case_id(pending.row.id, self.plan.cells[where[0]], where[1])
            self.first_absent = self.first_absent or f"{case_id}: {output.error}"

    def _count(self, index: int, row: Row, unchanged: bool) -> None:
        self.counts.generated += self.repeats
        if unchanged:
            self.counts.unchanged += self.repeats
        elif index:
            self.magnitudes[index].add(row.magnitude)

    def case_id(self, row_id: str, cell: CellPlan, draw: int = 0, repeat: int = 0) -> str:
        """scenario/row/cell[/draw][/repeat]."""
        case_id = f"{self._prefix}{row_id}/{cell.name}"
        if cell.draws > 1 or self._repeated:
            case_id += f"/{draw}"
        return f"{case_id}/{repeat}" if self._repeated else case_id

    def _perturbed(self, cell: CellPlan, row: Row, draw: int, sampled: dict[tuple[int, int], Params]) -> Row:
        if cell.scope is None:
            return row
        key = (id(cell.scope), draw)
        try:
            if key not in sampled:
                sampled[key] = cell.scope.sample(self.seed, row, draw)
            return applied(cell, row, sampled[key])
        except RobustspecError:
            raise
        except Exception as error:  # an operator is an extension and may raise anything: say which, and on what
            kind = cell.entry.operator.kind if cell.entry else cell.name
            raise PerturbationError(
                f"case {self.case_id(row.id, cell, draw)}: '{kind}' failed: {type(error).__name__}: {error}"
            ) from error

    def changed(self, cell: CellPlan, row: Row) -> tuple[int, Row]:
        """The first draw in which a cell changes a row, with the changed row; (0, ``row``) where none does."""
        draws = ((draw, self._perturbed(cell, row, draw, {})) for draw in range(cell.draws))
        return next(((draw, changed) for draw, changed in draws if changed is not row), (0, row))

    def take(self, request: Request, output: Output, how: Status) -> None:
        """One output. When it is the last one of a conversation, it is the case's; of a row, the row is scored."""
        tag: Tag = request.tag
        pending, place, talk = tag.pending, tag.place, tag.talk
        if tag.opinion:
            pending.opinions.setdefault(place, {})[tag.opinion] = output
            self._close(pending)
            return
        by_user = bool(request.to)
        if not tag.counted and not by_user:
            setattr(self.counts, how, getattr(self.counts, how) + 1)
        if talk is not None and self._goes_on(request, talk, output, by_user=by_user):
            return
        self.finished += 1
        pending.outputs[place] = talk.last if talk is not None else output
        if talk is not None:
            pending.talks[place] = talk
        if not tag.counted:
            self.counts.missing += pending.outputs[place].error is not None
        if self._asking and pending.outputs[place].error is None:
            self._ask_others(request, tag)
        self._close(pending)

    def _goes_on(self, request: Request, talk: Talk, output: Output, *, by_user: bool) -> bool:
        if self.by_case:
            talk.recorded(output)
            return False
        step = talk.go_on(output, by_user=by_user)
        if step is None:
            return False
        user = self.plan.scenario.simulated_user
        self._following.append(next_request(request, talk, step, None if user is None else user.model))
        return True

    def _ask_others(self, request: Request, tag: Tag) -> None:
        """Ask the judges of the metrics about a case that has its output."""
        index, draw, _ = tag.place
        output, row = tag.pending.outputs[tag.place], tag.pending.rows[index][draw]
        case = self.case_of(index, row, output, tag.talk)
        for metric in self._asking:
            if metric.applies(tag.pending.row, case.policy) and (content := metric.question(case)) is not None:
                tag.pending.open += 1
                asked = Tag(self, tag.pending, tag.place, tag.counted, opinion=metric.key)
                self._following.append(Request(content, request.case_id, request.repeat, asked, metric.model))

    def following(self) -> list[Request]:
        """The next turns of conversations that are not at their end, each once."""
        following, self._following = self._following, []
        return following

    def _close(self, pending: Pending) -> None:
        pending.open -= 1
        if pending.open == 0:
            self._score(pending)

    def _score(self, pending: Pending) -> None:
        clean: list[Case | None] | None = None
        for index in pending.cells:
            cases = self.read(pending, index)
            if index == 0:
                clean = cases
            at = (index, pending.slot)
            first = next((case for case in cases if case is not None), None)
            if first is not None:
                self.table.acts[at] = ACT_CODES[first.answer.act]
            policy, relation = self.policy(index, pending.row), self.plan.cells[index].relation
            for measure in self._measures:
                measure.enter(at, pending.row, policy, relation, cases, clean)

    def read(self, pending: Pending, index: int) -> list[Case | None]:
        """The cases of one cell, None for those without output; empty where the perturbation changed nothing."""
        cases: list[Case | None] = []
        for draw, row in enumerate(pending.rows[index]):
            for repeat in range(self.repeats):
                place = (index, draw, repeat)
                output = pending.outputs.pop(place, None)
                if output is None:
                    continue
                if output.error is not None:
                    cases.append(None)
                    continue
                case = self.case_of(index, row, output, pending.talks.pop(place, None))
                case.call = draw * self.repeats + repeat
                if self._asking:
                    case.opinions = self._opinions(case, pending.opinions.pop(place, {}))
                cases.append(case)
        return cases

    def _opinions(self, case: Case, outputs: Mapping[str, Output]) -> dict[str, float]:
        """What the judges said of a case, by the key of the metric; nothing where they said nothing that can be read."""
        opinions: dict[str, float] = {}
        for metric in self._asking:
            output = outputs.get(metric.key)
            if output is None or output.error is not None:
                continue
            opinion = metric.opinion(output.raw, case)
            if opinion is None:
                self.unread[metric.model] = self.unread.get(metric.model, 0) + 1
            else:
                opinions[metric.key] = opinion
        return opinions

    def case_of(self, index: int, row: Row, output: Output, talk: Talk | None = None) -> Case:
        """The case of a row in a cell with its output, and the turns of its conversation."""
        cell, policy = self.plan.cells[index], self.policy(index, row)
        answer = self.reader.read(output.raw)
        turns: tuple[Turn, ...] = ()
        if talk is not None and (len(talk.outputs) > 1 or self.plan.scenario.simulated_user is not None):
            course = talk.course()
            if course.exhausted:
                answer = NEVER_ENDS
            turns = self._turns(row, policy, talk, course.heard, answer)
        cut = self.by_case and talk is not None and talk.lacks_turns
        return Case(row, answer, policy, cell.name, cell.level, output.seconds, turns, cut=cut)

    def _turns(
        self, row: Row, policy: Policy, talk: Talk, heard: Sequence[Message | None], last: Answer
    ) -> tuple[Turn, ...]:
        turns = []
        for output, message in zip(talk.outputs[:-1], heard, strict=False):
            answer = self.reader.read(output.raw)
            if message is None or (message.expect is None and message.policy is None):
                turns.append(Turn(answer))
            elif message.expect is Expected.AS_ROW:
                turns.append(Turn(answer, row.label, policy, judged=True))
            else:
                turns.append(Turn(answer, message.expect, message.policy or ("answer",), judged=True))
        return (*turns, Turn(last, row.label, policy, judged=True))

    def policy(self, index: int, row: Row) -> Policy:
        """The policy of a row's cases in a cell."""
        key = (index, row.policy)
        if key not in self._policies:
            self._policies[key] = policy_of(self.plan.cells[index].entry, row.policy, self.plan.scenario)
        return self._policies[key]


def applied(cell: CellPlan, row: Row, params: Params) -> Row:
    """The row of a case, its label moved as the cell's relation says; ``row`` itself where nothing changes."""
    assert cell.scope is not None
    changed = cell.scope.apply(row, params, cell.level)
    relation = cell.relation
    if changed is row or relation is None or relation["kind"] != "changes" or relation["to"] is None:
        return changed
    # The entry's mapping stands instead of the operator's own, so it starts from the clean label.
    return replace(changed, label=moved(row.label, relation))


def moved(label: Any, relation: Mapping[str, Any]) -> Any:
    """The label after a relation ``changes``; values absent from ``to`` stay."""
    to, name = relation["to"] or {}, relation["field"]
    if name is None:
        return to.get(label, label) if isinstance(label, str) else label
    if isinstance(label, Mapping) and isinstance(label.get(name), str):
        return {**label, name: to.get(label[name], label[name])}
    return label
