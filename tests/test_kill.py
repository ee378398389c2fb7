"""The whole house is killed while people forward and decide; what was acknowledged is there once. See bench.kill.

GUIDANG_KILLS sets the number of kills (3 unless told: the service, service and database at once, the database alone).
"""

from __future__ import annotations

import os

from bench.kill import run

KILLS = int(os.environ.get("GUIDANG_KILLS", "3"))


async def test_nothing_acknowledged_is_lost_or_done_twice() -> None:
    outcome = await run(KILLS, seed=7, pause=(0.3, 2.5))
    assert outcome.kills.total() == KILLS
    assert outcome.sent > 0
    assert outcome.wrong == []
