"""Files nobody should send: each has its own clear answer in both languages, and is kept or refused as fits."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archive.errors import FileTooBig
from archive.item import ItemState
from bot.inbox import Reception
from bot.workers import Workers
from intake.limits import XML_NODES
from tests.house import Scene, button, drawn, einvoice, until, words, zipped
from tests.intake.test_bundles import mail, seven

pytestmark = pytest.mark.asyncio(loop_scope="module")


def png_header(width: int, height: int) -> bytes:
    """The first bytes of a PNG of that size: its header, and a beginning of pixels."""
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    return head + struct.pack(">I", 1 << 20) + b"IDAT" + zlib.compress(bytes(4096))


def bomb(size: int = 8 << 20) -> bytes:
    """A small zip that unpacks to `size` zeros."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros.bin", "w") as entry:
        for _ in range(size >> 20):
            entry.write(bytes(1 << 20))
    return out.getvalue()


def locked_zip() -> bytes:
    """A zip whose entry says that it is encrypted."""
    data = bytearray(zipped({"a.xml": einvoice()}))
    data[6] |= 1  # general purpose flag of the local header
    central = data.index(b"PK\x01\x02")
    data[central + 8] |= 1
    return bytes(data)


def deep(levels: int = 5000) -> bytes:
    return b"<?xml version='1.0'?>" + b"<a>" * levels + b"</a>" * levels


#: name as sent → (its bytes, the code of the answer, words of it in Chinese and in English)
KEPT: dict[str, tuple[Callable[[], bytes], str, str, str]] = {
    "截断.pdf": (lambda: drawn("dev_37")[1], "R03", "不完整", "is incomplete"),
    "截断.xml": (lambda: drawn("xml_08")[1], "R03", "不完整", "is incomplete"),
    "加密.pdf": (lambda: drawn("dev_35")[1], "R04", "有打开密码", "locked with a password"),
    "加密.zip": (locked_zip, "R04", "有打开密码", "locked with a password"),
    "网页.pdf": (lambda: drawn("dev_38")[1], "R05", "内容其实是 HTML", "it really is HTML"),
    "随便.pdf": (lambda: b"\x00\x01\x02nothing at all" * 50, "R06", "格式不认识", "is not known"),
    "表格.csv": (lambda: b"a,b,c\n1,2,3\n", "R06", "格式不认识", "is not known"),
    "炸弹.zip": (bomb, "R07", "没有展开", "was not unpacked"),
    "套娃.zip": (
        lambda: zipped({"1.zip": zipped({"2.zip": zipped({"3.zip": zipped({"a.xml": einvoice()})})})}),
        "R07",
        "嵌套太深",
        "nested too deep",
    ),
    "套着炸弹.zip": (lambda: zipped({"a.xml": einvoice(), "inner.zip": bomb()}), "R07", "没有展开", "was not unpacked"),
    "断了.zip": (lambda: zipped({"a.xml": einvoice() * 20})[:300], "R03", "不完整", "is incomplete"),
    "空的.zip": (lambda: zipped({}), "R01", "空文件", "is empty"),
    "实体.xml": (lambda: drawn("xml_07")[1], "R08", "可能是攻击", "may be an attack"),
    "很深.xml": (deep, "R09", "嵌套太深", "nested too deep"),
    "巨幅.png": (lambda: png_header(250_000, 200_000), "R10", "50000 百万像素", "50000 megapixels"),
    "大幅.png": (lambda: png_header(12_000, 12_000), "R10", "144 百万像素", "144 megapixels"),
    "断头.png": (lambda: png_header(250_000, 200_000)[:33], "R03", "不完整", "is incomplete"),
    "别的.xml": (
        lambda: b"<?xml version='1.0'?><html5><p>x</p></html5>",
        "R11",
        "没有找到发票",
        "No invoice was found",
    ),
    "加密.7z": (lambda: seven({"a.xml": einvoice()}, password="x"), "R04", "有打开密码", "locked with a password"),
    "包.rar": (lambda: b"Rar!\x1a\x07\x01\x00" + bytes(64), "R16", "RAR 压缩包", "RAR archive"),
    "链接.eml": (lambda: mail({}), "R17", "没有附件", "has no attachment"),
    "照片.heic": (lambda: b"\x00\x00\x00\x18ftypheic" + bytes(64), "R14", "HEIC", "HEIC photo"),
}


