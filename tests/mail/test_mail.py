"""A mailbox on a strict server: each letter once, from people we know, told on their own channels."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from archive.errors import NoAnswer, Problem
from bot.mail.channel import Looked, MailChannel
from config import settings
from config.mail import Mail
from tests.fakes.imap import PASSWORD, USER, FakeImap
from tests.house import Scene, einvoice, fresh, words

OURS = "mx.guidang.example.com"
LI = "li.ming@corp.example.com"


def letter(*files: tuple[str, bytes], sender: str = LI, number: str = "1", verdict: str = "pass") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, USER, "十月发票"
    message["Message-ID"] = f"<{number}@corp.example.com>"
    message["Authentication-Results"] = f"{OURS}; dmarc={verdict} header.from={sender.rpartition('@')[2]}"
    message.set_content("请查收，谢谢")
    for name, data in files:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


@pytest.fixture
async def imap() -> AsyncIterator[FakeImap]:
    async with FakeImap().running() as fake:
        yield fake
    assert fake.wrong == []


@pytest.fixture
async def scene(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path) as made:
        await made.house.people.change("li", email=LI)
        yield made


def mail_of(scene: Scene, imap: FakeImap, password: str = PASSWORD) -> MailChannel:
    given = Mail("127.0.0.1", USER, password, imap.port, authserv=OURS, tls=False)
    made = MailChannel(
        settings=given, ctx=scene.house.ctx, door=scene.reception, inbox=scene.house.inbox, leases=scene.house.leases,
        file_cap=1024 * 1024,
    )  # fmt: skip
    scene.house.channels[made.name] = made
    return made


@pytest.mark.parametrize("move", [True, False])
async def test_a_letter_is_taken_told_on_the_desk_and_put_aside(scene: Scene, imap: FakeImap, move: bool) -> None:
    imap.move = move
    raw = letter(("一.xml", einvoice()), ("二.xml", einvoice("106.00")))
    imap.deliver(raw)
    assert await mail_of(scene, imap).look() == Looked(1, 0)
    await scene.worked_off()
    said = await scene.channel.heard(lambda s: s.person == "li" and len(s.reply.cards) == 2)
    items = await scene.items(said.reply)
    assert {item.owner for item in items} == {"li"}
    assert (imap.folders["INBOX"], [r for _, r in imap.folders["Guidang-done"]]) == ([], [raw])
    (entry,) = [link.entry for link in await scene.house.trail.about(items[0].origin)]
    assert (entry.action, entry.facts["from"], entry.facts["subject"]) == ("mailed", LI, "十月发票")
    kept = await scene.house.db.keys.find_one({"_id": entry.facts["file"]})
    assert kept
    assert "settled" in kept  # the letter with its words stays


async def test_the_same_letter_again_and_a_broken_off_look_make_no_double(scene: Scene, imap: FakeImap) -> None:
    imap.deliver(letter(("一.xml", einvoice())))
    mail = mail_of(scene, imap)
    imap.cut = "UID MOVE"  # taken down, and not moved yet
    with pytest.raises(NoAnswer):
        await mail.look()
    assert len(imap.folders["INBOX"]) == 1
    imap.deliver(imap.folders["INBOX"][0][1])  # and delivered twice
    assert await mail.look() == Looked(2, 0)
    await scene.worked_off()
    assert await scene.house.vault.how_many() == 1
    assert await scene.house.db.inbox.count_documents({}) == 1


@pytest.mark.parametrize("moment", ["UID SEARCH", "UID FETCH", "SELECT", "LIST"])
async def test_a_server_that_hangs_up_is_asked_again_later(scene: Scene, imap: FakeImap, moment: str) -> None:
    imap.deliver(letter(("一.xml", einvoice())))
    mail = mail_of(scene, imap)
    imap.cut = moment
    with pytest.raises(NoAnswer):
        await mail.look()
    assert await mail.look() == Looked(1, 0)


async def test_strangers_and_forgers_are_put_apart_and_never_answered(scene: Scene, imap: FakeImap) -> None:
    imap.deliver(letter(("a.xml", einvoice()), sender="evil@evil.example.net"))
    imap.deliver(letter(("a.xml", einvoice()), verdict="fail", number="2"))
    await scene.house.people.change("sun", email="sun@corp.example.com")
    await scene.house.people.disable("sun")
    imap.deliver(letter(("a.xml", einvoice()), sender="sun@corp.example.com", number="3"))
    await scene.house.people.change("qian", email="two@corp.example.com")
    await scene.house.people.change("wang", email="two@corp.example.com")
    imap.deliver(letter(("a.xml", einvoice()), sender="two@corp.example.com", number="4"))
    assert await mail_of(scene, imap).look() == Looked(0, 4)
    assert len(imap.folders["Guidang-refused"]) == 4
    assert await scene.house.db.inbox.count_documents({}) == 0
    assert {said.person for said in scene.channel.said} == {"gu"}


async def test_what_cannot_be_taken_is_told_to_the_sender(scene: Scene, imap: FakeImap) -> None:
    imap.deliver(letter())
    imap.deliver(letter(("big.pdf", b"x" * (1024 * 1024 + 1)), number="2"))
    await scene.house.people.change("zhou", email="zhou@corp.example.com")
    imap.deliver(letter(("a.xml", einvoice()), sender="zhou@corp.example.com", number="3"))
    assert await mail_of(scene, imap).look() == Looked(1, 2)
    told = "\n".join(words(reply) for reply in scene.channel.told("li"))
    assert "没有附件" in told
    assert "[R02]" in told
    assert "[A01]" in words(scene.channel.told("zhou")[0])


async def test_words_in_a_letter_are_no_command(scene: Scene, imap: FakeImap) -> None:
    raw = letter(("一.xml", einvoice())).replace("十月发票".encode(), b"x")
    imap.deliver(raw)
    await mail_of(scene, imap).look()
    await scene.worked_off()
    assert await scene.house.vault.how_many() == 1


async def test_a_wrong_password_is_told(scene: Scene, imap: FakeImap) -> None:
    with pytest.raises(NoAnswer):
        await mail_of(scene, imap, "wrong").look()


def test_settings_tell_every_mistake(tmp_path: Path) -> None:
    file = tmp_path / "g.toml"
    file.write_text('[mail]\nhost = "mail.example.com"\nuser = "a"\npoll = 0\nrequire = "all"\ntls = false\nx = 1\n')
    with pytest.raises(Problem) as told:
        settings.read({}, file)
    for part in ("mail.x", "mail.password", "mail.poll", "mail.require", "mail.authserv", "mail.tls"):
        assert part in told.value.say("en")
    file.write_text('[mail]\nhost = "mail.example.com"\nuser = "a"\nauthserv = "mx.example.com"\n')
    made = settings.read({"GUIDANG_MAIL_PASSWORD": "s"}, file).mail
    assert made
    assert (made.password, made.port, made.require, "s" in repr(made).split("password")[0]) == ("s", 993, "dmarc", True)


async def test_channels_check_says_how_the_mailbox_is(imap: FakeImap) -> None:
    from bot.commands.channels import _mail

    imap.deliver(letter())
    given = Mail("127.0.0.1", USER, PASSWORD, imap.port, authserv=OURS, tls=False)
    assert [found.ok for found in await _mail(given)] == [True]
    assert "1 封" in (await _mail(given))[0].what.zh
    (wrong,) = await _mail(Mail("127.0.0.1", USER, "wrong", imap.port, authserv=OURS, tls=False))
    assert not wrong.ok
    assert wrong.then
