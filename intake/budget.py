"""How much one bundle (zip, 7z, mail), with everything in it, may still unpack."""

from __future__ import annotations

from archive.errors import ZipBomb
from intake import limits


class Budget:
    """Counts entries and bytes while they are unpacked: what a header says is not believed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.bytes, self.entries = limits.ZIP_BYTES, limits.ZIP_ENTRIES

    def entry(self) -> None:
        """One more entry; raises ZipBomb beyond the limit."""
        self.entries -= 1
        if self.entries < 0:
            raise ZipBomb(name=self.name)

    def part(self, length: int, size: int, packed: int) -> None:
        """Some bytes more of an entry that has `size` by now; raises ZipBomb where it or all is too large or dense."""
        self.bytes -= length
        dense = size > limits.ZIP_SMALL and size > limits.ZIP_RATIO * max(1, packed)
        if self.bytes < 0 or size > limits.FILE_BYTES or dense:
            raise ZipBomb(name=self.name)
