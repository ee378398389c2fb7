"""Files in, without giving our token away; files out, the way the settings allow."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import TCPConnector

from archive.errors import FileGone, FileTooBig, Later, NoAnswer, NoScope, NotWhatItSays
from archive.words import Text
from bot.teams.hosts import CONNECTOR, FILES, Hosts
from handlers.message import OutFile, RemoteFile, Reply
from storage import mongo
from tests.fakes.teams import Doc, Servers
from tests.teams.house import GROUP, PERSONAL, ZHANG, Scene, standing, until

PDF = b"%PDF-1.7 " + b"x" * 5_000
REPORT = OutFile("报表.pdf", "application/pdf", file="held:1", size=len(PDF))


def _lying(scene: Scene, name: str, size: int = 0) -> RemoteFile:
    return RemoteFile("发票.pdf", json.dumps([f"{scene.servers.sharepoint}/files/{name}?tempauth=v1", False]), size)


def _pasted(scene: Scene, name: str) -> RemoteFile:
    return RemoteFile("p.png", json.dumps([f"{scene.servers.service}v3/attachments/{name}/views/original", True]))


async def test_a_file_is_fetched_without_our_token(scene: Scene) -> None:
    """Trap 4: the SDK's downloader would send it along."""
    scene.servers.files["a"] = (200, "application/pdf", PDF)
    assert await scene.channel.fetch(_lying(scene, "a")) == PDF
    assert scene.servers.leaked == 0


async def test_a_pasted_picture_is_fetched_with_it(scene: Scene) -> None:
    scene.servers.pictures["0-weu"] = b"\x89PNG1"
    assert await scene.channel.fetch(_pasted(scene, "0-weu")) == b"\x89PNG1"
    with pytest.raises(FileGone):
        await scene.channel.fetch(_pasted(scene, "gone"))


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com/a", "http://contoso.sharepoint.com/a", "https://user:pw@contoso.sharepoint.com/a",
        "https://sharepoint.com.evil.example.com/a", "https://169.254.169.254/latest", "https://10.0.0.1/", "",
        "file:///etc/passwd", "https://[::1]/a", "gopher://127.0.0.1/", "http://127.0.0.1@evil.example.com/",
    ],
)  # fmt: skip
async def test_other_hosts_are_asked_for_nothing(scene: Scene, url: str) -> None:
    for token in (True, False):
        with pytest.raises(FileGone):
            await scene.channel.fetch(RemoteFile("a.pdf", json.dumps([url, token])))


def test_the_token_goes_to_the_connector_only() -> None:
    connector, files = Hosts(CONNECTOR), Hosts(FILES)
    assert connector.is_allowed("https://smba.trafficmanager.net/emea/v3/attachments/1/views/original")
    assert not connector.is_allowed("https://contoso-my.sharepoint.com/a")
    assert not connector.is_allowed("https://127.0.0.1/")
    assert files.is_allowed("https://contoso-my.sharepoint.com/a")
    assert not files.is_allowed("https://blob.core.windows.net.example.com/")


async def test_a_redirect_never_takes_the_token_along_nor_leads_elsewhere(scene: Scene) -> None:
    scene.servers.files["a"] = (200, "application/pdf", PDF)
    base = f"{scene.servers.sharepoint}/elsewhere/x?to="
    here = RemoteFile("a.pdf", json.dumps([f"{base}{scene.servers.sharepoint}/files/a", False]))
    assert await scene.channel.fetch(here) == PDF
    for url, token in (
        (f"{base}https://evil.example.com/a", False),
        (f"{base}{scene.servers.sharepoint}/files/a", True),
    ):
        with pytest.raises(FileGone):
            await scene.channel.fetch(RemoteFile("a.pdf", json.dumps([url, token])))
    assert scene.servers.leaked == 1  # the redirecting host itself, which is the connector's here


async def test_a_file_that_is_too_big(scene: Scene) -> None:
    """By what the message says, by what the server says, and by what comes when neither says."""
    with pytest.raises(FileTooBig):
        await scene.channel.fetch(_lying(scene, "a", size=10**9))
    scene.servers.files["a"] = (200, "application/pdf", b"x" * (2 * 1024 * 1024))
    with pytest.raises(FileTooBig) as told:
        await scene.channel.fetch(_lying(scene, "a"))
    assert told.value.facts == {"name": "发票.pdf", "size": 2.0, "limit": 1}
    scene.servers.files["a"] = (200, "chunked", b"x" * (2 * 1024 * 1024))
    with pytest.raises(FileTooBig):
        await scene.channel.fetch(_lying(scene, "a"))


