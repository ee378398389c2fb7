"""The desk over loopback: who may do what, what is said once, what open pages are told, and what is refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientResponse, FormData, web
from aiohttp.test_utils import TestClient, TestServer

from archive.access import Role
from archive.errors import NoSpace
from archive.words import Text, same
from bot.desk.channel import Desk
from handlers.message import Card, Choice, OutFile, Reply
from storage.mongo import Database
from storage.talk import Talk
from storage.tries import FROM_ADDRESS, Tries
from tests.bot.desk_house import LI, MIB, PASSWORD, WANG, House, Received

Client = TestClient[web.Request, web.Application]
OURS = {"Sec-Fetch-Site": "same-origin"}
KEY = "k-0123456789"


@pytest.fixture
async def house(db: Database) -> House:
    return await House.build(db)


@pytest.fixture
async def desk(house: House) -> Desk:
    return house.desk()


@pytest.fixture
async def open_page(house: House, desk: Desk) -> AsyncIterator[Callable[[str], Awaitable[Client]]]:
    """A browser of one person's own: `await open_page("li")`, or "" for one not signed in."""
    app = web.Application()
    app.add_routes(desk.routes())

    async def close(app: web.Application) -> None:
        await desk.close()

    app.on_shutdown.append(close)
    server = TestServer(app)
    await server.start_server()
    clients: list[Client] = []

    async def open_one(person: str) -> Client:
        client = TestClient(server)
        clients.append(client)
        if person:
            answer = await post(client, "/api/link", {"token": await house.accounts.link(person)})
            assert answer.status == 200
        return client

    yield open_one
    for client in clients:
        await client.session.close()
    await server.close()


OpenPage = Callable[[str], Awaitable[Client]]


async def post(client: Client, path: str, body: Any, headers: dict[str, str] = OURS) -> ClientResponse:
    return await client.post(path, json=body, headers=headers)


async def say(
    client: Client, text: str = "", *files: tuple[str, bytes], key: str = KEY, to: str = "chat"
) -> ClientResponse:
    form = FormData(quote_fields=False)
    for name, value in (("key", key), ("conversation", to), ("text", text)):
        form.add_field(name, value)
    for name, data in files:
        form.add_field("files", data, filename=name, content_type="application/octet-stream")
    if not files:  # a browser sends multipart all the same
        form._is_multipart = True
    return await client.post("/api/messages", data=form, headers=OURS)


async def messages(client: Client, to: str = "chat") -> list[dict[str, Any]]:
    answer = await client.get(f"/api/messages?conversation={to}")
    found: list[dict[str, Any]] = (await answer.json())["messages"]
    return found


class Events:
    """Reads a stream of events."""

    def __init__(self, answer: ClientResponse) -> None:
        self._answer = answer

    async def next(self) -> tuple[str, str, dict[str, Any]]:
        """(id, event, data) of the next event."""
        found: dict[str, str] = {}
        async with asyncio.timeout(20):
            while "data" not in found:
                line = (await self._answer.content.readline()).decode()
                assert line, "the stream ended"
                name, colon, value = line.rstrip("\n").partition(": ")
                if colon and name:
                    found[name] = value
        return found.get("id", ""), found["event"], json.loads(found["data"])

    async def said(self) -> tuple[str, dict[str, Any]]:
        """The next message, whatever passes in between."""
        while True:
            place, event, data = await self.next()
            if event == "said":
                return place, data


async def events(client: Client, after: int | None = None, last: str = "") -> Events:
    headers = {"Last-Event-ID": last} if last else {}
    answer = await client.get("/api/events" + ("" if after is None else f"?after={after}"), headers=headers)
    assert answer.content_type == "text/event-stream"
    return Events(answer)


# Coming in


