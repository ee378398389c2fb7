"""The overview on the desk: once, and then whenever something was done, as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from aiohttp import web

from archive.access import Right, may
from archive.errors import DatabaseProblem, OpenElsewhere
from archive.money import thousands
from archive.overview import Line, Overview
from archive.words import Lang, Text
from bot.channel import Door
from bot.desk.accounts import Caller
from bot.desk.guard import HEADERS, Guard

#: Open overviews of one person.
_MOST = 4
#: Seconds after which the waits are counted anew though nothing was done.
_ANEW = 60.0
_BARS = 8  # categories named; the others are one
OTHERS = Text("其余 {count} 类", "{count} others")
NO_CATEGORY = Text("未分类", "no category")
AGES = (
    Text("1 天内", "up to a day"),
    Text("1–3 天", "1–3 days"),
    Text("3–7 天", "3–7 days"),
    Text("7 天以上", "over 7 days"),
)


class Board:
    """The handlers of the overview. `close` ends what is open."""

    def __init__(
        self, door: Door, guard: Guard, names: Mapping[str, Text], poll: float = 2.0, beat: float = 15.0
    ) -> None:
        """`names`: categories in both languages by their Chinese one; `poll` and `beat` in seconds as for Streams."""
        self._door, self._guard, self._names, self._poll, self._beat = door, guard, names, poll, beat
        self._open: dict[str, int] = {}
        self._closing = asyncio.Event()

    def close(self) -> None:
        """End every stream."""
        self._closing.set()

    async def once(self, request: web.Request, caller: Caller) -> web.Response:
        """GET /api/overview: as it stands now."""
        return web.json_response(await self._told(caller))

    async def live(self, request: web.Request, caller: Caller) -> web.StreamResponse:
        """GET /api/overview/events: now, and again whenever it changes. Raises NotAllowed, OpenElsewhere."""
        told = await self._told(caller)
        person = caller.person.id
        if self._open.get(person, 0) >= _MOST:
            raise OpenElsewhere(most=_MOST)
        self._open[person] = self._open.get(person, 0) + 1
        response = web.StreamResponse(
            headers={**HEADERS, "Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
        )
        try:
            with suppress(ConnectionResetError, DatabaseProblem):
                await response.prepare(request)
                await self._run(request, response, told)
        finally:
            self._open[person] -= 1
            if not self._open[person]:
                del self._open[person]
        return response

    async def _run(self, request: web.Request, response: web.StreamResponse, told: Mapping[str, Any]) -> None:
        clock = asyncio.get_running_loop().time
        pulse = await self._door.pulse()
        await response.write(b"retry: 3000\n\n" + _event(told))
        anew, due = clock() + _ANEW, clock() + self._beat
        while not self._closing.is_set() and request.transport is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._poll)
            beat = await self._door.pulse()
            if beat != pulse or clock() >= anew:
                caller = await self._guard.caller(request)
                if caller is None or not may(caller.person, Right.SEARCH):
                    return
                pulse, anew = beat, clock() + _ANEW
                now = await self._told(caller)
                if now != told:
                    told = now
                    await response.write(_event(told))
            if clock() >= due:
                if await self._guard.caller(request) is None:
                    return
                await response.write(b": still here\n\n")
                due = clock() + self._beat

    async def _told(self, caller: Caller) -> dict[str, Any]:
        return board_json(await self._door.overview(caller.person), caller.lang, self._names)


def board_json(found: Overview, lang: Lang, names: Mapping[str, Text]) -> dict[str, Any]:
    """As the page draws it: words in one language, figures as they are printed, shares of the largest for the bars."""

    def say(zh: str, en: str) -> str:
        return en if lang == "en" else zh

    tiles = [
        (say("今日收到", "Received today"), found.received, "plain"),
        (say("今日归档", "Filed today"), found.filed, "good" if found.filed else "plain"),
        (say("待审批", "Awaiting approval"), found.waiting, "wait" if found.waiting else "plain"),
        (say("超时", "Overdue"), found.overdue, "bad" if found.overdue else "plain"),
        (say("待补充", "To be completed"), found.doubtful, "wait" if found.doubtful else "plain"),
        (say("读不出", "Unreadable"), len(found.unread), "bad" if found.unread else "plain"),
    ]
    return {
        "scope": say("全公司", "The company") if found.whole else say("与我有关", "What concerns me"),
        "tiles": [{"label": label, "value": f"{value:,}", "tone": tone} for label, value, tone in tiles],
        "ages": _shares([(AGES[n].to(lang), count) for n, count in enumerate(found.ages)]),
        "oldest": [_item(line) for line in found.oldest],
        "unread": [_item(line) | {"code": line.unread} for line in found.unread],
        "sums": _sums(found, lang, names),
        "total": thousands(sum((total for _, total in found.sums), Decimal(0))),
        "days": [{"day": day.isoformat(), "received": came, "filed": filed} for day, came, filed in found.days],
        "size": f"{found.size / 1_000_000:,.1f} MB",
    }


def _sums(found: Overview, lang: Lang, names: Mapping[str, Text]) -> list[dict[str, Any]]:
    rows = [(_category(name, names).to(lang), total) for name, total in found.sums]
    if len(rows) > _BARS:
        rest = [total for _, total in rows[_BARS - 1 :]]
        rows = [*rows[: _BARS - 1], (OTHERS.filled(count=len(rest)).to(lang), sum(rest, Decimal(0)))]
    most = max([abs(total) for _, total in rows], default=Decimal(0)) or Decimal(1)
    return [
        {"label": label, "value": thousands(total), "share": round(float(max(total, Decimal(0)) / most), 4)}
        for label, total in rows
    ]


def _category(name: str, names: Mapping[str, Text]) -> Text:
    return names.get(name, Text(name, name)) if name else NO_CATEGORY


def _shares(rows: list[tuple[str, int]]) -> list[dict[str, Any]]:
    most = max((count for _, count in rows), default=0) or 1
    return [{"label": label, "value": f"{count:,}", "share": round(count / most, 4)} for label, count in rows]


def _item(line: Line) -> dict[str, Any]:
    money = (
        "" if line.total is None else ("¥" if line.currency == "CNY" else f"{line.currency} ") + thousands(line.total)
    )
    since = line.since or line.received_at
    return {"id": line.id, "title": line.title, "seller": line.seller, "money": money, "since": since.isoformat()}


def _event(told: Mapping[str, Any]) -> bytes:
    return f"event: board\ndata: {json.dumps(told, ensure_ascii=False)}\n\n".encode()
