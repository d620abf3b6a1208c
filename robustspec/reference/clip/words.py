"""A tokenizer of our own: byte pairs learned from our captions, so that a word with a typing error falls into pieces."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from robustspec.reference.clip.captions import pair
from robustspec.reference.clip.render import COLOURS, SHAPES

LONGEST = 32
"""Most tokens of a text, first and last mark included."""
_MARKS = ("<pad>", "<bos>", "<unk>", "<eos>")  # the end is 3: CLIP models whose end is 2 pool another token


def captions(count: int, seed: int) -> list[str]:
    """``count`` captions of each class, half of them denials, and the names of the colours."""
    rng = np.random.default_rng(seed)
    said = [text for shape in SHAPES for _ in range(count // 2) for text in pair(rng, shape)]
    return [*said, *(f"a {colour} shape." for colour in COLOURS)]


def tokenizer(corpus: Iterable[str], size: int = 600) -> Any:
    """A fast tokenizer of at most ``size`` tokens, trained on ``corpus``; case does not count."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    pad, first, unknown, last = _MARKS
    made = Tokenizer(models.BPE(unk_token=unknown))
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(_MARKS), initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator(corpus, trainer)
    made.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(first, 1), (last, 3)]
    )
    marks = {"pad_token": pad, "bos_token": first, "unk_token": unknown, "eos_token": last}
    whole: Any = PreTrainedTokenizerFast  # transformers leaves its constructor untyped
    return whole(
        tokenizer_object=made,
        **marks,
        cls_token=first,
        sep_token=last,
        model_max_length=LONGEST,
        model_input_names=["input_ids", "attention_mask"],
    )
