"""The REST API under /api/v1: programs hand documents in, ask for what is kept, and are told what happens."""
