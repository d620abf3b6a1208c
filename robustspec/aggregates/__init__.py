"""What many scores say. One aggregate per file; this table is how the registry finds them."""

KINDS: dict[str, str] = {
    "area_under_levels": "area_under_levels:AreaUnderLevels",
    "corruption_error": "corruption_error:CorruptionError",
    "degradation": "degradation:Degradation",
    "difference": "difference:Difference",
    "drop": "drop:Drop",
    "instance_worst": "instance_worst:InstanceWorst",
    "mean": "mean:Mean",
    "quantile": "quantile:Quantile",
    "retention": "retention:Retention",
    "reweighted": "reweighted:Reweighted",
    "share_above": "share_above:ShareAbove",
    "tail_mean": "tail_mean:TailMean",
    "trend": "trend:Trend",
}
