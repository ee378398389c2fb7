"""Everything we send Teams, with sample data, in Teams' own payload: for `guidang channels cards DIR`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from archive.errors import NotLinked, ReasonMissing
from archive.words import Lang, Text, same
from bot.teams.cards import card_of, data_of, form_card
from bot.teams.channel import HELLO, LOST
from bot.teams.outgoing import (
    answer_card,
    answer_error,
    answer_words,
    card_part,
    consent_part,
    info_part,
    link_part,
    parts_of,
    picture_part,
    typing,
    window,
    window_words,
)
from bot.teams.pressing import NOTED
from bot.teams.tokens import PLATFORM
from handlers.message import Card, Choice, Fact, Form, FormField, Input, OutFile, Reply

_REASON = FormField(
    "reason", Text("驳回原因", "Reason"), Input.LINES, required=True,
    hint=Text("提交人会看到，例：发票抬头不对", "The sender will read it, e.g.: wrong buyer name"),
)  # fmt: skip
REJECTION = Form(Text("驳回 EXP-1042", "Reject EXP-1042"), (_REASON,), Text("驳回", "Reject"))
CORRECTION = Form(
    Text("更正 EXP-1042", "Correct EXP-1042"),
    (
        FormField(
            "kind", Text("票据种类", "Kind"), Input.CHOICE, "einvoice",
            options=(("einvoice", Text("数电票", "e-invoice")), ("train", Text("铁路电子客票", "rail ticket"))),
        ),
        FormField("number", Text("发票号码", "Number"), Input.TEXT, "26339990000088000001", required=True),
        FormField("date", Text("开票日期", "Date"), Input.DATE, "2026-10-21", required=True),
        FormField("total", Text("价税合计", "Total"), Input.MONEY, "742.00", required=True, doubtful=True),
        FormField("seller_name", Text("销售方", "Seller"), Input.TEXT, "上海样例云算科技有限公司"),
    ),
    Text("提交", "Submit"),
)  # fmt: skip
_FACTS = (
    Fact(Text("编号", "Id"), "EXP-1042"),
    Fact(Text("不含税 + 税额", "Net + tax"), "700.00 + 42.00"),
    Fact(Text("开票日期", "Date"), "2026-10-21"),
    Fact(Text("销售方", "Seller"), "上海********公司", private=True),
    Fact(Text("价税合计", "Total"), "¥742.00", flagged=True),
    Fact(Text("提交", "Sent"), "张三 · 销售部 · 2026-11-24 10:15"),
)
PENDING = Card(
    title=Text("数电票 · ¥742.00", "e-invoice · ¥742.00"),
    facts=_FACTS,
    flags=(Text("购买方名称与公司登记不一致", "The buyer is not the company as registered"),),
    choices=(
        Choice(Text("通过", "Approve"), "approve", "EXP-1042", 3, "primary"),
        Choice(Text("驳回", "Reject"), "reject", "EXP-1042", 3, "danger", REJECTION),
        Choice(Text("更正", "Correct"), "correct", "EXP-1042", 3, "plain", CORRECTION),
        Choice(Text("原件与经过", "Original and history"), "open", "EXP-1042", 3),
    ),
    status=Text("待 李四 审批（1/2）", "awaiting 李四 (1/2)"),
    tone="wait",
    about="EXP-1042",
)
ARCHIVED = Card(
    title=PENDING.title,
    facts=(*_FACTS, Fact(Text("档号", "Archive no."), "HZ01-2026-KJPZ-30-0007")),
    choices=PENDING.choices[-1:],
    status=Text("已归档", "archived"),
    tone="good",
    about="EXP-1042",
)
_REPORT = OutFile("2026-10 报销.pdf", "application/pdf", file="sample", size=48_213)
_CHART = OutFile("支出.png", "image/png", file="sample", preview=True)
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc000000301010018dd8db00000000049454e44ae426082"
)


def samples() -> Mapping[str, Mapping[str, Any]]:
    """Name → payload, in both languages."""
    langs: tuple[Lang, ...] = ("zh", "en")
    return {f"{name}-{lang}": payload for lang in langs for name, payload in _all(lang)}


def _all(lang: Lang) -> Iterable[tuple[str, dict[str, Any]]]:
    todo = Choice(Text("看待办", "My to-dos"), say=Text("待办", "todo"))
    hello = Reply(HELLO, choices=(todo,))
    yield "message-text", parts_of(Reply(LOST), lang)[0].body
    yield "message-with-choices", parts_of(hello, lang)[0].body
    yield "message-stranger", parts_of(Reply(NotLinked(platform=PLATFORM).text()), lang)[0].body
    yield "card-pending", card_part(PENDING, lang).body
    yield "card-archived-update", {**card_part(ARCHIVED, lang).body, "id": "1732414600123"}
    many = tuple(Choice(same(f"EXP-{n}"), "open", f"EXP-{n}", 1) for n in range(1, 10))
    yield "card-many-buttons", card_part(Card(Text("命中 9 件", "9 hits"), choices=many), lang).body
    yield "typing", typing()
    yield "file-link", link_part(_REPORT, "https://archive.example.cn/f/sample", lang).body
    yield "file-consent", consent_part(_REPORT, _REPORT.size, "sample", lang).body
    uploaded = {"contentUrl": "https://contoso-my.sharepoint.com/sample.pdf", "uniqueId": "sample", "fileType": "pdf"}
    yield "file-info-update", info_part(_REPORT.name, uploaded).body
    if (chart := picture_part(_CHART, _PIXEL)) is not None:
        yield "picture", chart.body
    yield "answer-card", answer_card(card_of(ARCHIVED, lang))
    yield "answer-note", answer_words(NOTED.to(lang))
    yield "answer-error", answer_error(400, "BadRequest", ReasonMissing().say(lang))
    click = data_of(PENDING.choices[2])
    title, fields = CORRECTION.title.to(lang), len(CORRECTION.fields)
    yield "window-form", window(title, form_card(CORRECTION, click, lang), fields)
    wrong = {"total": Text("「七百」读不懂", "“七百” is not understood")}
    yield "window-mistakes", window(title, form_card(CORRECTION, click, lang, wrong), fields)
    yield "window-closing", window_words(NOTED.to(lang))
