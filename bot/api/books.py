"""Vouchers, balances and bank lines: handed in as values, and asked for month by month."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

from aiohttp import web

from archive.access import Right, demand
from archive.apikey import KeyScope
from archive.balance import Balance
from archive.bank_line import BankLine
from archive.errors import BadField, NotFound
from archive.hand_link import voucher_ref
from archive.trail import Entry
from archive.voucher import Voucher
from archive.words import Text
from bot.api import shapes
from bot.api.cursor import decoded, encoded, limit_of
from bot.api.guard import Caller
from bot.api.operations import JSON, PREFIX, Operation, Param, ref
from bot.body import Limits, Room, read_long_json
from bot.book_shapes import plain_record, plain_remark
from handlers.context import Context
from handlers.given_books import take
from intake.sheet.columns import BookKind

MOST = 20_000  # records of one batch
PERIOD = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")
_HINT = Text("写成 2026-04。", "Write 2026-04.")
PERIODS = {"type": "string", "pattern": f"^{PERIOD.pattern}$"}


_Wanted: TypeAlias = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class _Shelf:
    """One kind of record: how it is kept, placed and shown."""

    kind: str
    cls: type[Any]
    kinds: tuple[type, ...]
    place: Callable[[Any], tuple[Any, ...]]
    shown: Callable[[Any], Mapping[str, Any]]


class BookRoom:
    """POST and GET /vouchers, /balances, /bank-lines."""

    def __init__(self, ctx: Context, limits: Limits) -> None:
        self._ctx, self._limits, self._room = ctx, limits, Room(limits.together)

    def operations(self) -> Sequence[Operation]:
        """What can be asked here."""
        word = {"type": "string"}
        preview = Param("preview", "query", {"type": "string", "enum": ["true", "false"]}, "只试，不保存 try it only")
        period = Param("period", "query", PERIODS, "2026-04")
        pages = (
            Param("limit", "query", {"type": "integer", "minimum": 1, "maximum": 200}, "usually 50"),
            Param("cursor", "query", word, "`next` of the page before"),
        )
        number = Param("number", "query", {"type": "integer", "minimum": 1}, "凭证号")
        account = Param("account", "query", word, "科目编码开头或账号 code (its beginning), or account at the bank")
        write, read = KeyScope.BOOKS, KeyScope.READ

        def give(id_: str, path: str, summary: str, body: str, handler: Any) -> Operation:
            return Operation(id_, "POST", path, write, summary, handler, 200, ref("Imported"), params=(preview,),
                             body={JSON: ref(body)}, errors=(400, 413, 422, 507))  # fmt: skip

        return (
            give("importVouchers", "/vouchers", "导入凭证 import vouchers", "GivenVouchers", self.give_vouchers),
            give("importBalances", "/balances", "导入余额 import balances", "GivenBalances", self.give_balances),
            give("importBankLines", "/bank-lines", "导入银行流水 import bank lines", "GivenBankLines", self.give_lines),
            Operation("listVouchers", "GET", "/vouchers", read, "凭证 vouchers", self.vouchers, 200, ref("Vouchers"),
                      params=(period, Param("word", "query", word, "凭证字 记收付转"), number, *pages), errors=(400,)),
            Operation("getVoucher", "GET", "/vouchers/{voucher}", read, "一张凭证 one voucher", self.voucher, 200,
                      ref("Vouchers"), params=(Param("voucher", "path", word, "2026-04 记-23"),), errors=(400, 404)),
            Operation("listBalances", "GET", "/balances", read, "科目余额 balances", self.balances, 200,
                      ref("Balances"), params=(period, account, *pages), errors=(400,)),
            Operation("listBankLines", "GET", "/bank-lines", read, "银行流水 bank lines", self.lines, 200,
                      ref("BankLines"), params=(period, account, *pages), errors=(400,)),
        )  # fmt: skip

    async def give_vouchers(self, request: web.Request, caller: Caller) -> web.Response:
        """As a file of vouchers would be: what contradicts what stands comes back as `changed` and isn't taken."""
        return await self._give(request, caller, BookKind.VOUCHERS, "vouchers")

    async def give_balances(self, request: web.Request, caller: Caller) -> web.Response:
        """As a trial balance would be."""
        return await self._give(request, caller, BookKind.BALANCES, "balances")

    async def give_lines(self, request: web.Request, caller: Caller) -> web.Response:
        """As a statement would be: lines that are there already are known by serial number, or by all they say."""
        return await self._give(request, caller, BookKind.BANK, "lines")

    async def _give(self, request: web.Request, caller: Caller, kind: BookKind, name: str) -> web.Response:
        demand(caller.person, Right.BOOKS)
        with self._room.share() as taking:
            body = await read_long_json(request, self._limits, taking)
            values, replaces = body.get(name), body.get("replace", False)
            if not isinstance(values, list) or not 1 <= len(values) <= MOST or not set(body) <= {name, "replace"}:
                hint = Text(f"1 到 {MOST} 条，放在 {name} 里。", f"1 to {MOST} records in {name}, and nothing else.")
                raise BadField(field=name, hint=hint)
            if not isinstance(replaces, bool):
                raise BadField(field="replace", hint=Text("true 或 false。", "true or false."))
            preview = request.query.get("preview", "false") == "true"
            done = await take(self._ctx, caller.person, kind, values, replaces=replaces, preview=preview)
        return shapes.json(
            {
                "status": done.status, "counts": dict(done.counts), "periods": list(done.periods),
                "findings": [plain_remark(remark) for remark in done.remarks],
            }
        )  # fmt: skip

    async def vouchers(self, request: web.Request, caller: Caller) -> web.Response:
        """By month, word and number. That they were read is an entry in the trail."""
        word, number = request.query.get("word", ""), request.query.get("number", "")
        if number and not number.isdecimal():
            raise BadField(field="number", hint=Text("应为凭证号。", "A voucher's number."))

        def wanted(v: Voucher) -> bool:
            return (not word or v.word == word) and (not number or v.number == int(number))

        return await self._paged(request, caller, _VOUCHERS, wanted)

    async def voucher(self, request: web.Request, caller: Caller) -> web.Response:
        """Two where one number was given twice."""
        demand(caller.person, Right.SEE_ALL)
        named = named_voucher(request)
        found = await self._ctx.books.records(caller.person.company, "vouchers", Voucher, named[:7])
        mine = [v for v in found if v.ref == named]
        if not mine:
            raise NotFound(item=named)
        await self._seen(caller, {"voucher": named})
        return shapes.paged([_voucher(v) for v in mine], None)

    async def balances(self, request: web.Request, caller: Caller) -> web.Response:
        """By month and account."""
        account = request.query.get("account", "")
        return await self._paged(request, caller, _BALANCES, lambda b: b.account.startswith(account))

    async def lines(self, request: web.Request, caller: Caller) -> web.Response:
        """By month and account, oldest first."""
        account = request.query.get("account", "")
        return await self._paged(request, caller, _LINES, lambda line: line.account.endswith(account))

    async def _paged(self, request: web.Request, caller: Caller, shelf: _Shelf, wanted: _Wanted) -> web.Response:
        """One page. A cursor is the place of its last record, so that what is imported meanwhile moves nothing."""
        demand(caller.person, Right.SEE_ALL)
        limit, company, period = limit_of(request), caller.person.company, period_of(request)
        after = decoded(request.query["cursor"], str, *shelf.kinds, int) if "cursor" in request.query else ("",)
        months = [period] if period else await self._ctx.books.periods(company, shelf.kind)
        page: list[tuple[tuple[Any, ...], Any]] = []
        for month in months:
            if month >= after[0] and len(page) <= limit:
                records = await self._ctx.books.records(company, shelf.kind, shelf.cls, month)
                placed = _placed(month, records, shelf.place)
                page += [(place, each) for place, each in placed if place > after and wanted(each)]
        await self._seen(caller, {"kind": shelf.kind, "period": period or "*"})
        more = encoded(*page[limit - 1][0]) if len(page) > limit else None
        return shapes.paged([shelf.shown(each) for _, each in page[:limit]], more)

    async def _seen(self, caller: Caller, facts: Mapping[str, str]) -> None:
        about = f"books:{caller.person.company}"
        entry = Entry(caller.person.id, "books_viewed", about, self._ctx.now(), caller.channel, facts)
        await self._ctx.trail.add(entry)


