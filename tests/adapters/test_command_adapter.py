"""A program answers line by line, and whatever it does becomes a sentence, a missing case, or a new start."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
from pydantic import ValidationError

from robustspec import registry
from robustspec.adapters.command import CommandAdapter
from robustspec.data.row import Input, Message
from robustspec.engine.dispatch import Dispatcher, Request
from robustspec.engine.session import Options, load_plan, open_model, run_plan
from robustspec.engine.store import Store
from robustspec.errors import AdapterError

SPEC = Path(__file__).resolve().parents[2] / "specs" / "pharmacy.yaml"
TALK = (Message("system", "Be brief."), Message("user", "ibuprofen?"), Message("user", "leaflet", "context"))
UPPER = """
    import json, sys
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps({"id": request["id"], "output": request["input"].upper()}))
"""
HEAD = """
    import json, os, sys, time, pathlib
    def say(id, output):
        print(json.dumps({"id": id, "output": output}))
    def requests():
        return map(json.loads, sys.stdin)
    starts = pathlib.Path("starts")
    starts.write_text(starts.read_text() + "x" if starts.exists() else "x")
"""


@pytest.fixture
def program(tmp_path):
    """Writes a program beside the specification and gives the adapter that runs it."""

    def write(source, head=HEAD, **fields):
        text = textwrap.dedent(head) + textwrap.dedent(source)
        (tmp_path / "model.py").write_text(text, encoding="utf-8")
        return CommandAdapter(run=(sys.executable, "-S", "model.py"), **fields)

    return write


def ask(model, *contents):
    """The answers of a model, all asked at once; an exception stands for the answer that it took the place of."""

    async def all_of_them():
        return await asyncio.gather(*(model.predict_one(Input(each)) for each in contents), return_exceptions=True)

    return asyncio.run(all_of_them())


def answers(adapter, folder, *contents):
    with adapter.open(folder) as model:
        return ask(model, *contents)


def dispatched(adapter, folder, contents, max_consecutive_errors=20):
    """Output by content, through the dispatcher, with the adapter's time limit."""
    found = {}
    with (
        adapter.open(folder) as model,
        Store(folder / "cache", None) as store,
        Dispatcher(
            model, store, timeout_s=adapter.timeout_s, max_consecutive_errors=max_consecutive_errors
        ) as dispatcher,
    ):
        dispatcher.run(
            [Request(each) for each in contents], lambda request, output, how: found.update({request.content: output})
        )
    return found


def starts(folder):
    return len((folder / "starts").read_text())


def children():
    return {child.pid for child in psutil.Process().children(recursive=True)}


# What is asked and answered.


def test_a_program_answers_text(program, tmp_path):
    """One line in, one line out, also where there is more than one call and none of the text is ASCII."""
    assert answers(program(UPPER, head=""), tmp_path, "äöü", "a\nb", "\ud800") == ["ÄÖÜ", "A\nB", "\ud800"]


def test_the_registry_finds_the_kind():
    """`kind: command` names this adapter."""
    assert registry.lookup("adapters", "command") is CommandAdapter


def test_a_line_is_one_object_with_an_id_and_text_or_messages(program, tmp_path):
    """A conversation comes as messages, the name of a message only where it has one."""
    echo = program("for r in requests(): say(r['id'], {'keys': sorted(r), **r})")
    text, talk = answers(echo, tmp_path, "hello", TALK)
    assert (text["keys"], text["input"]) == (["id", "input"], "hello")
    assert talk["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "ibuprofen?"},
        {"role": "user", "content": "leaflet", "name": "context"},
    ]


@pytest.mark.parametrize(
    ("form", "content", "key"), [("text", TALK, "input"), ("conversation", "hi", "messages"), ("auto", "hi", "input")]
)
def test_form_says_whether_a_line_has_text_or_messages(program, tmp_path, form, content, key):
    """A text program can answer a conversation, and a chat program plain text."""
    echo = program("for r in requests(): say(r['id'], sorted(r))", form=form)
    assert answers(echo, tmp_path, content)[0] == ["id", key]


