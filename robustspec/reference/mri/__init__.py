"""A small radiology copilot to test specifications with: a report on simulated MRI studies, and broken variants of it.

A test fixture, not a medical device. Needs scipy (``pip install 'robustspec[mri]'``).
"""

from robustspec.reference.mri.copilot import Copilot
from robustspec.reference.mri.variants import (
    ignores_orientation,
    loses_second_image,
    mirrors_laterality,
    no_quality_gate,
    reports_on_photos,
)

__all__ = [
    "Copilot",
    "copilot",
    "ignores_orientation",
    "loses_second_image",
    "mirrors_laterality",
    "no_quality_gate",
    "reports_on_photos",
]

copilot = Copilot()
"""The copilot as it is meant to be."""
