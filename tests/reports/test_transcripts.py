"""Conversations in examples: who said what, what was changed, what was wrong; shown on the page and on a terminal."""

import json
import re
from dataclasses import replace

import pytest
from conversation_runs import row, run
from report_results import TYPO, failing, result

from robustspec.data.row import Answer, Case, Message, Row, Turn
from robustspec.engine.evidence import Said
from robustspec.engine.examples import MESSAGES
from robustspec.engine.talk import right_turns, talk_of
from robustspec.metrics.accuracy import Accuracy
from robustspec.metrics.constraint_retention import ConstraintRetention
from robustspec.metrics.flip_rate import FlipRate
from robustspec.metrics.latency import Latency
from robustspec.metrics.survives import Survives
from robustspec.metrics.sycophancy import Sycophancy
from robustspec.reports.html import render_html
from robustspec.reports.json import from_data, to_data
from robustspec.reports.terminal import failure_text
from robustspec.reports.transcript import stretches

ACCURACY = {"accuracy": Accuracy()}


def conversation(*answers, label="yes", judged=True):
    """A case whose model gave these answers; ``judged``: the earlier turns are judged too."""
    turns = [Turn(Answer(said), label, judged=judged) for said in answers[:-1]]
    turns.append(Turn(Answer(answers[-1]), label, judged=True))
    return Case(Row("r", "...", label, facts={"avoid": ["no"]}), turns[-1].answer, turns=tuple(turns))


def asked(*texts):
    return tuple(Message("user", text) for text in texts)


def held(messages, case):
    """The transcript of messages of the user, each answered."""
    return tuple(
        said
        for message, turn in zip(messages, case.held, strict=True)
        for said in (message, Message("assistant", str(turn.answer.value)))
    )


@pytest.mark.parametrize(
    ("metric", "found"),
    [
        (Survives(of="accuracy").bound(ACCURACY), {1: True, 2: False, 3: True}),
        (Survives(of="accuracy", to=1).bound(ACCURACY), {1: True}),
        (Sycophancy(of="accuracy").bound(ACCURACY), {1: True, 2: False, 3: True}),
        (ConstraintRetention(), {1: True, 2: False, 3: True}),
        (Accuracy(), {3: True}),
        (FlipRate(of="accuracy"), {}),
        (Latency(), {}),
    ],
)
def test_a_turn_is_right_or_wrong_by_the_metric_of_the_verdict(metric, found):
    """Of a metric that sees the last answer, the others are not judged; where it is a matter of degree, none."""
    assert right_turns(metric, conversation("yes", "no", "yes")) == found


def test_a_transcript_numbers_the_answers_of_the_model():
    """An assistant's message of the data is history, a document has its name."""
    given = (Message("system", "Be brief."), Message("user", "table", name="stock"), Message("user", "Hi."))
    given += (Message("assistant", "Hello."), Message("user", "First."), Message("user", "Second."))
    case = conversation("yes", "no")
    said = (*given[:5], Message("assistant", "yes"), given[5], Message("assistant", "no"))
    talk = talk_of(said, given, given, case, Accuracy())
    assert [each.turn for each in talk] == [None] * 5 + [1, None, 2]
    assert [each.name for each in talk if each.name] == ["stock"]
    assert all(each.before is None for each in talk)
    assert [(each.right, each.expected, each.policy) for each in talk if each.turn] == [
        (None, None, None),
        (False, "yes", "answer"),
    ]


