"""What may be read on servers abroad: the same reply with its private facts masked, in the cards and in the words."""

from __future__ import annotations

from dataclasses import replace

from archive.words import Text
from handlers.message import Card, Fact, Reply

_SHOWN = 2  # characters left at each end of a long value
_VEIL = "•"  # no markup anywhere; the asterisk is on Slack and Teams
_TELLS = 8  # characters from which a part of a value tells what it is: an invoice's number has 8 or 20


def masked(reply: Reply) -> Reply:
    """Private facts masked, also where they stand in the reply's own words, a title, a flag or a status.

    Forms are left as they are: they are opened by the sender alone, who wrote or forwarded what is in them.
    """
    known = {*reply.private, *(value for card in reply.cards for value in _private(card))}
    text = None if reply.text is None else _hidden(reply.text, known)
    files = tuple(replace(out, name=_without(out.name, known)) for out in reply.files)
    return replace(reply, text=text, cards=tuple(masked_card(card, known) for card in reply.cards), files=files)


def masked_card(card: Card, known: set[str] | None = None) -> Card:
    """A card with its private facts masked. `known`: values to be masked wherever they stand; its own without."""
    known = _private(card) if known is None else known
    return replace(
        card,
        title=_hidden(card.title, known),
        facts=tuple(_masked_fact(fact, known) for fact in card.facts),
        flags=tuple(_hidden(flag, known) for flag in card.flags),
        status=None if card.status is None else _hidden(card.status, known),
        picture=False,
    )


def mask(value: str) -> str:
    """杭州云岫样例软件有限公司 → 杭州••••••••公司; short values lose all but the first character."""
    if len(value) <= _SHOWN * 2:
        return value[:1] + _VEIL * (len(value) - 1)
    return value[:_SHOWN] + _VEIL * (len(value) - 2 * _SHOWN) + value[-_SHOWN:]


def _masked_fact(fact: Fact, known: set[str]) -> Fact:
    value = fact.value
    if fact.private:
        return replace(fact, value=Text(mask(value.zh), mask(value.en)) if isinstance(value, Text) else mask(value))
    return replace(fact, value=_hidden(value, known) if isinstance(value, Text) else _without(value, known))


def _private(card: Card) -> set[str]:
    """Values that are to be masked wherever they stand, and the numbers in them: a file's name has those alone."""
    values = {value for fact in card.facts if fact.private for value in _values(fact)}
    return values | {part for value in values for part in value.split() if len(part) >= _TELLS and part.isalnum()}


def _values(fact: Fact) -> tuple[str, ...]:
    return (fact.value.zh, fact.value.en) if isinstance(fact.value, Text) else (fact.value,)


def _hidden(text: Text, known: set[str]) -> Text:
    return Text(_without(text.zh, known), _without(text.en, known))


def _without(words: str, known: set[str]) -> str:
    for value in sorted(known, key=len, reverse=True):
        if len(value) > 1:
            words = words.replace(value, mask(value))
    return words
