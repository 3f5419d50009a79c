"""Benchmarks, each beside the floor of its work measured in the same run: ``python -m benchmarks --help``."""
