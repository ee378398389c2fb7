"""What comes with files: books from those who keep them, documents from everybody."""

from __future__ import annotations

from dataclasses import replace

from archive.access import Person, Right, may
from archive.item import FileRef
from archive.words import same
from handlers import book_mapping, books
from handlers.context import Context
from handlers.message import Card, Message, Reply
from handlers.upload import upload
from intake.sheet.book import Book
from intake.sheet.read import could_be_book


async def forwarded(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """Journals, balances and statements of finance people and archivists are shown as books; the rest is taken in."""
    if not may(asker, Right.BOOKS):
        return await upload(ctx, asker, message, rest)
    found: list[tuple[FileRef, Book]] = []
    others: list[FileRef] = []
    asked: list[Card] = []
    for file in message.files:
        data = await ctx.vault.original(file)
        book = await books.look(ctx, data, file.name, company=asker.company) if could_be_book(data) else None
        if book and book.kind and not book.error:
            found.append((file, book))
        elif book and (card := await book_mapping.unknown(ctx, asker, file, data)):
            asked.append(card)
        else:
            others.append(file)
    if not found and not asked:
        return await upload(ctx, asker, message, rest)
    shown = await books.shown(ctx, asker, found) if found else Reply()
    shown = replace(shown, cards=(*shown.cards, *asked))
    if not others:
        return shown
    taken = await upload(ctx, asker, replace(message, files=tuple(others)), rest)
    words = [reply.text for reply in (shown, taken) if reply.text]
    text = words[0] + same("\n") + words[1] if len(words) == 2 else words[0] if words else None
    return replace(taken, text=text, cards=(*shown.cards, *taken.cards), private=(*shown.private, *taken.private))
