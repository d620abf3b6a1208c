"""Operators on volumes, one per file, each named as its kind."""

KINDS: dict[str, str] = {}
