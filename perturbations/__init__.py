"""The operators of robustspec, by modality: plugin number one. Loaded by the registry under an alias.

Nobody imports this package by name: specifications say ``kind:``, Python says ``robustspec.perturbation(...)``. Inside it,
imports are relative or from ``robustspec``.
"""

from .conversation import KINDS as _CONVERSATION
from .image import KINDS as _IMAGE
from .mri import KINDS as _MRI
from .text import KINDS as _TEXT

_FOLDERS = {"text": _TEXT, "image": _IMAGE, "mri": _MRI, "conversation": _CONVERSATION}

KINDS: dict[str, str] = {
    kind: f"{folder}.{target}" for folder, kinds in _FOLDERS.items() for kind, target in kinds.items()
}
"""Every kind, and where it is defined relative to this package."""
