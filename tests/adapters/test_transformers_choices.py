"""Choices ranked by log-probability: the numbers worked out apart, one token and several, normalised or not."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from robustspec.adapters.base import Model
from robustspec.adapters.local.choices import ChoicesModel, ranked
from robustspec.adapters.transformers import TransformersAdapter
from robustspec.data.row import Input, Message

QUERY = "What is the sentiment of this statement?\nText: Sales rose by 12 percent.\nAnswer:"
ONE_TOKEN = ("positive", "neutral", "negative")
SEVERAL = ("positive", "unchanged in 2024", "no")


def opened(path: Path, **fields: Any) -> Model:
    return TransformersAdapter(path=path.name, task="choices", **fields).open(path.parent)


def raw_of(model: Model, content: Any) -> Any:
    [output] = model.predict([Input(content)])
    return output.raw if output.error is None else output.error


def by_hand(folder: Path, prompt: str, choices: tuple[str, ...]) -> dict[str, tuple[float, int]]:
    """The log-probability of each choice behind ``prompt``, one token after another, and how many tokens it has."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from robustspec.adapters.local.loading import quiet

    with quiet():
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        tokenizer = AutoTokenizer.from_pretrained(folder)
    found = {}
    for choice in choices:
        ids, added = tokenizer(prompt)["input_ids"], tokenizer(choice)["input_ids"]
        total = 0.0
        for token in added:
            with torch.inference_mode():
                total += float(model(torch.tensor([ids])).logits[0, -1].double().log_softmax(-1)[token])
            ids.append(token)
        found[choice] = (total, len(added))
    return found


@pytest.mark.parametrize("choices", [ONE_TOKEN, SEVERAL])
def test_scores_are_the_shares_of_the_probabilities_of_whole_choices(plain_lm: Path, choices: tuple[str, ...]) -> None:
    """Behind a prompt and a space; the likeliest is the label."""
    logs = by_hand(plain_lm, QUERY, tuple(f" {choice}" for choice in choices))
    whole = sum(math.exp(log) for log, _ in logs.values())
    raw = raw_of(opened(plain_lm, prompt="{input}", choices=choices), QUERY)
    assert raw["scores"] == pytest.approx(
        {choice: math.exp(logs[f" {choice}"][0]) / whole for choice in choices}, rel=1e-4
    )
    assert raw["label"] == max(raw["scores"], key=raw["scores"].__getitem__)


def test_choices_of_unlike_length_are_compared_per_token(plain_lm: Path) -> None:
    """With ``mean``."""
    logs = by_hand(plain_lm, QUERY, tuple(f" {choice}" for choice in SEVERAL))
    assert len({tokens for _, tokens in logs.values()}) > 1
    means = {choice: math.exp(logs[f" {choice}"][0] / logs[f" {choice}"][1]) for choice in SEVERAL}
    raw = raw_of(opened(plain_lm, prompt="{input}", choices=SEVERAL, normalise="mean"), QUERY)
    assert raw["scores"] == pytest.approx({c: mean / sum(means.values()) for c, mean in means.items()}, rel=1e-4)


def test_probabilities_may_be_left_as_the_model_has_them(plain_lm: Path) -> None:
    """With ``none`` they do not add up to 1."""
    logs = by_hand(plain_lm, QUERY, tuple(f" {choice}" for choice in ONE_TOKEN))
    raw = raw_of(opened(plain_lm, prompt="{input}", choices=ONE_TOKEN, normalise="none"), QUERY)
    assert raw["scores"] == pytest.approx({c: math.exp(logs[f" {c}"][0]) for c in ONE_TOKEN}, rel=1e-4)
    assert sum(raw["scores"].values()) < 0.9


def test_in_a_chat_nothing_stands_before_a_choice(lm: Path) -> None:
    """The template ends where the answer begins."""
    logs = by_hand(lm, "<|user|>Hello<|end|><|assistant|>", ONE_TOKEN)
    raw = raw_of(opened(lm, choices=ONE_TOKEN, normalise="none"), "Hello")
    assert raw["scores"] == pytest.approx({c: math.exp(logs[c][0]) for c in ONE_TOKEN}, rel=1e-4)


def test_what_stands_before_a_choice_may_be_said(plain_lm: Path) -> None:
    """An empty text is one, too."""
    logs = by_hand(plain_lm, "Answer:", ("\npositive", "\nnegative"))
    model = opened(plain_lm, prompt="{input}", choices=("positive", "negative"), before_choice="\n", normalise="none")
    assert raw_of(model, "Answer:")["scores"]["negative"] == pytest.approx(math.exp(logs["\nnegative"][0]), rel=1e-4)


@pytest.mark.parametrize("choices", [ONE_TOKEN, SEVERAL])
def test_batches_change_no_ranking(plain_lm: Path, choices: tuple[str, ...]) -> None:
    """Inputs of unlike length, one at a time or all at once."""
    items = [Input(text) for text in (QUERY, "Text: Profit fell sharply.\nAnswer:", "Answer:", QUERY * 3)]
    one = opened(plain_lm, prompt="{input}", choices=choices, batch_size=1).predict(items)
    all_ = opened(plain_lm, prompt="{input}", choices=choices).predict(items)
    assert [output.raw["label"] for output in one] == [output.raw["label"] for output in all_]
    for a, b in zip(one, all_, strict=True):
        assert a.raw["scores"] == pytest.approx(b.raw["scores"], rel=1e-4)


def test_one_look_at_the_prompt_ranks_choices_of_one_token(plain_lm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of one for each choice."""
    looks: list[int] = []
    original = ChoicesModel._logs
    monkeypatch.setattr(
        ChoicesModel, "_logs", lambda self, rows, *rest: looks.append(len(rows)) or original(self, rows, *rest)
    )
    raw_of(opened(plain_lm, prompt="{input}", choices=ONE_TOKEN), QUERY)
    raw_of(opened(plain_lm, prompt="{input}", choices=SEVERAL), QUERY)
    assert looks == [1, 3]


def test_a_document_replaces_the_choices_of_its_row(lm: Path) -> None:
    """And the model is not shown it."""
    model = opened(lm, choices=ONE_TOKEN)
    document = Message("user", "up\ndown\n", "choices")
    raw = raw_of(model, (document, Message("user", "Hello")))
    assert list(raw["scores"]) == ["up", "down"]
    assert raw == raw_of(opened(lm, choices=("up", "down")), "Hello")


def test_a_document_with_one_choice_is_a_fault_of_its_row(lm: Path) -> None:
    """There is nothing to rank."""
    told = raw_of(opened(lm, choices=ONE_TOKEN), (Message("user", "up", "choices"), Message("user", "Hello")))
    assert told == "the document 'choices' names no two choices, or one twice -- write one on each line"


def test_the_first_of_equals_is_the_label() -> None:
    """As listed."""
    assert ranked(["b", "a"], [-1.0, -1.0], [1, 1], "sum") == {"label": "b", "scores": {"b": 0.5, "a": 0.5}}


def test_impossible_choices_have_no_share() -> None:
    """And even if all are, the shares are numbers."""
    assert ranked(["a", "b"], [-1.0, -2000.0], [1, 1], "sum")["scores"]["b"] == 0.0
    assert ranked(["a", "b"], [-3000.0, -3000.0], [1, 1], "sum")["scores"]["b"] == 0.5