def test_answers_come_in_any_order(program, tmp_path):
    """Four requests are under way at once, and answered backwards."""
    backwards = program("""
        waiting = []
        for r in requests():
            waiting.append(r)
            if len(waiting) == 4:
                for each in reversed(waiting):
                    say(each["id"], each["input"] * 2)
                waiting.clear()
    """)
    found = answers(backwards, tmp_path, "a", "b", "c", "d")
    assert found == ["aa", "bb", "cc", "dd"]


def test_batch_writes_an_array_and_reads_arrays_or_objects(program, tmp_path):
    """Seven requests in lines of at most three."""
    both = program(
        """
        for group in requests():
            found = [{"id": r["id"], "output": [r["input"], len(group)]} for r in group]
            print(json.dumps(found)) if len(group) == 3 else [print(json.dumps(each)) for each in found]
        """,
        batch=True,
        batch_size=3,
    )
    with both.open(tmp_path) as model:
        found = ask(model, *"abcdefg")
        assert model.in_flight == 3
    assert [text for text, _ in found] == list("abcdefg")
    assert sorted(size for _, size in found) == [1, 3, 3, 3, 3, 3, 3]


def test_an_error_of_the_program_is_a_missing_answer_with_its_reason(program, tmp_path):
    """So is null, and an answer without an output; the program goes on."""
    unsure = program("""
        for r in requests():
            print(json.dumps({"id": r["id"], **json.loads(r["input"])}))
    """)
    told, null, neither, good = answers(
        unsure, tmp_path, '{"error": "too long"}', '{"output": null}', '{"answer": 1}', '{"output": 0}'
    )
    assert (told.error, null, good) == ("too long", None, 0)
    assert re.search(r"answered with 'answer, id' -- it must write \{\"id\": \.\.\., \"output\"", neither.error)


def test_blank_lines_are_nothing(program, tmp_path):
    """Windows line ends and empty lines between answers."""
    blank = program("""
        for r in requests():
            print("\\r\\n\\r")
            print(json.dumps({"id": r["id"], "output": "ok"}), end="\\r\\n")
    """)
    assert answers(blank, tmp_path, "a")[0] == "ok"


def test_an_answer_of_a_megabyte_and_a_flood_on_standard_error_do_not_block(program, tmp_path):
    """Both pipes are emptied while the program works."""
    big = program("""
        for r in requests():
            sys.stderr.write("noise " * 100_000)
            say(r["id"], "x" * 1_000_000)
    """)
    assert [len(output) for output in answers(big, tmp_path, "a", "b" * 500_000)] == [1_000_000] * 2


def test_env_and_cwd_reach_the_program(program, tmp_path, monkeypatch):
    """Variables are added to those there are, $NAME is expanded, and the folder is relative to the specification."""
    (tmp_path / "sub").mkdir()
    monkeypatch.setenv("COMMAND_TEST_MODE", "strict")
    adapter = program("", head="", env={"MODE": "<$COMMAND_TEST_MODE>"}).model_copy(
        update={"cwd": "sub", "run": (sys.executable, "-S", "../model.py")}
    )
    (tmp_path / "model.py").write_text(
        "import json, os, sys\nfor line in sys.stdin:\n"
        " print(json.dumps({'id': json.loads(line)['id'], 'output': [os.environ['MODE'], os.environ['PATH'], os.getcwd()]}))"
    )
    assert answers(adapter, tmp_path, "a")[0] == ["<strict>", os.environ["PATH"], str(tmp_path / "sub")]


# What goes wrong.


def test_an_input_that_kills_the_program_costs_its_own_case_only(program, tmp_path):
    """The calls under way beside it are sent again, alone, until it is known which one it was."""
    fragile = program(
        """
        for r in requests():
            if r["input"] == "poison":
                sys.exit("no such drug")
            say(r["id"], r["input"])
        """,
        in_flight=4,
    )
    found = dispatched(fragile, tmp_path, ["a", "b", "poison", "c", "d", "e"])
    assert {text for text, output in found.items() if output.error is None} == set("abcde")
    assert "exited with code 1 before it answered -- see what it wrote last: no such drug" in found["poison"].error
    assert starts(tmp_path) == 3


