"""The main job without a person: a fresh instance, real files through the desk, clicks, a search, a report, a check.

`python -m bench.demo` prints each step with its time and ends 0, or 1 when any step fell short.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pypdfium2

from bench.visitor import Said, Service, Visitor, button, running

SAMPLES = Path(__file__).parent.parent / "tests" / "samples" / "drawn"
#: What the employee forwards: (file, number that must be read). Every carrier, and the ways a file can be bad.
GOOD = (
    ("xml/xml_01_ordinary.xml", "26339990000088000001"),
    ("pdf/dev_16_suwell_zp.pdf", "26349990000016351430"),
    ("pdf/dev_24_rail_eticket.pdf", "26339990000066600024"),
    ("pdf/dev_29_suwell_zp_2page.pdf", "26449990000024567223"),
    ("pdf/dev_01_sz_itext_683.pdf", "00994257"),
    ("pdf/dev_23_fiscal_nontax.pdf", "0099000135"),
    ("img/img_04_800px.jpg", "26339990000021205985"),
)
BAD = (
    ("pdf/dev_38_html_named_pdf.pdf", "R05"),
    ("pdf/dev_35_encrypted_userpw.pdf", "R04"),
    ("pdf/dev_37_truncated.pdf", "R03"),
    ("xml/xml_07_dtd_entity_bomb.xml", "R08"),
)


class Short(Exception):
    """A step that fell short, in words."""


def need(holds: object, words: str) -> None:
    """Fall short unless it holds."""
    if not holds:
        raise Short(words)


def file_of(name: str) -> tuple[str, bytes]:
    """A sample, as it is forwarded."""
    return name.split("/")[1], (SAMPLES / name).read_bytes()


def facts_of(said: Said) -> str:
    """Every fact of every card in one string, to look for what must be there."""
    return " ".join(f"{fact['label']}={fact['value']}" for card in said["cards"] for fact in card["facts"])


class Demo:
    """The steps, in order; each returns what it has to say for itself."""

    def __init__(self, service: Service, li: Visitor, wang: Visitor, zhao: Visitor, chen: Visitor) -> None:
        self.service = service
        self.li, self.wang, self.zhao, self.chen = li, wang, zhao, chen

    async def forward(self) -> str:
        for name, number in GOOD:
            said = await self.li.ask(files=[file_of(name)])
            need(said["cards"], f"{name}: no card: {said['text']}")
            need(number in facts_of(said), f"{name}: {number} was not read: {facts_of(said)}")
        return f"{len(GOOD)} 张单据读取并提交"

    async def refuse(self) -> str:
        said = await self.li.ask(files=[file_of(GOOD[1][0])])
        need("D01" in said["text"] and "李明" in said["text"], f"the same file was taken twice: {said['text']}")
        said = await self.li.ask(files=[file_of("img/img_01_perspective.jpg")])  # a photo of the same invoice
        need("D02" in said["text"], f"a photo of an invoice already in was taken: {said['text']}")
        for name, code in BAD:
            said = await self.li.ask(files=[file_of(name)])
            told = said["text"] + " ".join(" ".join(card["flags"]) for card in said["cards"])
            need(code in told, f"{name}: expected {code}, heard {told}")
            need(said["cards"], f"{name}: was not kept")
        return f"同一文件和同一发票的照片拒收,{len(BAD)} 个坏文件各有说明并留存"

    async def decide(self) -> str:
        laid = [m for m in await self.wang.messages("approvals") if m["cards"]]
        need(len(laid) >= len(GOOD) - 1, f"the approver was asked {len(laid)} times")
        for said in laid[1:]:
            answer = await self.wang.press(button(said, "approve"))
            need("通过" in answer["text"], answer["text"])
        no = await self.wang.press(button(laid[0], "reject"), {"reason": "请补充合同"})
        need("驳回" in no["text"], no["text"])
        twice = await self.wang.press(button(laid[0], "approve"))
        need("S01" in twice["text"], f"a second verdict was taken: {twice['text']}")
        second = [m for m in await self.zhao.messages("approvals") if m["cards"]]
        need(len(second) == 1, f"the second step of the large invoice reached {len(second)} cards")
        answer = await self.zhao.press(button(second[0], "approve"))
        need("归档" in answer["text"], answer["text"])
        heard = " ".join(str(m["text"]) for m in await self.li.messages())
        need("请补充合同" in heard, "the sender did not hear the reason")
        return f"{len(laid) - 1} 张通过(大额两步),1 张驳回,重复点击无效"

    async def find(self) -> str:
        for words, number in (("查 2634999000", "26349990000016351430"), ("search 广德 >300", "26349990000016351430")):
            said = await self.li.ask(words)
            need(number in facts_of(said), f"{words}: {said['text']}")
        said = await self.li.ask("查 7099.99 已归档")
        need(len(said["cards"]) == 1, f"by amount: {said['text']}")
        opened = await self.chen.press(button(said, "open"))
        need("GD01-" in facts_of(opened), "the archivist does not see the archive number")
        hidden = await self.wang.ask("查 待补充")
        need(not hidden["cards"], "the approver sees what was never laid before them")
        item = opened["cards"][0]["about"]
        data = await self.chen.fetch(opened["files"][0]["href"])
        need(data == file_of("pdf/dev_29_suwell_zp_2page.pdf")[1], "the original is not what was sent")
        picture = await self.chen.fetch(f"/api/items/{item}/pages/0")
        need(picture.startswith(b"\x89PNG") and len(picture) > 20_000, "no picture of the page")
        return "号码前缀、名称、金额都能找到;原件逐字节一致;无权者看不到"

    async def report(self) -> str:
        said = await self.zhao.ask("报表 本月报销")
        names = [file["name"] for file in said["files"]]
        need(len(names) == 2 and said["files"][0]["preview"], f"report: {said['text']} {names}")
        document = pypdfium2.PdfDocument(await self.zhao.fetch(said["files"][1]["href"]))
        text = "".join(page.get_textpage().get_text_range() for page in document)
        for words in ("报销登记表", "7,099.99", "376.00"):
            need(words in text, f"the report lacks {words}")
        for ending in ("excel", "word"):
            other = await self.zhao.ask(f"报表 本月报销 {ending}")
            need(len(other["files"]) == 2, f"{ending}: {other['text']}")
        refused = await self.li.ask("报表 本月报销")
        need("A01" in refused["text"], "an employee got the report")
        return f"{names[1]},{len(document)} 页;Excel、Word 也有"

    async def schedule(self) -> str:
        said = await self.zhao.ask("每周一 9:00 报表 上周报销")
        need("已设定时" in said["text"], said["text"])
        listed = await self.zhao.ask("定时")
        need("报表 上周报销" in listed["text"], listed["text"])
        cancelled = await self.zhao.ask(said["choices"][0]["say"])
        need("已取消" in cancelled["text"], cancelled["text"])
        return "设置、列出、取消"

    async def verify(self) -> str:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", "verify", "--json", "--data", str(self.service.data),
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await process.communicate()
        result = json.loads(out)
        need(process.returncode == 0 and result["ok"], f"verify: {result}")
        checked = result["checked"]
        return f"{checked['items']} 件、{checked['files']} 个原件、{checked['links']} 条操作记录全部相符"


async def measure() -> dict[str, Any]:
    """Every step with its time and whether it held; told as they go on standard error."""
    return await run(lambda line: print(line, file=sys.stderr, flush=True))


async def run(say: Callable[[str], None]) -> dict[str, Any]:
    """Run every step; a step that falls short is named and the rest still run."""
    steps_done: list[dict[str, Any]] = []
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="guidang-demo-") as folder:
        async with running(Path(folder) / "data") as service:
            say(f"✓ 启动 start            {time.perf_counter() - began:6.2f} s  {service.base}")
            visitors = [await service.visitor(p) for p in ("li.ming", "wang.fang", "zhao.lei", "chen.jing")]
            demo = Demo(service, *visitors)
            for name, step in (
                ("转发 forward", demo.forward),
                ("拒收 refuse", demo.refuse),
                ("审批 decide", demo.decide),
                ("检索 find", demo.find),
                ("报表 report", demo.report),
                ("定时 schedule", demo.schedule),
                ("校验 verify", demo.verify),
            ):
                done = await _timed(name, step)
                steps_done.append(done)
                say(f"{'✓' if done['ok'] else '✗'} {name:18} {done['seconds']:6.2f} s  {done['words']}")
            for visitor in visitors:
                await visitor.close()
            failed = sum(not done["ok"] for done in steps_done)
            if failed:
                say("".join(service.printed[-40:]))
    seconds = round(time.perf_counter() - began, 1)
    say(f"{'✗' if failed else '✓'} 共 total {seconds} s, {failed} 步未达 fell short")
    return {"seconds": seconds, "failed": failed, "steps": steps_done}


async def _timed(name: str, step: Callable[[], Awaitable[str]]) -> dict[str, Any]:
    at = time.perf_counter()
    try:
        words, ok = await step(), True
    except (Short, TimeoutError, RuntimeError, LookupError) as error:
        words, ok = f"{type(error).__name__}: {error}", False
    return {"step": name, "ok": ok, "seconds": round(time.perf_counter() - at, 2), "words": words}


if __name__ == "__main__":
    outcome = asyncio.run(run(lambda line: print(line, flush=True)))
    sys.exit(1 if outcome["failed"] else 0)