@pytest.mark.parametrize(
    ("status", "kind", "data", "error"),
    [
        (404, "text/plain", b"", FileGone),
        (410, "text/plain", b"", FileGone),
        (401, "text/plain", b"", FileGone),  # the permission in the address has ended
        (200, "text/html", b"<html>Sign in</html>", NotWhatItSays),
        (200, "application/pdf", b"\n<!DOCTYPE html><html>Sign in</html>", NotWhatItSays),
        (429, "text/plain", b"", Later),
        (503, "text/plain", b"", Later),
        (500, "text/plain", b"", NoAnswer),
    ],
)
async def test_what_else_comes_instead_of_a_file(
    scene: Scene, status: int, kind: str, data: bytes, error: type[Exception]
) -> None:
    scene.servers.files["a"] = (status, kind, data)
    with pytest.raises(error):
        await scene.channel.fetch(_lying(scene, "a"))


async def test_a_picture_we_may_not_have(scene: Scene) -> None:
    scene.servers.pictures["a"] = b"\x89PNG"
    await scene.channel.fetch(_pasted(scene, "a"))
    scene.servers.forget_tokens()
    with pytest.raises(NoScope):
        await scene.channel.fetch(_pasted(scene, "a"))


async def test_where_files_leave_as_links(scene: Scene) -> None:
    scene.handout.held["held:1"] = (ZHANG.id, PDF)
    await scene.met()
    await scene.channel.say(ZHANG, PERSONAL, Reply(Text("给你", "here"), files=(REPORT,)), "k")
    (said,) = scene.servers.cards()
    assert said.card["actions"][0]["url"] == "https://archive.example.cn/f/zhangsan-held:1"


async def _offered(direct: Scene) -> Doc:
    direct.handout.held["held:1"] = (ZHANG.id, PDF)
    await direct.met()
    await direct.channel.say(ZHANG, PERSONAL, Reply(files=(REPORT,)), "k")
    (said,) = direct.servers.said
    (attachment,) = said.body["attachments"]
    assert attachment["name"] == "报表.pdf"
    assert attachment["content"]["sizeInBytes"] == len(PDF)
    context: Doc = attachment["content"]["acceptContext"]
    return context


def _answer(direct: Scene, name: str, context: Doc, **changes: Any) -> Doc:
    made = direct.event(name, replyToId=direct.servers.said[0].id, **changes)
    made["value"]["context"] = context
    if "uploadInfo" in made["value"]:
        made["value"]["uploadInfo"]["uploadUrl"] = f"{direct.servers.sharepoint}/upload/u1?tempauth=x"
    return made


async def test_an_accepted_file_is_uploaded_and_shown(direct: Scene) -> None:
    context = await _offered(direct)
    status, body = await direct.post(_answer(direct, "consent_accept", context))
    assert (status, body) == (200, {})
    await until(lambda: direct.servers.renewals == 1)
    assert direct.servers.uploads["u1"] == PDF
    assert direct.servers.leaked == 0
    (attachment,) = direct.servers.said[0].body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.teams.card.file.info"
    assert attachment["content"]["fileType"] == "pdf"
    await direct.post(_answer(direct, "consent_accept", context))  # pressed again: the offer is gone
    await until(lambda: bool(direct.servers.words()))
    assert "已失效" in direct.servers.words()[0]