async def test_signing_in_gives_a_cookie_scripts_and_other_sites_cannot_use(open_page: OpenPage, house: House) -> None:
    await house.accounts.set_password("li", PASSWORD)
    page = await open_page("")
    answer = await post(page, "/api/sign-in", {"person": "li", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    me = await (await page.get("/api/me")).json()
    assert (me["name"], me["roles"], me["lang"]) == ("李娜", ["财务经理"], "zh")


async def test_over_https_the_cookie_is_bound_to_the_host(house: House) -> None:
    link = await house.accounts.link("li")
    app = web.Application()
    app.add_routes(house.desk(public_url="https://archive.example.cn").routes())
    async with TestClient(TestServer(app)) as page:
        answer = await post(page, "/api/link", {"token": link}, {"Origin": "https://archive.example.cn"})
        assert answer.headers["Set-Cookie"].startswith("__Host-desk=")
        assert "Secure" in answer.headers["Set-Cookie"]


async def test_a_wrong_password_is_told_in_the_browsers_language(open_page: OpenPage) -> None:
    page = await open_page("")
    answer = await post(
        page, "/api/sign-in", {"person": "li", "password": "no"}, {**OURS, "Accept-Language": "en-GB,en;q=0.9"}
    )
    assert answer.status == 401
    told = await answer.json()
    assert told["code"] == "A03"
    assert told["text"].startswith("Sign-in failed")


async def test_many_wrong_passwords_lock_for_a_while(open_page: OpenPage) -> None:
    page = await open_page("")
    tries = [await post(page, "/api/sign-in", {"person": "li", "password": "no"}) for _ in range(11)]
    assert [answer.status for answer in tries] == [401] * 10 + [429]


async def test_a_browser_that_was_in_before_is_not_locked_out_by_others(open_page: OpenPage, house: House) -> None:
    await house.accounts.set_password("li", PASSWORD)
    page, other = await open_page("li"), await open_page("")
    assert (await post(page, "/api/sign-out", {})).status == 200
    for _ in range(11):
        answer = await post(other, "/api/sign-in", {"person": "li", "password": "no"})
    assert (answer.status, (await answer.json())["code"]) == (429, "A06")
    assert (await post(page, "/api/sign-in", {"person": "li", "password": PASSWORD})).status == 200


async def test_many_wrong_passwords_from_one_address_lock_the_address(open_page: OpenPage, db: Database) -> None:
    page, tries = await open_page(""), Tries(db, lambda: datetime.now(UTC))
    for n in range(FROM_ADDRESS):
        await tries.count(await tries.allowed(f"nobody{n}", "127.0.0.1", ""))
    answer = await post(page, "/api/sign-in", {"person": "li", "password": PASSWORD})
    assert (answer.status, (await answer.json())["code"]) == (429, "A10")


async def test_a_link_works_once_and_not_by_being_looked_at(open_page: OpenPage, house: House) -> None:
    link = await house.accounts.link("wang")
    page, second = await open_page(""), await open_page("")
    for _ in range(2):  # a chat that shows a preview fetches the address
        assert (await page.get(f"/link/{link}")).status == 200
    assert (await post(page, "/api/link", {"token": link})).status == 200
    assert (await (await page.get("/api/me")).json())["id"] == "wang"
    again = await post(second, "/api/link", {"token": link})
    assert (again.status, (await again.json())["code"]) == (410, "A05")
    assert (await second.get("/api/me")).status == 401


async def test_a_new_password_ends_every_other_session(open_page: OpenPage, house: House) -> None:
    await house.accounts.set_password("wang", PASSWORD)
    page, other = await open_page("wang"), await open_page("wang")
    await post(page, "/api/language", {"lang": "en"})
    weak = await post(page, "/api/password", {"password": "short"})
    assert (weak.status, (await weak.json())["code"]) == (409, "S05")
    assert (await post(page, "/api/password", {"password": "a longer one 7"})).status == 200
    assert (await (await page.get("/api/me")).json())["lang"] == "en"
    assert (await other.get("/api/me")).status == 401
    assert (await post(other, "/api/sign-in", {"person": "wang", "password": PASSWORD})).status == 401
    assert (await post(other, "/api/sign-in", {"person": "wang", "password": "a longer one 7"})).status == 200


async def test_signing_out_ends_the_session_itself(open_page: OpenPage) -> None:
    page = await open_page("li")
    (cookie,) = [each for each in page.session.cookie_jar if each.key == "desk"]
    assert (await post(page, "/api/sign-out", {})).status == 200
    assert [each.key for each in page.session.cookie_jar] == ["browser"], "known again, but not signed in"
    page.session.cookie_jar.update_cookies({"desk": cookie.value})
    assert (await page.get("/api/me")).status == 401


async def test_a_disabled_account_is_out_at_once_and_its_stream_ends(open_page: OpenPage, house: House) -> None:
    page = await open_page("wang")
    answer = await page.get("/api/events")
    await house.people.disable("wang")
    assert (await page.get("/api/me")).status == 401
    async with asyncio.timeout(20):
        await answer.content.read()
    assert answer.content.at_eof()


async def test_nothing_is_open_to_those_not_signed_in(open_page: OpenPage, desk: Desk) -> None:
    page = await open_page("")
    open_paths = {"/", "/link/{token}", "/api/sign-in", "/api/link"}
    closed = [route for route in desk.routes() if route.path not in open_paths and not route.path.startswith("/desk/")]
    assert {"/api/events", "/api/clicks", "/api/messages"} <= {route.path for route in closed}
    for route in closed:
        path = route.path
        for part, value in (("{message}", "x"), ("{n:\\d{1,6}}", "0"), ("{item}", "x"), ("{page:\\d{1,6}}", "0")):
            path = path.replace(part, value)
        answer = await page.request(route.method, path, headers=OURS)
        assert answer.status == 401, path


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
async def test_other_sites_can_post_nothing(open_page: OpenPage, house: House, headers: dict[str, str]) -> None:
    page = await open_page("li")
    click = {"key": KEY, "action": "approve", "subject": "G2611-0001"}
    answer = await post(page, "/api/clicks", click, headers)
    assert (answer.status, (await answer.json())["code"]) == (403, "A08")
    assert house.door.received == []


async def test_the_same_origin_is_enough_where_browsers_send_no_fetch_site(open_page: OpenPage) -> None:
    page = await open_page("li")
    origin = str(page.make_url("/")).rstrip("/")
    answer = await post(page, "/api/language", {"lang": "en"}, {"Origin": origin})
    assert answer.status == 200


async def test_every_answer_carries_the_headers(open_page: OpenPage) -> None:
    page = await open_page("li")
    for path in ("/", "/desk/desk.js", "/desk/desk.css", "/link/x", "/api/me", "/api/messages?conversation=none"):
        answer = await page.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    index = await (await page.get("/")).text()
    assert "<script>" not in index
    assert "style=" not in index


async def test_the_pages_parts_are_not_sent_twice(open_page: OpenPage) -> None:
    page = await open_page("")
    first = await page.get("/desk/desk.js")
    again = await page.get("/desk/desk.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status, again.status) == (200, 304)
    assert first.content_type == "text/javascript"


# Saying something


async def test_a_message_with_files_is_handed_over_before_it_is_acknowledged(open_page: OpenPage, house: House) -> None:
    page = await open_page("li")
    big = bytes(range(256)) * 6000  # more than aiohttp's own limit for a body
    answer = await say(page, " 报销 ", ("../../发票‮fdp.pdf", b"%PDF"), ("票.jpg", big))
    assert answer.status == 202
    (got,) = house.door.received
    assert (got.person, got.conversation, got.text) == ("li", "li:chat", "报销")
    assert got.files == (("发票fdp.pdf", b"%PDF"), ("票.jpg", big))
    (shown,) = await messages(page)
    assert shown["taken"] == got.id == (await answer.json())["taken"]
    assert [(f["name"], f["size"]) for f in shown["files"]] == [("发票fdp.pdf", 4), ("票.jpg", len(big))]


async def test_the_same_key_again_is_harmless(open_page: OpenPage, house: House) -> None:
    page = await open_page("li")
    first, again = await say(page, "查 本月"), await say(page, "查 本月")
    assert (first.status, again.status) == (202, 202)
    assert await first.json() == await again.json()
    assert len(house.door.received) == len(await messages(page)) == 1


async def test_an_answer_never_stands_above_its_question(open_page: OpenPage, house: House, desk: Desk) -> None:
    async def answer_at_once(got: Any) -> None:
        await desk.say(LI, got.conversation, Reply(same("答")), f"re:{got.id}")

    house.door.then = answer_at_once
    page = await open_page("li")
    await say(page, "问")
    assert [m["text"] for m in await messages(page)] == ["问", "答"]


async def test_what_the_door_refuses_stays_with_the_reason_and_can_be_sent_again(
    open_page: OpenPage, house: House
) -> None:
    page = await open_page("li")
    house.door.refuse = NoSpace(place="/data", free=3)
    answer = await say(page, "收", ("a.pdf", b"x"))
    assert (answer.status, (await answer.json())["code"]) == (507, "K04")
    assert "存储空间不足" in (await messages(page))[0]["refused"]
    house.door.refuse = None
    assert (await say(page, "收", ("a.pdf", b"x"))).status == 202
    (shown,) = await messages(page)
    assert (shown["refused"], shown["taken"]) == (None, "m-1")


async def test_more_than_there_is_memory_for_is_refused_and_can_be_sent_again(
    open_page: OpenPage, house: House
) -> None:
    page, half = await open_page("li"), bytes(2 * MIB)
    here, on = asyncio.Event(), asyncio.Event()

    async def slowly(_: Received) -> None:
        here.set()
        await on.wait()

    house.door.then = slowly
    first = asyncio.create_task(say(page, "", ("a.pdf", half)))
    await here.wait()
    house.door.then = None
    answer = await say(page, "", ("b.pdf", half), ("c.pdf", b"x"), key="key-of-the-second")
    assert (answer.status, (await answer.json())["code"]) == (503, "K08")
    assert (await say(page, "words need no room", key="key-of-the-words")).status == 202
    on.set()
    assert (await first).status == 202
    answer = await say(page, "", ("b.pdf", half), ("c.pdf", b"x"), key="key-of-the-second")
    assert answer.status == 202, "the room was not given back"


async def test_who_stops_sending_holds_no_room(open_page: OpenPage, house: House) -> None:
    page, half = await open_page("li"), bytes(2 * MIB)

    async def stalling() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a"\r\n\r\n' + half
        await asyncio.sleep(30)

    headers = OURS | {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await page.post("/api/messages", data=stalling(), headers=headers)
    assert answer.status == 400
    assert (await say(page, "", ("b.pdf", half), ("c.pdf", b"x"))).status == 202


async def test_an_unexpected_error_gives_a_number_and_no_details(
    open_page: OpenPage, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    page = await open_page("li")
    house.door.refuse = RuntimeError("secret detail")
    answer = await say(page, "收")
    told = await answer.json()
    assert answer.status == 500
    assert "secret" not in told["text"]
    number = told["text"].split("编号 ")[1].split("。")[0]
    assert number in caplog.text
    assert "secret detail" in caplog.text


@pytest.mark.parametrize(
    ("files", "status", "code"),
    [
        ([("a", b"x" * (2 * 1024 * 1024 + 1))], 413, "R02"),
        ([("a", b"x" * (2 * 1024 * 1024)), ("b", b"x" * (1024 * 1024 + 1))], 413, "R02"),
        ([("a", b"x")] * 4, 422, "R13"),
        ([], 400, "Q07"),
    ],
    ids=["one too big", "too big together", "too many", "nothing at all"],
)
async def test_caps(open_page: OpenPage, house: House, files: list[tuple[str, bytes]], status: int, code: str) -> None:
    page = await open_page("li")
    answer = await say(page, "", *files)
    assert (answer.status, (await answer.json())["code"]) == (status, code)
    assert house.door.received == []
    assert await messages(page) == []


async def test_files_of_somebody_who_may_not_forward_are_not_read(open_page: OpenPage, house: House) -> None:
    await house.people.change("wang", roles={Role.AUDITOR})
    page = await open_page("wang")
    answer = await say(page, "", ("a.xml", b"x" * (2 * MIB + 1)))
    assert (answer.status, (await answer.json())["code"]) == (403, "A01"), "asked before its size is known"
    assert house.door.received == []
    assert (await say(page, "待办")).status == 202


async def test_broken_requests_are_refused_without_an_error_of_ours(open_page: OpenPage, house: House) -> None:
    page = await open_page("li")
    multipart = {**OURS, "Content-Type": "multipart/form-data; boundary=b"}
    no_boundary = {**OURS, "Content-Type": "multipart/form-data"}
    json_type = {**OURS, "Content-Type": "application/json"}
    tries = [
        ("/api/messages", b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nno end', multipart),
        ("/api/messages", b"", multipart),
        ("/api/messages", b"x", no_boundary),
        ("/api/messages", b"{}", json_type),
        ("/api/clicks", b"[" * 200_000, json_type),
        ("/api/clicks", b"{" + b" " * 300_000 + b"}", json_type),
        ("/api/clicks", b"[]", json_type),
        ("/api/clicks", b"\xff", json_type),
        ("/api/clicks", b"{}", OURS),
    ]
    for path, body, headers in tries:
        answer = await page.post(path, data=body, headers=headers)
        assert (answer.status, (await answer.json())["code"]) == (400, "Q07"), (path, body[:20])
    for given in (
        {"key": "short"},
        {"key": KEY, "action": "", "subject": "x"},
        {"key": KEY, "action": "approve", "subject": 3},
        {"key": KEY, "action": "approve", "subject": "x", "version": True},
        {"key": KEY, "action": "approve", "subject": "x", "values": {"a": 1}},
        {"key": KEY, "action": "approve", "subject": "x", "conversation": "wang:chat"},
    ):
        assert (await post(page, "/api/clicks", given)).status == 400, given
    assert (await page.get("/api/messages?conversation=chat&before=-1")).status == 400
    assert (await page.get("/api/events?after=x")).status == 400
    assert house.door.received == []


async def test_text_the_database_cannot_keep_is_mended(open_page: OpenPage, house: House) -> None:
    page = await open_page("li")
    values = {"reason": "坏\ud800字\x00符"}
    answer = await post(page, "/api/clicks", {"key": KEY, "action": "reject", "subject": "G1", "values": values})
    assert answer.status == 202
    assert house.door.received[0].values == {"reason": "坏?字符"}


async def test_a_click_goes_once_with_its_form(open_page: OpenPage, house: House) -> None:
    page = await open_page("li")
    click = {
        "key": KEY,
        "conversation": "approvals",
        "action": "reject",
        "subject": "G2611-0001",
        "version": 4,
        "values": {"reason": "抬头不对"},
    }
    for _ in range(2):
        assert (await post(page, "/api/clicks", click)).status == 202
    (got,) = house.door.received
    assert (got.action, got.subject, got.version, got.values) == ("reject", "G2611-0001", 4, {"reason": "抬头不对"})
    assert got.conversation == "li:approvals"


async def test_keys_of_two_people_never_meet(open_page: OpenPage, house: House) -> None:
    await say(await open_page("li"), "一")
    await say(await open_page("wang"), "二")
    assert [r.text for r in house.door.received] == ["一", "二"]


# What the archive says


CARD = Card(same("发票"), choices=(Choice(Text("通过", "Approve"), "approve", "G2611-0001", 1),), about="G2611-0001")
REPORT = OutFile('十月 报表".xlsx', "application/vnd.ms-excel", b"workbook")


async def test_a_reply_is_said_once_and_its_cards_can_be_renewed(open_page: OpenPage, house: House, desk: Desk) -> None:
    reply = Reply(Text("两张", "two"), (CARD, CARD), (REPORT,))
    conversation = await desk.conversation(LI, "approvals")
    assert conversation is not None
    addresses = await desk.say(LI, conversation, reply, "k1")
    assert await desk.say(LI, conversation, reply, "k1") == addresses
    await desk.renew(LI, addresses[1], Card(Text("已归档", "archived")))
    page = await open_page("li")
    (shown,) = await messages(page, "approvals")
    assert [c["title"] for c in shown["cards"]] == ["发票", "已归档"]
    assert len(house.door.held) == 1


async def test_a_report_is_handed_out_while_one_may_have_it(open_page: OpenPage, house: House, desk: Desk) -> None:
    await desk.say(LI, "li:reports", Reply(same("报表"), files=(REPORT,)), "k1")
    page = await open_page("li")
    ((file,),) = [said["files"] for said in await messages(page, "reports")]
    assert await (await page.get(file["href"])).read() == b"workbook"
    await house.people.change("li", roles={Role.EMPLOYEE})
    try:
        refused = await page.get(file["href"])
        assert refused.status == 403
        assert (await refused.json())["code"] == "A01"
    finally:
        await house.people.change("li", roles=LI.roles)


async def test_open_pages_are_told_and_catch_up(open_page: OpenPage, desk: Desk) -> None:
    page, tab, other = await open_page("li"), await open_page("li"), await open_page("wang")
    streams = [await events(page, 0), await events(tab, 0)]
    wangs = await events(other, 0)
    (address,) = await desk.say(LI, "li:chat", Reply(same("一"), (CARD,)), "k1")
    for stream in streams:
        place, said = await stream.said()
        assert (place, said["text"]) == ("1", "一")
    await desk.renew(LI, address, Card(same("新")))
    place, said = await streams[0].said()
    assert (place, said["cards"][0]["title"]) == ("2", "新")
    await desk.say(WANG, "wang:chat", Reply(same("二")), "k1")
    assert (await wangs.said())[1]["text"] == "二"  # and nothing of Li's before it
    back = await events(tab, 0, last="1")
    place, said = await back.said()
    assert (place, said["cards"][0]["title"]) == ("2", "新")


async def test_what_another_replica_says_arrives_too(open_page: OpenPage, house: House, db: Database) -> None:
    page = await open_page("li")
    stream = await events(page)
    await replace(house, talk=Talk(db)).desk().say(LI, "li:chat", Reply(same("从别处")), "k1")
    assert (await stream.said())[1]["text"] == "从别处"


async def test_progress_passes_and_is_not_kept(open_page: OpenPage, desk: Desk) -> None:
    page = await open_page("li")
    stream = await events(page)
    await desk.progress(LI, "li:chat", "m-1", 0.5, "读到第 2 页")
    _, event, data = await stream.next()
    assert (event, data) == (
        "progress",
        {"conversation": "chat", "taken": "m-1", "share": 0.5, "words": "读到第 2 页"},
    )
    assert await messages(page) == []


async def test_streams_end_when_the_desk_closes(open_page: OpenPage, desk: Desk) -> None:
    page = await open_page("li")
    answer = await page.get("/api/events")
    await desk.close()
    async with asyncio.timeout(20):
        await answer.content.read()
    assert answer.content.at_eof()


async def test_the_list_tells_what_is_unread_and_the_language_changes_everything(
    open_page: OpenPage, desk: Desk
) -> None:
    page = await open_page("li")
    await desk.say(LI, "li:reports", Reply(Text("月报好了", "The monthly report is ready")), "k1")

    async def reports() -> dict[str, Any]:
        found = (await (await page.get("/api/conversations")).json())["conversations"]
        return next(each for each in found if each["id"] == "reports")

    first = await reports()
    assert (first["name"], first["unread"], first["line"]) == ("报表", 1, "月报好了")
    assert (await post(page, "/api/seen", {"conversation": "reports", "seq": 1})).status == 200
    assert (await post(page, "/api/language", {"lang": "en"})).status == 200
    then = await reports()
    assert (then["name"], then["unread"], then["line"]) == ("Reports", 0, "The monthly report is ready")
    assert [m["text"] for m in await messages(page, "reports")] == ["The monthly report is ready"]
    known = (await (await page.get("/api/commands")).json())["commands"]
    assert known[1] == ["todo", "see what waits for you"]


# Files


async def test_a_file_is_handed_to_its_owner_only(open_page: OpenPage, desk: Desk) -> None:
    await desk.say(LI, "li:reports", Reply(files=(REPORT, OutFile("图.png", "image/png", b"png", preview=True))), "k1")
    page, other = await open_page("li"), await open_page("wang")
    (shown,) = await messages(page, "reports")
    workbook, chart = shown["files"]
    answer = await page.get(workbook["href"])
    assert await answer.read() == b"workbook"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"__ ___.xlsx\"; filename*=UTF-8''%E5%8D%81%E6%9C%88%20%E6%8A%A5%E8%A1%A8%22.xlsx"
    )
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert (await page.get(chart["href"])).headers["Content-Disposition"].startswith("inline")
    for path in (workbook["href"], chart["href"]):
        assert (await other.get(path)).status == 404
    assert (await page.get(workbook["href"][:-1] + "9")).status == 404


async def test_pictures_and_originals_come_through_the_door(open_page: OpenPage) -> None:
    page, other = await open_page("li"), await open_page("wang")
    picture = await page.get("/api/items/G2611-0001/pages/0")
    assert (picture.content_type, (await picture.read())[:4]) == ("image/png", b"\x89PNG")
    original = await page.get("/api/items/G2611-0001/original")
    assert original.headers["Content-Disposition"].startswith('attachment; filename="__ ____.pdf"')
    for path in ("/api/items/G2611-0001/pages/0", "/api/items/G2611-0001/original"):
        answer = await other.get(path)
        assert (answer.status, (await answer.json())["code"]) == (404, "S03")
    assert (await page.get("/api/items/G2611-0001/pages/2")).status == 404
    assert (await page.get("/api/items/G2611-0001/pages/x")).status == 404
