"""Which reports there are, and one of them as a file."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from archive import period as periods
from archive.access import Right, demand
from archive.apikey import KeyScope
from archive.errors import BadPeriod, NotFound
from archive.statements.make import KINDS
from archive.trail import Entry
from bot.api import shapes
from bot.api.guard import Caller
from bot.api.operations import PREFIX, Operation, Param, ref
from bot.handout import handed
from handlers.analysis import KINDS as ANALYSES
from handlers.context import Context
from handlers.report import MEDIA, build
from reports.catalogue import REPORTS
from reports.render import render

#: Registers of documents, financial statements, analyses of the books.
_NAMES = {each.key: each.name for each in REPORTS} | {kind: name for kind, (name, _) in KINDS.items()}
_NAMES |= {key: kind.name for key, kind in ANALYSES.items()}


class Reports:
    """GET /reports and GET /reports/{report}/{format}."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def operations(self) -> Sequence[Operation]:
        """What can be asked here."""
        which = (
            Param("report", "path", {"type": "string", "enum": [*_NAMES]}, "key"),
            Param("format", "path", {"type": "string", "enum": list(MEDIA)}, "format"),
            Param("period", "query", {"type": "string"}, "2026, 2026H1, 2026Q3, 2026-09; usually this month"),
        )
        return (
            Operation("listReports", "GET", "/reports", KeyScope.REPORTS, "报表目录 which reports there are", self.list,
                      200, ref("Reports")),
            Operation("getReport", "GET", "/reports/{report}/{format}", KeyScope.REPORTS, "一张报表 one report",
                      self.one, 200, media=tuple(MEDIA.values()), params=which, errors=(400, 404)),
        )  # fmt: skip

    async def list(self, request: web.Request, caller: Caller) -> web.Response:
        """The list of the catalogue."""
        demand(caller.person, Right.REPORT)
        told = [
            {
                "key": key,
                "zh": name.zh,
                "en": name.en,
                "formats": list(MEDIA),
                "href": f"{PREFIX}/reports/{key}/pdf",
            }
            for key, name in _NAMES.items()
        ]
        return shapes.paged(told, None)

    async def one(self, request: web.Request, caller: Caller) -> web.Response:
        """Made anew; leaves a trail entry."""
        demand(caller.person, Right.REPORT)
        key, format_ = request.match_info["report"], request.match_info["format"]
        if key not in _NAMES or format_ not in MEDIA:
            raise NotFound(item=f"{key}/{format_}"[:60])
        words = request.query.get("period", "").strip()[:40]
        found, rest = periods.find(words, self._ctx.now().astimezone(self._ctx.zone).date())
        if words and (found is None or rest.strip()):  # never another period than the one that was meant
            raise BadPeriod(words=words)
        made = await build(self._ctx, caller.person, f"{_NAMES[key].zh} {words}", caller.lang)
        figures = made.figures if format_ == "json" else b""
        data: bytes = figures or await self._ctx.offload(render, made.page, format_)
        facts = {"period": made.period.label.zh, "as": format_}
        await self._ctx.trail.add(Entry(caller.person.id, "exported", made.key, self._ctx.now(), caller.channel, facts))
        return handed(f"{made.key}.{format_}", MEDIA[format_], data, inline=False)
