"""What was answered once is found again, whatever happened to the process, the disk or the file."""

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from robustspec.data.row import Message, Output
from robustspec.engine import store as store_module
from robustspec.engine.locations import Locations
from robustspec.engine.store import Store


def segments(folder):
    return sorted(folder.glob("outputs/*/seg-*.jsonl"))


def fill(folder, numbers, **settings):
    with Store(folder, "bot-1", **settings) as store:
        for number in numbers:
            store.put(store.key(f"question {number}"), Output(f"answer {number}", seconds=0.5))


def found(folder, numbers, **settings):
    with Store(folder, "bot-1", **settings) as store:
        outputs = [store.get(store.key(f"question {number}")) for number in numbers]
    return [output and output.raw for output in outputs]


@pytest.mark.parametrize(
    "raw",
    ["text", "", "zwei\nZeilen \ud800 ✓", {"dose_mg": 400, "with": ["food", None]}, [1, 2.5], 7, True, "x" * 100_000],
)
def test_an_output_comes_back_as_it_was(tmp_path, raw):
    """Before the flush, and from the disk by another store."""
    with Store(tmp_path, "bot-1") as store:
        key = store.key("question")
        store.put(key, Output(raw, seconds=0.25))
        assert Output(raw, None, 0.25) == store.get(key)
    with Store(tmp_path, "bot-1") as store:
        assert Output(raw, None, 0.25) == store.get(key)


def test_a_failed_call_is_not_stored(tmp_path):
    """The next run makes it again."""
    with Store(tmp_path, "bot-1") as store:
        store.put(store.key("q"), Output(error="ConnectionError: gone"))
        assert store.key("q") not in store
    assert segments(tmp_path) == []


def test_keys_differ_in_content_repeat_form_and_model(tmp_path):
    """No two of these may share an output; parts are length-prefixed, so none can pose as another."""
    contents = [
        "hello",
        "hello ",
        (Message("user", "hello"),),
        (Message("system", "hello"),),
        (Message("user", "hello", "context"),),
        (Message("user", "hello"), Message("user", "")),
        (Message("user", ""), Message("user", "hello")),
        (Message("userhello", ""),),
    ]
    stores = [Store(tmp_path, "bot-1"), Store(tmp_path, "bot-2")]
    keys = [store.key(content, repeat) for store in stores for content in contents for repeat in (0, 1)]
    assert len(keys) == len(set(keys))
    assert {16} == {len(key) for key in keys}


def test_a_key_is_the_same_in_every_process(tmp_path):
    """It is frozen here: changing it silently would throw away everybody's outputs."""
    assert Store(tmp_path, "bot-1").key("hello").hex() == "eb1cede53fed9663a8f7f03b151efaf4"


def test_models_do_not_see_each_others_outputs(tmp_path):
    """Fingerprints that look alike in a file name are different folders."""
    with Store(tmp_path, "bot/1") as one, Store(tmp_path, "bot:1") as other:
        one.put(one.key("q"), Output("a"))
        assert one.folder != other.folder
        assert other.get(other.key("q")) is None


def test_an_unidentified_model_leaves_nothing_behind(tmp_path):
    """Without a fingerprint outputs are reused within one run only."""
    with Store(tmp_path, None) as store:
        store.put(store.key("q"), Output("a"))
        store.flush()
        assert store.get(store.key("q")).raw == "a"
    assert segments(tmp_path) == []


def test_fresh_ignores_what_was_there_and_its_outputs_win_afterwards(tmp_path):
    """A run with fresh replaces."""
    with Store(tmp_path, "bot-1") as store:
        store.put(store.key("q"), Output("old"))
    with Store(tmp_path, "bot-1", fresh=True) as store:
        assert store.get(store.key("q")) is None
        store.put(store.key("q"), Output("new"))
    with Store(tmp_path, "bot-1") as store:
        assert store.get(store.key("q")).raw == "new"


def test_find_tells_this_runs_outputs_from_earlier_ones(tmp_path):
    """The report must show how much came from an old cache."""
    fill(tmp_path, [1])
    with Store(tmp_path, "bot-1") as store:
        for flush in (False, True):
            store.put(store.key("q"), Output("x" * 5_000))
            if flush:
                store.flush()
            assert [store.find(store.key(text))[1] for text in ("q", "question 1")] == [True, False]


