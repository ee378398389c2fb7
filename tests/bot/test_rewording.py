"""A language model may put a question into the grammar's words, and nothing more: what leaves, what is believed."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import pytest_asyncio

from archive.errors import BadSettings
from bot.rewording import Reworder
from config.asking import Model
from config.settings import read
from handlers.message import Click
from tests.fakes.model import KEY, ModelServer, model_server
from tests.house import Scene, einvoice, fresh, words

pytestmark = pytest.mark.asyncio(loop_scope="module")
TODAY = date(2026, 11, 24)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[ModelServer]:
    async with model_server(
        {
            "大伙儿这阵子破费几何": "报销金额 2026-10",
            "make me rich": "The answer is 1,000,000.00",
            "how are we": "报销金额 2099-99",
            "long": "报销金额 " * 200,
        }
    ) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talking(
    mongo_uri: str, tmp_path_factory: pytest.TempPathFactory, server: ModelServer
) -> AsyncIterator[Scene]:
    """A house with the model, in which Li spent 77.70 in October."""
    async with fresh(mongo_uri, tmp_path_factory.mktemp("house")) as scene:
        scene.reception._ctx = replace(scene.house.ctx, reword=Reworder(Model(server.url, "m", KEY, 2)))
        await scene.forward("li", einvoice("77.70", on=date(2026, 10, 9), number="26339990000088009999"))
        yield scene


async def test_the_user_sees_what_was_understood_and_may_correct_it(talking: Scene, server: ModelServer) -> None:
    reply = await talking.send("zhao", "大伙儿这阵子破费几何")
    assert words(reply).startswith("理解为：报销金额 2026-10\n")
    assert "77.70 元" in words(reply), "the figure is ours"
    mend = reply.choices[0]
    assert mend.label.zh == "改正"
    assert mend.form
    assert mend.form.fields[0].value == "报销金额 2026-10"
    click = Click(mend.action, mend.subject)
    assert re.fullmatch(r"[\w.:@/+-]{0,200}", mend.subject), "what a WeCom button may carry"
    opened = await talking.reception.form(talking.people["zhao"], click)
    assert opened == mend.form, "a platform with windows opens the same"
    again = await talking.press("zhao", mend, {"words": "报销金额 2026-09"})
    assert "2026年9月" in words(again)
    assert not words(again).startswith("理解为")


async def test_nothing_of_ours_leaves_but_the_words_and_the_vocabulary(talking: Scene, server: ModelServer) -> None:
    await talking.send("zhao", "大伙儿这阵子破费几何")
    sent = json.dumps(server.requests, ensure_ascii=False)
    for ours in ("李明", "王芳", "销售部", "77.70", "G26", "上海样例云算", "GD01", "杭州云岫", "26339990000088009999"):
        assert ours not in sent, ours
    assert server.requests[-1]["messages"][1]["content"] == "大伙儿这阵子破费几何"
    before = len(server.requests)
    await talking.send("zhao", "G2611-0042 呢 多大方")
    await talking.send("zhao", "查一查 26339990000088009999")
    await talking.send("zhao", "26339990000088009999 莫名")
    assert len(server.requests) == before, "numbers of documents never leave"


@pytest.mark.parametrize("said", ["make me rich", "how are we", "long", "unheard of"])
async def test_an_answer_that_is_no_question_is_dropped(talking: Scene, said: str) -> None:
    reply = words(await talking.send("zhao", said))
    assert "理解为" not in reply
    assert "1,000,000" not in reply
    assert "[Q0" in reply or "[Q7" in reply


@pytest.mark.parametrize(
    ("status", "raw"),
    [(500, None), (200, b"not json"), (200, b"{}"), (200, b'{"choices": []}'), (200, b"[" * 100_000), (302, b"")],
)
async def test_whatever_the_server_does_the_asker_gets_an_answer(
    server: ModelServer, status: int, raw: bytes | None
) -> None:
    server.status, server.raw = status, raw
    try:
        assert await Reworder(Model(server.url, "m", KEY, 2))("大伙儿这阵子破费几何", TODAY) == ""
    finally:
        server.status, server.raw = 200, None


async def test_it_is_not_waited_for_and_the_log_has_no_words(
    server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.hang = True
    try:
        assert await Reworder(Model(server.url, "m", KEY, 1))("大伙儿这阵子破费几何", TODAY) == ""
    finally:
        server.hang = False
    assert await Reworder(Model(server.url, "m", KEY, 2))("大伙儿这阵子破费几何", TODAY) == "报销金额 2026-10"
    for secret in (KEY, "破费", "报销金额"):
        assert secret not in caplog.text
    assert KEY not in repr(Model(server.url, "m", KEY))


async def test_it_is_off_unless_set(tmp_path: Path) -> None:
    assert read({}, None, tmp_path).model is None
    key = tmp_path / "key"
    key.write_text(KEY + "\n")
    file = tmp_path / "g.toml"
    file.write_text(f'[ask]\nurl = "https://model.example/v1"\nmodel = "m"\nkey_file = "{key}"\n')
    model = read({}, file, tmp_path).model
    assert model == Model("https://model.example/v1", "m", KEY)
    file.write_text('[ask]\nurl = "http://model.example/v1"\nkey_file = "/nowhere"\ntimeout = 90\n')
    with pytest.raises(BadSettings) as problem:
        read({}, file, tmp_path)
    for mistake in ("must be https", "ask.model", "ask.key_file", "ask.timeout"):
        assert mistake in str(problem.value)
