"""Telling other systems: nothing lost, nothing told twice, signed, tried again, and never into our own network."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import ClientConnectorError, web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import TestServer

from archive.apikey import KeyScope
from archive.errors import UnsafeAddress
from archive.events import Event
from bot.api.wiring import teller_for, webhooks_of
from bot.outside import Resolver, checked, public
from storage.webhooks import WAITS
from tests.api.conftest import Program, Site
from tests.house import einvoice, words


@dataclass
class Receiver:
    """A system that is told: strict about signatures, and as broken as a test wants it."""

    url: str = ""
    secret: bytes = b""
    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        name, at = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        mac = hmac.new(self.secret, f"{name}.{at}.".encode() + body, hashlib.sha256).digest()
        assert request.headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
        told = json.loads(body)
        assert told["id"] == name
        if self.status == 302:
            raise web.HTTPFound("/elsewhere")
        if self.status == 200:
            self.got.append(told)
        return web.Response(status=self.status)

    def told(self) -> list[tuple[str, str]]:
        return [(each["type"], each["data"].get("item", "")) for each in self.got]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.take)
    async with TestServer(app) as server:
        made.url = str(server.make_url("/hook"))
        yield made


@pytest.fixture
def near(site: Site) -> Site:
    """A site whose settings let webhooks lead inside, where the tests' receiver is."""
    settings = replace(site.scene.house.settings, webhooks_private=True)
    site.scene.house = replace(site.scene.house, settings=settings)
    for op in site.api._operations:
        if op.id == "addWebhook":
            op.handler.__self__._private = True  # type: ignore[attr-defined]
    return site


async def registered(program: Program, receiver: Receiver, *events: Event) -> str:
    made = await program.ask("POST", "/webhooks", json={"url": receiver.url, "events": [*(events or Event)]})
    assert made.status == 201, made.body
    receiver.secret = base64.b64decode(made.body["secret"].removeprefix("whsec_"))
    return str(made.body["id"])


async def test_what_happens_is_told_once_with_its_reason(near: Site, receiver: Receiver) -> None:
    scene, teller = near.scene, teller_for(near.scene.house)
    before = await scene.forward("li", einvoice())  # before anybody asked to be told
    await registered(await near.program("zhao"), receiver)
    good, bad = await scene.forward("li", einvoice()), await scene.forward("li", einvoice())
    await scene.click("wang", "approve", good.id)
    await scene.click("wang", "reject", bad.id, {"reason": "抬头不对"})
    for _ in range(3):
        await teller.tell()
    assert sorted(receiver.told()) == sorted(
        [("item.archived", good.id), ("case.decided", good.id), ("case.decided", bad.id), ("item.rejected", bad.id)]
        + ([("check.failed", i.id) for i in (good, bad) if any(f.level != "note" for f in i.findings)])
    )
    archived = next(each for each in receiver.got if each["type"] == "item.archived")
    assert archived["data"]["archive_no"] == (await scene.house.vault.item(good.id)).filed.archive_no  # type: ignore[union-attr]
    rejected = next(each for each in receiver.got if each["type"] == "item.rejected")
    assert (rejected["data"]["reason"], rejected["data"]["by"]) == ("抬头不对", "wang")
    assert before.id not in str(receiver.got)


async def test_a_failed_check_is_told_with_its_codes(near: Site, receiver: Receiver) -> None:
    await registered(await near.program("zhao"), receiver, Event.CHECK_FAILED)
    item = await near.scene.forward("li", b"%PDF-1.4 nothing in it", "坏.pdf")
    await teller_for(near.scene.house).tell()
    assert receiver.told() == [("check.failed", item.id)]
    codes = {f.code for f in item.findings if f.level != "note"}
    assert set(receiver.got[0]["data"]["checks"]) == codes != set()


class Killed(Exception):
    """The process ends here."""


