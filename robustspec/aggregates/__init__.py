"""What many scores say. One aggregate per file; this table is how the registry finds them."""

KINDS: dict[str, str] = {
    "drop": "drop:Drop",
    "instance_worst": "instance_worst:InstanceWorst",
    "mean": "mean:Mean",
    "retention": "retention:Retention",
    "share_above": "share_above:ShareAbove",
}
