"""What came in, in our words. Pure: verified fields of the 自建应用, or a frame's body of the 智能机器人."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from archive.words import Text
from bot.channel import Incoming, Sender
from bot.wecom.keys import Pressed, pressed
from handlers.message import RemoteFile

APP, BOT = "wecom", "wecom_bot"
CARD_EVENTS = ("template_card_event", "template_card_menu_event")
NOT_UNDERSTOOD = Text(
    "收到了，但{what}我看不懂。请发文字、照片或文件；输入「帮助」看能做什么。",
    "I can't make anything of {what}. Please send words, photos or files; type “help” to see what I can do.",
)
UNKNOWN = Text("这种消息", "this kind of message")
KINDS: Mapping[str, Text] = {
    "voice": Text("语音", "a voice message"),
    "video": Text("视频", "a video"),
    "shortvideo": Text("视频", "a video"),
    "location": Text("位置", "a location"),
    "link": Text("链接", "a link"),
}
_USER = re.compile(r"[\w.@-]{1,64}")  # WeCom's own rule for a userid
_AT = re.compile(r"^\s*@\S+\s*")  # in a group the words begin with the bot's name


@dataclass(frozen=True, slots=True)
class Heard:
    """An event that concerns us. `code` renews the card that was pressed; `excuse` is said instead of taking it in."""

    incoming: Incoming
    task: str = ""
    code: str = ""
    excuse: Text | None = field(default=None)


def from_app(fields: Mapping[str, str], corp_id: str, agent_id: int) -> Heard | None:
    """A message or event of the 自建应用; None for what doesn't concern us. It is for this corp and this agent only."""
    user, kind = fields.get("FromUserName", ""), fields.get("MsgType", "")
    if fields.get("ToUserName") != corp_id or fields.get("AgentID") != str(agent_id) or not _USER.fullmatch(user):
        return None
    sender = Sender(APP, corp_id, user, alone=user)
    if kind == "event":
        return _app_event(fields, sender)
    number = fields.get("MsgId", "")
    incoming = Incoming(sender, user, number or _made(*(fields[name] for name in sorted(fields))))
    if kind == "text":
        words = fields.get("Content", "")
        return Heard(replace(incoming, text=words)) if words.strip() else None
    media, name = fields.get("MediaId", ""), fields.get("FileName") or fields.get("Title") or ""
    if kind in ("image", "file") and media:
        shown = name or (f"图片_{number[-6:]}.jpg" if kind == "image" else f"文件_{number[-6:]}")
        size = fields.get("FileSize", "")
        file = RemoteFile(shown, media, int(size) if size.isdecimal() and len(size) < 16 else 0)
        return Heard(replace(incoming, files=(file,)))
    if said := fields.get("Recognition", "").strip():  # a voice message that WeCom has put into words
        return Heard(replace(incoming, text=said))
    return Heard(incoming, excuse=_excuse(kind))


def _app_event(fields: Mapping[str, str], sender: Sender) -> Heard | None:
    event, key, task = (fields.get(name, "") for name in ("Event", "EventKey", "TaskId"))
    same = _made(sender.user, fields.get("CreateTime", ""), event, key, task)
    incoming = Incoming(sender, sender.user, same)
    if event == "click" and key.strip():  # the app's own menu: an administrator sets words as a button's key
        return Heard(replace(incoming, text=key))
    if event not in CARD_EVENTS:
        return None
    return _clicked(incoming, pressed(key), task, fields.get("ResponseCode", ""))


def _clicked(incoming: Incoming, button: Pressed | None, task: str, code: str) -> Heard | None:
    if button is None:
        return None
    return Heard(replace(incoming, text=button.words, click=button.click), task, code)


def from_bot(frame: Mapping[str, Any], bot_id: str, sealed: Callable[[Mapping[str, str]], str]) -> Heard | None:
    """A message or event of the 智能机器人. `sealed(url and key)` makes the place of a file: both open it."""
    body, headers = frame.get("body"), frame.get("headers")
    if not isinstance(body, Mapping) or not isinstance(headers, Mapping):
        return None
    user, chat = _str(_map(body.get("from")), "userid"), _str(body, "chatid")
    if not _USER.fullmatch(user) or _str(body, "aibotid") not in ("", bot_id):
        return None
    group = body.get("chattype") == "group" and bool(chat)
    alone = f"single:{user}"
    sender = Sender(BOT, bot_id, user, alone="" if group else alone)
    request = _str(headers, "req_id")
    incoming = Incoming(sender, f"group:{chat}" if group else alone, _str(body, "msgid") or request)
    if body.get("msgtype") == "event":
        event = _map(body.get("event"))
        if event.get("eventtype") not in CARD_EVENTS:
            return None
        inner = _map(event.get("template_card_event")) or _map(event.get("template_card_menu_event")) or event
        return _clicked(incoming, pressed(_str(inner, "event_key")), _str(inner, "task_id"), request)
    words, files, strange = _content(body, sealed)
    if group:
        words = _AT.sub("", words)
    if not words.strip() and not files:
        return Heard(incoming, code=request, excuse=_excuse(strange)) if strange else None
    return Heard(replace(incoming, text=words, files=tuple(files)), code=request)


def welcomed(frame: Mapping[str, Any], bot_id: str) -> tuple[Sender, str] | None:
    """(who, request) when a member opens the conversation with the bot for the first time that day."""
    body = _map(frame.get("body"))
    user, chat = _str(_map(body.get("from")), "userid"), body.get("chattype")
    if _str(_map(body.get("event")), "eventtype") != "enter_chat" or not _USER.fullmatch(user) or chat == "group":
        return None
    return Sender(BOT, bot_id, user, alone=f"single:{user}"), _str(_map(frame.get("headers")), "req_id")


def _content(body: Mapping[str, Any], sealed: Callable[[Mapping[str, str]], str]) -> tuple[str, list[RemoteFile], str]:
    """(words, files, a kind that is neither) of a message; a mixed one has several parts."""
    kind = _str(body, "msgtype")
    given = _map(body.get("mixed")).get("msg_item") if kind == "mixed" else [body]
    parts: Sequence[Any] = given if isinstance(given, list) else []
    words: list[str] = []
    files: list[RemoteFile] = []
    strange = ""
    for part in (part for part in parts if isinstance(part, Mapping)):
        of = _str(part, "msgtype")
        inner = _map(part.get(of))
        if of in ("text", "voice") and _str(inner, "content"):  # a voice message comes as the words it was heard as
            words.append(_str(inner, "content"))
        elif of in ("image", "file") and _str(inner, "url"):
            shown = _str(inner, "filename") or _str(inner, "name")
            shown = shown or (f"图片_{len(files) + 1}.jpg" if of == "image" else f"文件_{len(files) + 1}")
            place = sealed({"url": _str(inner, "url"), "key": _str(inner, "aeskey")})
            files.append(RemoteFile(shown, place))
        else:
            strange = of or "?"
    return "\n".join(words), files, strange


def _excuse(kind: str) -> Text:
    return NOT_UNDERSTOOD.filled(what=KINDS.get(kind, UNKNOWN))


def _made(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:40]


def _map(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _str(value: Mapping[str, Any], name: str) -> str:
    found = value.get(name)
    return found if isinstance(found, str) else ""
