"""The reference copilot, broken in one way each: a specification must be seen to reject them."""

from __future__ import annotations

from robustspec.reference.mri.copilot import Copilot

no_quality_gate = Copilot(gates_quality=False)
"""Reports on whatever it is given, however bad."""

reports_on_photos = Copilot(checks_anatomy=False)
"""Takes any picture for a study."""

ignores_orientation = Copilot(trusts_affine=False)
"""Takes the array as it comes: the orientation tag is not read."""

mirrors_laterality = Copilot(mirrors=True)
"""Reports left as right and right as left."""

loses_second_image = Copilot(studies=1)
"""Keeps track of the first study of a conversation only."""
