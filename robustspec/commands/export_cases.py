"""``robustspec export-cases``: the inputs of a run as a file, for a model that is run elsewhere."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from robustspec.commands import FINE
from robustspec.commands.arguments import UsageError, add_command, add_spec, plan_of, positive, scenarios_of
from robustspec.commands.lines_out import Meter, writing

if TYPE_CHECKING:
    from robustspec.commands.needed import Made
    from robustspec.data.picture import Picture
    from robustspec.engine.dispatch import Request

_DESCRIPTION = """\
Write every input that a run may need, one JSON object a line: case_id, input (text) or messages (a conversation),
input_sha, and of a perturbed case its magnitude and params, from which the operator makes it again. Run your model on them
wherever it lives, write one line with case_id, output and input_sha for each, and judge these outputs here:

  model: {kind: recorded, path: outputs.jsonl}

Pictures are written to a folder beside the file, each once, images as PNG and volumes as gzipped NIfTI; a message names
its own under images, relative to the file. Each line then has quality: for every picture, in their order, psnr_db and ssim
against the clean one, and snr.
"""
_EXAMPLES = """\
  robustspec export-cases specs/pharmacy.yaml -o cases.jsonl
  robustspec export-cases specs/pharmacy.yaml -o cases.jsonl --scenario prescription-authority
  robustspec run specs/pharmacy.yaml --model outputs.jsonl      when the outputs are there
"""


def add(commands: Any) -> None:
    """The arguments of the command."""
    parser = add_command(commands, "export-cases", "write the inputs of a run to a file", _DESCRIPTION, _EXAMPLES)
    add_spec(parser)
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="file to write (JSON Lines); - is stdout")
    parser.add_argument("--pictures", metavar="DIR", help="folder to write pictures to (default: FILE.pictures)")
    parser.add_argument("--scenario", metavar="S", help="only this scenario")
    parser.add_argument("--max-samples", type=positive, metavar="N", help="only what a quick look at N units needs")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the cases."""
    from robustspec.commands.needed import Unusable, cases_of

    plan = plan_of(args, args.max_samples)
    scenarios = scenarios_of(plan, args.scenario)
    if plan.spec.privacy.contains == "patient_data":
        print("note: the file will hold what the specification calls patient data", file=sys.stderr)
    meter = Meter(sum(scenario.most_cases() for scenario in scenarios))
    folder, unusable = _Folder(args.output, args.pictures), Unusable()
    with writing(args.output) as file:
        for scenario in scenarios:
            for request, made in cases_of(plan, scenario, unusable):
                file.write(
                    json.dumps(_record(request, made, plan.seed, folder), ensure_ascii=False, default=str) + "\n"
                )
                meter.count()
    meter.end(args.output)
    if unusable.count:
        print(unusable.note(plan.spec.privacy.examples), file=sys.stderr)
    return FINE


class _Folder:
    """Where pictures are written, each once, named by what it shows."""

    def __init__(self, output: str, pictures: str | None) -> None:
        self._beside = Path.cwd() if output == "-" else Path(output).absolute().parent
        self._folder = None if output == "-" else Path(f"{output}.pictures").absolute()
        if pictures is not None:
            self._folder = Path(pictures).absolute()
        self._written: dict[bytes, str] = {}

    def write(self, picture: Picture) -> str:
        """Write a picture, if it is not there; its name relative to the file of cases."""
        if picture.digest not in self._written:
            self._written[picture.digest] = self._new(picture)
        return self._written[picture.digest]

    def _new(self, picture: Picture) -> str:
        from robustspec.data.picture_bytes import encoded

        if self._folder is None:
            raise UsageError("-: pictures need a folder -- name one with --pictures DIR, or a file with -o")
        ending = ".png" if picture.modality == "image" else ".nii.gz"
        path = self._folder / f"{picture.digest.hex()}{ending}"
        if not path.exists():
            part = path.with_name(f".{path.name}.{os.getpid()}.part")
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                part.write_bytes(encoded(picture.open())[1])
                part.replace(path)
            except OSError as error:
                raise UsageError(f"{path}: {error.strerror} -- --pictures must name a folder to write to") from error
        return Path(os.path.relpath(path, self._beside)).as_posix()


def _record(request: Request, made: Made, seed: int, folder: _Folder) -> dict[str, Any]:
    from robustspec.adapters.base import plain_messages
    from robustspec.adapters.recorded import input_sha

    content = request.content
    given = {"input": content} if isinstance(content, str) else {"messages": plain_messages(content, folder.write)}
    return {
        "case_id": request.case_id,
        **given,
        "input_sha": input_sha(content),
        **_change(made, seed),
        **_quality(made),
    }


def _change(made: Made, seed: int) -> dict[str, Any]:
    """How a perturbed case was made: the realised magnitude, and what the operator drew."""
    if made.cell.scope is None:
        return {}
    params = made.cell.scope.sample(seed, made.clean, made.draw)
    return {"magnitude": made.changed.magnitude, "params": dict(params)}


def _quality(made: Made) -> dict[str, Any]:
    """Of each picture: PSNR and SSIM against the clean one that it was made from, and SNR."""
    from robustspec.commands.pictures import fates
    from robustspec.data.row import images_of
    from robustspec.perturbation.quality import quality, snr

    pictures = images_of(made.changed.input)
    if not pictures:
        return {}
    became = {fate.number: fate for fate in fates(made.clean.input, made.changed.input) if fate.after is not None}
    measured = []
    for number, picture in enumerate(pictures, 1):
        fate, value = became.get(number), picture.open()
        if fate is None or fate.came_from is not None:  # unchanged, wherever it stands
            measured.append({"psnr_db": None, "ssim": 1.0, "snr": snr(value)})
        elif fate.before is None:
            measured.append({"psnr_db": None, "ssim": None, "snr": snr(value)})
        else:
            measured.append(asdict(quality(fate.before.open(), value)))
    return {"quality": measured}
