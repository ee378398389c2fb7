"""Cards as the archive makes them."""

from __future__ import annotations

from archive.words import Text, same
from handlers.message import Card, Choice, Fact, Form, FormField, Input

REASON = Form(
    Text("驳回 G2611-0042", "Reject G2611-0042"),
    (
        FormField(
            "reason", Text("驳回原因", "Reason"), Input.LINES, required=True, hint=Text("提交人会看到", "They read it")
        ),
    ),
    Text("驳回", "Reject"),
)
CORRECTION = Form(
    Text("更正 G2611-0043", "Correct G2611-0043"),
    (
        FormField(
            "kind", Text("票据种类", "Kind"), Input.CHOICE, "einvoice",
            options=(("einvoice", Text("数电票", "E-invoice")), ("rail", Text("铁路电子客票", "Rail ticket"))),
        ),
        FormField("number", Text("发票号码", "Number"), Input.TEXT, "26332000000012345678", required=True),
        FormField("date", Text("开票日期", "Date"), Input.DATE, "2026-10-12", doubtful=True),
        FormField("total", Text("价税合计", "Total"), Input.MONEY, "1234.56", required=True),
        FormField("note", Text("备注", "Note"), Input.LINES, ""),
    ),
    Text("提交", "Submit"),
)  # fmt: skip


def card(about: str = "G2611-0042", version: int = 3) -> Card:
    """A card that waits for a decision."""
    return Card(
        title=Text("数电票（增值税专用发票）· ¥1,234.56", "E-invoice · ¥1,234.56"),
        facts=(
            Fact(Text("编号", "Id"), about),
            Fact(Text("合计", "Total"), "¥1,234.56"),
            Fact(Text("销售方", "Seller"), "上海*样例*云算 & <公司>", private=True),
            Fact(Text("日期", "Date"), Text("未读到", "not read"), flagged=True),
        ),
        flags=(Text("发票抬头与公司不符", "the buyer is not the company"),),
        choices=(
            Choice(Text("通过", "Approve"), "approve", about, version, "primary"),
            Choice(Text("驳回", "Reject"), "reject", about, version, "danger", REASON),
            Choice(Text("原件与经过", "Original and history"), "open", about, version),
        ),
        status=Text("待 王芳 审批", "awaiting 王芳"),
        tone="wait",
        about=about,
        picture=True,
    )


def hit(n: int) -> Card:
    """One line of a search."""
    return Card(
        title=same(f"G2611-{n:04d} · 数电票 · ¥{n}.00"),
        facts=(Fact(Text("日期", "Date"), "2026-11-01"), Fact(Text("提交人", "Sent by"), "李明")),
        choices=(Choice(Text("打开", "Open"), action="open", subject=f"G2611-{n:04d}"),),
        status=Text("已归档", "archived"),
        tone="good",
    )