def _placed(
    month: str, records: Sequence[Any], place: Callable[[Any], tuple[Any, ...]]
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Each with its place; the last part tells apart those that would have the same."""
    met: Counter[tuple[Any, ...]] = Counter()
    for each in records:
        at = place(each)
        met[at] += 1
        yield (month, *at, met[at]), each


def _voucher(v: Voucher) -> dict[str, Any]:
    href = f"{PREFIX}/vouchers/{quote(v.ref)}"
    return {**plain_record(v), "period": v.period, "href": href}


_VOUCHERS = _Shelf("vouchers", Voucher, (str, int), lambda v: (v.word, v.number), _voucher)
_BALANCES = _Shelf("balances", Balance, (str, str), lambda b: (b.account, b.party), plain_record)
_LINES = _Shelf("bank", BankLine, (str, str), lambda line: (line.account, line.date.isoformat()), plain_record)


def period_of(request: web.Request) -> str:
    """The month asked for, or none. Raises BadField."""
    words = request.query.get("period", "")
    if words and not PERIOD.fullmatch(words):
        raise BadField(field="period", hint=_HINT)
    return words


def named_voucher(request: web.Request) -> str:
    """The voucher in the path: 2026-04 记-23. Raises BadField."""
    named = voucher_ref(request.match_info["voucher"][:60])
    if named is None:
        raise BadField(field="voucher", hint=Text("写成 2026-04 记-23。", "Write 2026-04 记-23."))
    return named