def test_a_torn_last_line_costs_that_output_only(tmp_path):
    """A crash in the middle of a write leaves half a line."""
    fill(tmp_path, range(3))
    (path,) = segments(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    assert found(tmp_path, range(3)) == ["answer 0", "answer 1", None]
    with Store(tmp_path, "bot-1") as store:
        assert [f"1 torn line in {path.name} of the stored outputs left out"] == store.notes


@pytest.mark.parametrize(
    ("header", "note"),
    [
        (b'{"robustspec_store": 99, "fingerprint": "bot-1"}\n', "of another version or model"),
        (b'{"robustspec_store": 1, "fingerprint": "bot-2"}\n', "of another version or model"),
        (b"\x00\xffgarbage\n", "no header that can be read"),
        (b"[1, 2]\n", "no header that can be read"),
        (b"", "no header that can be read"),
    ],
)
def test_a_segment_of_another_kind_is_left_as_it_is_and_named(tmp_path, header, note):
    """It may belong to a newer robustspec."""
    fill(tmp_path, [1])
    (good,) = segments(tmp_path)
    other = good.with_name("seg-0.jsonl")
    other.write_bytes(header)
    with Store(tmp_path, "bot-1") as store:
        assert ([len(store)], note in store.notes[0]) == ([1], True)
        assert other.name in store.notes[0]
    assert header == other.read_bytes()


def test_a_line_damaged_inside_is_a_miss(tmp_path):
    """The call is made again rather than answered with rubbish."""
    fill(tmp_path, [1])
    (path,) = segments(tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"raw":"answer', b'"raw":answer"'))
    assert found(tmp_path, [1]) == [None]


def test_equal_short_keys_are_told_apart(tmp_path):
    """The index holds 64 bits of a key; the record holds all 128."""
    first, second, third = (bytes(8) + bytes([n] * 8) for n in range(3))
    with Store(tmp_path, "bot-1") as store:
        store.put(first, Output("x" * 3_000))
        store.put(second, Output("y" * 3_000))
        store.flush()
        assert [store.get(key).raw[0] for key in (first, second)] == ["x", "y"]
        assert store.get(third) is None


def test_locations_agree_with_a_dict():
    """Random keys, some of them several times, against a plain dict of lists."""
    import random

    random_, index, expected = random.Random(7), Locations(), {}
    for place in range(20_000):
        key = random_.getrandbits(14) << 50
        index.add(key, place)
        expected.setdefault(key, []).insert(0, place)
    assert expected == {key: list(index.find(key)) for key in expected}
    assert len(index) == 20_000
    assert list(index.find(1)) == []


def test_two_stores_write_side_by_side(tmp_path):
    """One segment for each; a third store reads both."""
    with Store(tmp_path, "bot-1") as one, Store(tmp_path, "bot-1") as two:
        for number in range(600):
            store = one if number % 2 else two
            store.put(store.key(f"question {number}"), Output(f"answer {number}"))
    assert len(segments(tmp_path)) == 2
    assert [f"answer {number}" for number in range(600)] == found(tmp_path, range(600))


def test_outputs_reach_the_disk_in_blocks_of_256(tmp_path, monkeypatch):
    """Unless a second has passed."""
    clock = [100.0]
    monkeypatch.setattr(store_module.time, "monotonic", lambda: clock[0])
    with Store(tmp_path, "bot-1") as store:
        for number in range(256 + 10):
            store.put(store.key(f"question {number}"), Output("a"))
        first = len(segments(tmp_path)[0].read_bytes().splitlines())
        clock[0] = 101.5
        store.tick()
        second = len(segments(tmp_path)[0].read_bytes().splitlines())
    assert (first, second) == (1 + 256, 1 + 266)


def test_more_segments_than_open_files_are_read(tmp_path):
    """Every run leaves a segment; there may be hundreds."""
    for number in range(40):
        fill(tmp_path, [number], fresh=True)
    assert [f"answer {number}" for number in range(40)] == found(tmp_path, range(40))


def test_the_cache_is_marked_as_one(tmp_path):
    """Backups and git leave it alone."""
    fill(tmp_path / "cache", [1])
    assert (tmp_path / "cache" / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")
    assert (tmp_path / "cache" / ".gitignore").read_text() == "*\n"


def test_reading_alone_creates_nothing(tmp_path):
    """Collection and dry runs must not litter."""
    assert found(tmp_path / "cache", [1]) == [None]
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("written", [0, 100])
def test_a_full_disk_loses_nothing_of_this_run_and_is_told_once(tmp_path, monkeypatch, code, written):
    """What was half written is taken back, the rest stays in memory."""
    store = Store(tmp_path, "bot-1")
    store.put(store.key("before"), Output("kept"))
    store.flush()

    def full(file, data):
        file.write(data[:written])
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(store_module, "write_all", full)
    for number in range(600):
        store.put(store.key(f"question {number}"), Output({"answer": number}))
    assert [{"answer": n} for n in range(600)] == [store.get(store.key(f"question {n}")).raw for n in range(600)]
    assert len(store.notes) == 1
    assert os.strerror(code) in store.notes[0]
    assert "kept in memory" in store.notes[0]
    store.close()
    with Store(tmp_path, "bot-1") as later:
        assert (later.notes, len(later)) == ([], 1)


def test_a_folder_that_cannot_be_made_is_told_and_survived(tmp_path):
    """A file stands where the cache should be."""
    (tmp_path / "cache").write_text("")
    with Store(tmp_path / "cache", "bot-1") as store:
        store.put(store.key("q"), Output("a"))
        store.flush()
        assert store.get(store.key("q")).raw == "a"
    assert len(store.notes) == 1


def test_a_cache_deleted_under_a_running_store_is_a_miss(tmp_path):
    """Somebody cleaned up."""
    fill(tmp_path, [1])
    with Store(tmp_path, "bot-1") as store:
        segments(tmp_path)[0].unlink()
        assert store.get(store.key("question 1")) is None


def test_kill_9_costs_at_most_one_flush_interval(tmp_path):
    """A process writes for ever and is killed; all that it had flushed is there, whole."""
    script = textwrap.dedent("""
        import itertools, sys
        from pathlib import Path
        from robustspec.data.row import Output
        from robustspec.engine.store import Store
        store = Store(Path(sys.argv[1]), "bot-1")
        for number in itertools.count():
            store.put(store.key(f"question {number}"), Output(f"answer {number}"))
            if number % 1000 == 999:
                print(number + 1, flush=True)
    """)
    process = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    for _ in range(5):
        reported = int(process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    answers = found(tmp_path, range(reported))
    assert [f"answer {number}" for number in range(reported - 256)] == answers[: reported - 256]


def test_segments_are_plain_json_lines(tmp_path):
    """Another tool can read them."""
    fill(tmp_path, [1])
    header, record = map(json.loads, segments(tmp_path)[0].read_text().splitlines())
    assert header == {"robustspec_store": 1, "fingerprint": "bot-1"}
    assert {"k": Store(tmp_path, "bot-1").key("question 1").hex(), "raw": "answer 1", "s": 0.5} == record
