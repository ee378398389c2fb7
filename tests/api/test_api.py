"""The API through its door: what a program hands in, asks and may not; each request and answer fits the document."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any

import pytest
from aiohttp import FormData
from openapi_spec_validator import OpenAPIV31SpecValidator

from archive.apikey import KeyScope
from bot.api.pace import Pace
from tests.api.conftest import Answered, Program, Site
from tests.house import einvoice, zipped


def multipart(*files: tuple[str, bytes]) -> FormData:
    form = FormData(quote_fields=False)
    for name, data in files:
        form.add_field("files", data, filename=name, content_type="application/octet-stream")
    return form


def in_json(*files: tuple[str, bytes]) -> dict[str, Any]:
    return {"files": [{"name": name, "content": base64.b64encode(data).decode()} for name, data in files]}


async def done(program: Program, accepted: Answered) -> dict[str, Any]:
    """What became of it, once it is worked off."""
    assert accepted.status == 202
    async with asyncio.timeout(60):
        while True:
            told = await program.get(f"/documents/{accepted.body['id']}")
            if told.body["state"] in ("done", "failed"):
                return dict(told.body)
            await asyncio.sleep(0.05)


async def test_the_document_is_openapi_and_open_to_all(site: Site) -> None:
    async with site.session.get(f"{site.base}/openapi.json") as response:
        told = await response.json()
    OpenAPIV31SpecValidator(told).validate()
    assert told == site.api.document
    assert told["openapi"].startswith("3.1")


async def test_several_files_are_taken_and_their_items_found_searched_and_handed_out(site: Site) -> None:
    program = await site.program("li")
    one, two = einvoice("742.00"), einvoice("106.00")
    accepted = await program.ask(
        "POST", "/documents", data=multipart(("一.xml", one), ("包.zip", zipped({"二.xml": two})))
    )
    told = await done(program, accepted)
    assert (told["state"], told["refused"]) == ("done", [])
    assert [f["name"] for f in told["files"]] == ["一.xml", "包.zip"]
    assert {item["state"] for item in told["items"]} == {"pending"}
    first, _ = told["items"]
    item = (await program.get(f"/items/{first['id']}")).body
    assert (item["total"], item["owner"], item["decisions"]) == ("742.00", "li", [])
    state = (await program.get(f"/items/{first['id']}/state")).body
    assert (state["waits_for"], state["step"], state["steps"]) == (["王芳"], 0, 1)
    rendition = await program.get(f"/items/{first['id']}/renditions/original")
    assert rendition.data == one
    digest = base64.b64encode(hashlib.sha256(one).digest()).decode()
    assert rendition.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    steps = (await program.get(f"/items/{first['id']}/trail")).body["data"]
    assert [s["action"] for s in steps] == ["received", "read", "submitted", "viewed", "downloaded", "viewed"]
    assert steps[4]["channel"].startswith("api:")
    found = (await program.get("/items", q="106")).body
    assert ([each["id"] for each in found["data"]], found["total"]) == ([told["items"][1]["id"]], 1)


async def test_json_is_taken_too_and_a_second_copy_is_refused_with_its_code(site: Site) -> None:
    program = await site.program("li")
    data = einvoice()
    assert (
        len((await done(program, await program.ask("POST", "/documents", json=in_json(("a.xml", data)))))["items"]) == 1
    )
    again = await done(program, await program.ask("POST", "/documents", json=in_json(("b.xml", data))))
    assert (again["items"], again["refused"]) == ([], ["D01"])
    assert "D01" in again["text"]


async def test_the_same_idempotency_key_is_one_message_and_another_content_is_told(site: Site) -> None:
    program = await site.program("li")
    data, once = einvoice(), {"Idempotency-Key": "scan-0001"}
    first, *others = await asyncio.gather(
        *(program.ask("POST", "/documents", headers=once, data=multipart(("a.xml", data))) for _ in range(4))
    )
    assert {other.data for other in others} == {first.data}
    assert len((await done(program, first))["items"]) == 1
    later = await program.ask("POST", "/documents", headers=once, json=in_json(("a.xml", data)))
    assert later.data == first.data
    other = await program.ask("POST", "/documents", headers=once, data=multipart(("a.xml", einvoice())))
    assert (other.status, other.body["code"]) == (422, "Q08")
    assert len((await program.get("/items")).body["data"]) == 1


async def test_pages_go_on_after_the_last_without_a_gap_or_a_repeat(site: Site) -> None:
    program = await site.program("li")
    files = [(f"{n}.xml", einvoice(f"{100 + n}.00")) for n in range(7)]
    await done(program, await program.ask("POST", "/documents", data=multipart(("all.zip", zipped(dict(files))))))
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = (await program.get("/items", limit="2", **after)).body
        seen += [each["id"] for each in page["data"]]
        if page["next"] is None:
            break
        after = {"cursor": page["next"]}
        await site.scene.forward("li", einvoice(f"{500 + len(seen)}.00"))  # what comes meanwhile comes before the first
    assert len(seen) == 7 == len(set(seen))
    assert seen == sorted(seen, reverse=True)
    assert (await program.get("/items", state="archived")).body["data"] == []
    assert len((await program.get("/items", state="pending,doubtful", limit="200")).body["data"]) == 7 + 3
    first = (await program.get("/items", q="我的", limit="4")).body
    second = (await program.get("/items", q="我的", cursor=first["next"])).body
    assert len({each["id"] for each in (*first["data"], *second["data"])}) == 8


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "x"},
        {"cursor": "!!"},
        {"cursor": "W10"},
        {"state": "gone"},
        {"since": "2026-10-01"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"cursor": "WyIyMDI2IiwgMV0"},
    ],
)
async def test_what_cannot_be_understood_is_told_in_both_languages(site: Site, query: dict[str, str]) -> None:
    program = await site.program("li")
    told = await program.get("/items", **query)
    assert (told.status, told.body["code"]) == (400, "Q09")
    program.lang = "en"
    english = await program.get("/items", **query)
    assert english.body["detail"] == told.body["en"] != told.body["zh"] == told.body["detail"]


@pytest.mark.parametrize(
    "body",
    [{}, {"files": []}, {"files": [{"name": "a"}]}, {"files": [{"name": "a", "content": "§"}]}, {"files": "a"}, [1]],
)
async def test_a_body_that_is_no_hand_in_keeps_nothing(site: Site, body: Any) -> None:
    program = await site.program("li")
    assert (await program.ask("POST", "/documents", wrong=True, json=body)).status == 400
    assert await site.scene.house.db.inbox.count_documents({}) == 0


async def test_too_much_is_refused_before_it_is_all_taken_in(site: Site) -> None:
    program = await site.program("li")
    big = site.scene.house.settings.big_file + 1
    assert (await program.ask("POST", "/documents", data=multipart(("a.pdf", b"x" * big)))).status == 413
    many = multipart(*((f"{n}.xml", b"x") for n in range(21)))
    assert (await program.ask("POST", "/documents", data=many)).status == 422


async def test_without_a_key_or_with_one_that_ended_nothing_opens(site: Site) -> None:
    key, token = await site.keys.add("li", [KeyScope.READ], days=1)
    program = site.with_token(token)
    assert (await program.get("/me")).status == 200
    for wrong in ("", "gd_x", token[:-1] + ("a" if token[-1] != "a" else "b"), f"gd_{'0' * 12}_{token[-43:]}"):
        refused = await site.with_token(wrong).get("/items")
        assert (refused.status, refused.body["code"]) == (401, "A12")
        assert refused.headers["WWW-Authenticate"].startswith("Bearer")
    await site.keys.revoke(key.id)
    assert (await program.get("/items")).status == 401
    late = site.with_token((await site.keys.add("li", [KeyScope.READ], days=1))[1])
    site.scene.clock.move(hours=25)
    assert (await late.get("/items")).status == 401


async def test_a_disabled_persons_key_ends_with_the_account(site: Site) -> None:
    program = await site.program("sun")
    await site.scene.house.people.disable("sun")
    refused = await program.get("/items")
    assert (refused.status, refused.body["code"]) == (403, "A04")


async def test_neither_scope_nor_right_alone_is_enough(site: Site) -> None:
    reading = await site.program("li", [KeyScope.READ])
    for method, path in (("POST", "/documents"), ("GET", "/items/G1/renditions/original"), ("GET", "/reports")):
        refused = await reading.ask(method, path)
        assert (refused.status, refused.body["code"]) == (403, "A13")
    auditor = await site.program("zhou")  # every scope; may not forward
    refused = await auditor.ask("POST", "/documents", data=multipart(("a.xml", einvoice())))
    assert (refused.status, refused.body["code"]) == (403, "A01")
    employee = await site.program("li")  # every scope; has no reports
    assert (await employee.get("/reports")).body["code"] == "A01"
    admin = await site.program("gu")  # administering gives no view of the archive
    assert (await admin.get("/items")).body["code"] == "A01"


async def test_what_the_person_may_not_see_is_not_there(site: Site) -> None:
    item = await site.scene.forward("li", einvoice())
    for person in ("sun", "he", "lu"):
        program = await site.program(person)
        for path in ("", "/state", "/trail", "/renditions/original"):
            assert (await program.get(f"/items/{item.id}{path}")).status == 404
        assert (await program.get("/items")).body["data"] == []
    for person in ("li", "wang", "zhou"):
        assert (await (await site.program(person)).get(f"/items/{item.id}")).status == 200


async def test_a_message_is_told_to_its_sender_only(site: Site) -> None:
    mine, other = await site.program("li"), await site.program("sun")
    accepted = await mine.ask("POST", "/documents", data=multipart(("a.xml", einvoice())))
    assert (await other.get(f"/documents/{accepted.body['id']}")).status == 404
    assert (await (await site.program("li")).get(f"/documents/{accepted.body['id']}")).status == 200
    assert (await mine.get("/documents/none")).status == 404


async def test_what_is_not_there_is_told_as_a_problem(site: Site) -> None:
    for method, path in (("GET", "/ledgers"), ("DELETE", "/items"), ("GET", "/items/")):
        async with site.session.request(method, site.base + path) as response:
            told = await response.json(content_type="application/problem+json")
            assert (response.status, told["code"]) == (404, "S03")


async def test_reports_are_listed_and_made(site: Site) -> None:
    await site.scene.forward("li", einvoice())
    program = await site.program("zhao")
    listed = (await program.get("/reports")).body["data"]
    assert "expenses" in [each["key"] for each in listed]
    made = await program.get("/reports/expenses/json")
    assert made.status == 200
    assert b"742" in made.data
    assert (await program.get("/reports/expenses/json", period="2020-01")).body["code"] == "Q06"
    assert (await program.get("/reports/expenses/json", period="1999-01 x")).body["code"] == "Q02"


def test_a_key_may_make_so_many_requests_and_no_more() -> None:
    from datetime import UTC, datetime

    from archive.apikey import ApiKey
    from archive.errors import TooFast

    now = 0.0
    pace = Pace(lambda: now)
    key = ApiKey("k", "", "li", (KeyScope.READ,), datetime.now(UTC), rate=60)
    for _ in range(10):
        pace.step(key)
    with pytest.raises(TooFast) as refused:
        pace.step(key)
    assert refused.value.facts["seconds"] == 1
    now = 1.0
    pace.step(key)
    with pytest.raises(TooFast):
        pace.step(key)


async def test_too_fast_is_told_with_the_time_to_wait(site: Site) -> None:
    program = await site.program("li", rate=6)
    assert (await program.get("/me")).status == 200
    slow = await program.get("/me")
    assert (slow.status, slow.body["code"]) == (429, "A14")
    assert int(slow.headers["Retry-After"]) in range(1, 11)


async def test_only_a_digest_is_kept_and_the_trail_tells_of_each_key(site: Site) -> None:
    key, token = await site.keys.add("li", [KeyScope.READ], name="ERP")
    await site.keys.revoke(key.id)
    kept = await site.scene.house.db.api_keys.find_one({"_id": key.id})
    secret = token.split("_", 2)[2]  # it may hold "_" itself
    assert len(secret) > 20
    assert secret not in str(kept)
    links = await site.scene.house.trail.about(f"api_key:{key.id}")
    assert [link.entry.action for link in links] == ["key_made", "key_revoked"]
    assert links[0].entry.facts["scopes"] == "read"
