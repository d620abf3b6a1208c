"""The operators of robustspec, by modality: plugin number one. Loaded by the registry under an alias.

Nobody imports this package by name: specifications say ``kind:``, Python says ``robustspec.perturbation(...)``. Inside it,
imports are relative or from ``robustspec``.
"""

from .text import KINDS as _TEXT

KINDS: dict[str, str] = {kind: f"text.{target}" for kind, target in _TEXT.items()}
"""Every kind, and where it is defined relative to this package."""
