"""Keeps things: files, records, trail, index, people. Async; knows the domain only."""
