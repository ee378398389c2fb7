"""Replies and cards → WeCom's messages within its limits. Pure; the same cards for the 自建应用 and the 智能机器人.

https://developer.work.weixin.qq.com/document/path/90236, /101032: the limits of words on a card are advice there, and
what is longer is cut off on the screen; so it goes below the facts, and from there into words of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from archive.words import Lang, Text, spoken
from bot.plain import plain_card
from bot.wecom.keys import key_of
from bot.wecom.words import cut, harmless, harmless_markdown, pieces, width
from handlers.message import Card, Choice, Fact, OutFile, Reply

Block = dict[str, Any]

TITLE = 26  # 字
DESC = 30
SUB_TITLE = 112
FACTS = 6
FACT_NAME = 5
FACT_VALUE = 26
BUTTONS = 6
BUTTON = 10
SOURCE = 13
TEXT = 2048  # bytes of a text message; more is cut off without a word
MARKDOWN = 20480  # bytes of markdown, and of what a stream says
_NAME = Text("归档", "Guidang")
_TONES = {"plain": (0, ""), "good": (3, "🟢 "), "wait": (1, "🟡 "), "bad": (2, "🔴 ")}
_STYLES = {"plain": 3, "primary": 1, "danger": 2}
_NEXT = Text("接下来", "What next")
_NEXT_HINT = Text("点一下，或直接输入", "Press one, or type it")
_MORE = Text("还可以输入：", "You can also type: ")
_DESK = Text("更多操作请到网页工作台。", "More can be done on the web desk.")
_LINKS = Text("链接 15 分钟内有效，只给你本人：", "The links are for you alone and last 15 minutes:")
_DONE = Text("已处理", "Done")


@dataclass(frozen=True, slots=True)
class Hand:
    """How words are written on one of the two ways, and where a card without buttons leads."""

    most: int  # bytes of a message
    harmless: Callable[[str], str]
    link: Callable[[str, str], str]  # (name, address) → what can be pressed
    address: str = ""  # our own, as people reach it


@dataclass(frozen=True, slots=True)
class Sheet:
    """One message: words, or a card and the words that stand for it. `cards`: how many of the reply's it shows."""

    words: str
    card: Block | None = None
    cards: int = 0
    about: str = ""


def app_hand(address: str) -> Hand:
    """Text messages."""
    return Hand(TEXT, harmless, lambda name, url: f'<a href="{url}">{_bare(name)}</a>', address)


def bot_hand(address: str) -> Hand:
    """Markdown."""
    return Hand(MARKDOWN, harmless_markdown, lambda name, url: f"[{_bare(name)}]({url})", address)


def sheets(reply: Reply, lang: Lang, hand: Hand) -> list[Sheet]:
    """Everything of a reply but its files: words, cards, what next."""
    made = _words(reply.text.to(lang), hand) if reply.text else []
    for card in reply.cards:
        made += card_sheets(card, lang, hand)
    return made + _next(reply.choices, lang, hand)


def card_sheets(card: Card, lang: Lang, hand: Hand) -> list[Sheet]:
    """What doesn't go on the card, then the card; the last one stands for it."""
    words = hand.harmless(plain_card(card, lang))
    block, rest = card_block(card, lang, hand.address)
    if block is None:
        said = list(pieces(words, hand.most)) or ["·"]
        return [Sheet(piece) for piece in said[:-1]] + [Sheet(said[-1], cards=1)]
    before = _words(f"{card.title.to(lang)}\n{rest}", hand) if rest else []
    return [*before, Sheet(words, block, 1, card.about)]


def card_block(card: Card, lang: Lang, address: str) -> tuple[Block | None, str]:
    """A card without its task id, and what found no place on it. None where WeCom has no such card.

    That is one without buttons where it could lead nowhere: its kind must be pressed to open something.
    """
    shown, below = _placed(card, lang)
    buttons, left = _buttons(card.choices, lang)
    if not buttons and not address:
        return None, ""
    below += [left] if left else []
    sub_title, rest = _fitted(below)
    color, sign = _TONES[card.tone]
    block: Block = {
        "card_type": "button_interaction" if buttons else "text_notice",
        "source": {"desc": cut(_NAME.to(lang), SOURCE), "desc_color": color},
        "main_title": {"title": cut(card.title.to(lang), TITLE) or "·"},
    }
    if card.status:
        block["main_title"]["desc"] = cut(sign + card.status.to(lang), DESC)
    if sub_title:
        block["sub_title_text"] = sub_title
    if shown:
        block["horizontal_content_list"] = shown
    if buttons:
        block["button_list"] = buttons
    else:
        block["card_action"] = {"type": 1, "url": address}
    return block, "\n".join(rest)


