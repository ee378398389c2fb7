"""Replies and cards → Slack messages within Slack's limits. Pure.

A card that is tied to an item is a message of its own, so that it can be replaced; cards that never change share one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.words import Lang, Text
from bot.plain import plain_card
from bot.slack import buttons
from bot.slack.markup import Block, cut, escaped, lettered, pieces, plain
from handlers.message import Card, Fact, OutFile, Reply

HEADER = 150
SECTION = 3000
FIELD = 500  # Slack takes 2,000 in one, but not in each of many
FIELDS = 10
BLOCKS = 50
HOME_BLOCKS = 100
TEXT = 3500  # characters of a message without blocks; Slack advises 4,000
_TOGETHER = 9000  # characters of all blocks of a message; Slack's own limit is some 13,000
_FACTS = 100
_FACTS_TEXT = 6000  # characters of all facts: a card whose blocks are refused would lose its buttons
_TONES = {"plain": "⚪", "good": "🟢", "wait": "🟡", "bad": "🔴"}
_NEXT = Text("接下来", "What next")
_FILES = Text("文件（链接 15 分钟内有效，只给你本人）", "Files (the links are for you alone and last 15 minutes)")
_REST = Text(
    "还有 {n} 项没有列出，请点「原件与经过」或到网页工作台查看。", "{n} more aren't shown here: see the web desk."
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One message: words without markup (what a notification shows), blocks, and how many of the cards stand in it."""

    text: str
    blocks: tuple[Block, ...] = ()
    cards: int = 0


def sheets(reply: Reply, lang: Lang) -> list[Sheet]:
    """Everything of a reply but its files: words, cards, what next."""
    words = list(pieces(reply.text.to(lang), TEXT)) if reply.text else []
    made = [Sheet(escaped(piece)) for piece in words]
    rows = buttons.rows(reply.choices, lang)
    if rows and made and not reply.cards:  # the buttons stand below the last words
        last = words[-1]
        sections = [_section(piece) for piece in pieces(last, SECTION)]
        made[-1] = Sheet(made[-1].text, tuple(sections + rows))
        rows = []
    made += _cards(reply.cards, lang)
    if rows:
        made.append(Sheet(escaped(_NEXT.to(lang)), (_context(_NEXT.to(lang)), *rows)))
    return made


def card_sheet(card: Card, lang: Lang) -> Sheet:
    """One card as a message of its own; also what replaces it."""
    return Sheet(escaped(cut(plain_card(card, lang), TEXT)), tuple(card_blocks(card, lang)), cards=1)


def links_sheet(files: Sequence[tuple[OutFile, str]], lang: Lang) -> Sheet:
    """Files as buttons that open our own server."""
    lines = "\n".join(f"📄 {out.name}" for out, _ in files)
    made = [buttons.link(out.name, url, n) for n, (out, url) in enumerate(files)]
    rows = [
        {"type": "actions", "elements": made[n : n + buttons.PER_ROW]} for n in range(0, len(made), buttons.PER_ROW)
    ]
    return Sheet(escaped(cut(lines, TEXT)), (_section(lines), *rows, _context(_FILES.to(lang))))


def home_view(reply: Reply, lang: Lang) -> Block:
    """The home tab: the reply's words, cards and next steps, one below the other."""
    blocks = [_section(piece) for piece in pieces(reply.text.to(lang), SECTION)] if reply.text else []
    blocks += buttons.rows(reply.choices, lang)
    for n, card in enumerate(reply.cards):
        added = [{"type": "divider"}, *card_blocks(card, lang)]
        if len(blocks) + len(added) >= HOME_BLOCKS:
            blocks.append(_context(_REST.filled(n=len(reply.cards) - n).to(lang)))
            break
        blocks += added
    return {"type": "home", "blocks": blocks or [_context("·")]}


def card_blocks(card: Card, lang: Lang) -> list[Block]:
    """Title, status, facts in two columns, flags, buttons."""
    blocks: list[Block] = [{"type": "header", "text": plain(card.title.to(lang), HEADER)}]
    if card.status:
        blocks.append(_context(f"{_TONES[card.tone]} {card.status.to(lang)}"))
    shown = _shown(card.facts, lang)
    blocks += [{"type": "section", "fields": shown[n : n + FIELDS]} for n in range(0, len(shown), FIELDS)]
    if len(card.facts) > len(shown):
        blocks.append(_context(_REST.filled(n=len(card.facts) - len(shown)).to(lang)))
    flags = "\n".join(f"⚠️ {flag.to(lang)}" for flag in card.flags)
    blocks += [_section(cut(flags, SECTION))] if flags.strip() else []
    return blocks + buttons.rows(card.choices, lang)[:10]


def _cards(cards: Sequence[Card], lang: Lang) -> Iterator[Sheet]:
    """Cards of items alone, the others together as far as they go."""
    blocks: list[Block] = []
    words: list[str] = []

    def together() -> Sheet:
        return Sheet(escaped(cut("\n\n".join(words), TEXT)), tuple(blocks), len(words))

    for card in cards:
        own, said = card_blocks(card, lang), plain_card(card, lang)
        full = len(blocks) + 1 + len(own) > BLOCKS or sum(map(len, words)) + len(said) > _TOGETHER
        if words and (card.about or full):
            yield together()
            blocks, words = [], []
        if card.about:
            yield card_sheet(card, lang)
            continue
        blocks += [{"type": "divider"}, *own] if blocks else own
        words.append(said)
    if words:
        yield together()


def _shown(facts: Sequence[Fact], lang: Lang) -> list[Block]:
    """As many as Slack takes; those that draw the eye in any case."""
    shown: list[Block] = []
    room = _FACTS_TEXT
    for fact in facts:
        field = _field(fact, lang)
        size = len(field["text"])
        if len(shown) < _FACTS and (size <= room or fact.flagged):
            shown.append(field)
            room -= size
    return shown


def _field(fact: Fact, lang: Lang) -> Block:
    value = fact.value.to(lang) if isinstance(fact.value, Text) else fact.value
    return lettered(value, FIELD, ("⚠️ " if fact.flagged else "") + fact.label.to(lang))


def _section(words: str) -> Block:
    return {"type": "section", "text": lettered(words, SECTION)}


def _context(words: str) -> Block:
    return {"type": "context", "elements": [plain(words, SECTION)]}
