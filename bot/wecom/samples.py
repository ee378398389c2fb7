"""Every message, card and update with made-up data, in WeCom's own payloads; for looking at and for checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from archive.errors import NotLinked, OwnDocument
from archive.words import Lang, Text, same
from bot.answers import question
from bot.wecom.bot import WELCOME
from bot.wecom.incoming import KINDS, NOT_UNDERSTOOD
from bot.wecom.outgoing import Hand, Sheet, app_hand, bot_hand, card_block, done_words, links_words, sheets
from handlers.message import Card, Choice, Fact, Form, FormField, Input, OutFile, Reply

_USER, _AGENT, _ITEM, _ADDRESS = "LiMing", 1000002, "G2611-0042", "https://guidang.example.cn"
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
_FACTS = (
    Fact(Text("编号", "Id"), _ITEM),
    Fact(Text("合计", "Total"), "¥742.00"),
    Fact(Text("不含税 + 税额", "Net + tax"), "700.00 + 42.00"),
    Fact(Text("日期", "Date"), Text("未读到", "not read"), flagged=True),
    Fact(Text("销售方", "Seller"), "上海样例云算有限公司", private=True),
    Fact(Text("购买方", "Buyer"), "杭州云岫样例软件有限公司", private=True),
    Fact(Text("发票号码", "Number"), "26332000000012345678", private=True),
    Fact(Text("类别", "Category"), "差旅费"),
    Fact(Text("提交", "Sent"), "李明 · 销售部 · 2026-11-24 09:12"),
)


def samples() -> Mapping[str, Mapping[str, Any]]:
    """Name → payload, in both languages and on both ways."""
    return {
        f"{way}-{name}-{lang}": payload
        for lang in ("zh", "en") for way, wrap, hand in _WAYS
        for name, payload in _all("en" if lang == "en" else "zh", wrap, hand)
    }  # fmt: skip


def _app(sheet: Sheet) -> Mapping[str, Any]:
    head = {"touser": _USER, "agentid": _AGENT}
    if sheet.card is None:
        return {**head, "msgtype": "text", "text": {"content": sheet.words}}
    return {**head, "msgtype": "template_card", "template_card": {**sheet.card, "task_id": "sample@1"}}


def _bot(sheet: Sheet) -> Mapping[str, Any]:
    head = {"chatid": _USER, "chat_type": 1}
    if sheet.card is None:
        body = {**head, "msgtype": "markdown", "markdown": {"content": sheet.words}}
    else:
        body = {**head, "msgtype": "template_card", "template_card": {**sheet.card, "task_id": "sample@1"}}
    return _frame("aibot_send_msg", body)


_WAYS = (("app", _app, app_hand(_ADDRESS)), ("bot", _bot, bot_hand(_ADDRESS)))


def _frame(cmd: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"cmd": cmd, "headers": {"req_id": "sample"}, "body": body}


def _all(lang: Lang, wrap: Any, hand: Hand) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, reply in _replies():
        made = sheets(reply, lang, hand)
        for n, sheet in enumerate(made, 1):
            yield f"{name}-{n}" if len(made) > 1 else name, wrap(sheet)
    report = OutFile("报表 2026-10.pdf", "application/pdf")
    for sheet in links_words([(report, f"{_ADDRESS}/f/sample")], lang, hand):
        yield "message-links", wrap(sheet)
    done = _card(Text("已归档", "archived"), "good", ())
    block, _ = card_block(done, lang, _ADDRESS)
    card = {**(block or {}), "task_id": "sample@2"}
    if wrap is _app:
        head = {"userids": [_USER], "agentid": _AGENT, "response_code": "sample"}
        yield "update-card", {**head, "template_card": card}
        yield "update-buttons", {**head, "button": {"replace_name": done_words(done, lang)}}
        yield "message-file", {"touser": _USER, "agentid": _AGENT, "msgtype": "file", "file": {"media_id": "sample"}}
        return
    updated = {"response_type": "update_template_card", "template_card": card}
    yield "update-card", _frame("aibot_respond_update_msg", updated)
    words = Text("读取 3/10", "Reading 3/10").to(lang)
    stream = {"id": "sample", "finish": False, "content": f"⏳ {words} 30%"}
    yield "progress", _frame("aibot_respond_msg", {"msgtype": "stream", "stream": stream})
    welcome = {"msgtype": "text", "text": {"content": WELCOME.to(lang)}}
    yield "welcome", _frame("aibot_respond_welcome_msg", welcome)


def _replies() -> Iterator[tuple[str, Reply]]:
    yield "message-text", Reply(text=Text("收到 1 张发票。", "One invoice received."))
    yield "message-problem", Reply(text=OwnDocument().text())
    yield "message-stranger", Reply(text=NotLinked(platform="企业微信").text())
    yield "message-not-understood", Reply(text=NOT_UNDERSTOOD.filled(what=KINDS["voice"]))
    yield "message-question", Reply(text=question(_REASON))
    yield (
        "message-next",
        Reply(
            text=Text("输入「帮助」看能做什么。", "Type “help” to see what can be done."),
            choices=(Choice(Text("待办", "To do"), say=Text("待办", "todo")),),
        ),
    )
    decide = (
        Choice(Text("通过", "Approve"), "approve", _ITEM, 3, "primary"),
        Choice(Text("驳回", "Reject"), "reject", _ITEM, 3, "danger", _REASON),
    )
    yield "card-decide", Reply(cards=(_card(Text("待 王芳 审批", "awaiting 王芳"), "wait", decide),))
    yield "card-rejected", Reply(cards=(_card(Text("王芳 已驳回", "rejected by 王芳"), "bad", decide[:1]),))
    yield "card-archived", Reply(cards=(_card(Text("已归档", "archived"), "good", ()),))
    yield "card-hit", Reply(cards=(Card(same(f"{_ITEM} · ¥742.00"), _FACTS[3:5], status=Text("已归档", "archived")),))


def _card(status: Text, tone: Any, choices: tuple[Choice, ...]) -> Card:
    opening = Choice(Text("原件与经过", "Original and history"), "open", _ITEM, 3)
    flags = (Text("发票抬头与公司不符", "the buyer is not the company"),) if tone == "wait" else ()
    title = Text("数电票 · ¥742.00", "e-invoice · ¥742.00")
    return Card(title, _FACTS, flags, (*choices, opening), status, tone, about=_ITEM)
