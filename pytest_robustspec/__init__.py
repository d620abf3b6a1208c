"""The pytest plugin of robustspec, and its Python door.

``from pytest_robustspec import scenarios`` turns the arms of a specification into the cases of a test in your own file.
"""

from __future__ import annotations

from pytest_robustspec.door import scenarios

__all__ = ["scenarios"]
