"""The exact sequential test of 0/1 units: its boundaries, the running tests, their bounds and operating characteristics."""
