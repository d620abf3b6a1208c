"""``robustspec embed``: the embeddings of a data block's pictures and texts, as an NPZ file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robustspec.commands import FINE
from robustspec.commands.arguments import UsageError, add_command, add_spec, index_of, plan_of
from robustspec.commands.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from robustspec.adapters.base import Model
    from robustspec.adapters.encoders.model import EncoderModel
    from robustspec.data.dataset import Dataset
    from robustspec.data.row import Row

_DESCRIPTION = """\
Write unit vectors of the pictures and texts of a data block, by a model of the kinds clip, blip or vit_roberta, to an NPZ
file of numpy: ids, labels, images (of each row's last picture), texts (of its last message), group_NAME, fingerprint.

Rows are unchanged ones, in the order of the data.
"""
_EXAMPLES = """\
  robustspec embed specs/clip.yaml shapes -o shapes.npz
  robustspec embed specs/clip.yaml shapes -o start.npz --model '{kind: clip, path: models/clip/start}'
"""
_AT_ONCE = 256


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "embed", "write embeddings of pictures and texts to a file", _DESCRIPTION, _EXAMPLES)
    add_spec(parser)
    parser.add_argument("data", metavar="DATA", help="name of a data block")
    parser.add_argument("--model", metavar="MODEL", help="'{kind: clip, ...}' (default: SPEC's)")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="file to write (NPZ)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Embed and write."""
    from robustspec.adapters.encoders.export import export_embeddings
    from robustspec.engine.session import open_model

    plan = plan_of(args)
    index_of(args.data, "data block", list(plan.datasets))
    path = Path(args.output)
    if not path.resolve().parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent} -- -o must name a file that can be written")
    model, _ = open_model(plan, args.model)
    with model:
        count = export_embeddings(_encoder(model), _rows(plan.datasets[args.data]), path)
    print(f"{counted(count, 'row')} embedded, written to {path}", file=sys.stderr)
    return FINE


def _rows(dataset: Dataset) -> Iterator[Row]:
    for start in range(0, dataset.n_rows, _AT_ONCE):
        yield from dataset.rows(range(start, min(start + _AT_ONCE, dataset.n_rows)))


def _encoder(model: Model) -> EncoderModel:
    from robustspec.adapters.encoders.model import EncoderModel

    if not isinstance(model, EncoderModel):
        raise UsageError(f"{model.name} embeds nothing -- name a model of kind clip, blip or vit_roberta")
    return model