def test_what_a_perturbation_did_to_a_conversation_is_told():
    """Put in, changed, taken out; what stayed is told by nothing."""
    clean = asked("I am ill since Monday.", "I live in the north.", "May I have ibuprofen 200 mg?")
    given = asked("I am ill since Monday.", "Well, well.", "May I have iboprofen 200 mg?")
    case = conversation("a", "b", "c")
    talk = talk_of(held(given, case), given, clean, case, Accuracy())
    told = [(each.before, each.text) for each in talk if each.turn is None]
    assert told[0] == (None, "I am ill since Monday.")
    assert ("May I have ibuprofen 200 mg?", "May I have iboprofen 200 mg?") in told
    longer = asked(*[message.content for message in clean[:2]], "Well, well.", clean[2].content)
    case = conversation(*"abcd")
    talk = talk_of(held(longer, case), longer, clean, case, Accuracy())
    assert [each.text for each in talk if each.before == ""] == ["Well, well."]
    case = conversation(*"ab")
    talk = talk_of(held((clean[0], clean[2]), case), (clean[0], clean[2]), clean, case, Accuracy())
    assert [(each.before, each.text) for each in talk if each.before is not None] == [("I live in the north.", "")]


def test_replies_of_a_simulated_user_are_part_of_it():
    """They are neither of the data nor of the model, and end no count of turns."""
    given = asked("I want ibuprofen.")
    case = conversation("ask", "yes", judged=False)
    said = (*given, Message("assistant", "ask"), Message("user", "34."), Message("assistant", "yes"))
    talk = talk_of(said, given, given, case, Accuracy())
    assert [(each.role, each.turn) for each in talk] == [
        ("user", None),
        ("assistant", 1),
        ("user", None),
        ("assistant", 2),
    ]


def test_a_run_brings_the_conversation_into_its_examples(tmp_path):
    """The wrong turn is the second; what was expected there stands beside it."""
    made = run(tmp_path, [row(1, 3, wrong=[2])], ["{metric: through, cells: clean, at_least: 0.9}"])
    [example] = made.arms[0].examples
    assert [(each.turn, each.right) for each in example.talk if each.turn] == [(1, True), (2, False), (3, True)]
    wrong = next(each for each in example.talk if each.right is False)
    assert (wrong.text, wrong.expected, wrong.policy) == ('{"drug": "no"}', '{"drug": "yes"}', "answer")
    assert from_data(json.loads(json.dumps(to_data(made)))).arms[0].examples == [example]


def test_privacy_keeps_conversations_out_of_reports(tmp_path):
    """With ids alone nothing of them is there."""
    top = "privacy: {examples: ids}"
    made = run(tmp_path, [row(1, 3, wrong=[2])], ["{metric: through, cells: clean, at_least: 0.9}"], top=top)
    assert [example.talk for example in made.arms[0].examples] == [None]
    assert "in turn 2" not in render_html([made])


def test_the_first_messages_of_an_endless_conversation_are_left_out(tmp_path):
    """Its last ones are kept, and the number of the others."""
    turns = MESSAGES
    made = run(tmp_path, [row(1, turns, wrong=[turns])], ["{metric: match, cells: clean, at_least: 0.9}"])
    [example] = made.arms[0].examples
    assert (len(example.talk), example.left_out) == (MESSAGES, 2 * turns - MESSAGES)
    assert f"{example.left_out} earlier messages" in render_html([made])
    assert f"{example.left_out} earlier messages" in failure_text(made.arms[0], "spec", "pytest")


def talk(n, wrong=(), changed=()):
    """``n`` turns of user and model."""
    return [
        each
        for turn in range(1, n + 1)
        for each in (
            Said("user", f"question {turn}", before="" if turn in changed else None),
            Said("assistant", f"answer {turn}", turn=turn, right=turn not in wrong if wrong else None, expected="E"),
        )
    ]


def test_long_stretches_are_folded():
    """Wrong turns with their question, changes and the end stay; nothing is lost."""
    whole = talk(10, wrong=[4], changed=[7])
    parts = list(stretches(whole))
    assert [(len(part.messages), part.summary) for part in parts] == [
        (6, "6 messages"),
        (2, ""),
        (4, "4 messages"),
        (1, ""),
        (5, "5 messages"),
        (2, ""),
    ]
    assert [said for part in parts for said in part.messages] == whole
    assert list(stretches([])) == []
    assert [part.summary for part in stretches(talk(2))] == ["", ""]


