"""The edges: where people, programs and the clock come in."""
