"""``robustspec generate``: paraphrases that a model writes beforehand, for a person to review and ``variants`` to read."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from robustspec.commands import FINE, RED
from robustspec.commands.arguments import UsageError, add_command, add_spec, cache_of, index_of, positive
from robustspec.commands.text import counted, visible

if TYPE_CHECKING:
    from robustspec.commands.candidates import Original
    from robustspec.data.dataset import Dataset
    from robustspec.data.row import Output, Row
    from robustspec.engine.dispatch import Dispatcher
    from robustspec.engine.ledger import Status
    from robustspec.engine.plan import Plan

_DESCRIPTION = """\
Let a model write paraphrases of the texts of a data set, once, into a file that a person reviews; the runs then only pick
from it, at no cost, with

  perturbations:
    - {kind: variants, path: paraphrases.jsonl, require_reviewed: true}

Of a conversation the last message of the user is rewritten. Every paraphrase must hold the doses, numbers, units,
negations and sides of its text, its row's spans and the terms of its lexicons as often as the text does; what changes one
of them, and what repeats another or the text itself, is rejected and counted. What is kept is not reviewed: read it, and
set "reviewed": true on each that says the same.

The file grows while it is written, row by row. After an interruption the same command goes on where it was.
"""
_EXAMPLES = """\
  robustspec generate spec.yaml requests --model mypackage.writer:paraphrase -n 5 -o paraphrases.jsonl
  robustspec generate spec.yaml requests --model '{kind: openai, model: some-model}' -o p.jsonl --rows 200
  robustspec generate spec.yaml requests --model mypackage.writer:paraphrase -o p.jsonl --prompt prompt.txt
"""
PROMPT = """\
Say the message below in {n} other ways, as {n} other people might have written it. Keep its meaning exactly. Change the
order, the grammar and the common words; add nothing, leave nothing out, and do not reply to the message.
These parts must stand in each of them as they are written here: {kept}.
Give a JSON list of {n} texts and nothing else.

The message:
{text}
"""
_AGAIN = "\nThese have been written before, so write others:\n{seen}\n"
_AT_ONCE = 32
_TOLD = 30
"""Of how many texts a model is told that it has written them."""
_EVERY_S = 5.0


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "generate", "let a model write paraphrases to a file", _DESCRIPTION, _EXAMPLES)
    add_spec(parser)
    parser.add_argument("data", metavar="DATA", help="the data block of SPEC whose texts are rewritten")
    parser.add_argument(
        "--model", required=True, metavar="MODEL", help="who writes: package.module:name or '{kind: ..., ...}'"
    )
    parser.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="file to write or to go on with (JSON Lines)"
    )
    parser.add_argument("-n", "--number", type=positive, default=3, metavar="K", help="paraphrases of each row (3)")
    parser.add_argument("--rows", type=positive, metavar="N", help="only the first N rows (default: all)")
    parser.add_argument(
        "--tries", type=positive, default=2, metavar="T", help="how often to ask for a row that still lacks some (2)"
    )
    parser.add_argument(
        "--prompt", metavar="FILE", help="your own prompt, with {text} and, if you like, {n} and {kept}"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask the model and write what passes."""
    from robustspec.engine.dispatch import Dispatcher
    from robustspec.engine.session import Options, check_privacy, open_model, store_of
    from robustspec.engine.spending import Spending

    plan = _plan(args)
    dataset = plan.datasets[args.data]
    prompt, path = _prompt(args.prompt), Path(args.output)
    done = _done(path)
    if plan.spec.privacy.contains == "patient_data":
        print("note: the file will hold what the specification calls patient data", file=sys.stderr)
    model, timeout_s = open_model(plan, args.model)
    with model, store_of(plan, model, Options(cache=cache_of(args))) as store:
        check_privacy(plan, [model])
        spending = Spending(plan.spec.budget)
        with Dispatcher(model, store, timeout_s=timeout_s, spending=spending) as dispatcher, _appending(path) as file:
            writer = _Writer(args.data, dispatcher, file, prompt, args.number, args.tries)
            try:
                writer.write(_originals(dataset, args.rows, done, path))
            finally:
                _tell(writer, path, len(done))
    if writer.lost:
        print(
            f"{counted(writer.lost, 'row')} without output, to be asked again by the same command: "
            f"{visible(dispatcher.first_error)}",
            file=sys.stderr,
        )
    return RED if writer.lost else FINE


