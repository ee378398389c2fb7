"""What Teams sends → our words. Pure; the payload's token, tenant and service address were checked before.

A click carries (action, subject, version) and what was typed into the card. What Teams adds to that is left out;
where one of these has another shape it is no click.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from archive.words import Lang
from bot.channel import Incoming, Sender
from handlers.message import Click, RemoteFile
from storage.teams import Place

NAME = "teams"
FILE = "application/vnd.microsoft.teams.file.download.info"
_LONGEST = {"action": 40, "subject": 200, "field": 60, "value": 4_000}
_FIELDS = 40
_TAGS = re.compile(r"</?at[^>]*>", re.IGNORECASE)
_ACTION = re.compile(r"[a-z_]+")
TYPED = "v_"  # begins the ids of what is typed into a card, so that no field is mistaken for a part of the click

Payload = Mapping[str, Any]


def to_incoming(payload: Payload) -> Incoming | None:
    """A message or a pressed button, in our words. None for what doesn't concern us."""
    who = sender_of(payload)
    if who is None or not _word(payload.get("id")):
        return None
    where, key = conversation_of(payload), _key(payload)
    if payload.get("type") == "invoke":
        click = click_of(payload)
        return Incoming(who, where, key, click=click) if click else None
    if payload.get("type") != "message":
        return None
    pressed = _click(_map(payload.get("value")), "")
    text = "" if pressed else said(payload)
    files = tuple(_files(payload))
    return Incoming(who, where, key, text, files, pressed) if text or files or pressed else None


def sender_of(payload: Payload) -> Sender | None:
    """Who speaks, by the directory's id for them, which is the same for every bot; None for what no person did."""
    who = _map(payload.get("from"))
    user = _word(who.get("aadObjectId")) or _word(who.get("id"))
    if not user or not conversation_of(payload) or who.get("role") == "bot" or user.startswith("28:"):
        return None
    tenant = _word(who.get("tenantId")) or tenant_of(payload)
    alone = conversation_of(payload) if kind_of(payload) == "personal" else ""
    return Sender(NAME, tenant, user, _word(who.get("name")), "", alone)


def tenant_of(payload: Payload) -> str:
    """The directory the conversation belongs to."""
    data = _map(_map(payload.get("channelData")).get("tenant"))
    return _word(_map(payload.get("conversation")).get("tenantId")) or _word(data.get("id"))


def tenants_named(payload: Payload) -> set[str]:
    """Every directory the payload names; all of them have to be ours."""
    named = (
        _map(payload.get("conversation")).get("tenantId"),
        _map(_map(payload.get("channelData")).get("tenant")).get("id"),
        _map(payload.get("from")).get("tenantId"),
    )
    return {_word(tenant) for tenant in named} - {""}


def conversation_of(payload: Payload) -> str:
    """Teams' own id of the conversation; in a channel it names the thread."""
    return _word(_map(payload.get("conversation")).get("id"))


def is_shared(conversation: str) -> bool:
    """Whether others read along: only the chat of one person with a bot has an id that begins so."""
    return not conversation.startswith("a:")


def kind_of(payload: Payload) -> str:
    """personal, groupChat or channel."""
    return _word(_map(payload.get("conversation")).get("conversationType")) or "personal"


def place_of(payload: Payload) -> Place | None:
    """What is needed to speak there later."""
    us = _map(payload.get("recipient"))
    where, url = conversation_of(payload), _word(payload.get("serviceUrl"))
    if not where or not url or not _word(us.get("id")):
        return None
    return Place(where, url, tenant_of(payload), kind_of(payload), _word(us.get("id")), _word(us.get("name")))


def lang_of(payload: Payload) -> Lang:
    """The language of a stranger's Teams; Chinese when it doesn't tell."""
    return "en" if _word(payload.get("locale")).lower().startswith("en") else "zh"


