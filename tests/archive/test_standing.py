"""How the service stands, in words."""

from __future__ import annotations

from archive.standing import size


def test_sizes() -> None:
    assert [size(n) for n in (0, 999, 1_200, 5_000_000, 3 * 10**12, 10**16)] == [
        "0 B",
        "999 B",
        "1 kB",
        "5.0 MB",
        "3.0 TB",
        "10000.0 TB",
    ]