def _plan(args: argparse.Namespace) -> Plan:
    """SPEC with the one data set and without its scenarios: they may well read the file that is still to be written."""
    from robustspec.data.dataset import open_dataset
    from robustspec.engine.plan import Plan
    from robustspec.language.load import read_file

    path = Path(args.spec)
    spec, folder = read_file(path).spec, path.resolve().parent
    index_of(args.data, "data block", list(spec.data))
    dataset = open_dataset(args.data, spec.data[args.data], folder, cache_of(args))
    return Plan(spec, folder, path.name, "generate", spec.statistics.seed, [], {args.data: dataset})


def _prompt(name: str | None) -> str:
    if name is None:
        return PROMPT
    try:
        prompt = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{name}: the prompt cannot be read ({error}) -- name a file of UTF-8 text") from error
    if "{text}" not in prompt:
        raise UsageError(f"{name}: the prompt does not say where the text stands -- write {{text}} in it")
    return prompt


def _done(path: Path) -> dict[str, str]:
    """The rows that the file holds, with the text that each was written for; a torn last line is cut off.

    `UsageError` where the file is another one.
    """
    if not path.exists():
        return {}
    try:
        content = path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        lines = whole.decode("utf-8").splitlines()
        if len(whole) < len(content):
            with path.open("r+b") as file:
                file.truncate(len(whole))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path}: the file cannot be gone on with ({error}) -- write to another one with -o"
        ) from error
    return dict(_line(path, number, line) for number, line in enumerate(lines, 1) if line.strip())


def _line(path: Path, number: int, line: str) -> tuple[str, str]:
    try:
        record = json.loads(line)
        return str(record["id"]), str(record["input"])
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f"{path}:{number}: this line was not written by robustspec generate -- write to another file with -o"
        ) from error


def _appending(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8", errors="surrogatepass", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror} -- -o must name a file that can be written") from error


def _originals(dataset: Dataset, rows: int | None, done: dict[str, str], path: Path) -> Iterator[Original]:
    """The texts that still have to be written, in the order of the data; rows without words are left out."""
    from robustspec.commands.candidates import Original
    from robustspec.perturbation.protect import Lexicon

    lexicon = Lexicon(dataset.lexicon) if dataset.lexicon else None
    last = min(rows or dataset.n_rows, dataset.n_rows)
    for first in range(0, last, _AT_ONCE):
        for row in dataset.rows(range(first, min(first + _AT_ONCE, last))):
            text = _text(row)
            if row.id in done and done[row.id] != text:
                raise UsageError(
                    f"{path}: row '{row.id}' had another text when its paraphrases were written -- write to another file "
                    "with -o"
                )
            if row.id not in done and text.strip():
                yield Original(row, text, lexicon)


def _text(row: Row) -> str:
    """What ``variants`` replaces: the text, or the last thing that the user says."""
    if isinstance(row.input, str):
        return row.input
    said = [message.content for message in row.input if message.role == "user" and message.name is None]
    return said[-1] if said else ""