def page_with(talk, **changes):
    """A page with one example."""
    example = replace(TYPO, clean="c", perturbed="p", talk=talk, **changes)
    whole = result()
    arms = [failing(examples=[example])]
    return render_html([replace(whole, scenarios=[replace(whole.scenarios[0], arms=arms, ladders=[])])])


def test_the_page_sets_the_answers_of_the_model_apart():
    """Who speaks, what was wrong, and what was expected."""
    page = page_with(talk(4, wrong=[2]))
    assert page.count('<li class="said theirs">') == 4
    assert page.count('<li class="said mine">') == 3
    assert page.count('<li class="said mine wrong">') == 1
    wrong = re.search(r'<li class="said mine wrong">(.*?)</li>', page, re.DOTALL).group(1)
    for expected in ("model, turn 2", "answer 2", "✗ wrong", "expected <bdi>E</bdi>"):
        assert expected in wrong
    assert "<dt>Expected</dt>" not in page


def test_the_page_folds_long_stretches():
    """They can be opened without a script."""
    page = page_with(talk(10, wrong=[10]))
    assert "<summary>18 messages</summary>" in page
    assert "question 1<" in page


def test_a_conversation_without_a_judged_turn_keeps_the_lines_below():
    """What was expected and what came stand there, as of a text."""
    page = page_with(talk(2))
    assert "<dt>Expected</dt>" in page
    assert "✗ wrong" not in page
    assert "<dt>Perturbed</dt>" not in page


def test_changes_are_marked_on_the_page():
    """A message put in, a word changed, a message taken out."""
    page = page_with(
        [
            Said("user", "new one", before=""),
            Said("user", "take iboprofen", before="take ibuprofen"),
            Said("user", "", before="old one"),
        ]
    )
    for expected in ("<ins>new one</ins>", "take ib<del>u</del><ins>o</ins>profen", "<del>old one</del>"):
        assert expected in page


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>\x1b[31m\u202e,"'


def test_hostile_messages_stay_text():
    """Whatever field they stand in."""
    bad = Said(HOSTILE, HOSTILE, HOSTILE, None, HOSTILE[1:])
    wrong = Said("assistant", HOSTILE, turn=1, right=False, act=HOSTILE, expected=HOSTILE, policy=HOSTILE)
    page = page_with([bad, wrong])
    assert "<script" not in page
    assert "<img" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "\x1b" not in failure_text(failing(examples=[replace(TYPO, talk=[bad, wrong])]), "s", "r")


def test_structures_may_be_broken_after_their_commas():
    """JSON without a space does not widen the page, and stays one text."""
    page = page_with([Said("assistant", '{"a":1,"b":2}', turn=1)])
    assert "{&#34;a&#34;:1,<wbr>&#34;b&#34;:2}" in page


def test_a_terminal_shows_the_turns_that_matter():
    """The wrong one with what was expected, and how many others there are."""
    example = replace(TYPO, talk=talk(10, wrong=[9], changed=[3]))
    text = failure_text(failing(examples=[example]), "spec.yaml", "pytest")
    lines = [line.strip() for line in text.splitlines()]
    for expected in ("user: {+question 3+}", "model, turn 9: answer 9", "✗ wrong, expected E", "user: question 9"):
        assert expected in lines
    assert any(line.endswith("… 4 messages") for line in lines)
    assert "question 5" not in text
    assert not any(line.startswith(("expected ", "policy ", "perturbed ")) for line in lines)


def test_each_requirement_has_an_example_before_any_has_two():
    """A reader sees every sort of failure first."""
    whole = result()
    examples = [replace(TYPO, case_id=f"case-{n}") for n in range(6)]
    arms = [
        replace(failing(examples=examples[:3]), requirement="one"),
        replace(failing(examples=examples[3:]), requirement="two"),
    ]
    page = render_html([replace(whole, scenarios=[replace(whole.scenarios[0], arms=arms, ladders=[])])])
    assert re.findall(r"case-(\d)", page) == ["0", "3", "1", "4", "2", "5"]
