"""A causal language model that chats: its template, its batches, how answers end, and how they are drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from robustspec.adapters.base import Model
from robustspec.adapters.transformers import TransformersAdapter
from robustspec.data.row import Input, Message, Output

TEXTS = [
    "Hello",
    "Sales rose by 12 percent in 2024, and profit fell sharply.",
    "Who?",
    "Orders were unchanged. " * 4,
    "What is the sentiment of this statement? Choose one.",
    "",
    "profit",
]


def opened(path: Path, **fields: Any) -> Model:
    return TransformersAdapter(path=path.name, **fields).open(path.parent)


def asked(model: Model, *contents: Any) -> list[Any]:
    """The raw outputs, or the errors."""
    outputs: Sequence[Output] = model.predict([Input(content, str(n)) for n, content in enumerate(contents)])
    return [output.raw if output.error is None else output.error for output in outputs]


@pytest.fixture
def shown(lm: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The prompts that a model is given, special tokens included."""
    from robustspec.adapters.local.prompting import Prompts

    prompts: list[str] = []
    original = Prompts.text
    monkeypatch.setattr(Prompts, "text", lambda self, item: prompts.append(original(self, item)) or prompts[-1])
    return prompts


def test_answers_are_those_of_a_loop_by_hand(lm: Path) -> None:
    """Batched, padded, with a cache: the same text as one token at a time, without any of these."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from robustspec.adapters.local.loading import quiet

    with quiet():
        model = AutoModelForCausalLM.from_pretrained(lm, dtype=torch.float32).eval()
        tokenizer = AutoTokenizer.from_pretrained(lm)
    expected = []
    for text in TEXTS:
        ids = tokenizer(f"<|user|>{text}<|end|><|assistant|>")["input_ids"]
        start = len(ids)
        for _ in range(12):
            with torch.inference_mode():
                token = int(model(torch.tensor([ids])).logits[0, -1].argmax())
            if token == tokenizer.eos_token_id:
                break
            ids.append(token)
        expected.append(tokenizer.decode(ids[start:], skip_special_tokens=True).strip())
    assert asked(opened(lm, max_tokens=12), *TEXTS) == expected
    assert len(set(expected)) == len(expected), "a model that always says the same would prove nothing"


@pytest.mark.parametrize("batch_size", [1, 3])
def test_the_size_of_a_batch_changes_no_answer(lm: Path, batch_size: int) -> None:
    """One at a time, three, or all at once."""
    whole = asked(opened(lm, max_tokens=10), *TEXTS)
    model = opened(lm, max_tokens=10, batch_size=batch_size)
    assert asked(model, *TEXTS) == whole
    assert model.batch_size == batch_size


def test_a_conversation_is_written_by_the_models_own_template(lm: Path, shown: list[str]) -> None:
    """Roles in their order, and the place where the answer begins."""
    said = (
        Message("system", "Be brief."),
        Message("user", "Hi"),
        Message("assistant", "Yes?"),
        Message("user", "Who?"),
    )
    asked(opened(lm, max_tokens=2), said)
    assert shown == [
        "<|system|>Be brief.<|end|><|user|>Hi<|end|><|assistant|>Yes?<|end|><|user|>Who?<|end|><|assistant|>"
    ]


def test_the_system_prompt_stands_before_what_has_none(lm: Path, shown: list[str]) -> None:
    """A conversation that brings its own keeps it."""
    own = (Message("system", "Mine."), Message("user", "Hi"))
    asked(opened(lm, max_tokens=2, system="Yours."), "Hi", own)
    assert shown == [
        "<|system|>Yours.<|end|><|user|>Hi<|end|><|assistant|>",
        "<|system|>Mine.<|end|><|user|>Hi<|end|><|assistant|>",
    ]


def with_template(folder: Path, to: Path, template: str) -> Path:
    """A copy of a model with another chat template."""
    to.mkdir()
    for file in folder.iterdir():
        (to / file.name).symlink_to(file)
    (to / "chat_template.jinja").unlink()
    (to / "chat_template.jinja").write_text(template)
    return to


ALTERNATES = (
    "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate') }}{% endif %}[{{ m['content'] }}]{% endfor %}"
)


def test_messages_of_one_role_are_joined_where_the_template_refuses_them(
    lm: Path, tmp_path: Path, shown: list[str]
) -> None:
    """A document before a question is two messages of the user; some templates take one."""
    said = (Message("user", "The leaflet.", "leaflet"), Message("user", "What does it say?"))
    asked(opened(with_template(lm, tmp_path / "alternates", ALTERNATES), max_tokens=2), said)
    assert shown == ["[The leaflet.\n\nWhat does it say?]"]


def test_a_conversation_that_the_template_refuses_is_missing_alone(lm: Path, tmp_path: Path) -> None:
    """The error says why; the others are answered."""
    model = opened(with_template(lm, tmp_path / "alternates", ALTERNATES), max_tokens=2)
    refused, answered = model.predict([Input((Message("assistant", "Hm."),)), Input("Hi")])
    assert refused.error is not None
    assert refused.error.startswith("the model's chat template refuses the conversation: roles must alternate -- ")
    assert answered.error is None


def test_values_for_the_template_reach_it(lm: Path, tmp_path: Path, shown: list[str]) -> None:
    """As Qwen's ``enable_thinking``."""
    folder = with_template(lm, tmp_path / "thinks", "{{ 'think' if thinking else 'no' }}{{ messages[0]['content'] }}")
    asked(opened(folder, max_tokens=2, template_arguments={"thinking": True}), "Hi")
    assert shown == ["thinkHi"]