class _Writer:
    """Asks for paraphrases row by row, checks them, and appends what is kept."""

    def __init__(self, data: str, dispatcher: Dispatcher, file: TextIO, prompt: str, number: int, tries: int) -> None:
        self.rows = self.accepted = self.short = self.lost = 0
        self.rejected: Counter[str] = Counter()
        self._data, self._dispatcher, self._file = data, dispatcher, file
        self._prompt, self._number, self._tries = prompt, number, tries
        self._told = time.monotonic()

    def write(self, waiting: Iterator[Original]) -> None:
        """Write the lines of all rows, some at a time; those of an interrupted block that are complete are kept."""
        while block := list(islice(waiting, _AT_ONCE)):
            answered: set[int] = set()
            try:
                for attempt in range(self._tries):
                    lacking = [each for each in block if len(each.kept) < self._number]
                    if attempt:
                        lacking = [each for each in lacking if id(each) in answered]
                    self._ask(lacking, attempt, answered)
            except BaseException:
                self._put([each for each in block if len(each.kept) >= self._number])
                raise
            self.lost += sum(id(each) not in answered for each in block)
            self._put([each for each in block if id(each) in answered])

    def _ask(self, originals: Sequence[Original], attempt: int, answered: set[int]) -> None:
        from robustspec.engine.dispatch import Request

        def take(request: Request, output: Output, status: Status) -> None:
            if output.error is None:
                answered.add(id(request.tag))
                self._take(request.tag, output.raw)

        self._dispatcher.run(
            (Request(self._request(each), f"generate/{self._data}/{each.row.id}", attempt, each) for each in originals),
            take,
        )

    def _request(self, original: Original) -> str:
        """The prompt for a row, with what it has been given already."""
        from robustspec.data.prompt import filled

        kept = ", ".join(json.dumps(part, ensure_ascii=False) for part in original.protected) or "(none)"
        said = {"n": str(self._number - len(original.kept)), "kept": kept, "text": original.text}
        prompt = filled(self._prompt, said)
        seen = "\n".join(f"- {text}" for text in original.seen[-_TOLD:])
        return prompt + (_AGAIN.replace("{seen}", seen) if seen else "")

    def _take(self, original: Original, raw: Any) -> None:
        from robustspec.answers.withheld import is_withheld
        from robustspec.commands.candidates import read_candidates

        candidates = [] if is_withheld(raw) else read_candidates(raw)
        if not candidates:
            self.rejected["withheld by the service" if is_withheld(raw) else "no list of texts"] += 1
        for candidate in candidates:
            if len(original.kept) >= self._number:
                break
            reason = original.take(candidate)
            if reason is not None:
                self.rejected[reason] += 1

    def _put(self, originals: Sequence[Original]) -> None:
        for each in originals:
            variants = [{"text": text, "reviewed": False} for text in each.kept]
            line = {"id": each.row.id, "input": each.text, "variants": variants}
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self.rows += 1
            self.accepted += len(each.kept)
            self.short += len(each.kept) < self._number
        self._file.flush()
        self._progress()

    def _progress(self) -> None:
        """A line redrawn on a terminal, a line now and then elsewhere."""
        terminal = sys.stderr.isatty()
        if not terminal and time.monotonic() - self._told < _EVERY_S:
            return
        self._told = time.monotonic()
        rejected = sum(self.rejected.values())
        line = f"{counted(self.rows, 'row')} done: {self.accepted:,} accepted, {rejected:,} rejected"
        print(f"\r{line}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)


def _tell(writer: _Writer, path: Path, before: int) -> None:
    """What was written and what was not, by reason."""
    if sys.stderr.isatty():
        print(file=sys.stderr)
    already = f" ({counted(before, 'row')} stood there already)" if before else ""
    print(
        f"{counted(writer.accepted, 'paraphrase')} of {counted(writer.rows, 'row')} written to {path}{already}; none of "
        "them is reviewed"
    )
    total = sum(writer.rejected.values())
    reasons = "".join(f"\n  {count:6,}  {reason}" for reason, count in writer.rejected.most_common())
    print(f"{total:,} rejected{':' if total else ''}{visible(reasons)}")
    if writer.short:
        print(f"{counted(writer.short, 'row')} with fewer than asked for")
