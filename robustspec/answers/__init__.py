"""From raw output to `Answer`. These tables are how the registry finds extractors and recognisers."""

EXTRACTORS: dict[str, str] = {
    "after_marker": "extractors:AfterMarker",
    "benchmark": "choices:Benchmark",
    "json": "extractors:Json",
    "last_label": "extractors:LastLabel",
    "strict": "choices:Strict",
    "whole": "extractors:Whole",
}

RECOGNISERS: dict[str, str] = {
    "json_field": "recognisers:JsonField",
    "patterns": "recognisers:Patterns",
}
