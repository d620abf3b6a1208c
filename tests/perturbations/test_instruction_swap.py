import pytest
from word_samples import BLANK, operator, passage, run_examples

from robustspec.data.row import Row, Span
from robustspec.errors import DataError
from robustspec.perturbation.scope import Scope

TABLE = """task,instruction,by
tone,Is it good or bad?,a
tone,"Good or bad, what do you think?",b
tone,Rate it as good or bad.,b
topic,What is it about?,a
topic,Name its topic.,a
"""


@pytest.fixture
def swap(tmp_path):
    def made(table=TABLE):
        (tmp_path / "prompts.csv").write_text(table, encoding="utf-8")
        return operator("instruction_swap", table="prompts.csv").bind(tmp_path)

    return made


def outcomes(op, text):
    return {op.apply(passage(text), {"seed": seed}, None).text for seed in range(40)}


def test_examples():
    """The example of the documentation runs."""
    assert run_examples("instruction_swap") >= 2


def test_every_other_instruction_of_the_task_comes(swap):
    """Of another task none does, and what follows stays."""
    assert {
        "Good or bad, what do you think?\nText: sales fell.\nAnswer:",
        "Rate it as good or bad.\nText: sales fell.\nAnswer:",
    } == outcomes(swap(), "Is it good or bad?\nText: sales fell.\nAnswer:")


def test_case_does_not_count(swap):
    """An instruction is found in any case."""
    assert {"Name its topic. Sales fell."} == outcomes(swap(), "WHAT is it about? Sales fell.")


def test_the_longest_counts(swap):
    """Of an instruction that holds another one the whole is replaced."""
    table = "task,instruction\nt,Is it good?\nt,Is it good? Say why.\nt,Why is it good?\n"
    assert "Is it good? Say why. Say why." not in outcomes(swap(table), "Is it good? Say why.")
    assert {"Is it good?", "Why is it good?"} == outcomes(swap(table), "Is it good? Say why.")


def test_a_protected_instruction_is_swapped(swap):
    """The instruction is what it edits."""
    row = Row("r", "What is it about? It rose.", spans=(Span("What is it about?", "instruction"),))
    assert Scope(swap()).apply(row, {"seed": 1}, None).input == "Name its topic. It rose."


@pytest.mark.parametrize("text", ["Do you like it? Sales fell.", *BLANK])
def test_no_known_instruction(swap, text):
    """A text without one is the passage itself, and so is level 0."""
    before = passage(text)
    assert before is swap().apply(before, {"seed": 1}, None)
    known = passage("What is it about?")
    assert known is swap().apply(known, {"seed": 1}, 0)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("task,text\na,b\n", "no column 'instruction'"),
        ("task,instruction\na,Do it.\n", "one instruction only"),
        ("task,instruction\na,Do it.\nb,do IT.\nb,Go.\n", ":3: the instruction stands in the table already"),
    ],
)
def test_bad_tables(swap, table, said):
    """A table that cannot be used is an error with its line and a remedy."""
    with pytest.raises(DataError, match=said):
        swap(table).apply(passage("Do it."), {"seed": 1}, None)


def test_a_missing_table(tmp_path):
    """A table that is not there is named."""
    with pytest.raises(DataError, match=r"instruction_swap\.table: there is no file"):
        operator("instruction_swap", table="no.csv").bind(tmp_path).apply(passage("Do it."), {"seed": 1}, None)
