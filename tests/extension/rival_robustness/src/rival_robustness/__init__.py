"""A second claim on Acme's kind."""

from acme_robustness.shout import Shout

__all__ = ["Shout"]
