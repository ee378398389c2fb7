"""What the channels of chat platforms share."""

from __future__ import annotations

import asyncio

import pytest

from archive.errors import Later, NoAnswer
from bot.aside import Aside
from bot.chat import asked_for, patiently


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("7", 7), ("1.2", 2), ("0", 1), ("-3", 1), ("1e9", 3600), ("inf", 3600), ("nan", 1), ("", 30),
     ("Wed, 21 Oct 2026 07:28:00 GMT", 30)],
)  # fmt: skip
def test_how_much_patience_a_platform_asks_for(told: str, seconds: int) -> None:
    assert asked_for({"retry-AFTER": told}, 30) == seconds
    assert asked_for({}, 30) == 30


async def test_patience_ends() -> None:
    tries = 0

    async def busy() -> None:
        nonlocal tries
        tries += 1
        raise Later(platform="Slack", seconds=0)

    with pytest.raises(Later):
        await patiently(busy)
    assert tries == 4


async def test_what_is_done_aside_is_seen_to_its_end_and_its_failures_are_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    aside, done = Aside("slack"), []

    async def work(error: Exception | None) -> None:
        await asyncio.sleep(0)
        done.append(error)
        if error:
            raise error

    for error in (None, NoAnswer(platform="Slack", detail="x"), RuntimeError("y")):
        aside.run(work(error), "it was not said")
    await aside.settled()
    assert len(done) == 3
    assert caplog.text.count("it was not said") == 2


async def test_closing_breaks_off_also_what_was_not_begun() -> None:
    aside = Aside("teams")
    aside.run(asyncio.sleep(60), "nothing")
    await aside.close()
    await aside.settled()