def test_a_prompt_is_continued_as_it_is(plain_lm: Path, shown: list[str]) -> None:
    """What the input holds is not looked at again."""
    model = opened(plain_lm, prompt="{system} Q: {input} A:", system="Be brief.", max_tokens=2)
    asked(model, "Hi {system}", (Message("user", "Doc.", "leaflet"), Message("user", "Hi")))
    assert shown == ["Be brief. Q: Hi {system} A:", "Be brief. Q: leaflet: Doc.\n\nuser: Hi A:"]


def test_an_answer_ends_before_a_stop(lm: Path) -> None:
    """The text up to it, and no cut is counted."""
    [whole] = asked(opened(lm, max_tokens=20), "Hello")
    stop = whole[4:7]
    model = opened(lm, max_tokens=20, stop=stop)
    assert asked(model, "Hello") == [whole[: whole.index(stop)].strip()]
    assert list(model.notes()) == []


def test_answers_cut_at_max_tokens_are_counted(lm: Path) -> None:
    """They are judged as they are, and a note says so."""
    model = opened(lm, max_tokens=1)
    asked(model, "Hello", "Who?")
    assert list(model.notes()) == ["2 answers were cut at max_tokens and judged as they are -- raise max_tokens"]


def test_tokens_are_told(lm: Path) -> None:
    """Those of the prompt, and those of the answer: a budget counts them."""
    [output] = opened(lm, max_tokens=3).predict([Input("7")])
    assert output.tokens == (4, 3)


def test_an_input_that_is_too_long_is_missing_alone(lm: Path) -> None:
    """The error says how long it is and what to do; the model takes 1,024 tokens."""
    long, short = opened(lm, max_tokens=24).predict([Input("5" * 2000), Input("Hi")])
    assert long.error == (
        "the input has 2003 tokens, and the model takes 1000 beside its answer -- shorten it, or lower max_tokens, or "
        "write truncate: true"
    )
    assert short.error is None


def test_a_cut_input_keeps_its_end_and_is_counted(lm: Path) -> None:
    """The answer is that to the last tokens that fit."""
    model = opened(lm, max_tokens=4, truncate=True)
    outputs = model.predict([Input("1" * 1500 + "5" * 1018), Input("2" * 1500 + "5" * 1018)])
    assert [output.tokens[0] for output in outputs] == [1020, 1020]
    assert outputs[0].raw == outputs[1].raw
    assert next(iter(model.notes())) == (
        "2 inputs were cut to what the model takes, which may hide what was changed in them"
    )


