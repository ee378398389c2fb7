"""The two ways to WeCom's members: the app's API, with codes that renew cards; and the bot's connection."""

from __future__ import annotations

import logging

from archive.access import Person
from archive.errors import Problem, Unreachable
from bot.wecom.api import Api
from bot.wecom.files import BotFiles
from bot.wecom.meaning import declined
from bot.wecom.notes import Notes
from bot.wecom.outgoing import Block, card_block, done_words
from bot.wecom.relay import Relay
from bot.wecom.speaking import card_of, task_id
from handlers.message import Card

log = logging.getLogger("guidang.wecom")


class AppWay:
    """By the 自建应用. Each card comes with a code that changes it once, and each click on it brings another."""

    def __init__(self, api: Api, notes: Notes, address: str) -> None:
        self._api, self._notes, self._address = api, notes, address

    async def words(self, to: str, words: str) -> None:
        """See bot.wecom.speaking.Way."""
        await self._api.send(to, "text", {"content": words})

    async def card(self, to: str, card: Block) -> None:
        """See bot.wecom.speaking.Way."""
        told = await self._api.send(to, "template_card", card)
        if code := str(told.get("response_code", "")):
            await self._notes.keep_code(card_of(card["task_id"]), code)

    async def file(self, to: str, kind: str, name: str, data: bytes) -> None:
        """See bot.wecom.speaking.Way."""
        await self._api.send(to, kind, {"media_id": await self._api.upload(kind, name, data)})

    async def renew(self, person: Person, address: str, card: Card) -> None:
        """Replace a card, where there is a code for it."""
        user, _, name = address.partition("/")
        code = await self._notes.take_code(name) if name else None
        if code is None:
            log.info("a card stays as it was, no code is left for it: %s", name or "words")
            return
        block, _ = card_block(card, person.lang, self._address)
        if block is None:
            change: Block = {"button": {"replace_name": done_words(card, person.lang)}}
        else:
            change = {"template_card": {**block, "task_id": task_id(name)}}
        try:
            await self._api.update(user, code, change)
        except Unreachable:
            log.info("a card stays as it was, its reader is gone: %s", name)
        except (Problem, TimeoutError, OSError) as error:
            if isinstance(error, Problem) and declined(error):  # used by somebody else, or older than it seemed
                log.warning("a card stays as it was: %s", error.facts["detail"])
                return
            await self._notes.put_back(code)
            raise


class BotWay:
    """By the 智能机器人, through whichever replica has its connection."""

    def __init__(self, relay: Relay, files: BotFiles, address: str) -> None:
        self._relay, self._files, self._address = relay, files, address

    async def words(self, to: str, words: str) -> None:
        """See bot.wecom.speaking.Way."""
        await self._say(to, {"words": words})

    async def card(self, to: str, card: Block) -> None:
        """See bot.wecom.speaking.Way."""
        await self._say(to, {"msgtype": "template_card", "template_card": card})

    async def file(self, to: str, kind: str, name: str, data: bytes) -> None:
        """See bot.wecom.speaking.Way."""
        await self._say(to, {"msgtype": kind, kind: {"media_id": await self._files.upload(kind, name, data)}})

    async def renew(self, person: Person, address: str, card: Card) -> None:
        """Replace a card that was pressed a moment ago."""
        _, _, name = address.rpartition("/")
        block, _ = card_block(card, person.lang, self._address)
        if name and block is not None:
            await self._relay.do({"do": "renew", "card": name, "block": block})

    async def _say(self, to: str, message: Block) -> None:
        await self._relay.do({"do": "say", "conversation": to, "message": message})