def click_of(payload: Payload) -> Click | None:
    """The button behind an invoke: Action.Execute in a card, or a form opened or sent off in a window of its own."""
    value = _map(payload.get("value"))
    if payload.get("name") == "adaptiveCard/action":
        action = _map(value.get("action"))
        if action.get("type") != "Action.Execute":
            return None
        return _click(_map(action.get("data")), _word(action.get("verb")))
    return _click(_map(value.get("data")), "")


def lost_file(payload: Payload) -> bool:
    """Whether a file was sent where Teams doesn't give files to bots: in a group chat or a channel."""
    if payload.get("type") != "message" or kind_of(payload) == "personal":
        return False
    texts = [a.get("content") for a in _attachments(payload) if _word(a.get("contentType")).startswith("text/html")]
    return any(isinstance(text, str) and "<attachment" in text.lower() for text in texts)


def said(payload: Payload) -> str:
    """The words, without the mention of us; others who are mentioned stay by name."""
    text = payload.get("text")
    if not isinstance(text, str):
        return ""
    us = _word(_map(payload.get("recipient")).get("id"))
    entities = payload.get("entities")
    for entity in entities if isinstance(entities, list) else ():
        named = _map(_map(entity).get("mentioned"))
        mention = _map(entity).get("text")
        if _map(entity).get("type") == "mention" and us and named.get("id") == us and isinstance(mention, str):
            text = text.replace(mention, " ", 1) if mention else text
    return html.unescape(_TAGS.sub("", text)).replace("\xa0", " ").strip()


def read_place(place: str) -> tuple[str, bool]:
    """(address, whether it wants our token) of a file, as it was written down."""
    try:
        url, token = json.loads(place)
    except (ValueError, TypeError):
        return "", False
    return str(url), token is True


def _click(data: Payload, verb: str) -> Click | None:
    action, subject = verb or _word(data.get("action")), _word(data.get("subject"))
    version = data.get("version", 0)
    if not _ACTION.fullmatch(action) or len(action) > _LONGEST["action"] or len(subject) > _LONGEST["subject"]:
        return None
    if isinstance(version, bool) or not isinstance(version, int) or not 0 <= version < 2**31:
        return None
    if "subject" not in data and not verb:
        return None
    typed = {name: "" if value is None else value for name, value in data.items() if name.startswith(TYPED)}
    if len(typed) > _FIELDS or not all(_fits(name, value) for name, value in typed.items()):
        return None
    return Click(action, subject, version, {name.removeprefix(TYPED): value for name, value in typed.items()})


def _fits(name: str, value: object) -> bool:
    return len(name) <= _LONGEST["field"] and isinstance(value, str) and len(value) <= _LONGEST["value"]


def _files(payload: Payload) -> Iterable[RemoteFile]:
    for n, attachment in enumerate(_attachments(payload)):
        kind, name = _word(attachment.get("contentType")), _word(attachment.get("name"))
        if kind == FILE:
            content = _map(attachment.get("content"))
            url = _word(content.get("downloadUrl"))
            ending = _word(content.get("fileType"))
            name = name or _last(_word(attachment.get("contentUrl"))) or f"file{n + 1}.{ending or 'bin'}"
            size = content.get("fileSize")
            yield RemoteFile(name, json.dumps([url, False]), size if isinstance(size, int) and size > 0 else 0)
        elif kind.startswith("image/"):
            ending = "png" if kind == "image/*" else kind.partition("/")[2]
            yield RemoteFile(
                name or f"picture{n + 1}.{ending}", json.dumps([_word(attachment.get("contentUrl")), True])
            )


def _attachments(payload: Payload) -> list[Payload]:
    given = payload.get("attachments")
    return [_map(one) for one in given] if isinstance(given, list) else []


def _last(url: str) -> str:
    return unquote(urlsplit(url).path.rpartition("/")[2])


def _key(payload: Payload) -> str:
    return f"{conversation_of(payload)}|{_word(payload.get('id'))}"


def _map(value: object) -> Payload:
    return value if isinstance(value, Mapping) else {}


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