def test_a_death_that_does_not_repeat_costs_nothing(program, tmp_path):
    """A program that another program killed is started again, and answers."""
    once = program("""
        for r in requests():
            if len(starts.read_text()) == 1:
                os.kill(os.getpid(), 9)
            say(r["id"], "here")
    """)
    assert answers(once, tmp_path, "a", "b") == ["here", "here"]


def test_a_program_that_does_not_start_is_told_at_once(program, tmp_path):
    """After three starts the run stops, with the end of the traceback."""
    broken = program("import no_such_module")
    with pytest.raises(
        AdapterError, match=r"code 1 before it answered -- .*ModuleNotFoundError: No module named 'no_such_module'$"
    ):
        dispatched(broken, tmp_path, [str(n) for n in range(30)])
    assert starts(tmp_path) == 3


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "import signal; os.kill(os.getpid(), signal.SIGSEGV)",
            "was ended by SIGSEGV before it answered -- it wrote n",
        ),
        ("pass", "exited with code 0 before it answered -- it must read lines until its standard input ends"),
        (
            "print('Loading weights')\nlist(requests())",
            "a line that is not JSON: 'Loading weights' -- write answers to",
        ),
        ("print('[1, 2]')\nlist(requests())", "without the \"id\" of a request: '[1, 2]'"),
        ("print('{\"output\": 1}')\nlist(requests())", 'without the "id" of a request'),
        ("for r in requests(): say('x' + r['id'], 1)", "answered the id 'x1', which is not under way"),
        ("for r in requests(): say([1], 1)", 'without the "id" of a request'),
        ("sys.stdout.write('x' * (1 << 24)); sys.stdout.flush(); list(requests())", "a line of over 16 MiB"),
        ("os.close(1); list(requests())", "before it answered"),
    ],
    ids=["signal", "reads nothing", "noise", "array", "no id", "another id", "bad id", "endless line", "closes output"],
)
def test_what_is_no_answer_is_said_in_one_sentence(program, tmp_path, source, words):
    """Each names the program and what to do."""
    (error,) = answers(program(source), tmp_path, "a")
    assert isinstance(error, AdapterError)
    assert words in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) <= 500


def test_an_answer_that_comes_twice_is_not_trusted(program, tmp_path):
    """Which of them the next call would get is not known."""
    twice = program("""
        for r in requests():
            say(r["id"], 1)
            if r["input"] == "twice":
                say(r["id"], 2)
            time.sleep(0.05)
    """)
    with twice.open(tmp_path) as model:
        assert ask(model, "twice", "b", "c") == [1, 1, 1]
    assert starts(tmp_path) == 2


def test_a_hanging_call_is_missing_and_the_program_starts_again(program, tmp_path):
    """The other calls get their answers from the next start."""
    stuck = program(
        """
        for r in requests():
            if r["input"] == "hang":
                time.sleep(60)
            say(r["id"], r["input"])
        """,
        timeout_s=1.0,
    )
    found = dispatched(stuck, tmp_path, ["a", "hang", "b", "c"])
    assert found.pop("hang").error == "no answer within 1 s"
    assert {text: output.raw for text, output in found.items()} == {"a": "a", "b": "b", "c": "c"}
    assert starts(tmp_path) == 2


def test_a_run_notes_how_often_the_program_was_started_again(program, tmp_path):
    """A reader must know that the model was not one process throughout."""
    fragile = program("""
        for r in requests():
            if r["input"] == "poison":
                sys.exit("no such drug")
            say(r["id"], r["input"])
    """)
    with fragile.open(tmp_path) as model:
        ask(model, "a", "poison")
        (note,) = model.notes()
    assert note.startswith("the program was started again 2 times: ")
    assert note.endswith("model.py exited with code 1 before it answered -- see what it wrote last: no such drug")


