"""Where samples come from. One source per file; this table is how the registry finds them."""

KINDS: dict[str, str] = {
    "csv": "csv:CsvSource",
    "jsonl": "jsonl:JsonlSource",
    "parquet": "parquet:ParquetSource",
}
