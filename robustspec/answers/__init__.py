"""From raw output to `Answer`. These tables are how the registry finds extractors and recognisers."""

EXTRACTORS: dict[str, str] = {
    "after_marker": "extractors:AfterMarker",
    "json": "extractors:Json",
    "last_label": "extractors:LastLabel",
    "whole": "extractors:Whole",
}

RECOGNISERS: dict[str, str] = {
    "json_field": "recognisers:JsonField",
    "patterns": "recognisers:Patterns",
}
