"""From what a case is to the 64 bits that everything random about it is drawn from.

They depend on the run's seed, the row, the operator's kind and own parameters (not its ladder's, so that levels are
nested), on what it is applied to and on which draw this is; on nothing else, and on no order.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from robustspec.perturbation.base import Perturbation


def case_seed(seed: int, row_id: str, operator: Perturbation, on: str, draw: int) -> int:
    """The 64 bits of a case."""
    return seed_of(seed, row_id, identity_of(operator, on), draw)


def identity_of(operator: Perturbation, on: str) -> str:
    """What of an entry enters its cases' seeds."""
    left_out = {"kind"} | ({operator.ladder.parameter} if operator.ladder else set())
    own = operator.model_dump(mode="json", exclude=left_out)
    canonical = json.dumps(own, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return "".join(f"{len(part)}:{part}" for part in (operator.kind, canonical, on))


def seed_of(seed: int, row_id: str, identity: str, draw: int) -> int:
    """The 64 bits of a case, from an entry's `identity_of`."""
    run, case = str(seed), str(draw)
    parts = f"{len(run)}:{run}{len(row_id)}:{row_id}{identity}{len(case)}:{case}"
    return int.from_bytes(blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def stream(seed: int, name: str = "") -> np.random.Generator:
    """An independent stream of random numbers for one stage of an operator: fast, and the same on every platform.

    Give each stage a name of its own (``stream(params["seed"], "sites")``), so that what one stage draws does not depend
    on how much another one did at this level.
    """
    words = blake2b(f"{seed}:{name}".encode(), digest_size=32).digest()
    return np.random.Generator(np.random.SFC64(np.frombuffer(words, dtype="<u4").tolist()))
