"""Evidence that a verdict can be computed again from, offline: written with the verdict, read back with distrust."""
