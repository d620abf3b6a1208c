"""A tiny causal language model: its tokenizer, its chat template, its shape, and how it is trained.

It reads prompts and answers with a word or two. Everything is seeded, and the same on every run of one machine.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
SPECIAL = ("<pad>", "<|end|>", "<|system|>", "<|user|>", "<|assistant|>")
"""Padding; the end of a message, and of an answer; who speaks."""

VOCABULARY = 1536
POSITIONS = 1024
SHAPE: Mapping[str, Any] = {
    "hidden_size": 96,
    "intermediate_size": 192,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 4,
}
SPREAD = 0.08
"""Standard deviation of the weights at first: about that of a model of this width, where the usual 0.02 learns late."""
SIZE = 32
"""Pairs in a batch."""
RATE = 3e-3
"""The highest learning rate."""

Pair = tuple[str, str]
"""A prompt, and its answer."""
Stage = tuple[Sequence[Pair], int]
"""What is learned from, and for how many steps."""
Row = tuple[list[int], int]
"""The tokens of a pair, and where its answer begins."""


def tokenizer_of(texts: Sequence[str]) -> Any:
    """A byte-level BPE tokenizer learned from ``texts``, with the chat template; it can read any text."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bare = Tokenizer(models.BPE())
    bare.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    bare.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    bare.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]  # of transformers
        tokenizer_object=bare, pad_token=SPECIAL[0], eos_token=SPECIAL[1], model_max_length=POSITIONS
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def untrained(tokenizer: Any, seed: int, spread: float = SPREAD) -> Any:
    """A Llama of about 300,000 weights, drawn from ``seed`` with standard deviation ``spread``."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        **SHAPE,
        vocab_size=len(tokenizer),
        max_position_embeddings=POSITIONS,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        tie_word_embeddings=True,
        initializer_range=spread,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LlamaForCausalLM(config)


def rows_of(tokenizer: Any, pairs: Sequence[Pair], rng: random.Random) -> list[Row]:
    """The tokens of each pair and where its answer begins; one pair in three is written as a chat."""
    chats = [rng.random() < 1 / 3 for _ in pairs]
    prompts = [f"<|user|>{p}<|end|><|assistant|>" if chat else p for chat, (p, _) in zip(chats, pairs, strict=True)]
    answers = [f"{'' if chat else ' '}{a}<|end|>" for chat, (_, a) in zip(chats, pairs, strict=True)]
    asked, said = tokenizer(prompts)["input_ids"], tokenizer(answers)["input_ids"]
    return [(ask + say, len(ask)) for ask, say in zip(asked, said, strict=True)]


def batches(rows: Sequence[Row], size: int, rng: random.Random) -> Iterator[list[Row]]:
    """All rows in batches of like length, the batches in random order."""
    order = sorted(range(len(rows)), key=lambda number: (len(rows[number][0]), rng.random()))
    parts = [order[start : start + size] for start in range(0, len(order), size)]
    rng.shuffle(parts)
    for part in parts:
        yield [rows[number] for number in part]


def loss_of(model: Any, batch: Sequence[Row], rng: random.Random) -> Any:
    """Cross-entropy of the answers and, weighing a fifth of it, of every fifth token of the prompts.

    Padding stands behind the tokens, where a causal model does not see it.
    """
    import torch

    width = max(len(row) for row, _ in batch)
    ids = torch.zeros((len(batch), width), dtype=torch.long)
    weights = torch.zeros((len(batch), width))
    for number, (row, start) in enumerate(batch):
        ids[number, : len(row)] = torch.tensor(row)
        weights[number, start : len(row)] = 1 / (len(row) - start)
        read = rng.sample(range(1, start), max(1, start // 5))
        weights[number, read] = 0.2 / len(read)
    hidden = model.model(input_ids=ids, use_cache=False).last_hidden_state[:, :-1]
    weights = weights[:, 1:]
    logits = model.lm_head(hidden[weights > 0])
    losses = torch.nn.functional.cross_entropy(logits, ids[:, 1:][weights > 0], reduction="none")
    return (losses * weights[weights > 0]).sum() / len(batch)


def train(stages: Sequence[Stage], folder: Path, *, seed: int = 0) -> float:
    """Train in stages, save model and tokenizer into ``folder`` (safetensors); the mean loss of the last 50 steps.

    The tokenizer is learned from the pairs of the last stage. One thread is used, so that the result does not depend on how
    many there are.
    """
    import torch
    from transformers.utils import logging as told

    rng = random.Random(seed)
    tokenizer = tokenizer_of([f"{prompt} {answer}" for prompt, answer in stages[-1][0]])
    model = untrained(tokenizer, seed).train()
    threads, bars = torch.get_num_threads(), told.is_progress_bar_enabled()
    torch.set_num_threads(1)
    told.disable_progress_bar()  # type: ignore[no-untyped-call]  # of transformers
    try:
        parts = (itertools.islice(_endless(tokenizer, pairs, rng), steps) for pairs, steps in stages)
        loss = _optimised(model, itertools.chain.from_iterable(parts), rng, sum(steps for _, steps in stages))
        model.eval().save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    finally:
        torch.set_num_threads(threads)
        if bars:
            told.enable_progress_bar()  # type: ignore[no-untyped-call]  # of transformers
    return loss


def _endless(tokenizer: Any, pairs: Sequence[Pair], rng: random.Random) -> Iterator[list[Row]]:
    while True:
        typed = [(roughened(prompt, rng), answer) for prompt, answer in pairs]
        yield from batches(rows_of(tokenizer, typed, rng), SIZE, rng)


def _optimised(model: Any, batches: Iterator[list[Row]], rng: random.Random, steps: int) -> float:
    import torch

    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=0.05, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps, pct_start=0.1)
    losses: list[float] = []
    for batch in batches:
        loss = loss_of(model, batch, rng)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
    return sum(losses[-50:]) / len(losses[-50:])


_WORD = re.compile(r"[A-Za-z]{4,}")


def roughened(text: str, rng: random.Random, share: float = 0.05) -> str:
    """``text`` as people type it: in every second one, about one long word in twenty has a letter too few, or two swapped."""
    if rng.random() < 0.5:
        return text

    def typed(found: re.Match[str]) -> str:
        word = found[0]
        if rng.random() >= share:
            return word
        at = rng.randrange(1, len(word) - 1)
        return word[:at] + (word[at + 1] + word[at] + word[at + 2 :] if rng.random() < 0.5 else word[at + 1 :])

    return _WORD.sub(typed, text)
