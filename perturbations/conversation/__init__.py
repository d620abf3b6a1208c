"""Operators on conversations, one per file, each named as its kind."""

KINDS: dict[str, str] = {}
