"""Verified payloads of Slack → Incoming. Pure; None for what doesn't concern us.

A message in a channel that mentions us may come as `message`, as `app_mention` or as both, each with an event id of
its own (with a file it comes as `message` only). So a message's repeat key is where it stands: channel and time stamp.
It is the same for both and for every try.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.channel import Incoming, Sender
from bot.slack import buttons, markup
from bot.slack.buttons import Kind
from bot.slack.modal import values
from handlers.message import Click, RemoteFile

NAME = "slack"
Payload = Mapping[str, Any]

_PLACE = re.compile(r"[CDGUW][A-Z0-9]{1,30}(/\d{1,12}\.\d{1,8})?")
#: Messages a person wrote. The rest are edits, deletions, joins, bots.
_WRITTEN = (None, "file_share", "thread_broadcast")


@dataclass(frozen=True, slots=True)
class Us:
    """Our workspace and our own user in it, as auth.test tells."""

    team: str
    user: str
    bot: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A pressed button: what it asks for, and what a window may be opened with for three seconds."""

    incoming: Incoming
    kind: Kind
    trigger: str


def is_shared(conversation: str) -> bool:
    """Whether others read along: not in direct messages, nor where a user's id stands for them."""
    return not conversation.startswith(("D", "U", "W"))


def for_us(payload: Payload, us: Us) -> bool:
    """Whether it happened in our workspace: one app may stand in several, each with a token of its own."""
    teams = [payload.get("team_id"), _part(payload, "team").get("id")]
    teams += [installed.get("team_id") for installed in _several(payload, "authorizations")]
    return us.team in teams


def message(payload: Payload, us: Us) -> Incoming | None:
    """What is said to us alone, and what mentions us. Where people talk among themselves we don't listen."""
    event = _part(payload, "event")
    user, channel, stamp = _words(event, "user"), _words(event, "channel"), _words(event, "ts")
    if not (user and channel and stamp) or user == us.user or event.get("bot_id") or event.get("hidden"):
        return None
    if event.get("type") not in ("message", "app_mention") or event.get("subtype") not in _WRITTEN:
        return None
    alone, raw = event["type"] == "message" and event.get("channel_type") == "im", _words(event, "text")
    if not alone and event["type"] == "message" and not _mentioned(raw, us):
        return None
    text, files = markup.read(raw, us.user), tuple(_files(event))
    if not (text or files):
        if alone:
            return None
        text = "帮助"  # nothing but our name: asks who we are
    place = channel if alone else f"{channel}/{_words(event, 'thread_ts') or stamp}"
    team = next((t for t in (_words(event, "user_team"), _words(event, "team")) if t), us.team)
    sender = Sender(NAME, team, user, alone=channel if alone else "")
    return Incoming(sender, place, f"message:{channel}:{stamp}", text, files)


def command(payload: Payload, us: Us) -> Incoming | None:
    """A slash command. Nobody sees it but the one who typed it, so the answer goes to them alone."""
    user, trigger = _words(payload, "user_id"), _words(payload, "trigger_id")
    if not (user and trigger):
        return None
    sender = Sender(NAME, us.team, user, _words(payload, "user_name"))
    return Incoming(sender, user, f"command:{trigger}", markup.read(_words(payload, "text"), us.user) or "帮助")


def pressed(payload: Payload, us: Us) -> Pressed | None:
    """A pressed button on a message or on the home tab."""
    sender = _sender(payload, us)
    action: Payload = next(iter(_several(payload, "actions")), {})
    what = buttons.kind(action.get("action_id"))
    if sender is None or what is None:
        return None
    box = _part(payload, "container")
    channel = _words(box, "channel_id") or _words(_part(payload, "channel"), "id")
    stamp = _words(box, "message_ts")
    place = channel or sender.user
    if channel and not channel.startswith("D"):
        place = f"{channel}/{_words(box, 'thread_ts') or _words(_part(payload, 'message'), 'thread_ts') or stamp}"
    if not _PLACE.fullmatch(place):
        return None
    at = stamp or _words(box, "view_id")
    key = f"click:{sender.user}:{at}:{_words(action, 'action_ts')}:{action['action_id']}"
    made = Incoming(sender, place, key)
    value = action.get("value")
    if what == "say":
        said = value.strip() if isinstance(value, str) else ""
        return Pressed(replace(made, text=said), what, "") if 0 < len(said) <= buttons.VALUE else None
    click = buttons.read(value)
    return None if click is None else Pressed(replace(made, click=click), what, _words(payload, "trigger_id"))


def submitted(payload: Payload, us: Us) -> Incoming | None:
    """A filled-in window. Whence it was opened travels in its private metadata."""
    sender, view = _sender(payload, us), _part(payload, "view")
    place, click = _origin(view.get("private_metadata"))
    if sender is None or click is None or not _words(view, "id"):
        return None
    filled = replace(click, values=values(_part(view, "state")))
    return Incoming(sender, place, f"view:{_words(view, 'id')}:{_words(view, 'hash')}", click=filled)


def at_home(payload: Payload, us: Us) -> Sender | None:
    """Who opened our home tab."""
    event = _part(payload, "event")
    user = _words(event, "user")
    if event.get("type") != "app_home_opened" or event.get("tab") != "home" or not user:
        return None
    return Sender(NAME, us.team, user, alone=_words(event, "channel"))


def origin(place: str, click: Click) -> str:
    """Private metadata of a window: the conversation it was opened from, and the click it completes."""
    return json.dumps([place, click.action, click.subject, click.version], ensure_ascii=False, separators=(",", ":"))


def _origin(metadata: object) -> tuple[str, Click | None]:
    try:
        place, *rest = json.loads(metadata) if isinstance(metadata, str) and len(metadata) <= 3000 else [""]
    except (ValueError, TypeError, RecursionError):
        return "", None
    if not isinstance(place, str) or not _PLACE.fullmatch(place):
        return "", None
    return place, buttons.read(json.dumps(rest, ensure_ascii=False))


def _mentioned(raw: str, us: Us) -> bool:
    return f"<@{us.user}>" in raw or f"<@{us.user}|" in raw


def _sender(payload: Payload, us: Us) -> Sender | None:
    who = _part(payload, "user")
    user = _words(who, "id")
    name = _words(who, "name") or _words(who, "username")
    return Sender(NAME, _words(who, "team_id") or us.team, user, name) if user else None


def _files(event: Payload) -> Iterator[RemoteFile]:
    """The message's own files, then those of messages forwarded in it; each once."""
    found = _several(event, "files")
    for attached in _several(event, "attachments"):
        found += _several(attached, "files")
    seen = set()
    for file in found:
        if (place := _words(file, "id")) and place not in seen:
            seen.add(place)
            size = file.get("size")
            name = _words(file, "name") or _words(file, "title") or place
            yield RemoteFile(name, place, size if isinstance(size, int) and size > 0 else 0)


def _part(payload: Payload, name: str) -> Payload:
    part = payload.get(name)
    return part if isinstance(part, Mapping) else {}


def _several(payload: Payload, name: str) -> list[Payload]:
    parts = payload.get(name)
    return [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []


def _words(payload: Payload, name: str) -> str:
    found = payload.get(name)
    return found if isinstance(found, str) else ""
