"""What a month leaves open (核对), and the 余额调节表 of one account."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from archive.access import Right, demand
from archive.apikey import KeyScope
from archive.errors import BadField
from archive.trail import Entry
from archive.words import Text
from bot.api import shapes
from bot.api.books import PERIODS, period_of
from bot.api.guard import Caller
from bot.api.operations import Operation, Param, ref
from bot.api.voucher_links import told
from bot.book_shapes import plain_reconciliation, plain_remark
from handlers.compared import ledger, matched, one_account
from handlers.context import Context


class Matching:
    """GET /findings and GET /reconciliations/{account}."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def operations(self) -> Sequence[Operation]:
        """What can be asked here."""
        period = Param("period", "query", PERIODS, "2026-04", required=True)
        account = Param("account", "path", {"type": "string"}, "科目、账号或尾号 code, number at the bank or its end")
        return (
            Operation("listFindings", "GET", "/findings", KeyScope.READ, "核对结果 what a month leaves open",
                      self.findings, 200, ref("Findings"), params=(period,), errors=(400,)),
            Operation("getReconciliation", "GET", "/reconciliations/{account}", KeyScope.READ,
                      "余额调节表 bank reconciliation", self.reconciliation, 200, ref("Reconciliation"),
                      params=(account, period), errors=(400, 404)),
        )  # fmt: skip

    async def findings(self, request: web.Request, caller: Caller) -> web.Response:
        """All of them, with the documents found for vouchers; an entry in the trail."""
        period = self._asked(request, caller)
        done = await matched(self._ctx, caller.person.company, period)
        await self._seen(caller, period, "findings")
        return shapes.json(
            {
                "period": period, "vouchers": done.vouchers, "data": [plain_remark(r) for r in done.remarks],
                "links": [told(link) for link in done.links],
            }
        )  # fmt: skip

    async def reconciliation(self, request: web.Request, caller: Caller) -> web.Response:
        """As `guidang reconcile` gives it; an entry in the trail."""
        period = self._asked(request, caller)
        books = await ledger(self._ctx, caller.person.company)
        done = one_account(books, request.match_info["account"][:60], period)
        await self._seen(caller, period, "reconciliation")
        return shapes.json(plain_reconciliation(done))

    def _asked(self, request: web.Request, caller: Caller) -> str:
        demand(caller.person, Right.SEE_ALL)
        period = period_of(request)
        if not period:
            raise BadField(field="period", hint=Text("必须填写，例如 2026-04。", "It is needed, e.g. 2026-04."))
        return period

    async def _seen(self, caller: Caller, period: str, what: str) -> None:
        about = f"books:{caller.person.company}"
        facts = {"kind": what, "period": period}
        await self._ctx.trail.add(
            Entry(caller.person.id, "books_viewed", about, self._ctx.now(), caller.channel, facts)
        )
