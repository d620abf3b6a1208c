"""Before a run: how often a test would pass, what it would take, and what would make it able to."""