def test_a_call_that_takes_too_long_is_missing(lm: Path) -> None:
    """The clock is that of the adapter, for nobody else can stop a model in this process."""
    adapter = TransformersAdapter(path=lm.name, max_tokens=500, timeout_s=1e-9)
    assert adapter.limit_s == float("inf")
    [output] = adapter.open(lm.parent).predict([Input("Hello")])
    assert output.error == "no answer within 1e-09 s -- raise timeout_s, or lower max_tokens"


class TestDrawn:
    """Above temperature 0 tokens are drawn."""

    def test_a_case_draws_the_same_whatever_shares_its_batch(self, lm: Path) -> None:
        """Nor does the random state of the process matter, and it is left alone."""
        import torch

        fields = {"max_tokens": 8, "temperature": 1.0}
        items = [Input(text, f"case/{n}") for n, text in enumerate(TEXTS)]
        torch.manual_seed(1)
        together = [output.raw for output in opened(lm, **fields).predict(items)]
        untouched = torch.random.get_rng_state()
        torch.manual_seed(1)
        assert torch.equal(untouched, torch.random.get_rng_state())
        model = opened(lm, **fields, batch_size=2)
        assert [output.raw for output in model.predict(items[::-1])] == together[::-1]

    def test_repeats_and_seeds_draw_others(self, lm: Path) -> None:
        """The id of a case holds its repeat."""
        fields = {"max_tokens": 8, "temperature": 1.0}
        drawn = opened(lm, **fields).predict([Input("Hello", f"s/row/clean/{repeat}") for repeat in range(6)])
        assert len({output.raw for output in drawn}) > 3
        other = opened(lm, **fields, seed=1).predict([Input("Hello", "s/row/clean/0")])
        assert other[0].raw != drawn[0].raw

    def test_only_a_greedy_model_is_deterministic(self, lm: Path) -> None:
        """So that repeats of a drawn one are called."""
        assert opened(lm).deterministic
        assert not opened(lm, temperature=0.7).deterministic

    def test_tokens_are_drawn_by_their_probability(self) -> None:
        """Over evenly spread numbers each token comes up as often as softmax says."""
        import torch

        from robustspec.adapters.local.generating import Draws

        count, logits = 20_000, torch.tensor([0.0, 1.0, -torch.inf, 2.5, -1.0])
        numbers = ((torch.arange(count, dtype=torch.float64) + 0.5) / count)[:, None]
        left = Draws(numbers, width=3, temperature=0.5)(torch.zeros((count, 3)), logits.expand(count, -1))
        found = torch.bincount(left.argmax(dim=-1), minlength=5).double() / count
        weights = np.exp(np.array([0.0, 1.0, -np.inf, 2.5, -1.0]) / 0.5)
        np.testing.assert_allclose(found.numpy(), weights / weights.sum(), atol=1.5 / count)
        assert (left.isfinite().sum(dim=-1) == 1).all()


def test_a_shared_file_of_weights_and_other_settings_are_other_models(lm: Path) -> None:
    """What changes an answer changes the fingerprint; what does not, does not."""
    first = opened(lm).fingerprint
    assert opened(lm, batch_size=2, timeout_s=5).fingerprint == first
    assert opened(lm, max_tokens=2).fingerprint != first
    assert opened(lm, system="Be brief.").fingerprint != first
    assert opened(lm, fingerprint="mine").fingerprint == "mine"


def test_other_weights_are_another_model(lm: Path, tmp_path: Path) -> None:
    """Of the same size and the same settings; another path with the same content is the same."""
    from local_models import untrained_lm

    same, other = tmp_path / "same", untrained_lm(tmp_path / "other", seed=1)
    same.symlink_to(lm)
    assert opened(same).fingerprint == opened(lm).fingerprint
    assert opened(other).fingerprint != opened(lm).fingerprint
