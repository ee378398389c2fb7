"""The domain: what an accounting archive is and may do. Standard library only; no I/O, no clock, no settings."""
