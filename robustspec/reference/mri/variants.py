"""The reference copilot, broken in one way each: a specification must be seen to reject them."""

from __future__ import annotations

from robustspec.reference.mri.copilot import Conduct, Copilot
from robustspec.reference.mri.vocabulary import Reader

loses_second_image = Copilot(Conduct(studies=1))
"""Keeps track of the first study of a conversation only (M1)."""

fits_one_vendor = Copilot(Conduct(any_vendor=False))
"""Takes pictures that are not as those of the scanner it knows for too bad to report (M2)."""

assumes_t1 = Copilot(Conduct(sequence="T1w"))
"""Takes every study for T1-weighted (M3)."""

no_quality_gate = Copilot(Conduct(gates_quality=False))
"""Reports on whatever it is given, however bad (M4)."""

knows_only_heads = Copilot(Conduct(knows_organs=False))
"""Takes every organ for a brain (M5)."""

knows_one_term = Copilot(Conduct(reader=Reader(synonyms=False)))
"""Knows one word for each thing (M6)."""

mirrors_laterality = Copilot(Conduct(mirrors=True))
"""Reports left as right and right as left (M7)."""

ignores_orientation = Copilot(Conduct(trusts_affine=False))
"""Takes the array as it comes: the orientation tag is not read (M7)."""

takes_arrival_for_time = Copilot(Conduct(sorts_by_date=False))
"""Takes the order in which studies arrive for that in which they were made (M8)."""

reads_exact_words = Copilot(Conduct(reader=Reader(forgiving=False)))
"""Understands no word with a typing error (M9)."""

reports_on_photos = Copilot(Conduct(checks_anatomy=False))
"""Takes any picture for a study (M10)."""