async def test_a_big_file_goes_in_pieces(direct: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.teams.files._STEP", 1_000)
    context = await _offered(direct)
    await direct.post(_answer(direct, "consent_accept", context))
    await until(lambda: direct.servers.renewals == 1)
    assert direct.servers.uploads["u1"] == PDF


async def test_a_declined_file(direct: Scene) -> None:
    context = await _offered(direct)
    assert await direct.post(_answer(direct, "consent_decline", context)) == (200, {})
    await until(lambda: direct.servers.renewals == 1)
    assert direct.servers.said[0].text == "没有存入「报表.pdf」"
    assert direct.servers.uploads == {}


async def test_an_offer_is_one_persons(direct: Scene) -> None:
    context = await _offered(direct)
    for user in ("aa11bb22-0000-4000-8000-000000000002", "somebody"):
        payload = _answer(direct, "consent_accept", context)
        payload["from"]["aadObjectId"] = user
        await direct.post(payload)
    forgeries: list[Any] = [{"offer": "made-up"}, {"offer": 3}, {}, [], "x"]
    for forged in forgeries:
        payload = _answer(direct, "consent_accept", context)
        payload["value"]["context"] = forged
        await direct.post(payload)
    await until(lambda: len(direct.servers.words()) == 6)
    assert direct.servers.uploads == {}


async def test_a_right_lost_meanwhile_is_asked_again(direct: Scene) -> None:
    context = await _offered(direct)
    direct.handout.held["held:1"] = ("another", PDF)
    await direct.post(_answer(direct, "consent_accept", context))
    await until(lambda: bool(direct.servers.words()))
    assert "[S03]" in direct.servers.words()[0]
    assert direct.servers.uploads == {}


async def test_an_upload_that_fails_may_be_pressed_again(direct: Scene) -> None:
    context = await _offered(direct)
    direct.servers.failing.append((503, {}, ""))
    await direct.post(_answer(direct, "consent_accept", context))
    await until(lambda: bool(direct.servers.words()))
    assert "[P01]" in direct.servers.words()[0]
    await direct.post(_answer(direct, "consent_accept", context))
    await until(lambda: direct.servers.uploads.get("u1") == PDF)


async def test_an_upload_goes_to_sharepoint_only(direct: Scene) -> None:
    context = await _offered(direct)
    payload = _answer(direct, "consent_accept", context)
    payload["value"]["uploadInfo"]["uploadUrl"] = "https://evil.example.com/up"
    await direct.post(payload)
    await until(lambda: bool(direct.servers.words()))
    assert "[P08]" in direct.servers.words()[0]


async def test_outside_personal_chats_a_file_goes_as_a_link(direct: Scene) -> None:
    direct.handout.held["held:1"] = (ZHANG.id, PDF)
    await direct.met("text_group")
    await direct.channel.say(ZHANG, GROUP, Reply(files=(REPORT,)), "k")
    assert direct.servers.cards() == []  # we don't know yet where to reach them alone
    assert "先与归档单独聊" in direct.servers.words()[-1]
    await direct.met()
    await direct.channel.say(ZHANG, GROUP, Reply(files=(REPORT,)), "k2")
    (link,) = direct.servers.cards()
    assert link.conversation == PERSONAL  # who presses it first has the file: in a group that could be anybody
    assert link.card["actions"][0]["type"] == "Action.OpenUrl"
    assert "单独聊天" in direct.servers.words()[-1]


async def test_our_token_never_goes_where_files_lie(servers: Servers, db: mongo.Database) -> None:
    """Not even where settings name it: a picture of a message could point to anybody's SharePoint."""
    async with standing(servers, db, service_hosts=("127.0.0.1", "SharePoint.cn", "contoso.sharepoint.com")) as scene:
        for host in ("evil.sharepoint.cn", "contoso.sharepoint.com"):
            with pytest.raises(FileGone):
                await scene.channel.fetch(RemoteFile("p.png", json.dumps([f"https://{host}/p", True])))


async def test_a_name_that_points_into_our_own_network(
    servers: Servers, db: mongo.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def here(*_: object) -> list[dict[str, object]]:
        return [{"hostname": "x", "host": "10.0.0.7", "port": 443, "family": 2, "proto": 6, "flags": 0}]

    async with standing(servers, db, service_hosts=()) as strict:
        monkeypatch.setattr(TCPConnector, "_resolve_host", here)
        with pytest.raises(FileGone):
            await strict.channel.fetch(RemoteFile("p.pdf", json.dumps(["https://contoso.sharepoint.com/p", False])))


@pytest.mark.parametrize("what", ["preview", "consent"])
async def test_a_file_teams_does_not_take_goes_as_a_link(direct: Scene, what: str) -> None:
    direct.handout.held["held:1"] = (ZHANG.id, PDF)
    out = OutFile("图.png", "image/png", file="held:1", size=5, preview=True) if what == "preview" else REPORT
    await direct.met()
    direct.servers.failing.append((400, {}, "BadSyntax"))
    await direct.channel.say(ZHANG, PERSONAL, Reply(files=(out,)), "k")
    assert direct.servers.cards()[0].card["actions"][0]["type"] == "Action.OpenUrl"


async def test_a_chart_is_shown_in_the_conversation(direct: Scene) -> None:
    chart = OutFile("图.png", "image/png", file="c", size=5, preview=True)
    direct.handout.held["c"] = (ZHANG.id, b"\x89PNG1")
    await direct.met("text_group")
    await direct.channel.say(ZHANG, GROUP, Reply(files=(chart,)), "k")
    assert direct.servers.said[0].body["attachments"][0]["contentUrl"].startswith("data:image/png;base64,")


async def test_a_file_they_may_not_have_any_more_is_told(direct: Scene) -> None:
    chart = OutFile("图.png", "image/png", file="c", size=5, preview=True)
    await direct.met()
    await direct.channel.say(ZHANG, PERSONAL, Reply(files=(chart,)), "k")
    assert "[S03]" in direct.servers.words()[0]
