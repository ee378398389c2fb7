"""Finding while one types: the same search as by message, with the same rights, answered at once."""

from __future__ import annotations

from aiohttp import web

from archive.errors import BadRequest
from bot.channel import Door
from bot.desk.accounts import Caller
from bot.desk.render import card_doc, in_lang
from handlers.cards import hit_card

_LONGEST = 200  # characters of a question
_MOST = 20  # hits a page


class Finding:
    """The handler of the quick search."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def search(self, request: web.Request, caller: Caller) -> web.Response:
        """GET /api/search?words=&page=&size=: hits as cards, newest first, and how many there are in all."""
        words = request.query.get("words", "").strip()
        page, size = _number(request, "page", 0, 10_000), _number(request, "size", 8, _MOST)
        if not 0 < len(words) <= _LONGEST or not size:
            raise BadRequest
        items, total, names = await self._door.find(caller.person, words, page, size)
        hits = [{"id": item.id, **in_lang(card_doc(hit_card(item, names)), caller.lang)} for item in items]
        return web.json_response({"total": total, "hits": hits})


def _number(request: web.Request, name: str, usual: int, most: int) -> int:
    given = request.query.get(name, str(usual))
    if not (given.isascii() and given.isdigit()) or int(given) > most:
        raise BadRequest
    return int(given)
