"""The same instruction in other words."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from robustspec.errors import DataError
from robustspec.perturbation.base import Params, Passage
from robustspec.perturbation.edits import Edit, splice

from ..table_file import FileOperator, Stamp, records, stamp
from .phrases import fold, pick


class InstructionSwap(FileOperator):
    """Replaces the instruction of a prompt by another one for the same task; what it is about stays.

    Stands for the next person who writes the prompt. The table is a CSV file with the columns ``task`` and ``instruction``:
    instructions of one task ask for the same thing in the same words for the answer, written and reviewed beforehand (more
    columns are for your notes). The longest of them that the text holds, in any case, is replaced by another one of its
    task. A text that holds none is unchanged: list the instructions of the data too.

    The instruction is what this operator edits, so protected spans inside it do not count. There is no ladder; ask for more
    ``draws`` to use more of the instructions. Magnitude: 1.

    >>> import tempfile
    >>> from robustspec.perturbation.scope import perturb
    >>> table = "task,instruction\\ntone,Is it good or bad?\\ntone,\\"Good or bad, what do you think?\\"\\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "prompts.csv").write_text(table)
    ...     perturb(InstructionSwap(table="prompts.csv").bind(Path(folder)), "Is it good or bad? Text: sales fell.")
    'Good or bad, what do you think? Text: sales fell.'

    Source: paraphrased instructions for one task move models by tens of points (Mizrahi et al., "State of what art? A call
    for multi-prompt LLM evaluation", 2024, arXiv:2401.00595).
    """

    kind: Literal["instruction_swap"] = "instruction_swap"
    table: str
    """CSV file with the columns task and instruction, relative to the specification."""

    def apply(self, passage: Passage, params: Params, level: int | None) -> Passage:
        """The passage with another instruction."""
        others = _read(stamp(self.located(self.table), "instruction_swap.table"))
        low = fold(passage.text)
        held = None if level == 0 else next((known for known in others if known in low), None)
        if held is None:
            return passage
        start, choices = low.index(held), others[held]
        new = choices[pick(random.Random(params["seed"]).random(), len(choices))]
        text = splice(passage.text, [Edit(start, start + len(held), new)])
        return passage if text == passage.text else passage.with_text(text, 1.0)


@lru_cache(maxsize=8)
def _read(file: Stamp) -> Mapping[str, tuple[str, ...]]:
    """From each instruction in lower case, the longest first, to the others of its task."""
    path = Path(file[0])
    tasks: dict[str, list[str]] = {}
    task_of: dict[str, str] = {}
    for line, record in records(path, ("task", "instruction")):
        task, instruction = record["task"], record["instruction"]
        if fold(instruction) in task_of:
            raise DataError(
                f"{path}:{line}: the instruction stands in the table already -- delete one of the two lines"
            )
        task_of[fold(instruction)] = task
        tasks.setdefault(task, []).append(instruction)
    lonely = next((task for task, instructions in tasks.items() if len(instructions) < 2), None)
    if lonely is not None:
        raise DataError(f"{path}: the task '{lonely}' has one instruction only -- write another one for it")
    longest_first = sorted(task_of, key=lambda text: (-len(text), text))
    return {text: tuple(other for other in tasks[task_of[text]] if fold(other) != text) for text in longest_first}
