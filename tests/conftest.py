"""What the whole suite shares: pytester, and one BLAS thread so that two cores are not fought over."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

pytest_plugins = ["pytester"]