def test_calls_beside_a_hanging_one_are_sent_again(program, tmp_path):
    """A program that works on several at once loses none of them to the one that hangs."""
    threads = program("""
        import threading
        def work(r):
            time.sleep({"hang": 60, "slow": 0.3 if len(starts.read_text()) == 2 else 60}.get(r["input"], 0))
            say(r["id"], r["input"])
        for r in requests():
            threading.Thread(target=work, args=(r,), daemon=True).start()
    """)

    async def scenario(model):
        await model.predict_one(Input("a"))
        hang, slow = (asyncio.ensure_future(model.predict_one(Input(each))) for each in ("hang", "slow"))
        await asyncio.sleep(0.2)
        hang.cancel()
        return await slow

    with threads.open(tmp_path) as model:
        assert asyncio.run(scenario(model)) == "slow"
        assert [note.split(":")[0] for note in model.notes()] == ["the program was started again once"]
    assert starts(tmp_path) == 2


def test_a_program_that_is_still_loading_is_left_alone(program, tmp_path):
    """Before its first answer a call that is given up does not stop it, and a late answer is nobody's."""
    slow_start = program("""
        time.sleep(0.6)
        for r in requests():
            say(r["id"], r["input"])
    """)

    async def scenario(model):
        first = asyncio.ensure_future(model.predict_one(Input("early")))
        await asyncio.sleep(0.1)
        first.cancel()
        return await model.predict_one(Input("later"))

    with slow_start.open(tmp_path) as model:
        assert asyncio.run(scenario(model)) == "later"
    assert starts(tmp_path) == 1


# What is never shown.


def test_keys_are_masked_wherever_they_could_be_seen(program, tmp_path, monkeypatch):
    """In the error that quotes the program, in its own errors, in its answers, in names and representations."""
    monkeypatch.setenv("COMMAND_TEST_KEY", "sk-0123456789abcdef")
    leaky = program(
        """
        for r in requests():
            if r["input"] == "die":
                sys.exit("bad key " + os.environ["KEY"] + "x" * 290)
            if r["input"] == "noise":
                print("using", os.environ["KEY"])
            if r["input"] == "error":
                print(json.dumps({"id": r["id"], "error": "bad key " + os.environ["KEY"]}))
            else:
                say(r["id"], {"echo": [os.environ["KEY"]]})
        """,
        env={"KEY": "$COMMAND_TEST_KEY"},
    )
    with leaky.open(tmp_path) as model:
        shown = [*ask(model, "a"), *ask(model, "error"), *ask(model, "noise"), *ask(model, "die")]
        shown += [repr(vars(model)), repr(vars(model._program)), model.name, model.fingerprint]
    assert shown[0] == {"echo": ["***"]}
    assert shown[1].error == "bad key ***"
    assert "using ***" in str(shown[2])
    assert "key ***xxx" in str(shown[3])  # the key would straddle the cut
    assert "abcdef" not in repr(shown) + repr(leaky)


def test_an_unset_variable_is_named_when_the_model_opens(program, tmp_path, monkeypatch):
    """Not before: the specification may be checked where the key is not."""
    monkeypatch.delenv("COMMAND_TEST_KEY", raising=False)
    with pytest.raises(AdapterError, match=r"model\.env\.KEY: .*COMMAND_TEST_KEY is not set"):
        program(UPPER, env={"KEY": "$COMMAND_TEST_KEY"}).open(tmp_path)


# How it ends.


def test_the_program_ends_when_its_input_does(program, tmp_path):
    """It may finish what it has to; no process and no zombie stays."""
    before = children()
    tidy = program("""
        for r in requests():
            say(r["id"], 1)
        pathlib.Path("done").write_text("saved")
    """)
    answers(tidy, tmp_path, "a")
    assert (tmp_path / "done").read_text() == "saved"
    assert children() <= before


def test_a_program_that_does_not_end_is_ended_with_what_it_started(program, tmp_path, monkeypatch):
    """First asked, then made to; its own child goes with it."""
    monkeypatch.setattr("robustspec.adapters.program._CLOSE_S", 0.1)
    monkeypatch.setattr("robustspec.adapters.process._TERMINATE_S", 0.1)
    before = children()
    stubborn = program("""
        import signal, subprocess
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"])
        for r in requests():
            say(r["id"], child.pid)
        time.sleep(60)
    """)
    (grandchild,) = answers(stubborn, tmp_path, "a")
    deadline = time.monotonic() + 5
    while psutil.pid_exists(grandchild) and psutil.Process(grandchild).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert children() <= before


