"""How near the adapter of transformers models comes to a batched loop written by hand, in tokens and images a second.

    python benchmarks/transformers_batch.py [--prompts 256] [--max-tokens 32] [--batch 16] [--rounds 7]
    python benchmarks/transformers_batch.py --shape 1b --device cuda --batch 64       # 1.2 billion weights in bfloat16
    python benchmarks/transformers_batch.py --images 512 --clip b32 --device cuda     # CLIP with the shape of ViT-B/32

Weights are random: what is measured is what stands around the model. The same prompts go through the adapter and the
dispatcher (with its store) and through a loop of tokenizer, ``generate`` and decoding, in turn, ``rounds`` times, with as
many rows in a batch; answers must be equal. Pictures go through the adapter of CLIP and through a loop of processor and
model. The goal is 95 % of the loop, as the median over the rounds of the ratio within a round.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
import transformers
from PIL import Image as Pillow

from robustspec.adapters.base import Model
from robustspec.adapters.clip import ClipAdapter
from robustspec.adapters.local.loading import quiet
from robustspec.adapters.transformers import TransformersAdapter
from robustspec.data.picture import Image, made
from robustspec.data.row import Content, Message, Output
from robustspec.engine.dispatch import Dispatcher, Request
from robustspec.engine.store import Store
from robustspec.reference.finance import lm
from robustspec.reference.finance.records import sentiment_records

GOAL = 0.95

SHAPES: dict[str, dict[str, int]] = {
    "tiny": {"hidden_size": 96, "intermediate_size": 192, "num_hidden_layers": 2, "num_attention_heads": 4},
    "small": {"hidden_size": 512, "intermediate_size": 1536, "num_hidden_layers": 8, "num_attention_heads": 8},
    "1b": {
        "hidden_size": 2048,
        "intermediate_size": 8192,
        "num_hidden_layers": 20,
        "num_attention_heads": 32,
        "num_key_value_heads": 8,
    },
}
TOWERS: dict[str, dict[str, int]] = {
    "tiny": {
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "patch_size": 32,
    },
    "b32": {
        "hidden_size": 768,
        "intermediate_size": 3072,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "patch_size": 32,
    },
}
LABELS = ("circle", "square", "star")


def saved_lm(folder: Path, shape: str, prompts: list[str], dtype: torch.dtype) -> None:
    """A Llama with random weights and a tokenizer made from the prompts."""
    tokenizer = lm.tokenizer_of(prompts)
    config = transformers.LlamaConfig(
        **SHAPES[shape],  # type: ignore[arg-type]  # numbers, by name
        vocab_size=len(tokenizer),
        max_position_embeddings=2048,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
    )
    torch.manual_seed(0)
    with quiet():
        transformers.LlamaForCausalLM(config).to(dtype).save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def saved_clip(folder: Path, towers: str, dtype: torch.dtype) -> None:
    """A CLIP with random weights for images of 224 x 224."""
    tokenizer = lm.tokenizer_of(["a photo of a circle", "a photo of a square", "a photo of a star"] * 3)
    tokenizer.model_max_length = 77
    text = transformers.CLIPTextConfig(
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        vocab_size=len(tokenizer),
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.pad_token_id,
        eos_token_id=len(tokenizer) - 1,
    )
    vision = transformers.CLIPVisionConfig(**TOWERS[towers], image_size=224)  # type: ignore[arg-type]  # as above
    config = transformers.CLIPConfig(text_config=text.to_dict(), vision_config=vision.to_dict(), projection_dim=64)
    torch.manual_seed(0)
    with quiet():
        processor = transformers.CLIPProcessor(transformers.CLIPImageProcessor(), tokenizer)
        transformers.CLIPModel(config).to(dtype).save_pretrained(folder)
        processor.save_pretrained(folder)


def through_adapter(model: Model, contents: list[Content]) -> list[Any]:
    """The answers by the adapter, the dispatcher and its store, in the order of the contents."""
    answers: list[Any] = [None] * len(contents)

    def take(request: Request, output: Output, status: str) -> None:
        assert output.error is None, output.error
        answers[request.tag] = output.raw

    with (
        tempfile.TemporaryDirectory() as folder,
        Store(Path(folder), "benchmark") as store,
        Dispatcher(model, store, timeout_s=float("inf")) as dispatcher,
    ):
        dispatcher.run((Request(content, f"case/{n}", tag=n) for n, content in enumerate(contents)), take)
    return answers


def by_hand(
    folder: Path, device: str, dtype: torch.dtype, options: argparse.Namespace
) -> Callable[[list[str]], list[str]]:
    """A loop over batches as one would write it."""
    with quiet():
        model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).to(device).eval()
        tokenizer = transformers.AutoTokenizer.from_pretrained(folder, padding_side="left")

    def answers(prompts: list[str]) -> list[str]:
        found: list[str] = []
        for start in range(0, len(prompts), options.batch):
            chats = [[{"role": "user", "content": prompt}] for prompt in prompts[start : start + options.batch]]
            texts = tokenizer.apply_chat_template(chats, tokenize=False, add_generation_prompt=True)
            inputs = tokenizer(texts, padding=True, add_special_tokens=False, return_tensors="pt").to(device)
            with torch.inference_mode():
                out = model.generate(**inputs, max_new_tokens=options.max_tokens, do_sample=False)
            new = out[:, inputs["input_ids"].shape[1] :]
            found.extend(text.strip() for text in tokenizer.batch_decode(new, skip_special_tokens=True))
        return found

    return answers


def images_by_hand(folder: Path, device: str, dtype: torch.dtype, batch: int) -> Callable[[list[Any]], list[str]]:
    """The same for images: the texts embedded once, images in batches."""
    with quiet():
        model = transformers.CLIPModel.from_pretrained(folder, dtype=dtype).to(device).eval()
        processor = transformers.AutoProcessor.from_pretrained(folder)

    def labels(pictures: list[Any]) -> list[str]:
        found: list[str] = []
        with torch.inference_mode():
            texts = processor(text=[f"a photo of a {label}." for label in LABELS], padding=True, return_tensors="pt")
            words = model.get_text_features(**texts.to(device)).pooler_output
            words = torch.nn.functional.normalize(words.float(), dim=-1)
            for start in range(0, len(pictures), batch):
                shown = [Pillow.fromarray(picture.open().pixels) for picture in pictures[start : start + batch]]
                inputs = processor(images=shown, return_tensors="pt").to(device, dtype)
                seen = torch.nn.functional.normalize(model.get_image_features(**inputs).pooler_output.float(), dim=-1)
                found.extend(LABELS[number] for number in (seen @ words.T).argmax(dim=-1).tolist())
        return found

    return labels


def measured(ways: dict[str, Callable[[], Any]], work: float, unit: str, rounds: int) -> float:
    """A line for each way, and the median over the rounds of ours beside the loop, by the clock."""
    clock: dict[str, list[float]] = {name: [] for name in ways}
    processor: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name in ways if number % 2 else reversed(ways):
            begun, used = time.perf_counter(), time.process_time()
            ways[name]()
            if number:  # the first round warms up
                clock[name].append(time.perf_counter() - begun)
                processor[name].append(time.process_time() - used)
    for name in ways:
        print(f"{name:<12} {work / median(clock[name]):>10,.0f} {unit}/s, {median(processor[name]):.2f} s of processor")
    by_processor = median([loop / ours for ours, loop in zip(*processor.values(), strict=True)])
    ratios = [loop / ours for ours, loop in zip(*clock.values(), strict=True)]
    print(
        f"{median(ratios):.1%} of the loop ({min(ratios):.1%} to {max(ratios):.1%}), goal {GOAL:.0%}; "
        f"{by_processor:.1%} by processor time",
        flush=True,
    )
    return median(ratios)


def median(values: list[float]) -> float:
    """The middle one; by hand, for `statistics.py` beside this file hides the library's."""
    return sorted(values)[len(values) // 2]


def texts(folder: Path, options: argparse.Namespace, dtype: torch.dtype) -> float:
    """Tokens a second."""
    prompts = [record["query"] for record in sentiment_records(options.prompts, 0)]
    random.Random(0).shuffle(prompts)
    saved_lm(folder, options.shape, prompts, dtype)
    adapter = TransformersAdapter(
        path=str(folder), device=options.device, max_tokens=options.max_tokens, batch_size=options.batch
    )
    with adapter.open(folder) as model:
        loop = by_hand(folder, options.device, dtype, options)
        ours, theirs = through_adapter(model, list(prompts)), loop(prompts)
        equal = sum(a == b for a, b in zip(ours, theirs, strict=True))
        print(
            f"{options.shape} on {options.device}: {equal} of {len(prompts)} answers equal, batches of {options.batch}"
        )
        ways = {"robustspec": lambda: through_adapter(model, list(prompts)), "loop by hand": lambda: loop(prompts)}
        return measured(ways, options.prompts * options.max_tokens, "tokens", options.rounds)


def images(folder: Path, options: argparse.Namespace, dtype: torch.dtype) -> float:
    """Images a second; each round shows others, for the adapter remembers what it has embedded."""
    saved_clip(folder, options.clip, dtype)
    rng = np.random.default_rng(0)

    def pictures() -> list[Any]:
        shape = (options.images, 224, 224, 3)
        return [
            made(f"{n}.png", Image(pixels)) for n, pixels in enumerate(rng.integers(0, 256, shape).astype(np.uint8))
        ]

    adapter = ClipAdapter(
        path=str(folder),
        labels=LABELS,
        templates=("a photo of a {}.",),
        device=options.device,
        batch_size=options.batch,
    )
    with adapter.open(folder) as model:
        loop = images_by_hand(folder, options.device, dtype, options.batch)
        shown = [pictures() for _ in range(options.rounds + 1)]
        contents = [[(Message("user", "", images=(each,)),) for each in part] for part in shown]
        left, right = iter(contents), iter(shown)
        ways = {
            "robustspec": lambda: through_adapter(model, list(next(left))),
            "loop by hand": lambda: loop(next(right)),
        }
        print(f"CLIP {options.clip} on {options.device}, batches of {options.batch}")
        return measured(ways, options.images, "images", options.rounds)


def main() -> None:
    """Print the figures; exit code 1 where the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shape", choices=SHAPES, default="tiny")
    parser.add_argument("--prompts", type=int, default=256)
    parser.add_argument("--max-tokens", type=int, default=32)
    parser.add_argument("--images", type=int, default=0, help="measure CLIP with so many images instead")
    parser.add_argument("--clip", choices=TOWERS, default="tiny")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    if options.device == "cpu":
        torch.set_num_threads(1)
    dtype = torch.float32 if options.device == "cpu" else torch.bfloat16
    print(f"torch {torch.__version__}, transformers {transformers.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        ratio = (images if options.images else texts)(Path(folder), options, dtype)
    sys.exit(int(ratio < GOAL))


if __name__ == "__main__":
    main()
