"""A reply → the activities Teams is sent, one after another. Pure.

Words go as simple markup with everything escaped, since Teams keeps no line ends in plain text. Every card has its
plain words beside it, for the notification and for when Teams doesn't take the card.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from archive.words import Lang, Text
from bot.plain import plain_card
from bot.teams.cards import ADAPTIVE, card_of, clean, cut, link_card, words_card
from handlers.message import Card, OutFile, Reply

Doc = dict[str, Any]

CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"
LONGEST = 6_000  # characters of one message; escaped and in UTF-16 still below the 80 kB Teams advises
IN_CARD = 2_000  # longer words stand in messages of their own, above their buttons
PICTURE = 500_000  # bytes of a picture shown in the conversation itself
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})
NEXT = Text("接下来", "Next")
SUMMARY = 200


@dataclass(frozen=True, slots=True)
class Part:
    """One activity; `card` when it is a card of the reply, `plain` for when Teams doesn't take it."""

    body: Doc
    plain: str = ""
    card: bool = False


def parts_of(reply: Reply, lang: Lang) -> list[Part]:
    """Words and cards of a reply, in order; its files come after them, see below."""
    words = reply.text.to(lang).strip() if reply.text else ""
    pressed = list(reply.choices)
    parts: list[Part] = []
    if pressed and words and not reply.cards and len(words) <= IN_CARD:
        return [_carded(words_card(words, pressed, lang), words)]
    parts += [Part(body) for body in words_of(words)]
    parts += [card_part(card, lang) for card in reply.cards]
    if pressed:
        parts.append(_carded(words_card(NEXT.to(lang), pressed, lang), NEXT.to(lang)))
    return parts


def card_part(card: Card, lang: Lang) -> Part:
    """A card about something."""
    part = _carded(card_of(card, lang), plain_card(card, lang))
    return Part(part.body, part.plain, card=True)


def words_of(words: str) -> list[Doc]:
    """As many messages as the words need."""
    return [_worded(piece) for piece in pieces(words)]


def pieces(words: str, longest: int = LONGEST) -> list[str]:
    """Split between paragraphs, else between lines, else anywhere."""
    found = []
    while len(words) > longest:
        at = max(words.rfind("\n\n", 0, longest), words.rfind("\n", longest // 2, longest))
        at = at if at > 0 else longest
        found.append(words[:at].rstrip())
        words = words[at:].lstrip("\n")
    return [piece for piece in [*found, words] if piece.strip()]


def picture_part(out: OutFile, data: bytes) -> Part | None:
    """A picture in the conversation itself; None when Teams would not show it."""
    if not out.preview or out.media_type not in PICTURES or len(data) > PICTURE:
        return None
    url = f"data:{out.media_type};base64,{base64.b64encode(data).decode()}"
    return Part(_message(attachments=[{"contentType": out.media_type, "contentUrl": url, "name": out.name}]))


def link_part(out: OutFile, url: str, lang: Lang) -> Part:
    """A file that is fetched from our own server; the words tell for how long."""
    words = Text("链接只供你本人打开一次，15 分钟内有效", "For you alone: opens once, within 15 minutes").to(lang)
    return _carded(link_card(out.name, url, words, lang), f"{out.name}\n{url}\n{words}")


def consent_part(out: OutFile, size: int, offer: str, lang: Lang) -> Part:
    """Asks whether a file may be put into their OneDrive; only the offer's id travels."""
    said = Text("归档给你的文件，点「允许」存入你的 OneDrive。", "From Guidang. “Allow” puts it into your OneDrive.")
    content = {
        "description": said.to(lang), "sizeInBytes": size,
        "acceptContext": {"offer": offer}, "declineContext": {"offer": offer},
    }  # fmt: skip
    plain = f"{out.name}: {said.to(lang)}"
    return Part(_message(attachments=[{"contentType": CONSENT, "name": out.name, "content": content}], summary=plain))


def info_part(name: str, uploaded: Mapping[str, Any]) -> Part:
    """The file, now that it lies there."""
    content = {"uniqueId": uploaded.get("uniqueId", ""), "fileType": uploaded.get("fileType", "")}
    place = str(uploaded.get("contentUrl", ""))
    return Part(_message(attachments=[{"contentType": INFO, "contentUrl": place, "name": name, "content": content}]))


def typing() -> Doc:
    """“… is typing”."""
    return {"type": "typing"}


def answer_card(card: Doc) -> Doc:
    """The answer to a pressed button: this card in the old one's place, for who pressed it."""
    return {"statusCode": 200, "type": ADAPTIVE, "value": card}


def answer_words(words: str) -> Doc:
    """The answer to a pressed button: a note beside the card, which stays as it stands."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": cut(words, 1_000)}


def answer_error(status: int, code: str, words: str) -> Doc:
    """The answer to a button that can't be followed."""
    value = {"code": code, "message": cut(words, 1_000)}
    return {"statusCode": status, "type": "application/vnd.microsoft.error", "value": value}


def window(title: str, card: Doc, fields: int) -> Doc:
    """The answer that opens a form in a window of its own, or shows it again with what is wrong."""
    shape = {"title": cut(title, 60), "height": "large" if fields > 4 else "medium", "width": "medium"}
    return {"task": {"type": "continue", "value": {**shape, "card": {"contentType": ADAPTIVE, "content": card}}}}


def window_words(words: str) -> Doc:
    """The answer that closes the window with a word."""
    return {"task": {"type": "message", "value": cut(words, 1_000)}}


def _carded(card: Doc, plain: str) -> Part:
    return Part(_message(attachments=[{"contentType": ADAPTIVE, "content": card}], summary=_summary(plain)), plain)


def _worded(words: str) -> Doc:
    marked = html.escape(clean(words), quote=False).replace("\n", "<br/>")
    return _message(text=marked, textFormat="xml", summary=_summary(words))


def _message(**rest: Any) -> Doc:
    return {"type": "message", **rest}


def _summary(words: str) -> str:
    return cut(" ".join(clean(words).split()), SUMMARY)