def test_a_program_that_reads_nothing_can_be_closed(program, tmp_path, monkeypatch):
    """A request larger than the pipe blocks its writer, not the run."""
    monkeypatch.setattr("robustspec.adapters.program._CLOSE_S", 0.2)
    before = children()
    deaf = program("time.sleep(60)", timeout_s=0.5)
    found = dispatched(deaf, tmp_path, ["x" * 1_000_000])
    assert [output.error for output in found.values()] == ["no answer within 0.5 s"]
    assert children() <= before


def test_nothing_is_started_before_the_first_call(program, tmp_path):
    """A run whose outputs are all stored loads no model."""
    adapter = program("for r in requests(): say(r['id'], 1)")
    with adapter.open(tmp_path):
        pass
    assert not (tmp_path / "starts").exists()


def test_a_closed_model_says_so(program, tmp_path):
    """It may be closed twice."""
    model = program(UPPER, head="").open(tmp_path)
    model.close()
    model.close()
    (error,) = ask(model, "a")
    assert str(error).endswith("model.py is closed -- open the model again")


def test_one_start_serves_several_event_loops(program, tmp_path):
    """A fixture's model is asked by one dispatcher after another."""
    adapter = program("for r in requests(): say(r['id'], r['input'])")
    with adapter.open(tmp_path) as model:
        assert [ask(model, "a"), ask(model, "b")] == [["a"], ["b"]]
    assert starts(tmp_path) == 1


def test_ctrl_c_ends_the_run_and_the_program(program, tmp_path):
    """The program does not see the signal, so that it writes no traceback of its own; it ends with the run."""
    program("""
        pathlib.Path("pid").write_text(str(os.getpid()))
        for r in requests():
            say(r["id"], 1) if r["input"] == "a" else time.sleep(60)
    """)
    (tmp_path / "run.py").write_text(
        textwrap.dedent(f"""
        import sys, threading
        from pathlib import Path
        from robustspec.adapters.command import CommandAdapter
        from robustspec.engine.dispatch import Dispatcher, Request
        from robustspec.engine.store import Store
        adapter = CommandAdapter(run=({sys.executable!r}, "-S", "model.py"))
        with adapter.open(Path(".")) as model, Store(Path("cache"), None) as store:
            with Dispatcher(model, store) as dispatcher:
                dispatcher.run([Request("a"), Request("b")], lambda *found: print("answered", flush=True))
    """)
    )
    run = subprocess.Popen(
        [sys.executable, "run.py"], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert run.stdout.readline() == "answered\n"
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=20)
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert errors.count("Traceback (most recent call last)") == 1
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


# What it is, and what is wrong with it.


def test_the_fingerprint_follows_the_command_line_and_the_files_that_it_names(program, tmp_path):
    """Another argument, variable or script is another model; opening it again is not."""
    adapter = program(UPPER)
    first, again = (adapter.open(tmp_path).fingerprint for _ in range(2))
    others = {
        adapter.model_copy(update=change).open(tmp_path).fingerprint
        for change in ({"run": (*adapter.run, "--big")}, {"env": {"SIZE": "big"}}, {"form": "text"})
    }
    changed = program(UPPER + "# changed").open(tmp_path).fingerprint
    assert first == again
    assert first.startswith("command:")
    assert len({first, changed, *others}) == 5


def test_the_fingerprint_does_not_hold_the_value_of_a_variable(program, tmp_path, monkeypatch):
    """A key that is renewed leaves the model what it was."""
    adapter = program(UPPER, env={"KEY": "$COMMAND_TEST_KEY"})
    found = []
    for value in ("old-key-1", "new-key-2"):
        monkeypatch.setenv("COMMAND_TEST_KEY", value)
        found.append(adapter.open(tmp_path).fingerprint)
    assert found[0] == found[1]