def done_words(card: Card, lang: Lang) -> str:
    """What takes the place of the buttons where a card has none any more and can't be replaced as a whole."""
    return cut(spoken(card.status, lang) if card.status else _DONE.to(lang), BUTTON)


def links_words(files: Sequence[tuple[OutFile, str]], lang: Lang, hand: Hand) -> list[Sheet]:
    """Files as links to our own server."""
    lines = [_LINKS.to(lang), *("📄 " + hand.link(out.name, url) for out, url in files)]
    return [Sheet(piece) for piece in pieces("\n".join(lines), hand.most)]


def _words(words: str, hand: Hand) -> list[Sheet]:
    return [Sheet(piece) for piece in pieces(hand.harmless(words), hand.most)]


def _next(choices: Sequence[Choice], lang: Lang, hand: Hand) -> list[Sheet]:
    if not choices:
        return []
    buttons, left = _buttons(choices, lang)
    said = [choice.say.to(lang) for choice in choices if choice.say]
    words = _MORE.to(lang) + " / ".join(said) if said else _DESK.to(lang)
    if not buttons:
        return _words(words, hand)
    block: Block = {
        "card_type": "button_interaction",
        "main_title": {"title": _NEXT.to(lang), "desc": _NEXT_HINT.to(lang)},
        "button_list": buttons,
    }
    sub_title, rest = _fitted([left] if left else [])
    if sub_title:
        block["sub_title_text"] = sub_title
    return [*_words("\n".join(rest), hand), Sheet(hand.harmless(words), block)]


def _placed(card: Card, lang: Lang) -> tuple[list[Block], list[str]]:
    """(the first facts that are short enough, lines below): a longer one, the seventh and all flags go below."""
    shown: list[Block] = []
    below = [] if width(card.title.to(lang)) <= TITLE else [card.title.to(lang)]
    status = card.status.to(lang) if card.status else ""
    below += [status] if width(status) + 2 > DESC else []
    below += [f"⚠️ {flag.to(lang)}" for flag in card.flags]
    for fact in card.facts:
        name, value = _fact(fact, lang)
        if len(shown) < FACTS and width(name) <= FACT_NAME and width(value) <= FACT_VALUE and "\n" not in value:
            shown.append({"keyname": name, "value": value})
        else:
            below.append(f"{name}{'：' if lang == 'zh' else ': '}{value}")
    return shown, below


def _fact(fact: Fact, lang: Lang) -> tuple[str, str]:
    value = ("⚠️ " if fact.flagged else "") + spoken(fact.value, lang)
    return fact.label.to(lang).strip() or "·", value.strip() or "—"


def _fitted(lines: Sequence[str]) -> tuple[str, list[str]]:
    """(as many lines as there is room for below the title, the rest)."""
    taken: list[str] = []
    for n, line in enumerate(lines):
        if width("\n".join([*taken, line])) > SUB_TITLE:
            return "\n".join(taken), list(lines[n:])
        taken.append(line)
    return "\n".join(taken), []


def _buttons(choices: Sequence[Choice], lang: Lang) -> tuple[list[Block], str]:
    """(at most six buttons, where the others are)."""
    made: list[Block] = []
    left: list[Choice] = []
    for choice in choices:
        key = key_of(choice, lang)
        if key is None or len(made) >= BUTTONS or key in [button["key"] for button in made]:
            left.append(choice)
            continue
        label = cut(choice.label.to(lang), BUTTON) or "·"
        made.append({"text": label, "style": _STYLES[choice.style], "key": key})
    said = [choice.say.to(lang) for choice in left if choice.say]
    told = [_MORE.to(lang) + " / ".join(said)] if said else []
    told += [_DESK.to(lang)] if len(said) < len(left) else []
    return made, "\n".join(told)


def _bare(name: str) -> str:
    """A file's name inside a link."""
    return "".join(" " if char in '<>[]()"`\n\r' else char for char in name).strip() or "·"
