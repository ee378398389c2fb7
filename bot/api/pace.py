"""How many requests a key may make: a bucket that fills steadily, so that short bursts pass."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from archive.apikey import ApiKey
from archive.errors import TooFast

BURST = 10.0  # s of its rate that a key may use at once


class Pace:
    """One for the process; each replica counts by itself."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds that only go forward."""
        self._clock = clock
        self._full: dict[str, tuple[float, float]] = {}  # key id → (tokens left, when)

    def step(self, key: ApiKey) -> None:
        """Count one request. Raises TooFast with the seconds to wait."""
        now, each = self._clock(), key.rate / 60
        most = max(1.0, each * BURST)
        left, at = self._full.get(key.id, (most, now))
        left = min(most, left + (now - at) * each)
        if left < 1:
            self._full[key.id] = (left, now)
            raise TooFast(limit=key.rate, seconds=math.ceil((1 - left) / each))
        self._full[key.id] = (left - 1, now)
