"""How a model is called. One adapter per file; this table is how the registry finds them."""

KINDS: dict[str, str] = {
    "callable": "callable:CallableAdapter",
    "recorded": "recorded:RecordedAdapter",
}
