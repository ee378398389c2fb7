"""Books for programs: handed in as values, asked for in pages, linked, matched and reconciled; each held to OpenAPI."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any
from urllib.parse import quote

from archive.apikey import KeyScope
from archive.voucher import Voucher
from tests.api.conftest import Program, Site
from tests.house import einvoice

NUMBER = "26339990000088000001"


def voucher(number: int, amount: str = "1000.00", document: str = "", period: str = "2026-04") -> dict[str, Any]:
    return {
        "period": period, "number": number, "date": f"{period}-03", "attachments": 1, "maker": "钱会计",
        "lines": [
            {"account": "6602.01", "account_name": "办公费", "summary": "文具", "debit": amount, "document": document},
            {"account": "1002.01", "account_name": "工商银行7701", "summary": "办公费", "credit": amount},
        ],
    }  # fmt: skip


async def _give(program: Program, *vouchers: dict[str, Any], query: str = "", **more: Any) -> Any:
    params = {"preview": "true"} if query else {}
    return (await program.ask("POST", "/vouchers", json={"vouchers": list(vouchers), **more}, params=params)).body


async def test_vouchers_are_tried_imported_once_and_asked_for_in_pages(site: Site) -> None:
    program = await site.program("zhao")
    many = [voucher(n) for n in range(1, 6)] + [voucher(1, period="2026-05")]
    tried = await _give(program, *many, query="preview")
    assert (tried["status"], tried["counts"]["added"], tried["periods"]) == ("preview", 6, ["2026-04", "2026-05"])
    assert (await program.get("/vouchers")).body["data"] == []
    done = await _give(program, *many)
    assert (done["status"], done["counts"]["added"]) == ("imported", 6)
    again = await _give(program, *many)
    assert (again["status"], again["counts"]["added"]) == ("already", 6)
    assert [a for a in await site.scene.history("books:GD01") if "imported" in a] == ["zhao books_imported"]
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await program.get("/vouchers", limit="2", **cursor)).body
        found += [each["ref"] for each in page["data"]]
        if page["next"] is None:
            break
        if not cursor:  # what comes in meanwhile moves nothing
            await _give(program, voucher(6))
        cursor = {"cursor": page["next"]}
    assert found == [f"2026-04 记-{n}" for n in range(1, 7)] + ["2026-05 记-1"]
    (one,) = (await program.get("/vouchers", period="2026-05", number="1")).body["data"]
    assert one["lines"][0]["account"] == "660201"
    assert (await program.get(one["href"].removeprefix("/api/v1"))).body["data"] == [one]
    assert (await program.get(f"/vouchers/{quote('2026-05 记-9')}")).status == 404


async def test_what_contradicts_is_told_and_replaced_only_on_purpose(site: Site) -> None:
    program = await site.program("zhao")
    await _give(program, voucher(1))
    other = await _give(program, voucher(1, "900.00"))
    assert (other["counts"]["changed"], other["findings"][0]["kind"]) == (1, "changed")
    replaced = await _give(program, voucher(1, "900.00"), replace=True)
    assert replaced["counts"]["added"] == 1
    (stands,) = await site.scene.house.ctx.books.records("GD01", "vouchers", Voucher)
    assert str(stands.lines[0].debit) == "900.00"


WRONG: tuple[tuple[tuple[Any, ...], Any, str], ...] = (
    (("number",), 0, "/number"),
    (("period",), "2026-13", "/period"),
    (("lines", 0, "debit"), 12.5, "/lines/0/debit"),
    (("lines", 1, "account"), "银行", "/lines/1/account"),
    (("lines",), [], "/lines"),
    (("date",), "2026-02-30", "/date"),
    (("lines", 0, "colour"), "red", "/lines/0/colour"),
)


async def test_a_wrong_row_is_named_and_none_is_taken(site: Site) -> None:
    program = await site.program("zhao")
    for path, value, pointer in WRONG:
        bad: Any = copy.deepcopy(voucher(2))
        at = bad
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        told = await program.ask("POST", "/vouchers", json={"vouchers": [voucher(1), bad]}, wrong=True)
        assert (told.status, told.body["code"]) == (422, "Q40")
        assert [each["pointer"] for each in told.body["errors"]] == ["/vouchers/1" + pointer]
    assert not await site.scene.house.ctx.books.records("GD01", "vouchers", Voucher)


async def test_an_unbalanced_voucher_is_told_as_it_is_of_a_file(site: Site) -> None:
    program = await site.program("zhao")
    crooked = voucher(1)
    crooked["lines"][1]["credit"] = "999.00"
    done = await _give(program, crooked)
    assert [f["kind"] for f in done["findings"]] == ["unbalanced"]


async def test_balances_bank_lines_matching_and_reconciliation(site: Site) -> None:
    program = await site.program("zhao")
    await _give(program, voucher(1, document=NUMBER))
    line = {"account": "6222000011117701", "date": "2026-04-04", "amount": "-1000.00", "balance": "9000.00",
            "serial": "26040400000001", "party": "顺丰速运", "summary": "货款", "currency": "人民币"}  # fmt: skip
    done = await program.ask("POST", "/bank-lines", json={"lines": [line, line]})
    assert [f["kind"] for f in done.body["findings"]] == ["bank_line_twice"]
    row = {"period": "2026-04", "account": "100201", "name": "工商银行7701", "opening": "10000.00", "debit": "0.00",
           "credit": "1000.00", "closing": "9000.00"}  # fmt: skip
    assert (await program.ask("POST", "/balances", json={"balances": [row]})).body["counts"]["added"] == 1
    (told,) = (await program.get("/bank-lines", account="7701")).body["data"]
    assert (told["amount"], told["serial"]) == ("-1000.00", "26040400000001")
    assert [b["closing"] for b in (await program.get("/balances", period="2026-04")).body["data"]] == ["9000.00"]
    form = (await program.get("/reconciliations/7701", period="2026-04")).body
    assert (form["difference"], form["matched"][0]["vouchers"]) == ("0.00", ["2026-04 记-1"])
    item = await site.scene.forward("li", einvoice("1000.00", number=NUMBER, on=date(2026, 4, 2)))
    found = (await program.get("/findings", period="2026-04")).body
    assert {f["kind"] for f in found["data"]} == {"approval_open", "bank_line_twice"}
    assert [(link["voucher"], link["item"], link["how"]) for link in found["links"]] == [
        ("2026-04 记-1", item.id, "found")
    ]  # fmt: skip


async def test_links_are_made_parted_and_undone(site: Site) -> None:
    program = await site.program("zhao")
    await _give(program, voucher(1), voucher(2, "77.00"))
    item = await site.scene.forward("li", einvoice("1000.00", number=NUMBER, on=date(2026, 4, 2)))
    path = f"/vouchers/{quote('2026-04 记-1')}/links"
    made = await program.ask("POST", path, json={"item": item.id, "reason": "合同附件"})
    assert (made.status, made.body["how"], made.body["reason"]) == (201, "linked", "合同附件")
    assert [each["how"] for each in (await program.get(path)).body["data"]] == ["linked"]
    links = (await program.get("/findings", period="2026-04")).body["links"]
    assert [(each["voucher"], each["how"]) for each in links] == [("2026-04 记-1", "linked")]
    assert (await program.ask("DELETE", f"{path}/{item.id}")).body["how"] == "nothing"
    assert (await program.get(path)).body["data"] == []
    assert (await program.ask("POST", f"{path}/{item.id}/undo")).body["how"] == "linked"
    assert [a for a in await site.scene.history(item.id) if "voucher_link" in a] == ["zhao voucher_link"] * 3
    absent = f"/vouchers/{quote('2026-04 记-9')}/links"
    assert (await program.ask("POST", absent, json={"item": item.id})).body["code"] == "S03"
    assert (await program.ask("POST", path, json={"item": "G9999-0001"})).body["code"] == "S03"


async def test_rights_scopes_and_companies(site: Site) -> None:
    reading = await site.program("zhao", [KeyScope.READ])
    refused = await reading.ask("POST", "/vouchers", json={"vouchers": [voucher(1)]})
    assert (refused.status, refused.body["code"]) == (403, "A13")
    employee = await site.program("li")
    assert (await employee.ask("POST", "/vouchers", json={"vouchers": [voucher(1)]})).body["code"] == "A01"
    for path in ("/vouchers", "/balances", "/bank-lines", f"/vouchers/{quote('2026-04 记-1')}"):
        assert (await employee.get(path)).body["code"] == "A01"
    assert (await employee.get("/findings", period="2026-04")).body["code"] == "A01"
    await _give(await site.program("zhao"), voucher(1))
    stranger = await site.program("lu")  # finance of another company
    assert (await stranger.get("/vouchers")).body["data"] == []
    assert (await (await site.program("zhou")).get("/vouchers")).body["data"]  # an auditor sees all


async def test_what_is_asked_wrongly_is_told(site: Site) -> None:
    program = await site.program("zhao")
    for path, query in (
        ("/vouchers", {"period": "2026"}), ("/vouchers", {"cursor": "x"}), ("/vouchers", {"number": "x"}),
        ("/findings", {}), ("/findings", {"period": "x"}), ("/vouchers/what", {}),
    ):  # fmt: skip
        told = await program.ask("GET", path, params=query, wrong=True)
        assert (told.status, told.body["code"]) == (400, "Q09"), path
    assert (await program.get("/findings", period="2026-04")).body["code"] == "Q11"
    assert (await program.ask("POST", "/vouchers", json={"vouchers": []}, wrong=True)).body["code"] == "Q09"
