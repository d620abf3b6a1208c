"""A run for people and machines: terminal text, JSON, HTML."""
