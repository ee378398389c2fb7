"""The service as a process, through its web desk: across a restart, and against what is too big for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bench.visitor import Service, Visitor, button
from tests.house import einvoice

MB = 1024 * 1024


async def zeros(size: int) -> AsyncIterator[bytes]:
    """So many bytes, a megabyte at a time."""
    for _ in range(size // MB):
        yield bytes(MB)


async def sends_200_mb(visitor: Visitor) -> tuple[int, str]:
    """The desk's answer to a file of 200 MB: (status, its words)."""
    form = aiohttp.FormData()
    form.add_field("key", "two-hundred-megabytes")
    form.add_field("conversation", "chat")
    form.add_field("files", zeros(200 * MB), filename="大.pdf", content_type="application/pdf")
    async with visitor._http.post("/api/messages", data=form) as answer:
        return answer.status, await answer.text()


async def test_buttons_work_after_a_restart_and_200_mb_are_refused(tmp_path: Path) -> None:
    service = Service(tmp_path / "data")
    await service.start()
    li, wang = await service.visitor("li.ming"), await service.visitor("wang.fang")
    try:
        said = await li.ask(files=[("a.xml", einvoice("71.00")), ("b.xml", einvoice("72.00"))])
        assert len(said["cards"]) == 2
        asked = [m for m in await wang.messages("approvals") if m["cards"]]
        assert len(asked) == 2

        try:
            status, words = await sends_200_mb(li)
        except aiohttp.ClientConnectionError:  # refused while it was still being sent
            pytest.fail("the refusal must reach the sender")
        assert status == 413
        assert "R02" in words

        assert await service.stop() == 0
        assert "Traceback" not in "".join(service.printed)
        await service.start()
        answer = await wang.press(button(asked[0], "approve"))
        assert "已通过并归档" in answer["text"]
        outcome = await li.hear(said["seq"], fits=lambda m: "王芳" in m["text"])
        assert "通过了你的" in outcome["text"]
        no = await wang.press(button(asked[1], "reject"), {"reason": "票面不清"})
        assert "已驳回" in no["text"]
        again = await wang.press(button(asked[1], "approve"))
        assert "S01" in again["text"]
        assert not [m for m in await li.messages() if "大.pdf" in str(m)], "nothing of it was stored"
    finally:
        await li.close()
        await wang.close()
        assert await service.stop() == 0
