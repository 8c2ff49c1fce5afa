"""The benchmarks: every budget of the design, measured against a reference in the same run."""
