"""Small models for tests, made here and kept in the cache folder: no download, and nothing of them is committed."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / ".robustspec_cache" / "models"


def cached(name: str, sources: list[Path], make: Callable[[Path], None]) -> Path:
    """The folder of a model that ``make`` writes; made once for each content of ``sources``, whoever asks first."""
    digest = blake2b(digest_size=8)
    for source in sources:
        digest.update(source.read_bytes())
    folder = MODELS / f"{name}-{digest.hexdigest()}"
    MODELS.mkdir(parents=True, exist_ok=True)
    with (MODELS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the other processes of a test run wait instead of making it too
        if not folder.is_dir():
            made = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=MODELS))
            try:
                make(made)
                made.rename(folder)  # at once: an interrupted one is no model
            finally:
                shutil.rmtree(made, ignore_errors=True)
    return folder


FINANCE = ROOT / "robustspec" / "reference" / "finance"
FINANCE_SOURCES = [
    FINANCE / name for name in ("lm.py", "train_lm.py", "training.py", "records.py", "wording.py", "companies.csv")
]


def finance_lm(biased: str | None = None) -> Path:
    """The tiny finance model; ``biased`` names the choice that a broken one says too often. Up to a minute once."""

    def make(folder: Path) -> None:
        from robustspec.reference.finance import train_lm

        train_lm.train(folder, biased=biased)

    return cached("finance_lm" if biased is None else f"finance_lm_{biased}", FINANCE_SOURCES, make)


WORDS = (
    "What is the sentiment of this statement? Choose positive, neutral or negative. Text: Sales rose by 12 percent in 2024. "
    "Profit fell sharply. Orders were unchanged. Answer: positive neutral negative. You are brief. Hello, who are you?"
)


def untrained_lm(folder: Path, *, chat: bool = True, seed: int = 0) -> Path:
    """A causal language model with random weights that are large enough to give answers that differ."""
    from robustspec.reference.finance import lm

    tokenizer = lm.tokenizer_of([WORDS] * 3)
    if not chat:
        tokenizer.chat_template = None
    saved(lm.untrained(tokenizer, seed, spread=0.5), tokenizer, folder)
    return folder


def untrained_classifier(folder: Path, labels: tuple[str, ...] = ("up", "down", "flat"), **settings: object) -> Path:
    """A BERT with random weights that gives one of ``labels``."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    from robustspec.reference.finance import lm

    tokenizer = lm.tokenizer_of([WORDS] * 3)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=64,
        initializer_range=0.5,
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
        **settings,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        saved(BertForSequenceClassification(config), tokenizer, folder)
    return folder


def untrained_llava(folder: Path) -> Path:
    """A model of images and text with random weights: a CLIP tower of 4 patches before a Llama."""
    import torch
    from transformers import (
        CLIPImageProcessor,
        CLIPVisionConfig,
        LlamaConfig,
        LlavaConfig,
        LlavaForConditionalGeneration,
        LlavaProcessor,
    )

    from robustspec.reference.finance import lm

    tokenizer = lm.tokenizer_of([WORDS] * 3)
    tokenizer.add_tokens(["<image>"], special_tokens=True)
    tokenizer.chat_template = None
    vision = CLIPVisionConfig(
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2, image_size=16, patch_size=8
    )
    text = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=256,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
        initializer_range=0.5,
    )
    config = LlavaConfig(
        vision_config=vision, text_config=text, image_token_index=tokenizer.convert_tokens_to_ids("<image>")
    )
    size = {"height": 16, "width": 16}
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessor(size=size, crop_size=size),
        tokenizer=tokenizer,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=IMAGE_CHAT_TEMPLATE,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        saved(LlavaForConditionalGeneration(config), processor, folder)
    return folder


IMAGE_CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message['role'] + '|>' }}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<image>{% else %}{{ part['text'] }}{% endif %}{% endfor %}<|end|>{% endfor %}"
    "<|assistant|>"
)


def saved(model: object, with_it: object, folder: Path) -> None:
    """Save a model and its tokenizer or processor, without bars."""
    from robustspec.adapters.local.loading import quiet

    with quiet():
        for each in (model, with_it):
            each.save_pretrained(folder)  # type: ignore[attr-defined]  # of transformers
