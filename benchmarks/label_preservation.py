"""Proof that operators on texts and conversations which claim to keep the label leave alone what it rests on.

    python benchmarks/label_preservation.py [--cases 100000] [--only KIND] [--seed 0] [--examples]

Of every registered operator whose relation is keeps, cases are made from the rows of specs/data/pharmacy (operators of
prompts and money: specs/data/finance), in several draws and at every level. For each case:

- the protected spans (doses, numbers, units, negation, sides, names of medicines) before and after are the same multiset:
  none is lost, and none comes in;
- where it is an operator's purpose to write spans of a category in another way, they are compared by value instead, by
  parsers of this file that share no code with the operators;
- level 0 is the row itself, and the realised magnitude never falls from one level to the next.

Exits 1 where any case breaks this. `preservation/settings.py` lists what each operator is held to, and why where it is
less than all.
"""

from __future__ import annotations

import argparse
import sys
import time

from preservation.proof import proven, unlisted
from preservation.settings import SETTINGS


def main() -> int:
    """Print one line a setting; 1 where a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--only", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--examples", action="store_true")
    options = parser.parse_args()
    chosen = [setting for setting in SETTINGS if options.only in ("", setting.kind)]
    share, total, broken = -(-options.cases // len(chosen)), 0, 0
    print(f"{'operator':48} {'cases':>7} {'violations':>10} {'unchanged':>9}  compared by")
    start = time.process_time()
    for setting in chosen:
        result = proven(setting, share, options.seed)
        total, broken = total + result.cases, broken + result.faults.total()
        how = "value" if setting.values is not None else "span"
        faults = "".join(f", {fault} {number}" for fault, number in result.faults.items())
        unchanged = result.unchanged / result.cases
        told = f"{how}{faults}{'; ' + setting.why if setting.why else ''}"
        print(f"{setting.name:48} {result.cases:7,} {result.faults.total():10,} {unchanged:9.3f}  {told}", flush=True)
        for example in result.examples if options.examples else ():
            print(f"    {example}")
    print(f"{total:,} cases of {len(chosen)} settings, {broken} violations, {time.process_time() - start:.0f} s")
    for kind in sorted(unlisted()):
        print(f"not listed: {kind}")
    return 1 if broken or unlisted() else 0


if __name__ == "__main__":
    sys.exit(main())
