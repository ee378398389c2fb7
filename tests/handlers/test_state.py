"""状态: what waits and failed, tried again by a button, for those who keep the service and nobody else."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from archive.authentic import Trust
from archive.trail import Entry
from bot.cli import main
from handlers.message import Reply
from storage.inbox import NEVER
from tests.house import Scene, button, einvoice, facts, words

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_shows_what_waits_and_what_is_missing(scene: Scene) -> None:
    await scene.house.replicas.beat()
    await scene.forward("li", einvoice("10.00"))
    await scene.send("zhao", "每天 9:00 报表 本月报销")
    reply = await scene.send("gu", "状态")
    card = reply.cards[0]
    said = facts(card)
    for part in (
        "收到待办=",
        "待送出=",
        "单据=1 件",
        "上次备份=未备份",
        "主密钥=",
        "服务进程=" + scene.house.name,
        "报表 本月报销 · 下次",
    ):
        assert part in said, part
    assert "未备份" in words(reply)
    assert card.status
    assert card.status.zh == "要看一下"
    await scene.house.trail.add(Entry("system", "backed_up", "backup", scene.clock(), "cli"))
    after = await scene.send("zhao", "status")
    assert "未备份" not in facts(after.cards[0])
    assert f"上次备份={scene.clock():%Y-%m}" in facts(after.cards[0])


@pytest.mark.parametrize("person", ["li", "wang", "zhou"])
async def test_others_do_not_see_it(scene: Scene, person: str) -> None:
    assert "[A01]" in words(await scene.send(person, "状态"))


async def test_what_was_given_up_is_tried_again_by_a_button(scene: Scene) -> None:
    db = scene.house.db
    await scene.house.post.tell("li", Reply(), "lost-letter")
    lost = next(doc["_id"] for doc in await db.outbox.find({}).to_list() if "lost-letter" in doc["_id"])
    await db.outbox.update_one(
        {"_id": lost}, {"$set": {"state": "failed"}, "$unset": {"free": "", "from": "", "line": ""}}
    )
    sent = await scene.send("li", "待办", key="bad-message")
    assert sent
    await db.inbox.update_one(
        {"_id": "desk:bad-message"},
        {"$set": {"state": "failed", "code": "K03", "free": NEVER}, "$unset": {"done_at": ""}},
    )
    reply = await scene.send("chen", "状态")
    assert "1 条失败" in facts(reply.cards[0])
    found = {card.title.zh: card for card in reply.cards[1:]}
    assert "待办" not in json.dumps([c.title.zh for c in reply.cards[1:]], ensure_ascii=False), "no words of anybody"
    message = found["李明 的消息"]
    assert "代码=K03" in facts(message)
    done = await scene.press("chen", button(message, "retry"))
    assert "重新排队" in words(done)
    await scene.worked_off()
    assert (await db.inbox.find_one({"_id": "desk:bad-message"}))["state"] == "done"  # type: ignore[index]
    assert "[S03]" in words(await scene.press("chen", button(message, "retry"))), "it is no failure any more"
    letter = found["给 李明（desk）的消息"]
    assert "重新排队" in words(await scene.press("gu", button(letter, "retry")))
    assert (await db.outbox.find_one({"_id": lost}))["state"] != "failed"  # type: ignore[index]
    assert "[A01]" in words(await scene.press("li", button(letter, "retry")))
    actions = [link.entry.action for link in await scene.house.trail.about("outbox")]
    assert actions == ["retried"]


async def test_only_living_processes_are_shown(scene: Scene) -> None:
    db = scene.house.db
    await scene.house.replicas.beat()
    gone = scene.clock() - timedelta(minutes=5)
    await db.replicas.insert_one({"_id": "dead", "since": gone, "seen": gone})
    alive = [name for name, _ in await scene.house.replicas.alive()]
    assert alive == [scene.house.name]
    await scene.house.replicas.leave()
    assert await scene.house.replicas.alive() == []


async def test_the_command_says_the_same(
    scene: Scene, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = scene.house.settings
    monkeypatch.setenv("MONGODB_URI", settings.mongodb_uri)
    monkeypatch.setenv("MONGODB_NAME", settings.mongodb_name)
    data = ["--data", str(settings.data)]

    async def run(*line: str) -> tuple[int, str]:
        code = await asyncio.to_thread(main, [*line, *data])
        return code, capsys.readouterr().out

    _, out = await run("status", "--json")
    told = json.loads(out)
    assert {q["key"] for q in told["queues"]} == {"inbox", "outbox", "tax", "webhooks"}
    assert told["documents"] == 1
    code, out = await run("schedule", "list", "--json")
    assert code == 0
    assert json.loads(out.splitlines()[0])["words"] == "报表 本月报销"
    code, out = await run("ask", "报销金额 今年", "--json", "--company", "GD01")
    assert code == 0
    assert json.loads(out)["value"] == "10.00"
    code, out = await run("ask", "费用 今年", "--json")
    assert code == 2
    assert len(json.loads(out)["which"]) == 2
    code, out = await run("ask", "谁还没批", "--json")
    assert json.loads(out)["rows"][0]["count"] == 1


async def test_certificates_are_told_before_they_end(scene: Scene) -> None:
    made = _certificate("样例根证书", scene.clock() + timedelta(days=10))
    scene.house.ctx.watch._trust = Trust((made, b"not a certificate"))  # type: ignore[union-attr]
    reply = await scene.send("gu", "状态")
    assert "证书 样例根证书=" in facts(reply.cards[0])
    assert "证书 样例根证书 9 天后到期" in words(reply)


def _certificate(name: str, until: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1, until - timedelta(days=400), until)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