@pytest.mark.parametrize("name", KEPT)
async def test_kept_with_its_reason_and_a_form(scene: Scene, name: str) -> None:
    make, code, zh, en = KEPT[name]
    data = make()
    reply = await scene.send("li", files=[(name, data)])
    (item,) = await scene.items(reply)
    assert item.state is ItemState.DOUBTFUL
    assert await scene.house.vault.original(item.file) == data
    flags = [flag for flag in reply.cards[0].flags if "[R" in flag.zh]
    assert len(flags) == 1, "one reason, and only one"
    assert f"[{code}]" in flags[0].zh
    assert f"[{code}]" in flags[0].en
    assert zh in flags[0].zh
    assert en in flags[0].en
    assert "还有内容要你补充" in words(reply)
    assert button(reply.cards[0], "correct").form is not None


async def test_a_7z_and_a_mail_are_unpacked_like_a_zip(scene: Scene) -> None:
    packed = seven({"1.xml": einvoice("811.00"), "2.xml": einvoice("812.00")})
    reply = await scene.send("li", files=[("月底.7z", packed), ("转发.eml", mail({"3.xml": einvoice("813.00")}))])
    items = await scene.items(reply)
    assert sorted(str(i.document.total) for i in items) == ["811.00", "812.00", "813.00"]
    assert sorted(i.file.name for i in items) == ["1.xml", "2.xml", "3.xml"]


async def test_a_wrong_ending_is_no_obstacle(scene: Scene) -> None:
    item = await scene.forward("li", drawn("dev_16")[1], "发票.jpg")
    assert item.document.number == "26349990000016351430"
    item = await scene.forward("li", einvoice("802.00"), "发票.pdf")
    assert str(item.document.total) == "802.00"


async def test_an_empty_file_is_refused_beside_the_others(scene: Scene) -> None:
    reply = await scene.send("li", files=[("空.pdf", b""), ("好.xml", einvoice("803.00"))])
    assert len(reply.cards) == 1
    assert "「空.pdf」是空文件" in words(reply)
    assert "[R01]" in words(reply, "en")
    alone = await scene.send("li", files=[("空.pdf", b"")])
    assert words(alone).startswith("「空.pdf」是空文件")


async def test_a_bad_file_does_not_hold_up_the_good_ones(scene: Scene) -> None:
    bad = drawn("dev_37")[1] + b"%"
    reply = await scene.send("li", files=[("1.pdf", bad), ("2.xml", einvoice("804.00")), ("3.xml", einvoice("805.00"))])
    assert [i.state for i in await scene.items(reply)] == [ItemState.DOUBTFUL, ItemState.PENDING, ItemState.PENDING]
    assert "2 张已提交审批；1 张需要补充" in words(reply)
    assert "2 sent for approval; 1 need your help" in words(reply, "en")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../../etc/passwd.xml", "passwd.xml"),
        ("C:\\Users\\li\\发票.xml", "发票.xml"),
        ("a\x00b\x1b[31m\n.xml", "ab[31m.xml"),
        ("发票\u202elmx.exe", "发票lmx.exe"),
        ("..", "file"),
        ("", "file"),
        ("长" * 500 + ".xml", "长" * 116 + ".xml"),
        ('con<>:"|?*.xml', "con.xml"),
        ("{item} {0.__class__}.xml", "{item} {0.__class__}.xml"),
        ("%s%n.xml", "%s%n.xml"),
    ],
)
async def test_names_are_made_harmless(scene: Scene, sent: str, kept: str) -> None:
    item = await scene.forward("li", einvoice(), sent)
    assert item.file.name == kept
    refused = await scene.send("li", files=[(sent, await scene.house.vault.original(item.file))])
    assert f"「{kept}」已经交过" in words(refused)


