"""The cards of rules on every platform: valid there, pressable there, and a seller's name masked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from slack_sdk.models.blocks import Block

from archive.classify import Basis
from archive.dry_run import Effect, Moved
from archive.lessons import Correction, Lesson
from archive.rulebook import Book, Move, RuleVersion
from bot.masked import masked
from bot.slack.outgoing import card_blocks
from bot.teams.cards import card_of
from bot.wecom.keys import key_of, pressed
from bot.wecom.outgoing import app_hand, card_sheets
from handlers.message import Card, Reply
from handlers.rule_cards import proposal_card, suggestion_card
from tests.fakes.teams import faults
from tests.fakes.wecom_cards import fault
from tests.house import Scene, fresh

pytestmark = pytest.mark.asyncio(loop_scope="module")
SELLER = "某某样例咖啡有限公司"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path_factory.mktemp("rule_cards")) as made:
        yield made


def made(scene: Scene) -> tuple[Card, Card]:
    """A proposal before somebody who may decide it, and a suggestion."""
    ctx, at = scene.house.ctx, scene.clock()
    version = RuleVersion("GD01", "R3", 1, Move.ADD, "餐饮招待", Basis.SELLER, (SELLER,), "zhao", "赵磊", at)
    moved = tuple(Moved(f"G2610-{n:04}", "其他费用", "餐饮招待") for n in range(12))
    book = Book("GD01", (version,))
    proposal = proposal_card(ctx, book, version, Effect(200, moved, 3, 4), scene.people["chen"])
    corrections = tuple(Correction(f"G2610-{n:04}", "餐饮招待", by, at) for n, by in enumerate("abc"))
    lesson = Lesson("GD01", Basis.SELLER, SELLER, corrections)
    return proposal, suggestion_card(ctx, lesson, "餐饮招待", f"{lesson.key}:餐饮招待")


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_every_platform_takes_them(scene: Scene, lang: str) -> None:
    language = "zh" if lang == "zh" else "en"
    for card in made(scene):
        for block in card_blocks(card, language):
            parsed = Block.parse(block)
            assert parsed is not None
            parsed.validate_json()
        assert faults(card_of(card, language)) == []
        *_, sheet = card_sheets(card, language, app_hand("https://archive.example"))
        assert sheet.card is not None
        assert fault({**sheet.card, "task_id": "x@1"}) == ""
        for choice in card.choices:
            key = key_of(choice, language)
            assert key is not None
            back = pressed(key)
            assert back is not None
            assert choice.subject in json.dumps(str(back), ensure_ascii=False)


async def test_a_sellers_name_is_masked_on_servers_abroad(scene: Scene) -> None:
    for card in made(scene):
        assert SELLER in str(card)
        assert SELLER not in str(masked(Reply(cards=(card,))).cards)
