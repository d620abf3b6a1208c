"""A sequence classifier: its classes, its probabilities, and inputs that are too long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from local_models import untrained_classifier

from robustspec.adapters.base import Model
from robustspec.adapters.transformers import TransformersAdapter
from robustspec.data.row import Input, Message
from robustspec.errors import AdapterError

TEXTS = ["Sales rose by 12 percent.", "Profit", "Orders were unchanged, and profit fell sharply."]


def opened(path: Path, **fields: Any) -> Model:
    return TransformersAdapter(path=path.name, task="classify", **fields).open(path.parent)


def test_probabilities_are_those_of_the_models_head(classifier: Path) -> None:
    """Softmax of its logits, classes named by its configuration; the same for a batch and for one at a time."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from robustspec.adapters.local.loading import quiet

    with quiet():
        model = AutoModelForSequenceClassification.from_pretrained(classifier, dtype=torch.float32).eval()
        tokenizer = AutoTokenizer.from_pretrained(classifier)
    outputs = opened(classifier).predict([Input(text) for text in TEXTS])
    for text, output in zip(TEXTS, outputs, strict=True):
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([tokenizer(text)["input_ids"]])).logits[0]
        expected = dict(zip(("up", "down", "flat"), logits.double().softmax(-1).tolist(), strict=True))
        assert output.raw["scores"] == pytest.approx(expected, rel=1e-4)
        assert output.raw["label"] == max(expected, key=expected.__getitem__)
    assert len({output.raw["scores"]["up"] for output in outputs}) == len(TEXTS)


def test_labels_that_hold_together_have_probabilities_of_their_own(models: Path, one_thread: None) -> None:
    """A sigmoid for each."""
    folder = untrained_classifier(models / "several", problem_type="multi_label_classification")
    [output] = opened(folder).predict([Input(TEXTS[0])])
    assert sum(output.raw["scores"].values()) != pytest.approx(1.0, abs=1e-3)


def test_all_of_a_conversation_is_classified(classifier: Path) -> None:
    """Its messages as lines of text."""
    said = (Message("user", "Sales rose."), Message("assistant", "Profit fell."))
    as_text, as_messages = opened(classifier).predict(
        [Input("user: Sales rose.\n\nassistant: Profit fell."), Input(said)]
    )
    assert as_messages.raw == as_text.raw


def test_a_long_input_is_cut_only_where_asked(classifier: Path) -> None:
    """The model takes 64 tokens; what is cut off is the end."""
    model = opened(classifier, truncate=True)
    first, second = model.predict([Input("1" * 64 + "2" * 100), Input("1" * 64 + "3" * 100)])
    assert first.raw == second.raw
    assert first.tokens == (64, 0)
    assert list(model.notes()) == ["2 inputs were cut to what the model takes, which may hide what was changed in them"]
    [output] = opened(classifier).predict([Input("1" * 65)])
    assert "the input has 65 tokens, and the model takes 64" in str(output.error)


def test_a_model_without_classes_is_no_classifier(models: Path, one_thread: None) -> None:
    """One output is a regression."""
    folder = untrained_classifier(models / "regression", labels=("score",))
    with pytest.raises(AdapterError, match="has one output and no classes -- name a classifier"):
        opened(folder)


def test_a_language_model_is_not_taken_for_a_classifier(lm: Path) -> None:
    """Its head would be drawn at random."""
    with pytest.raises(
        AdapterError, match=r"the weights lack score\.weight, which .* -- name a model that was trained"
    ):
        opened(lm)
