"""Which documents belong to a voucher: found, or said by a person or program with a reason; each can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from aiohttp import web

from archive.access import Right, demand
from archive.apikey import KeyScope
from archive.errors import BadField, NotFound
from archive.hand_link import HandLink, Said
from archive.linking import Link
from archive.words import Text
from bot.api import shapes
from bot.api.books import named_voucher
from bot.api.guard import Caller
from bot.api.operations import JSON, PREFIX, Operation, Param, ref
from bot.body import Limits, read_json
from handlers import voucher_link
from handlers.compared import matched
from handlers.context import Context


class VoucherLinks:
    """/vouchers/{voucher}/links."""

    def __init__(self, ctx: Context, limits: Limits) -> None:
        self._ctx, self._limits = ctx, limits

    def operations(self) -> Sequence[Operation]:
        """What can be asked here."""
        voucher = Param("voucher", "path", {"type": "string"}, "2026-04 记-23")
        item = Param("item", "path", {"type": "string"}, "G2604-0003")
        reason = Param("reason", "query", {"type": "string", "maxLength": 300}, "原因 why")
        path, one = "/vouchers/{voucher}/links", "/vouchers/{voucher}/links/{item}"
        return (
            Operation("listVoucherLinks", "GET", path, KeyScope.READ, "凭证的单据 its documents", self.list, 200,
                      ref("VoucherLinks"), params=(voucher,), errors=(400, 404)),
            Operation("linkVoucher", "POST", path, KeyScope.BOOKS, "关联单据 link a document", self.link, 201,
                      ref("VoucherLink"), params=(voucher,), body={JSON: ref("WantedLink")}, errors=(400, 404, 413)),
            Operation("unlinkVoucher", "DELETE", one, KeyScope.BOOKS, "取消关联 part a document from a voucher",
                      self.part, 200, ref("VoucherLink"), params=(voucher, item, reason), errors=(400, 404)),
            Operation("undoVoucherLink", "POST", one + "/undo", KeyScope.BOOKS, "撤销上一次 take the last word back",
                      self.undo, 200, ref("VoucherLink"), params=(voucher, item), errors=(400, 404)),
        )  # fmt: skip

    async def list(self, request: web.Request, caller: Caller) -> web.Response:
        """Found ones and those made by hand; parted ones too."""
        demand(caller.person, Right.SEE_ALL)
        voucher, company = named_voucher(request), caller.person.company
        said = {word.item: word for word in await self._ctx.hand_links.all(company, voucher) if word.said}
        links = (await matched(self._ctx, company, voucher[:7])).links
        data = [told(link) for link in links if link.voucher == voucher and link.item not in said]
        return shapes.paged(data + [_said(word) for word in said.values()], None)

    async def link(self, request: web.Request, caller: Caller) -> web.Response:
        """Counts in matching from now on; the same again changes nothing."""
        demand(caller.person, Right.BOOKS)
        body = await read_json(request, self._limits)
        item, reason = body.get("item"), body.get("reason", "")
        if not isinstance(item, str) or not isinstance(reason, str) or not set(body) <= {"item", "reason"}:
            hint = Text('写成 {"item": "G2604-0003"}。', 'Write {"item": "G2604-0003"}.')
            raise BadField(field="item", hint=hint)
        return await self._answer(caller, named_voucher(request), item, Said.LINKED, reason, 201)

    async def part(self, request: web.Request, caller: Caller) -> web.Response:
        """A link by hand is taken away; one that was found is found no more."""
        demand(caller.person, Right.BOOKS)
        voucher, item = named_voucher(request), request.match_info["item"]
        standing = await self._ctx.hand_links.of(caller.person.company, voucher, item[:40].upper())
        said = Said.NOTHING if standing and standing.said is Said.LINKED else Said.PARTED
        return await self._answer(caller, voucher, item, said, request.query.get("reason", ""), 200)

    async def undo(self, request: web.Request, caller: Caller) -> web.Response:
        """What stood before the last word stands again."""
        demand(caller.person, Right.BOOKS)
        voucher, item = named_voucher(request), request.match_info["item"][:40].upper()
        standing = await self._ctx.hand_links.of(caller.person.company, voucher, item)
        if standing is None:
            raise NotFound(item=f"{voucher} {item}")
        return await self._answer(caller, voucher, item, standing.before, "", 200)

    async def _answer(
        self, caller: Caller, voucher: str, item: str, said: Said, reason: str, status: int
    ) -> web.Response:
        word, _ = await voucher_link.say(
            self._ctx, caller.person, voucher, item[:40].upper(), said, reason.strip(), caller.channel
        )
        return shapes.json(_said(word), status)


def told(link: Link) -> dict[str, Any]:
    """A link as the matching found it."""
    how = "linked" if link.by_hand else "found"
    return {"voucher": link.voucher, "item": link.item, "how": how, "why": link.why.zh, "why_en": link.why.en}


def _said(word: HandLink) -> dict[str, Any]:
    why = Text(f"{word.by} 手工说明", f"said by {word.by}")
    return {
        "voucher": word.voucher, "item": word.item, "how": word.said.value or "nothing", "why": why.zh,
        "why_en": why.en, "by": word.by, "at": word.at.isoformat(), "reason": word.reason,
        "href": f"{PREFIX}/vouchers/{quote(word.voucher)}/links/{word.item}",
    }  # fmt: skip
