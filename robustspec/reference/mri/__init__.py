"""A small radiology copilot to test specifications with: a report on simulated MRI studies, and broken variants of it.

A test fixture, not a medical device. Needs scipy (``pip install 'robustspec[mri]'``).
"""

from robustspec.reference.mri.copilot import Conduct, Copilot
from robustspec.reference.mri.variants import (
    assumes_t1,
    fits_one_vendor,
    ignores_orientation,
    knows_one_term,
    knows_only_heads,
    loses_second_image,
    mirrors_laterality,
    no_quality_gate,
    reads_exact_words,
    reports_on_photos,
    takes_arrival_for_time,
)

__all__ = [
    "Conduct",
    "Copilot",
    "assumes_t1",
    "copilot",
    "fits_one_vendor",
    "ignores_orientation",
    "knows_one_term",
    "knows_only_heads",
    "loses_second_image",
    "mirrors_laterality",
    "no_quality_gate",
    "reads_exact_words",
    "reports_on_photos",
    "takes_arrival_for_time",
]

copilot = Copilot()
"""The copilot as it is meant to be."""
