"""``python -m robustspec.reference.pharmacy TEXT``: the reference pharmacist's answer to TEXT."""

from __future__ import annotations

import sys

from robustspec.reference.pharmacy.pharmacist import pharmacist

if __name__ == "__main__":
    text = " ".join(sys.argv[1:])
    if not text:
        sys.exit('usage: python -m robustspec.reference.pharmacy "I need ibuprofen 400 mg every 8 hours"')
    print(pharmacist(text))
