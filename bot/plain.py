"""A reply as plain words: for notifications, for platforms without cards, and for whatever a card can't show."""

from __future__ import annotations

from archive.words import Lang, Text
from handlers.message import Card, Choice, Reply


def plain_reply(reply: Reply, lang: Lang) -> str:
    """Text, then each card, then what can be typed next; parts are parted by an empty line."""
    parts = [reply.text.to(lang)] if reply.text else []
    parts += [plain_card(card, lang) for card in reply.cards]
    parts += ["\n".join(f"· {file.name}" for file in reply.files)] if reply.files else []
    typed = [choice.say.to(lang) for choice in reply.choices if choice.say]
    parts += [("可以输入：" if lang == "zh" else "You can type: ") + " / ".join(typed)] if typed else []
    return "\n\n".join(parts)


def plain_card(card: Card, lang: Lang) -> str:
    """Title, status, facts, flags and the names of its buttons, a line each."""
    lines = [card.title.to(lang)]
    lines += [f"[{card.status.to(lang)}]"] if card.status else []
    colon = "：" if lang == "zh" else ": "
    lines += [f"{'! ' if f.flagged else ''}{f.label.to(lang)}{colon}{_words(f.value, lang)}" for f in card.facts]
    lines += [f"! {flag.to(lang)}" for flag in card.flags]
    lines += [" ".join(f"[{_label(choice, lang)}]" for choice in card.choices)] if card.choices else []
    return "\n".join(lines)


def _words(value: Text | str, lang: Lang) -> str:
    return value.to(lang) if isinstance(value, Text) else value


def _label(choice: Choice, lang: Lang) -> str:
    return choice.label.to(lang)
