"""The overview in a real browser: opened, renewed by itself, left by a press; on a desk and a phone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.item import ItemState
from tests.bot.drawn_lines import drawn_lines
from tests.browser.test_desk_page import Page, page  # noqa: F401  fixture


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)], ids=["desktop", "phone"])
async def test_it_follows_what_is_done(page: Page, width: int, height: int) -> None:  # noqa: F811
    door = page.site.scene.house.door
    door.now = datetime.now(UTC)
    door.lines = drawn_lines(door.now)

    def steps() -> None:
        page.sign_in(width, height)
        page.press("概览", "nav button")
        page.see(".board h2", "概览")
        page.see(".tiles .wait", "17")
        page.see(".bars li", "其余 3 类")
        page.see(".items button", "G2611-0009")
        page.fits()
        page.named()
        page.shot(f"zh-{'desktop' if width > 720 else 'phone'}-board")
        at = door.now - timedelta(hours=1)
        door.lines.append(
            replace(door.lines[8], id="G2611-9999", received_at=at, since=at, state=ItemState.PENDING, seller="新来的")
        )
        door.beat += 1
        page.see(".tiles .wait", "18")
        page.see(".tiles li", "今日收到")
        page.press("G2611-0009", ".items button")
        page.see(".said.mine", "打开 G2611-0009")
        page.see(".said.theirs", "你可以")
        page.gone(".board")
        page.see("#composer")
        page.press("概览", "nav button")
        page.see(".tiles .wait", "18")
        page.gone("#composer")
        page.press("EN", "#language")
        page.see(".tiles", "Awaiting approval")
        page.fits()
        page.browser.get(page.url)
        page.see(".board h2", "Overview")
        page.shot(f"en-{'desktop' if width > 720 else 'phone'}-board")
        page.press("Assistant", "nav button")
        page.see("#composer")
        assert page.complaints() == []

    await asyncio.to_thread(steps)


async def test_nothing_yet_and_a_quiet_archive(page: Page) -> None:  # noqa: F811
    def steps() -> None:
        page.sign_in()
        page.press("概览", "nav button")
        page.see(".panel", "没有。")
        page.shot("zh-desktop-board-empty")
        page.fits()
        assert page.complaints() == []

    await asyncio.to_thread(steps)
