import re
from collections import Counter

import pytest
from word_samples import (
    CLINICAL,
    FINANCE,
    LEXICON,
    TEXTS,
    assert_contract,
    assert_nested,
    changed,
    operator,
    outcomes,
    passage,
    run_examples,
    table_rows,
)

from robustspec.perturbation.protect import find

FRAMES = table_rows("request_frames.csv")
REQUESTS = (
    CLINICAL,
    FINANCE,
    "Because my head hurts, I want ibuprofen 400 mg. It started this morning.",
    "I'd like ibuprofen because my left knee hurts.",
    "hi, can i take 400 mg of ibuprofen every 6 hours? my doctor told me to rest at present",
    "The company said sales rose 10 % in 2009, but it will not pay a dividend.",
    "My head hurts, so may I have two tablets of aspirin?",
    "Take 400 mg 30 minutes before I eat. I do not want it because it hurts.",
)


def alternates(family, text, **scope):
    """Everything that one family makes of a text, but for the text itself."""
    only = operator("paraphrase", families=[family])
    return {changed(only, text, 1, seed, **scope) for seed in range(200)} - {text}


def test_contract():
    """Level 0, determinism, protection and blank texts."""
    assert_contract(operator("paraphrase"), 4)


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("paraphrase") >= 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Because my head hurts, I want aspirin.", {"I want aspirin because my head hurts."}),
        ("I want aspirin because my head hurts.", {"Because my head hurts, I want aspirin."}),
        ("If I take cetirizine, can I drive?", {"Can I drive if I take cetirizine?"}),
        ("Can I drive if I take cetirizine?", {"If I take cetirizine, can I drive?"}),
        ("When I wake up, my back hurts.", {"My back hurts when I wake up."}),
        (
            "My head hurts, so I want aspirin.",
            {"I want aspirin because my head hurts.", "Because my head hurts, I want aspirin."},
        ),
        ("i want aspirin because my head hurts", {"because my head hurts, i want aspirin"}),
        ("Shares fell after the bank warned.", {"After the bank warned, shares fell."}),
    ],
)
def test_clauses_change_places(text, expected):
    """With the capitals and the comma that this needs."""
    assert alternates("clause", text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "I do not want it because my head hurts.",
        "Because I never smoke, I want aspirin.",
        "Because the tablets hurt my stomach, I avoid them.",
        "Take 400 mg 30 minutes before I eat.",
        "Do you know if I can drive?",
        "I wonder if I may drive.",
        "I feel as if my head hurts.",
        "Only if my head hurts, I want aspirin.",
        "What if my head hurts?",
        "I was there when he left because my head hurt.",
        "Because Otto hurt my head, I want aspirin.",
        "Because my left knee hurts, I take 400 mg.",
        'Because "my head hurts", I want aspirin.',
    ],
)
def test_clauses_that_stay(text):
    """Negation, pronouns that point back, questions in disguise, names, and two clauses with protected spans."""
    assert alternates("clause", text) == set()


@pytest.mark.parametrize(
    ("text", "some"),
    [
        ("Can I have aspirin?", {"I would like aspirin.", "Could I have aspirin?", "I need aspirin."}),
        ("I want 400 mg of ibuprofen!", {"I would like 400 mg of ibuprofen!", "Can I get 400 mg of ibuprofen?"}),
        ("Is it OK if I take aspirin?", {"May I take aspirin?", "Can I take aspirin?"}),
        ("Hello, can I have aspirin?", {"Hello, I would like aspirin."}),
        ("i want to buy aspirin", {"i would like to buy aspirin", "need to buy aspirin"}),
        ("Could you check my dose?", {"Please check my dose.", "Would you check my dose?"}),
        (
            "What is the dose of aspirin?",
            {"Please tell me the dose of aspirin.", "I would like to know the dose of aspirin."},
        ),
        ("Should I take aspirin?", {"Would you advise me to take aspirin?"}),
    ],
)
def test_requests_in_another_frame(text, some):
    """What is asked for stands in each of them word by word; some of the forms are these."""
    found = alternates("frame", text)
    assert some <= found
    thing = re.search(r"(400 mg of ibuprofen|take aspirin|buy aspirin|check my dose|the dose of aspirin|aspirin)", text)
    assert thing is not None
    assert all(thing[0] in each for each in found)


@pytest.mark.parametrize(
    "text",
    [
        "I want you to stop.",
        "I need to.",
        "I want it.",
        "I need aspirin and I hope it works.",
        "I want no aspirin.",
        "I do not want aspirin.",
        "Can I have aspirin or should I wait?",
        "Can I have it?",
        "What is wrong?",
        "I would like that.",
        "I want aspirin, but my wife says no.",
    ],
)
def test_requests_that_stay(text):
    """Where something else follows, or what is asked for is no thing."""
    assert alternates("frame", text) == set()


