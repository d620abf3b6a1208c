"""Kinds of Acme's for robustspec specifications."""
