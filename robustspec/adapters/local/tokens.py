"""Tokens of a batch: padding, the longest input, and which tokens pad and end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

Tokens = list[int]

_NO_LIMIT = 10**9  # tokenizers without a limit say a number far above it
_OFFSET = 2  # positions that these families keep for padding
_OFFSET_FAMILIES = frozenset({"camembert", "longformer", "roberta", "roberta-prelayernorm", "xlm-roberta"})


def padded(rows: Sequence[Tokens], pad: int, device: torch.device, *, left: bool) -> tuple[torch.Tensor, torch.Tensor]:
    """Rows of tokens as one tensor (rows x longest), and its attention mask; padded before the tokens, or behind them."""
    import torch

    width = max(len(row) for row in rows)
    ids = torch.full((len(rows), width), pad, dtype=torch.long)
    mask = torch.zeros((len(rows), width), dtype=torch.long)
    for number, row in enumerate(rows):
        place = slice(width - len(row), width) if left else slice(0, len(row))
        ids[number, place] = torch.tensor(row, dtype=torch.long)
        mask[number, place] = 1
    return ids.to(device), mask.to(device)


def limit_of(tokenizer: Any, config: Any) -> int | None:
    """Most tokens that a model takes, None where neither tokenizer nor configuration says."""
    text = config.get_text_config()
    positions = getattr(text, "max_position_embeddings", None)
    if positions is not None and getattr(text, "model_type", "") in _OFFSET_FAMILIES:
        positions -= _OFFSET
    said = getattr(tokenizer, "model_max_length", None)
    known = [int(limit) for limit in (said, positions) if limit is not None and 0 < limit < _NO_LIMIT]
    return min(known, default=None)


def ends_of(tokenizer: Any, generation: Any) -> Tokens:
    """The tokens that end an answer: those of the model's generation settings, else the tokenizer's."""
    found = getattr(generation, "eos_token_id", None)
    if found is None:
        found = tokenizer.eos_token_id
    if found is None:
        return []
    return [int(end) for end in found] if isinstance(found, list | tuple) else [int(found)]


def pad_of(tokenizer: Any, ends: Sequence[int] = ()) -> int:
    """The token that pads: the tokenizer's own, else one that ends, else the first; it is masked wherever it stands."""
    pad = tokenizer.pad_token_id
    return int(pad if pad is not None else next(iter(ends), 0))