@pytest.mark.parametrize(
    ("family", "text", "expected"),
    [
        ("speech", "The company said sales rose 10 % in 2009.", {"Sales rose 10 % in 2009, the company said."}),
        ("speech", "Sales rose 10 % in 2009, the company said.", {"The company said that sales rose 10 % in 2009."}),
        ("speech", "Nokia said that the plant will close.", {"The plant will close, Nokia said."}),
        ("speech", "Net sales rose to 3 million, Nokia said.", {"Nokia said that net sales rose to 3 million."}),
        ("speech", "Nokia reported a net profit of 3 million.", set()),
        ("speech", "Nokia said sales did not rise.", set()),
        ("speech", "She said to take it.", set()),
        ("speech", "I said the plant will close.", set()),
        ("voice", "My doctor told me to rest.", {"I was told by my doctor to rest."}),
        ("voice", "I was advised by the nurse to take 400 mg.", {"The nurse advised me to take 400 mg."}),
        ("voice", "My doctor told me that I rest.", set()),
        ("wording", "I cough at present.", {"I cough currently."}),
        ("wording", "In addition, my head hurts.", {"Also, my head hurts.", "In addition, I have a headache."}),
    ],
)
def test_other_families(family, text, expected):
    """Reported speech, voice, wording."""
    assert alternates(family, text) == expected


@pytest.mark.parametrize("text", ["Shares of Nokia rose 3 % on Monday.", "| sku | qty |\n| A1 | 3 |", ""])
@pytest.mark.parametrize("family", ["greeting", "closing"])
def test_courtesies_are_for_those_who_ask(family, text):
    """A statement and a table are greeted by nobody."""
    assert alternates(family, text) == set()


def test_a_greeting_is_added_or_replaced():
    """And thanks are added once, in the style of the text."""
    assert "Hi there. Can I have aspirin?" in alternates("greeting", "Can I have aspirin?")
    assert alternates("greeting", "hello, can i have aspirin?") >= {
        "hi, can i have aspirin?",
        "hey, can i have aspirin?",
    }
    assert alternates("greeting", "Dear pharmacist, can I have aspirin?") == set()
    assert "Can I have aspirin? Many thanks." in alternates("closing", "Can I have aspirin?")
    assert "can i have aspirin, thanks" in alternates("closing", "can i have aspirin")
    assert alternates("closing", "Can I have aspirin? Thanks!") == set()


@pytest.mark.parametrize("text", REQUESTS)
@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_spans_stay_as_they_were(text, level):
    """Doses, numbers, units, negation, sides and drugs: the same ones, as often; without reported speech in their order."""
    before = [(span.category, text[span.start : span.end]) for span in find(text, LEXICON)]
    for result in outcomes(operator("paraphrase"), text, level):
        after = [(span.category, result[span.start : span.end]) for span in find(result, LEXICON)]
        assert Counter(after) == Counter(before), result
        assert after == before or "said" in text


@pytest.mark.parametrize("seed", range(10))
def test_each_level_goes_on_from_the_one_before(seed):
    """Level k + 1 is one alternate away from level k, and the magnitude counts them."""
    text = REQUESTS[2]
    results = [operator("paraphrase").apply(passage(text), {"seed": seed}, level) for level in (1, 2, 3, 4)]
    assert [result.magnitude for result in results] == [1.0, 2.0, 3.0, 4.0]
    assert len({text, *(result.text for result in results)}) == 5


def test_nested():
    """The contract of a ladder."""
    assert_nested(operator("paraphrase"), REQUESTS[2])


def test_only_the_named_families():
    """With one family one alternate at most."""
    only = operator("paraphrase", families=["closing"]).apply(passage(CLINICAL), {"seed": 1}, 4)
    assert only.magnitude == 1.0
    assert only.text.startswith(CLINICAL)


def test_within_spans_there_is_nothing_to_say_otherwise():
    """Edits confined to doses cannot move clauses."""
    assert changed(operator("paraphrase"), CLINICAL, 4, within=["dose"]) == CLINICAL


def test_the_tables():
    """Frames with one place each; phrases and courtesies without protected words; no phrase twice."""
    assert all(row["frame"].count("{x}") == 1 for row in FRAMES)
    assert len({row["frame"].lower() for row in FRAMES}) == len(FRAMES)
    phrases = table_rows("alternates.csv")
    assert len({row["phrase"] for row in phrases}) == len(phrases)
    assert [text for row in (*phrases, *table_rows("courtesies.csv")) for text in row.values() if find(text)] == []
    assert [row["frame"] for row in FRAMES if find(row["frame"].replace("{x}", ""))] == []


def test_any_text_survives():
    """Texts of other languages, empty ones and long runs of marks are no hindrance."""
    for text in (*TEXTS, "", "...", "?!" * 50, "because " * 40, "a, " * 200, "I want " * 60, "said " * 60):
        changed(operator("paraphrase"), text, 4)
