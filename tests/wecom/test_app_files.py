"""Files in and out of the 自建应用."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.errors import FileGone, FileTooBig, Later, NoScope, NotWhatItSays
from archive.words import same
from config import channels
from handlers.message import OutFile, RemoteFile, Reply
from tests.fakes.wecom import MIB, PNG, Media
from tests.wecom.conftest import LI, AppScene, app_opened, sample

PDF = b"%PDF-1.7\n" + b"x" * 200
REPORT = OutFile("报表 本月报销.pdf", "application/pdf", file="held:1", size=len(PDF))
SENT = RemoteFile("发票.pdf", "m1")


async def test_a_file_comes_in(app: AppScene) -> None:
    app.fake.media["3media-made-up-file"] = Media("file", "发票.pdf", PDF)
    await app.event(sample("app_file"))
    (taken,) = app.gate.taken.values()
    assert await app.wecom.fetch(taken.files[0]) == PDF


async def test_a_failure_is_a_200_with_json(app: AppScene) -> None:
    with pytest.raises(FileGone) as gone:
        await app.wecom.fetch(SENT)
    assert gone.value.facts["name"] == "发票.pdf"


@pytest.mark.parametrize(("code", "problem"), [(40007, FileGone), (41006, FileGone), (48002, NoScope), (45009, Later)])
async def test_failures(app: AppScene, code: int, problem: type[Exception]) -> None:
    app.fake.denied["media/get"] = [code]
    with pytest.raises(problem):
        await app.wecom.fetch(SENT)


async def test_a_token_that_is_refused_with_200_and_json_is_asked_anew(app: AppScene) -> None:
    app.fake.media["m1"] = Media("file", "发票.pdf", PDF)
    await app.wecom.fetch(SENT)
    app.fake.take_back_tokens()
    assert await app.wecom.fetch(SENT) == PDF


async def test_a_login_page_instead_of_a_file(app: AppScene) -> None:
    app.fake.login_page = True
    with pytest.raises(NotWhatItSays):
        await app.wecom.fetch(SENT)


async def test_a_json_file_is_a_file(app: AppScene) -> None:
    app.fake.media["m1"] = Media("file", "a.json", b'{"errcode": 40007}', media_type="application/json")
    assert await app.wecom.fetch(SENT) == b'{"errcode": 40007}'
    app.fake.media["m1"] = Media("file", "a.json", b'{"total": 1}', disposition=False)
    assert await app.wecom.fetch(SENT) == b'{"total": 1}'


async def test_an_empty_file(app: AppScene) -> None:
    app.fake.media["m1"] = Media("file", "a", b"")
    with pytest.raises(FileGone):
        await app.wecom.fetch(SENT)


async def test_too_big() -> None:
    async with app_opened(file_cap=100) as app:
        app.fake.media["m1"] = Media("file", "a", PDF)
        with pytest.raises(FileTooBig):
            await app.wecom.fetch(SENT)


async def test_a_file_goes_out_under_its_chinese_name(app: AppScene) -> None:
    app.handout.held["held:1"] = PDF
    await app.wecom.say(LI, "LiMing", Reply(text=same("好"), files=(REPORT,)), "k")
    (media,) = app.fake.media.values()
    assert (media.name, media.data, media.kind) == ("报表 本月报销.pdf", PDF, "file")
    assert [s.kind for s in app.fake.stand("LiMing")] == ["text", "file"]


@pytest.mark.parametrize("name", ["😀", 'a"; x="y\r\nX: 1.pdf', "a/b\\c.pdf", "字" * 300])
async def test_odd_names(app: AppScene, name: str) -> None:
    app.handout.held["held:1"] = PDF
    await app.wecom.say(LI, "LiMing", Reply(files=(replace(REPORT, name=name),)), "k")
    (media,) = app.fake.media.values()
    assert media.name == "".join("_" if c in '"\\/\r\n' else c for c in name)[:100]


async def test_a_chart_is_a_picture(app: AppScene) -> None:
    chart = OutFile("图.png", "image/png", PNG, preview=True)
    await app.wecom.say(LI, "LiMing", Reply(files=(chart, replace(chart, preview=False))), "k")
    assert [s.kind for s in app.fake.stand("LiMing")] == ["image", "file"]


@pytest.mark.parametrize("size", [20 * MIB + 1, 5])
async def test_what_is_too_big_or_too_small_goes_as_a_link(app: AppScene, size: int) -> None:
    app.handout.held["held:1"] = bytes(size)
    for out in (REPORT, replace(REPORT, size=size)):
        await app.wecom.say(LI, "LiMing", Reply(files=(out,)), "k")
    assert app.fake.media == {}
    for said in app.fake.stand("LiMing"):
        assert "https://guidang.example.cn/f/li-held:1" in said.content["content"]


async def test_a_picture_over_10_mb_goes_as_a_file(app: AppScene) -> None:
    chart = OutFile("图.png", "image/png", PNG + bytes(10 * MIB), preview=True)
    await app.wecom.say(LI, "LiMing", Reply(files=(chart,)), "k")
    assert [s.kind for s in app.fake.stand("LiMing")] == ["file"]


async def test_links_where_nothing_may_leave() -> None:
    async with app_opened(leaving=channels.ABROAD) as app:
        await app.wecom.say(LI, "LiMing", Reply(text=same("好"), files=(REPORT, replace(REPORT, file="h2"))), "k")
        assert app.fake.media == {}
        _, links = app.fake.stand("LiMing")
        assert links.content["content"].count("<a href=") == 2


async def test_a_file_that_is_theirs_no_longer(app: AppScene) -> None:
    await app.wecom.say(LI, "LiMing", Reply(files=(REPORT,)), "k")
    (said,) = app.fake.stand("LiMing")
    assert "S03" in said.content["content"]


async def test_a_file_wecom_refuses_goes_as_a_link(app: AppScene) -> None:
    app.handout.held["held:1"] = PDF
    app.fake.denied["media/upload"] = [45001]
    await app.wecom.say(LI, "LiMing", Reply(files=(REPORT,)), "k1")
    app.fake.denied["message/send"] = [40007]
    await app.wecom.say(LI, "LiMing", Reply(files=(REPORT,)), "k2")
    assert all("/f/li-held:1" in said.content["content"] for said in app.fake.stand("LiMing"))


async def test_a_file_uploaded_while_the_token_was_taken_back(app: AppScene) -> None:
    app.handout.held["held:1"] = PDF
    await app.wecom.say(LI, "LiMing", Reply(text=same("好")), "k")
    app.fake.take_back_tokens()
    await app.wecom.say(LI, "LiMing", Reply(files=(REPORT,)), "k2")
    (media,) = app.fake.media.values()
    assert media.data == PDF
