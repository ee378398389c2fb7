"""What the archive says in the browser tests: progress, then cards, forms, pictures and files."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image, ImageDraw

from archive.words import Text, same
from bot.desk.channel import Desk
from handlers.context import Topic
from handlers.message import Card, Choice, Fact, Form, FormField, Input, OutFile, Reply, Tone
from tests.bot.desk_house import LI, House, Received

T = TypeVar("T")
SAMPLE = Path(__file__).resolve().parents[1] / "samples/drawn/pdf/dev_01_sz_itext_683.pdf"
ITEM = "G2611-0001"

REASON = FormField(
    "reason",
    Text("驳回原因", "Reason"),
    Input.LINES,
    required=True,
    hint=Text("提交人会看到，例：发票抬头不对", "The sender will read it, e.g.: wrong buyer name"),
)
REJECTION = Form(Text(f"驳回 {ITEM}", f"Reject {ITEM}"), (REASON,), Text("驳回", "Reject"))
CORRECTION = Form(
    Text(f"更正 {ITEM}", f"Correct {ITEM}"),
    (
        FormField(
            "kind",
            Text("票据种类", "Kind"),
            Input.CHOICE,
            "einvoice",
            options=(("einvoice", Text("数电票", "Digital invoice")), ("rail", Text("铁路客票", "Rail ticket"))),
        ),
        FormField("number", Text("发票号码", "Number"), value="26312000000012345678", required=True),
        FormField("date", Text("开票日期", "Date"), Input.DATE, "2026-10-31", required=True),
        FormField("total", Text("价税合计", "Total"), Input.MONEY, "1060.00", required=True, doubtful=True),
        FormField("seller_name", Text("销售方", "Seller"), value="顺丰速运有限公司"),
        FormField("buyer_name", Text("购买方", "Buyer"), value="深圳市某某科技有限公司", doubtful=True),
    ),
    Text("提交", "Submit"),
)


def item_card(status: Text, tone: Tone, choices: tuple[Choice, ...], flags: tuple[Text, ...] = ()) -> Card:
    """An invoice as the archive shows it."""
    return Card(
        title=Text("数电票", "Digital invoice") + same(" · ¥1,060.00"),
        facts=(
            Fact(Text("编号", "Id"), ITEM),
            Fact(Text("价税合计", "Total"), "¥1,060.00", flagged=bool(flags)),
            Fact(Text("不含税 + 税额", "Net + tax"), "1,000.00 + 60.00"),
            Fact(Text("开票日期", "Date"), "2026-10-31"),
            Fact(Text("销售方", "Seller"), "顺丰速运有限公司"),
            Fact(Text("购买方", "Buyer"), "深圳市某某科技有限公司"),
            Fact(Text("发票号码", "Number"), "26312000000012345678"),
            Fact(
                Text("内容", "Content"), Text("*物流辅助服务*收派服务费 等 3 项", "*物流辅助服务*收派服务费 and 2 more")
            ),
            Fact(Text("费用类别", "Category"), Text("快递费", "courier")),
            Fact(Text("提交", "Sent"), "王强 · 销售部 · 2026-11-24 10:30"),
        ),
        flags=flags,
        choices=choices,
        status=status,
        tone=tone,
        about=ITEM,
        picture=True,
    )


PENDING = item_card(
    Text("待 李娜 审批", "awaiting 李娜"),
    "wait",
    (
        Choice(Text("通过", "Approve"), "approve", ITEM, 1, "primary"),
        Choice(Text("驳回", "Reject"), "reject", ITEM, 1, "danger", REJECTION),
        Choice(Text("更正", "Correct"), "correct", ITEM, 1, form=CORRECTION),
        Choice(Text("原件与经过", "Original and history"), "open", ITEM, 1),
    ),
    (Text("价税合计读得不太清，请与票面核对", "The total was hard to read; please compare it with the document"),),
)
ARCHIVED = item_card(
    Text("已归档", "archived"), "good", (Choice(Text("原件与经过", "Original and history"), "open", ITEM, 2),)
)
REJECTED = item_card(Text("李娜 已驳回", "rejected by 李娜"), "bad", ())
HELP = Reply(
    Text(
        "你可以：\n· 直接发发票文件或照片，可一次多张\n· 查单据和档案，例：查 顺丰 2026-10 >500",
        "You can:\n· send invoices as files or photos, several at once\n· find documents, e.g. search sf 2026-10 >500",
    ),
    choices=(Choice(Text("待办", "todo"), say=Text("待办", "todo")),),
)


class Scene:
    """Answers what comes through the door. Runs on the server's loop; the test's thread calls `do`."""

    def __init__(self, house: House, desk: Desk, loop: asyncio.AbstractEventLoop) -> None:
        self.house, self.desk = house, desk
        self._loop = loop
        self._work: set[asyncio.Task[None]] = set()
        self._cards: list[str] = []
        self.pause = asyncio.Event()  # while cleared, reading stops half way
        self.pause.set()
        house.door.then = self._later
        house.door.picture_png = page_png()

    def do(self, step: Coroutine[Any, Any, T]) -> T:
        """Run something on the server's loop from the test's thread."""
        return asyncio.run_coroutine_threadsafe(step, self._loop).result(20)

    def let(self, reading: bool) -> None:
        """Stop the reading half way, or let it go on."""
        self._loop.call_soon_threadsafe(self.pause.set if reading else self.pause.clear)

    async def tell(self, topic: Topic, reply: Reply) -> None:
        """Something the archive says by itself."""
        conversation = await self.desk.conversation(LI, topic)
        assert conversation is not None
        self._cards += await self.desk.say(LI, conversation, reply, f"tell:{len(self._cards)}:{reply.text}")

    async def settle(self) -> None:
        """Wait until everything begun has been answered."""
        self.pause.set()
        await asyncio.gather(*self._work)

    async def _later(self, got: Received) -> None:
        task = asyncio.create_task(self._answer(got))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _answer(self, got: Received) -> None:
        if got.action:
            return await self._decide(got)
        if got.files:
            for n, (name, _) in enumerate(got.files):
                await self.desk.progress(LI, got.conversation, got.id, (n + 0.5) / len(got.files), f"正在读 {name}")
                await self.pause.wait()
            text = Text(f"收到 {len(got.files)} 个文件", f"{len(got.files)} files received")
            return await self._say(got, Reply(text, (PENDING,)))
        if got.text.startswith(("报表", "report")):
            files = (
                OutFile("报销登记簿 2026-10.xlsx", "application/vnd.ms-excel", b"workbook" * 3000),
                OutFile("chart.png", "image/png", chart_png(), preview=True),
            )
            return await self._say(got, Reply(Text("2026-10 报销 12 件", "2026-10: 12 claims"), files=files))
        return await self._say(got, HELP)

    async def _decide(self, got: Received) -> None:
        if got.action == "open":
            return await self._say(got, Reply(Text("经过：王强 10:30 提交", "History: sent by 王强 10:30")))
        card = {"approve": ARCHIVED, "reject": REJECTED}.get(got.action, PENDING)
        for address in self._cards:
            await self.desk.renew(LI, address, card)
        return None

    async def _say(self, got: Received, reply: Reply) -> None:
        self._cards += await self.desk.say(LI, got.conversation, reply, f"re:{got.id}")


def page_png() -> bytes:
    """The first page of a sample invoice."""
    page = pypdfium2.PdfDocument(SAMPLE)[0].render(scale=2).to_pil()
    return _png(page)


def chart_png() -> bytes:
    """A small bar chart."""
    picture = Image.new("RGB", (640, 300), "white")
    draw = ImageDraw.Draw(picture)
    for n, height in enumerate((120, 210, 90, 180, 240, 150)):
        draw.rectangle((60 + n * 95, 270 - height, 115 + n * 95, 270), fill="#1f5f5b")
    draw.line((40, 270, 620, 270), fill="#888", width=2)
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
