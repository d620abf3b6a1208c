"""The commands of ``robustspec``, one file each: what it takes (`add`) and what it does (`run`, which gives the exit code).

The modules of ``NAMES`` import at their head nothing heavy, so that ``robustspec --help`` is there at once.
"""

from __future__ import annotations

NAMES = (
    "init",
    "check",
    "plan",
    "preview",
    "calibrate",
    "run",
    "show",
    "verify",
    "record",
    "export_cases",
    "embed",
    "generate",
    "review",
    "list_kinds",
    "concepts",
    "schema",
)
"""The modules in this folder, in the order of the help."""

FINE, RED, UNUSABLE, INTERRUPTED = 0, 1, 4, 130
"""Exit codes, as pytest's where it has one: all is well; something is red; wrong usage or file; Ctrl-C."""
