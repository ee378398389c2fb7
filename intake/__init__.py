"""Bytes → Reading. Plain sync functions that pickle into worker processes."""