def test_a_command_that_names_no_file_has_no_fingerprint_of_its_own(tmp_path):
    """Nothing tells when `python -m chatbot` changes; one that the user gives counts."""
    name = Path(sys.executable).name
    environment = {"PATH": str(Path(sys.executable).parent)}
    adapter = CommandAdapter(run=(name, "-m", "chatbot"), env=environment)
    assert adapter.open(tmp_path).fingerprint is None
    assert adapter.model_copy(update={"fingerprint": "v2"}).open(tmp_path).fingerprint == "v2"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"run": ("no-such-program-here",)}, "there is no program 'no-such-program-here' on the path -- install it"),
        ({"run": ("./gone",)}, "there is no file"),
        ({"run": ("./plain.txt",)}, "is not executable -- chmod +x it, or name its interpreter first"),
        ({"run": (sys.executable,), "cwd": "gone"}, "model.cwd: there is no folder"),
    ],
)
def test_check_and_open_say_what_is_missing_and_start_nothing(tmp_path, fields, words):
    """Both, in the same words."""
    (tmp_path / "plain.txt").write_text("text")
    for act in (CommandAdapter(**fields).check, CommandAdapter(**fields).open):
        with pytest.raises(AdapterError, match=re.escape(words)):
            act(tmp_path)


def test_what_the_system_cannot_execute_is_one_error(tmp_path):
    """An executable file that is none ends every call at once."""
    (tmp_path / "odd").write_bytes(b"\x00\x01\x02")
    (tmp_path / "odd").chmod(0o755)
    with CommandAdapter(run=("./odd",)).open(tmp_path) as model:
        first, second = *ask(model, "a"), *ask(model, "b")
    assert str(first) == str(second) == "./odd does not start: Exec format error -- see model.run and model.cwd"


@pytest.mark.parametrize(
    ("run", "words"),
    [("python model.py", r"no shell splits it -- write \[python, model\.py\]"), ([], "at least 1 item")],
)
def test_a_shell_line_is_refused_with_the_right_spelling(run, words):
    """`run` is a list, so that no space or quote in a path is ever read."""
    with pytest.raises(ValidationError, match=words):
        CommandAdapter(run=run)


def test_the_program_of_the_page_answers(tmp_path):
    """What docs/adapters.md shows works, also beside a library that prints."""
    page = (SPEC.parents[1] / "docs" / "adapters.md").read_text(encoding="utf-8")
    shown = re.search(r"```python\n(# chatbot\.py\n.*?)```", page, re.DOTALL)[1]
    (tmp_path / "chatbot.py").write_text(shown.replace("    output =", "    print('loading')\n    output ="))
    assert answers(CommandAdapter(run=(sys.executable, "chatbot.py")), tmp_path, "a", "b") == ["A", "B"]


def test_the_pharmacy_specification_runs_through_a_program(tmp_path):
    """The shipped file, unchanged, with the verdicts and units of the callable that it names."""
    (tmp_path / "pharmacy.py").write_text(
        textwrap.dedent("""
        import json, sys
        from robustspec.reference.pharmacy import pharmacist
        for line in sys.stdin:
            request = json.loads(line)
            print(json.dumps({"id": request["id"], "output": pharmacist(request["input"])}), flush=True)
    """)
    )
    options = Options(cache=tmp_path / "cache")
    plan = load_plan(SPEC, options)
    arms = [arm.id for arm in plan.arms if arm.scenario == "prescription-authority"]
    chosen = json.dumps({"kind": "command", "run": [sys.executable, str(tmp_path / "pharmacy.py")], "in_flight": 8})

    def verdicts(choice, folder):
        model, timeout_s = open_model(plan, choice)
        with model:
            result = run_plan(plan, model, Options(cache=folder), timeout_s=timeout_s, selected=arms)
        return [(arm.id, arm.verdict, arm.units) for arm in result.arms]

    found = verdicts(chosen, tmp_path / "command")
    assert found == verdicts(None, tmp_path / "callable")
    assert {verdict for _, verdict, _ in found} == {"PASS"}