@pytest.mark.parametrize("moment", ["put", "write_down", "claim", "sent"])
async def test_broken_off_anywhere_nothing_is_lost_and_nothing_new_is_made_up(
    near: Site, receiver: Receiver, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await registered(await near.program("zhao"), receiver, Event.DECIDED, Event.ARCHIVED)
    items = [await near.scene.forward("li", einvoice()) for _ in range(3)]
    for item in items:
        await near.scene.click("wang", "approve", item.id)
    dying, hooks = teller_for(near.scene.house), webhooks_of(near.scene.house)
    calls, real = 0, getattr(hooks, moment)

    async def killed(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 1 or moment == "write_down":
            raise Killed
        return await real(*args)

    monkeypatch.setattr(hooks, moment, killed)
    dying._hooks = hooks
    with pytest.raises(Killed):
        await dying.tell()
    near.scene.clock.move(minutes=2)  # what was claimed is free again
    for _ in range(4):
        await teller_for(near.scene.house).tell()
    expected = [(kind, item.id) for item in items for kind in ("case.decided", "item.archived")]
    ids = {each["id"]: (each["type"], each["data"]["item"]) for each in receiver.got}
    assert sorted(ids.values()) == sorted(expected)
    assert len(receiver.got) - len(ids) <= (1 if moment == "sent" else 0)  # the same id again: the receiver knows it


async def test_it_is_tried_again_later_and_later_then_shown_as_dead_and_sent_again(
    near: Site, receiver: Receiver
) -> None:
    program, scene = await near.program("zhao"), near.scene
    hook = await registered(program, receiver, Event.ARCHIVED)
    item = await scene.forward("li", einvoice())
    await scene.click("wang", "approve", item.id)
    teller, receiver.status = teller_for(scene.house), 500
    await teller.tell()
    for wait in WAITS:
        listed = (await program.get(f"/webhooks/{hook}/deliveries")).body["data"]
        assert [each["state"] for each in listed] == ["waiting"]
        await teller.tell()  # too early: not tried
        scene.clock.by += wait
        await teller.tell()
    (dead,) = (await program.get(f"/webhooks/{hook}/deliveries", state="dead")).body["data"]
    assert (dead["attempts"], dead["code"], dead["event"]) == (len(WAITS) + 1, "500", "item.archived")
    assert any("item.archived" in words(reply) for reply in scene.channel.told("zhao"))
    receiver.status = 200
    assert (await program.ask("POST", f"/webhooks/{hook}/deliveries/{dead['id']}/resend")).status == 202
    await teller.tell()
    assert receiver.told() == [("item.archived", item.id)]
    (sent,) = (await program.get(f"/webhooks/{hook}/deliveries", state="sent")).body["data"]
    assert sent["id"] == dead["id"]


async def test_a_redirect_is_not_followed(near: Site, receiver: Receiver) -> None:
    program = await near.program("zhao")
    hook = await registered(program, receiver)
    receiver.status = 302
    await program.ask("POST", f"/webhooks/{hook}/ping")
    await teller_for(near.scene.house).tell()
    (each,) = (await program.get(f"/webhooks/{hook}/deliveries")).body["data"]
    assert (each["state"], each["code"]) == ("waiting", "302")


async def test_who_may_not_see_an_item_is_not_told_of_it(near: Site, receiver: Receiver) -> None:
    await registered(await near.program("sun"), receiver)
    item = await near.scene.forward("li", einvoice())
    await near.scene.click("wang", "approve", item.id)
    await teller_for(near.scene.house).tell()
    assert receiver.got == []
    own = await near.scene.forward("sun", einvoice())
    await near.scene.click("qian", "approve", own.id)
    await teller_for(near.scene.house).tell()
    assert ("item.archived", own.id) in receiver.told()


async def test_a_revoked_key_tells_nobody_anything_more(near: Site, receiver: Receiver) -> None:
    key, token = await near.keys.add("zhao", list(KeyScope))
    await registered(near.with_token(token), receiver)
    one = await near.scene.forward("li", einvoice())
    await near.scene.click("wang", "approve", one.id)
    teller = teller_for(near.scene.house)
    await teller.write_down(await webhooks_of(near.scene.house).all())  # it waits already when the key ends
    await near.keys.revoke(key.id)
    await teller.tell()
    assert receiver.got == []


async def test_webhooks_are_their_keys_own(near: Site, receiver: Receiver) -> None:
    mine, other = await near.program("zhao"), await near.program("zhao")
    hook = await registered(mine, receiver)
    for method, path in (("DELETE", ""), ("POST", "/ping"), ("GET", "/deliveries"), ("POST", "/deliveries/x/resend")):
        assert (await other.ask(method, f"/webhooks/{hook}{path}")).status == 404
    assert (await other.get("/webhooks")).body["data"] == []
    assert (await mine.ask("DELETE", f"/webhooks/{hook}")).status == 204
    assert (await mine.get("/webhooks")).body["data"] == []
    links = await near.scene.house.trail.about(f"webhook:{hook}")
    assert [link.entry.action for link in links] == ["webhook_made", "webhook_removed"]


async def test_the_same_idempotency_key_is_one_webhook_with_one_secret(near: Site, receiver: Receiver) -> None:
    program, once = await near.program("zhao"), {"Idempotency-Key": "erp"}
    wanted = {"url": receiver.url, "events": ["item.archived"]}
    first = await program.ask("POST", "/webhooks", headers=once, json=wanted)
    assert (await program.ask("POST", "/webhooks", headers=once, json=wanted)).data == first.data
    other = await program.ask("POST", "/webhooks", headers=once, json={**wanted, "events": ["case.decided"]})
    assert other.body["code"] == "Q08"
    kept = str(await near.scene.house.db.webhooks.find_one({})) + str(await near.scene.house.db.keys.find().to_list())
    assert first.body["secret"].removeprefix("whsec_") not in kept


INSIDE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1", "fe80::1",
    "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "224.0.0.1", "255.255.255.255",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_told_apart(address: str) -> None:
    assert not public(address)
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(UnsafeAddress):
        checked(f"https://{host}/hook", private=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "https://", "https://user:pw@example.com/", "https://localhost/",
        "https://a.localhost/", "https://example.com/#x", "https://example.com:0/", "https://exa mple.com/",
        "https://[::1/", "file:///etc/passwd", "https://example.com\\@127.0.0.1/", "https://例子.com/",
        "https://example.com:99999/", "https://e.com/" + "x" * 2000,
    ],
)  # fmt: skip
def test_addresses_that_are_none_for_us(url: str) -> None:
    with pytest.raises(UnsafeAddress):
        checked(url, private=False)


def test_an_open_address_is_taken() -> None:
    assert public("1.1.1.1")
    assert public("2606:4700::1111")
    assert checked("https://erp.example.com:8443/hook?x=1", private=False)


class Names(AbstractResolver):
    """A name that leads to these addresses."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=a, port=port, family=socket.AF_INET, proto=0, flags=0)
            for a in self.addresses
        ]

    async def close(self) -> None: ...


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("1.1.1.1", "10.0.0.1"), ()])
async def test_a_name_that_leads_inside_is_not_called(addresses: tuple[str, ...]) -> None:
    with pytest.raises(OSError, match="private"):
        await Resolver(Names(*addresses)).resolve("erp.example.com", 443)


async def test_the_way_out_itself_refuses_names_that_lead_inside(site: Site, receiver: Receiver) -> None:
    from bot.outside import session

    port = receiver.url.split(":")[2].split("/")[0]
    async with session(private=False) as out:
        with pytest.raises(ClientConnectorError) as refused_there:
            await out.post(f"http://localhost:{port}/hook")
    assert "private" in str(refused_there.value.__cause__)
    program = await site.program("zhao")
    refused = await program.ask("POST", "/webhooks", json={"url": receiver.url})
    assert (refused.status, refused.body["code"]) == (400, "Q10")