async def test_too_big_is_refused_at_the_door_before_anything_is_stored(scene: Scene) -> None:
    ctx, house = scene.house.ctx, scene.house
    small = Reception(ctx, house.inbox, house.post, house.channels, 1024 * 1024, "small")
    before = await house.db["files.files"].count_documents({})
    data = bytes(1024 * 1024 + 60_000)
    with pytest.raises(FileTooBig) as caught:
        await small.receive(
            channel="desk", conversation="li:chat", person=scene.people["li"], key="big",
            files=[("小.xml", einvoice()), ("大/\u202e大.pdf", data)],
        )  # fmt: skip
    assert await house.db["files.files"].count_documents({}) == before
    assert not await house.inbox.known("desk:big")
    assert "「大.pdf」太大，没有接收：文件 1.1 MB，上限 1 MB" in caught.value.say("zh")
    assert "it has 1.1 MB, the limit is 1 MB" in caught.value.say("en")


async def test_too_big_to_be_read_is_kept_and_says_so(scene: Scene) -> None:
    data = b"<a>" + b"<b/>" * (XML_NODES + 1) + b"</a>"
    reply = await scene.send("li", files=[("大账.xml", data)])
    (item,) = await scene.items(reply)
    (flag,) = [flag for flag in reply.cards[0].flags if "R15" in flag.zh]
    assert "没有读取内容" in flag.zh
    assert "文件已保存" in flag.zh
    assert "没有接收" not in flag.zh
    assert "The file is kept" in flag.en
    assert await scene.house.vault.original(item.file) == data


def stuck(data: bytes, name: str) -> None:
    time.sleep(600)


def waiting_to_die(place: str, data: bytes, name: str) -> None:
    Path(place).write_text(str(os.getpid()), "utf-8")
    time.sleep(600)


async def upload_with(scene: Scene, offload: Callable[..., Any], files: list[tuple[str, bytes]], key: str) -> str:
    """Send files to a second hand of the house whose reading goes this way; the message's id."""
    ctx = replace(scene.house.ctx, offload=offload)
    await scene.reception.stop()
    other = Reception(ctx, scene.house.inbox, scene.house.post, scene.house.channels, 1 << 23, "other")
    other.start()
    try:
        taken = await other.receive(
            channel="desk", conversation="li:chat", person=scene.people["li"], key=key, files=files
        )
        await scene.channel.heard(lambda s: s.key == f"reply:{taken}")
    finally:
        await other.stop()
        scene.reception.start()
    return taken


async def test_a_reader_that_is_killed_leaves_the_file_kept_and_the_rest_read(scene: Scene, tmp_path: Path) -> None:
    workers, place = Workers(1), tmp_path / "pid"

    async def offload(task: Callable[..., Any], data: bytes, name: str, *more: Any) -> Any:
        if name == "毒.pdf":
            return await workers.run(waiting_to_die, str(place), data, name)
        return await workers.run(task, data, name, *more)

    async def kill() -> None:
        await until(lambda: place.exists() and bool(place.read_text("utf-8")))
        os.kill(int(place.read_text("utf-8")), signal.SIGKILL)

    killing = asyncio.create_task(kill())
    try:
        files = [("毒.pdf", b"%PDF-1.7 poison"), ("好.xml", einvoice("806.00"))]
        taken = await upload_with(scene, offload, files, "killed")
    finally:
        await killing
        workers.close()
    reply = next(s.reply for s in scene.channel.said if s.key == f"reply:{taken}")
    items = await scene.items(reply)
    assert [i.state for i in items] == [ItemState.DOUBTFUL, ItemState.PENDING]
    assert "[R12]" in words(reply)
    assert "读取进程意外退出" in words(reply)
    assert "the reader process died" in words(reply, "en")


async def test_a_reader_that_is_stuck_is_stopped_and_the_file_kept(scene: Scene) -> None:
    workers = Workers(1, time_limit=1.5)

    async def offload(task: Callable[..., Any], data: bytes, name: str, *more: Any) -> Any:
        return await workers.run(stuck, data, name)

    try:
        taken = await upload_with(scene, offload, [("慢.pdf", b"%PDF-1.7 slow")], "stuck")
    finally:
        workers.close()
    reply = next(s.reply for s in scene.channel.said if s.key == f"reply:{taken}")
    (item,) = await scene.items(reply)
    assert item.state is ItemState.DOUBTFUL
    assert "读取超过 1.5 秒" in words(reply)
    assert "longer than 1.5 s" in words(reply, "en")
