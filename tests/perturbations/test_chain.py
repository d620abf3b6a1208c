import json

import pytest
from pydantic import ValidationError
from word_samples import CLINICAL, FINANCE, TEXTS, assert_contract, changed, operator, passage, protected, run_examples

STEPS = ["contraction", {"kind": "synonym", "level": 2}, {"kind": "filler_words", "gap_fraction": 0.2}]


def chain(*steps):
    return operator("chain", steps=list(steps))


def test_contract():
    """Level 0, determinism, protection and blank texts."""
    assert_contract(chain(*STEPS))


def test_examples():
    """The examples of the documentation run."""
    assert run_examples("chain") >= 3


def test_every_step_acts():
    """Each step leaves its mark on what the one before it made."""
    result = changed(
        chain({"kind": "irrelevant_sentence", "sentences": 1}, "indirect_request", "authority_claim"), "Hi."
    )
    assert result.index(" ") > 0
    assert "Hi. " in result
    assert not result.startswith("Hi.")
    assert not result.endswith("Hi.")


def test_order_matters():
    """A claim added before the frame stands inside it, one added after stands outside."""
    inside = changed(chain("authority_claim", "indirect_request"), "Hi.", seed=3)
    outside = changed(chain("indirect_request", "authority_claim"), "Hi.", seed=3)
    assert ' Hi."' in inside or " Hi." in inside
    assert inside != outside


def test_magnitude_counts_the_steps_that_changed_something():
    """A step that finds nothing is not counted; none at all gives the passage itself."""
    assert chain("contraction", "indirect_request").apply(passage("Ibuprofen?"), {"seed": 1}, None).magnitude == 1.0
    before = passage("Ibuprofen 400 mg?")
    assert before is chain("contraction", {"kind": "synonym", "level": 5}).apply(before, {"seed": 1}, None)


def test_protection_is_found_anew():
    """Spans are protected at their new places in each intermediate text."""
    op = chain({"kind": "irrelevant_sentence", "sentences": 3, "where": "before"}, {"kind": "filler_words", "level": 5})
    for text in TEXTS:
        result = changed(op, text, seed=11)
        assert all(span in result for span in protected(text))


def test_steps_draw_independently():
    """Two equal steps do not repeat each other's draw, and a step's draw does not depend on a later one."""
    one, two = {"kind": "filler_words", "gap_fraction": 0.1}, {"kind": "synonym", "level": 3}
    assert changed(chain(one), CLINICAL) != changed(chain(one, one), CLINICAL)
    alone = changed(chain(two), CLINICAL, seed=4)
    followed = changed(chain(two, {"kind": "irrelevant_sentence", "sentences": 1}), CLINICAL, seed=4)
    assert followed.startswith(alone)


def test_params_are_json():
    """What is drawn survives a round trip through JSON, and replays the case."""
    import random

    op, before = chain(*STEPS), passage(FINANCE)
    params = op.sample(random.Random(1), before)
    assert op.apply(before, params, None).text == op.apply(before, json.loads(json.dumps(params)), None).text


def test_folder_reaches_the_steps(tmp_path):
    """Relative files of the steps are found from the specification."""
    (tmp_path / "names.csv").write_text("entity,alias\nwarfarin,Coumadin\n", encoding="utf-8")
    op = chain("contraction", {"kind": "entity_substitution", "table": "names.csv"}).bind(tmp_path)
    assert changed(op, "I am on warfarin") == "I'm on Coumadin"


def test_chain_in_a_chain():
    """A chain may be a step."""
    assert changed(chain({"kind": "chain", "steps": ["contraction"]}), "I am fine") == "I'm fine"


def test_dump_gives_the_steps_as_written():
    """Loading a dumped chain gives an equal one."""
    op = chain(*STEPS)
    assert op.model_dump(mode="json")["steps"] == STEPS
    assert op.model_dump() == type(op)(**op.model_dump(mode="json")).model_dump()


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("synonim", r"steps\[1\]: unknown perturbation 'synonim' -- did you mean 'synonym'\?"),
        ("synonym", r"steps\[1\]: synonym needs either a level or word_fraction -- its levels are .*1: 0\.05"),
        (
            {"kind": "synonym", "level": 2, "word_fraction": 0.5},
            r"steps\[1\]: synonym needs either a level or word_frac",
        ),
        ({"kind": "synonym", "level": 6}, r"steps\[1\]: synonym has no level 6 -- write one of"),
        ({"kind": "synonym", "level": [1, 2]}, r"steps\[1\]: synonym has no level \[1, 2\] -- write one of"),
        ({"kind": "synonym", "level": True}, r"steps\[1\]: synonym has no level True -- write one of"),
        ({"kind": "authority_claim", "level": 1}, r"steps\[1\]: authority_claim has no levels -- leave out 'level'"),
        ({"kind": "synonym", "level": 1, "protect": []}, r"steps\[1\]: 'protect' stands on the chain, once for all"),
        ({"kind": "synonym", "level": 1, "speed": 3}, r"steps\[1\]: speed: Extra inputs are not permitted"),
        ({"level": 1}, r"steps\[1\]: the step has no kind -- write"),
    ],
)
def test_faulty_step(step, message):
    """A step that cannot be used is named with its place, fault and remedy."""
    with pytest.raises(ValidationError, match=message):
        chain("contraction", step)


def test_empty_chain():
    """A chain needs at least one step."""
    with pytest.raises(ValidationError, match="at least 1 item"):
        chain()
