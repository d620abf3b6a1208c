"""``robustspec generate``: paraphrases written beforehand, checked, reviewed, and then used."""

from __future__ import annotations

import json
import sys

import pytest

from robustspec.cli import main
from robustspec.commands.candidates import Original, read_candidates
from robustspec.commands.generate import PROMPT
from robustspec.data.row import Row, Span
from robustspec.perturbation.protect import Lexicon

SPEC = """
robustspec: 1
about: {title: A test}
model: {kind: callable, target: generate_writer:answer}
data:
  d: {kind: jsonl, path: d.jsonl, origin: synthetic, lexicon: {drug: drugs.txt}}
scenarios:
  s:
    title: A scenario
    mechanism: A mechanism
    data: d
    perturbations:
      - {kind: variants, path: p.jsonl, require_reviewed: true}
    requirements:
      - {metric: accuracy, cells: all, at_least: 0.5, population: dataset, max_unchanged: 1}
"""
WRITER = """
import json
calls = []
def text_in(prompt):
    calls.append(prompt)
    return prompt.split("The message:\\n")[1].split("\\n\\nThese")[0].strip()
def good(prompt):
    text = text_in(prompt)
    return json.dumps([f"{start} {text}" for start in ("Well,", "So,", "Look,", "Listen,", "Tell me,")])
def careless(prompt):
    text = text_in(prompt)
    return json.dumps([text.replace("400", "600"), text.replace(" not", ""), text.replace("left", "right"),
                       text.replace("ibuprofen", "aspirin"), text, text.upper(), "", "Well, " + text, "well,  " + text])
def invisible(prompt):
    text = text_in(prompt)
    return json.dumps(["Well,\\0 " + text, "So, \\u202e" + text, "Look, \\ud800" + text, "Listen,\\n" + text])
def failing(prompt):
    if "left" in prompt:
        raise RuntimeError("no")
    return good(prompt)
def stopped(prompt):
    if "left" in prompt:
        raise KeyboardInterrupt
    return good(prompt)
def answer(text):
    return "x"
"""
ROWS = [
    {"id": "a", "input": "May I take 400 mg of ibuprofen? I do not smoke.", "label": "x"},
    {"id": "b", "input": "My left knee hurts.", "label": "x"},
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a specification that reads the file to be written, its data, and writers."""
    (tmp_path / "s.yaml").write_text(SPEC)
    (tmp_path / "d.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "drugs.txt").write_text("ibuprofen\naspirin\n")
    (tmp_path / "generate_writer.py").write_text(WRITER)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("generate_writer", None)


def generate(*more, writer="good"):
    model = f"generate_writer:{writer}"
    return main(["generate", "s.yaml", "d", "--model", model, "-o", "p.jsonl", "--cache", "cache", *more])


def written(folder):
    return [json.loads(line) for line in (folder / "p.jsonl").read_text().splitlines()]


def calls():
    return sys.modules["generate_writer"].calls


def test_paraphrases_are_written_for_review(folder, capsys):
    """So many of each row, none of them reviewed, with the text that they say again."""
    assert generate("-n", "2") == 0
    assert written(folder) == [
        {
            "id": row["id"],
            "input": row["input"],
            "variants": [{"text": f"{start} {row['input']}", "reviewed": False} for start in ("Well,", "So,")],
        }
        for row in ROWS
    ]
    out = capsys.readouterr().out
    assert "4 paraphrases of 2 rows written to p.jsonl; none of them is reviewed" in out
    assert "0 rejected" in out


def test_the_prompt_says_what_must_stay(folder):
    """The text, the number, and the spans as they are written, the widest of those that overlap."""
    generate("-n", "2")
    prompt = next(prompt for prompt in calls() if "400" in prompt)
    assert ROWS[0]["input"] in prompt
    assert "in 2 other ways" in prompt
    assert 'written here: "400 mg", "ibuprofen", "not".' in prompt


def test_a_paraphraser_that_changes_a_dose(folder, capsys):
    """Is rejected and counted by what it changed; what it got right is kept."""
    assert generate("-n", "3", "--tries", "1", writer="careless") == 0
    assert [[each["text"] for each in line["variants"]] for line in written(folder)] == [
        [f"Well, {row['input']}"] for row in ROWS
    ]
    out = capsys.readouterr().out
    for line in (
        "1  another dose",
        "1  another negation",
        "1  another side",
        "1  another drug",
        "2  empty",
        "2  duplicate",
    ):
        assert line in out, line
    assert "8  unchanged" in out
    assert "2 rows with fewer than asked for" in out


def test_what_nobody_sees_is_rejected(folder, capsys):
    """Control characters, a reversed writing direction, half a character; a new line is fine."""
    assert generate("-n", "4", "--tries", "1", writer="invisible") == 0
    assert [[each["text"] for each in line["variants"]] for line in written(folder)] == [
        [f"Listen,\n{row['input']}"] for row in ROWS
    ]
    assert "6  control characters" in capsys.readouterr().out


def test_what_the_text_itself_holds_may_stay():
    """A text with a mark of direction keeps it in its paraphrases; another mark is rejected."""
    original = Original(Row("a", "x"), "A \u202eword.", None)
    assert original.take("Some \u202eword.") is None
    assert original.take("This \u202dword.") == "control characters"


def test_a_row_that_lacks_some_is_asked_again(folder):
    """With what has been written already, and for as many as are missing."""
    generate("-n", "3", "--tries", "2", writer="careless")
    again = [prompt for prompt in calls() if "have been written before" in prompt]
    assert len(again) == 2
    assert all("in 2 other ways" in prompt and "- Well, " in prompt for prompt in again)


def test_it_goes_on_where_it_was(folder, capsys):
    """Rows in the file are not asked for again; a torn last line is written anew."""
    generate("-n", "1", "--rows", "1")
    whole = (folder / "p.jsonl").read_text()
    (folder / "p.jsonl").write_text(whole + '{"id": "b", "inp')
    calls().clear()
    assert generate("-n", "1") == 0
    assert [ROWS[0]["input"] in prompt for prompt in calls()] == [False]
    assert [line["id"] for line in written(folder)] == ["a", "b"]
    assert (folder / "p.jsonl").read_text().startswith(whole)
    assert "(1 row stood there already)" in capsys.readouterr().out
    assert generate("-n", "1") == 0
    assert len(written(folder)) == 2


def test_a_row_without_output_is_left_for_the_next_time(folder, capsys):
    """It is told, and the exit code says so."""
    assert generate("-n", "1", writer="failing") == 1
    assert [line["id"] for line in written(folder)] == ["a"]
    assert "1 row without output, to be asked again by the same command: RuntimeError: no" in capsys.readouterr().err
    assert generate("-n", "1") == 0
    assert [line["id"] for line in written(folder)] == ["a", "b"]


def test_an_interruption_keeps_what_is_done(folder, capsys):
    """Exit code 130, and the rows that were complete are in the file."""
    assert generate("-n", "1", writer="stopped") == 130
    assert [line["id"] for line in written(folder)] == ["a"]
    assert "1 paraphrase of 1 row written" in capsys.readouterr().out


def test_only_reviewed_paraphrases_are_used(folder, capsys):
    """The specification reads the file: nothing changes before a person has set ``reviewed``."""
    generate("-n", "1")
    assert main(["preview", "s.yaml", "--cache", "cache"]) == 0
    assert "0 changed, 2 unchanged" in capsys.readouterr().out
    (folder / "p.jsonl").write_text(
        (folder / "p.jsonl").read_text().replace('"reviewed": false', '"reviewed": true', 1)
    )
    assert main(["preview", "s.yaml", "--cache", "cache"]) == 0
    assert "1 changed" in capsys.readouterr().out


def test_of_a_conversation_the_last_words_of_the_user(folder):
    """Not a document that was handed over, and not what the model said."""
    talk = [
        {"role": "user", "content": "Hello."},
        {"role": "assistant", "content": "Hi."},
        {"role": "user", "content": "May I smoke?"},
        {"role": "user", "content": "A leaflet.", "name": "leaflet"},
    ]
    (folder / "d.jsonl").write_text(json.dumps({"id": "t", "input": talk, "label": "x"}) + "\n")
    assert generate("-n", "1") == 0
    assert [(line["id"], line["input"]) for line in written(folder)] == [("t", "May I smoke?")]


def test_a_prompt_of_ones_own(folder, capsys):
    """With the same places; one without the text is a fault."""
    (folder / "prompt.txt").write_text("{n} for {text} {kept} {other}\n" + "The message:\n{text}")
    assert generate("-n", "1", "--prompt", "prompt.txt") == 0
    assert calls()[0].startswith(f'1 for {ROWS[0]["input"]} "400 mg", "ibuprofen", "not" {{other}}\n')
    (folder / "prompt.txt").write_text("Say it again.")
    assert generate("--prompt", "prompt.txt") == 4
    assert "write {text} in it" in capsys.readouterr().err
    assert generate("--prompt", "absent.txt") == 4


def test_patient_data_go_where_they_may(folder, capsys):
    """An endpoint that is not listed is refused before any call, and the file is announced as what it is."""
    (folder / "s.yaml").write_text(SPEC + "privacy: {contains: patient_data}\n")
    remote = "{kind: openai, model: m, base_url: 'https://writer.example.org/v1'}"
    assert main(["generate", "s.yaml", "d", "--model", remote, "-o", "p.jsonl", "--cache", "cache"]) == 4
    err = capsys.readouterr().err
    assert "is not in privacy.may_send_to" in err
    assert "patient data" in err.splitlines()[0]
    assert not (folder / "p.jsonl").exists()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('{"case_id": "x"}\n', "p.jsonl:1: this line was not written by robustspec generate"),
        ("not json\n", "p.jsonl:1: this line was not written by robustspec generate"),
        ('{"id": "a", "input": "Another text.", "variants": []}\n', "row 'a' had another text"),
    ],
)
def test_another_file_is_not_written_to(folder, capsys, content, fault):
    """A fault that names the file; it stays as it was."""
    (folder / "p.jsonl").write_text(content)
    assert generate() == 4
    assert fault in capsys.readouterr().err
    assert (folder / "p.jsonl").read_text() == content


def test_wrong_names(folder, capsys):
    """An unknown data block, and a file that cannot be written."""
    assert main(["generate", "s.yaml", "e", "--model", "generate_writer:good", "-o", "p.jsonl"]) == 4
    assert "there is no data block 'e'" in capsys.readouterr().err
    assert main(["generate", "s.yaml", "d", "--model", "generate_writer:good", "-o", "no/p.jsonl"]) == 4
    assert "-o must name a file that can be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('["a", "b"]', ["a", "b"]),
        ('```json\n["a", "b"]\n```', ["a", "b"]),
        ('{"paraphrases": ["a", "b"]}', ["a", "b"]),
        ('[{"text": "a"}, {"text": "b"}]', ["a", "b"]),
        ('Here they are: ["a", "b"]', ["a", "b"]),
        ("1. a\n2) b", ["a", "b"]),
        ("Sure:\n- a\n- b\nBye", ["a", "b"]),
        ('"a"\n“b”', ["a", "b"]),
        ("Here they are:\na\nb\n", ["a", "b"]),
        (["a", "b "], ["a", "b"]),
        ({"variants": ["a"]}, ["a"]),
        ({"text": "a"}, ["a"]),
        ("one text", ["one text"]),
        ("", []),
        (3, []),
        ("[" * 50_000, ["[" * 50_000]),
    ],
)
def test_outputs_of_many_forms_are_read(raw, expected):
    """JSON wherever it stands, numbered lines, lines."""
    assert read_candidates(raw) == expected


@pytest.mark.parametrize(
    ("candidate", "reason"),
    [
        ("I don't take 400mg of Ibuprofen, XR-2.", None),
        ("400 mg of ibuprofen is what I do not take, XR-2.", None),
        ("I take 400 mg of ibuprofen, XR-2.", "another negation"),
        ("I do not not take 400 mg of ibuprofen, XR-2.", "another negation"),
        ("I do not take 400 mcg of ibuprofen, XR-2.", "another dose"),
        ("I do not take 400 mg of ibuprofen twice a day, XR-2.", "another dose"),
        ("I do not take 400 mg of ibuprofen 5, XR-2.", "another number"),
        ("On the left I do not take 400 mg of ibuprofen, XR-2.", "another side"),
        ("I do not take 400 mg of it, XR-2.", "another drug"),
        ("I do not take 400 mg of ibuprofen.", "another number"),
        ("i do not take  400 mg of ibuprofen, xr-2.", "unchanged"),
        (" ", "empty"),
        ("I do not take 400 mg of ibuprofen, XR-2. " + "Really. " * 60, "too long"),
    ],
)
def test_what_a_paraphrase_may_change(candidate, reason):
    """Anything but the protected spans, the row's own and the lexicon's among them."""
    row = Row("r", "I do not take 400 mg of ibuprofen, XR-2.", spans=(Span("XR-2", "code"),))
    assert Original(row, row.input, Lexicon({"drug": ["ibuprofen"]})).take(candidate) == reason


def test_a_paraphrase_counts_once():
    """The second time it is a duplicate, in other capitals too, and so is one that was rejected before."""
    original = Original(Row("r", "Hello you."), "Hello you.", None)
    assert [original.take(text) for text in ("Hi you.", "hi  you.", "Hi 2.", "Hi 2.")] == [
        None,
        "duplicate",
        "another number",
        "duplicate",
    ]
    assert original.kept == ["Hi you."]


def test_the_prompt_names_its_places():
    """What the command fills in."""
    assert {"{n}", "{kept}", "{text}"} <= {word.strip(".:,") for word in PROMPT.split()}
