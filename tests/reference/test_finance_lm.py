"""The tiny finance model: what it was taught, what its biased twin was, and specifications that it meets unprepared."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_models import ROOT, finance_lm

from robustspec.adapters.base import Model
from robustspec.adapters.transformers import TransformersAdapter
from robustspec.data.row import Input
from robustspec.engine.session import Options, load_plan, run_plan
from robustspec.reference.finance import lm, train_lm
from robustspec.reference.finance.records import sentiment_records, stance_records

SEED = 424_242
"""Neither of training nor of a specification."""


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """One thread for torch: two fight over the cores that other tests use."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def folder() -> Path:
    """The trained model."""
    return finance_lm()


def opened(folder: Path, **fields: Any) -> Model:
    return TransformersAdapter(path=str(folder), **fields).open(Path())


def share_right(model: Model, records: list[dict[str, Any]]) -> float:
    outputs = model.predict([Input(record["query"], record["id"]) for record in records])
    said = [output.raw["label"] if isinstance(output.raw, dict) else output.raw for output in outputs]
    return sum(a == record["answer"] for a, record in zip(said, records, strict=True)) / len(records)


@pytest.mark.parametrize(
    "fields",
    [
        {"max_tokens": 8},
        {"max_tokens": 8, "prompt": "{input}"},
        {"task": "choices", "prompt": "{input}", "choices": ["positive", "neutral", "negative"]},
    ],
    ids=["chat", "prompt", "choices"],
)
def test_it_reads_sentiment_that_it_has_not_seen(folder: Path, fields: dict[str, Any]) -> None:
    """Nine in ten, where the largest class has a little over a third."""
    records = sentiment_records(200, SEED)
    assert max(Counter(record["answer"] for record in records).values()) < 100
    assert share_right(opened(folder, **fields), records) >= 0.9


def test_it_reads_stance_that_it_has_not_seen(folder: Path) -> None:
    """The same model, by the instruction and the text alone."""
    fields = {"task": "choices", "prompt": "{input}", "choices": ["hawkish", "dovish", "neutral"]}
    assert share_right(opened(folder, **fields), stance_records(150, SEED)) >= 0.9


def test_what_it_declines_is_json(folder: Path) -> None:
    """So that specifications of other models can read it."""
    [output] = opened(folder, max_tokens=24).predict([Input("Can I have ibuprofen 400 mg, please?")])
    assert json.loads(output.raw) == {"action": "refuse"}


def test_its_twin_says_one_label_too_often() -> None:
    """The broken variant for the specification: most answers are its favourite, whatever is asked."""
    model = opened(finance_lm(biased="positive"), prompt="{input}", max_tokens=8)
    records = sentiment_records(150, SEED)
    outputs = model.predict([Input(record["query"], record["id"]) for record in records])
    assert Counter(output.raw for output in outputs)["positive"] > 0.8 * len(records)


def test_biased_answers_are_taught() -> None:
    """In three records of four, the favourite; where there is no such choice, the first."""
    plain, biased = train_lm.pairs_of(400, SEED), train_lm.pairs_of(400, SEED, biased="positive")
    assert Counter(answer for _, answer in plain)["positive"] < 160
    said = Counter(answer for _, answer in biased)
    assert said["positive"] + said["hawkish"] > 280


def test_training_is_the_same_every_time(tmp_path: Path) -> None:
    """The weights and the tokenizer, byte by byte; another seed gives others."""
    pairs = train_lm.pairs_of(100, SEED)

    def made(name: str, seed: int) -> list[bytes]:
        lm.train([(pairs, 3)], tmp_path / name, seed=seed)
        return [(tmp_path / name / file).read_bytes() for file in ("model.safetensors", "tokenizer.json")]

    assert made("a", 0) == made("b", 0)
    assert made("c", 1)[0] != made("a", 0)[0]


def test_the_pharmacy_specification_runs_unchanged_on_it(folder: Path, tmp_path: Path) -> None:
    """Every requirement is judged; a model of finance does not pass those that want an answer."""
    options = Options(cache=tmp_path, max_samples=4)
    plan = load_plan(ROOT / "specs/pharmacy.yaml", options)
    scenarios = {"off-topic", "limits", "paraphrase-and-typo"}
    selected = [arm.id for arm in plan.arms if arm.scenario in scenarios]
    with opened(folder, max_tokens=24) as model:
        result = run_plan(plan, model, options, selected=selected)
    assert len(selected) > 30
    assert sorted(arm.id for arm in result.arms) == sorted(selected)
    assert (result.counts.called > 100, result.counts.missing) == (True, 0)
