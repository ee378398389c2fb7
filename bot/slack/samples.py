"""Every message, card, window and update with made-up data, in Slack's own payloads; for looking at and for checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from archive.errors import NotLinked, OwnDocument
from archive.words import Lang, Text, same
from bot.slack.hearing import ELSEWHERE
from bot.slack.incoming import origin
from bot.slack.modal import window
from bot.slack.outgoing import Sheet, card_sheet, home_view, links_sheet, sheets
from bot.slack.speaking import MISSED
from handlers.message import Card, Choice, Click, Fact, Form, FormField, Input, OutFile, Reply

_CHANNEL, _STAMP, _USER = "D0SAMPLE", "1764000000.000100", "U0SAMPLE"
_ITEM = "G2611-0042"

_REASON = Form(
    Text(f"驳回 {_ITEM}", f"Reject {_ITEM}"),
    (
        FormField(
            "reason", Text("驳回原因", "Reason"), Input.LINES, required=True,
            hint=Text("提交人会看到，例：发票抬头不对", "The sender will read it, e.g.: wrong buyer name"),
        ),
    ),
    Text("驳回", "Reject"),
)  # fmt: skip
_CORRECTION = Form(
    Text(f"更正 {_ITEM}", f"Correct {_ITEM}"),
    (
        FormField(
            "kind", Text("票据种类", "Kind"), Input.CHOICE, "einvoice",
            options=(("einvoice", Text("数电票", "e-invoice")), ("rail", Text("铁路电子客票", "rail ticket"))),
        ),
        FormField("number", Text("号码", "Number"), Input.TEXT, "26332000000012345678", required=True),
        FormField("date", Text("日期", "Date"), Input.DATE, "2026-11-03", required=True, doubtful=True),
        FormField("total", Text("合计", "Total"), Input.MONEY, "742.00", required=True),
    ),
    Text("提交", "Submit"),
)  # fmt: skip
_FACTS = (
    Fact(Text("编号", "Id"), _ITEM),
    Fact(Text("合计", "Total"), "¥742.00"),
    Fact(Text("日期", "Date"), Text("未读到", "not read"), flagged=True),
    Fact(Text("销售方", "Seller"), "上海********公司", private=True),
    Fact(Text("提交", "Sent"), "李明 · 销售部 · 2026-11-24 09:12"),
)


def samples() -> Mapping[str, Mapping[str, Any]]:
    """Name → payload, in both languages."""
    return {
        f"{name}-{lang}": payload for lang in ("zh", "en") for name, payload in _all("en" if lang == "en" else "zh")
    }


def _all(lang: Lang) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield "message-text", _posted(Reply(text=Text("收到 1 张发票。", "One invoice received.")), lang)
    yield "message-problem", _posted(Reply(text=OwnDocument().text()), lang)
    yield "message-stranger", _posted(Reply(text=NotLinked(platform="Slack").text()), lang)
    yield "message-window-missed", _posted(Reply(text=MISSED), lang)
    yield (
        "message-next",
        _posted(
            Reply(
                text=Text("输入「帮助」看能做什么。", "Type “help” to see what can be done."),
                choices=(Choice(Text("待办", "To do"), say=Text("待办", "todo")),),
            ),
            lang,
        ),
    )
    yield "message-hits", _posted(Reply(cards=(_hit(1), _hit(2))), lang)
    yield (
        "message-links",
        _post(links_sheet([(OutFile("报表 2026-10.pdf", "application/pdf"), "https://guidang.example.cn/f/x")], lang)),
    )
    yield "message-progress", _post(Sheet(f"⏳ {Text('读取 3/10', 'Reading 3/10').to(lang)} 30%"))
    for name, made in _cards():
        yield f"card-{name}", _post(card_sheet(made, lang))
    done = card_sheet(_card(Text("已归档", "archived"), "good", ()), lang)
    yield "update-card", {"channel": _CHANNEL, "ts": _STAMP, "text": done.text, "blocks": list(done.blocks)}
    for name, form in (("reject", _REASON), ("correct", _CORRECTION)):
        view = window(form, origin(_CHANNEL, Click(name, _ITEM, 3)), lang)
        yield f"window-{name}", {"trigger_id": "1.2.sample", "view": view}
    wrong = Text("请写明原因，提交人会看到。", "Please give a reason; the sender will see it.").to(lang)
    yield "window-errors", {"response_action": "errors", "errors": {"reason": wrong}}
    yield "command-answer", {"text": ELSEWHERE.to(lang)}
    home = Reply(
        text=Text("你有 1 张待办。", "One document waits for you."), cards=(next(iter(dict(_cards()).values())),)
    )
    yield "home", {"user_id": _USER, "view": home_view(home, lang)}


def _cards() -> Iterator[tuple[str, Card]]:
    decide = (
        Choice(Text("通过", "Approve"), "approve", _ITEM, 3, "primary"),
        Choice(Text("驳回", "Reject"), "reject", _ITEM, 3, "danger", _REASON),
    )
    own = (
        Choice(Text("更正", "Correct"), "correct", _ITEM, 3, "primary", _CORRECTION),
        Choice(Text("撤回", "Withdraw"), "withdraw", _ITEM, 3),
    )
    yield "decide", _card(Text("待 王芳 审批", "awaiting 王芳"), "wait", decide)
    yield "correct", _card(Text("存疑", "doubtful"), "wait", own)
    yield "rejected", _card(Text("王芳 已驳回", "rejected by 王芳"), "bad", own[:1])
    yield "archived", _card(Text("已归档", "archived"), "good", ())


def _card(status: Text, tone: Any, choices: tuple[Choice, ...]) -> Card:
    opening = Choice(Text("原件与经过", "Original and history"), "open", _ITEM, 3)
    flags = (Text("发票抬头与公司不符", "the buyer is not the company"),) if tone == "wait" else ()
    title = Text("数电票 · ¥742.00", "e-invoice · ¥742.00")
    return Card(title, _FACTS, flags, (*choices, opening), status, tone, about=_ITEM)


def _hit(n: int) -> Card:
    item = f"G2611-{n:04d}"
    opening = Choice(Text("打开", "Open"), "open", item)
    return Card(
        same(f"{item} · ¥{n}.00"), _FACTS[2:], choices=(opening,), status=Text("已归档", "archived"), tone="good"
    )


def _posted(reply: Reply, lang: Lang) -> Mapping[str, Any]:
    (sheet,) = sheets(reply, lang)
    return _post(sheet)


def _post(sheet: Sheet) -> Mapping[str, Any]:
    blocks = {"blocks": list(sheet.blocks)} if sheet.blocks else {}
    said = {"channel": _CHANNEL, "text": sheet.text, "mrkdwn": False, "unfurl_links": False, "unfurl_media": False}
    return {**said, **blocks}
