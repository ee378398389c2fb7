"""One command a file: ask, decide, keep, answer. Speaks no platform."""
