"""What `benchmarks/statistics.py` measures: one function a goal, each returning figures with their bounds."""
