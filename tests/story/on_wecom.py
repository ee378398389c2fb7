"""A person in the WeCom app: callbacks sealed as WeCom seals them; a form is filled in by the next words."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping

from tests.fakes.wecom import AGENT, CORP, FakeWecom, Media, Stands
from tests.story.cast import until

#: What a field is called in the question, for words in Chinese.
NAMES = {"date": "开票日期", "total": "价税合计"}
_numbers = itertools.count(1)


class OnWecom:
    """See tests.story.cast.Actor; an app has no groups."""

    def __init__(self, fake: FakeWecom, url: str, user: str) -> None:
        self._fake, self._url, self._user = fake, url, user
        fake.users.add(user)

    async def forward(self, name: str, data: bytes) -> None:
        number = f"7{next(_numbers):018d}"
        self._fake.media[number] = Media("file", name, data)
        await self._event(MsgType="file", MsgId=number, MediaId=number, FileName=name)

    async def say(self, words: str, *, group: bool = False) -> None:
        assert not group
        await self._event(MsgType="text", MsgId=f"7{next(_numbers):018d}", Content=words)

    async def press(self, action: str) -> None:
        card, key = await until(lambda: self._button(action), f"{action} in {self.seen()}")
        await self._event(
            MsgType="event", Event="template_card_event", EventKey=key, TaskId=card.task,
            CardType="button_interaction", ResponseCode=self._fake.code_of(card),
        )  # fmt: skip

    async def fill(self, action: str, values: Mapping[str, str]) -> None:
        before = len(self._fake.stand(self._user))
        await self.press(action)
        await until(lambda: "请回复" in str(self._fake.stand(self._user)[before:]), f"a question in {self.seen()}")
        await self.say("\n".join(f"{NAMES[name]}：{value}" for name, value in values.items()))

    def seen(self, *, group: bool = False) -> str:
        return json.dumps([stands.content for stands in self._fake.stand(self._user)], ensure_ascii=False)

    def links(self) -> list[str]:
        return re.findall(r"https?://[^\s\"\\<>]+/f/[A-Za-z0-9_-]+", self.seen())

    def _button(self, action: str) -> tuple[Stands, str] | None:
        for card in reversed(self._fake.stand(self._user)):
            for button in card.content.get("button_list", ()) if card.task else ():
                if json.loads(button["key"])[1] == action:
                    return card, str(button["key"])
        return None

    async def _event(self, **fields: str) -> None:
        stamp = str(1_764_000_000 + next(_numbers))
        head = {"ToUserName": CORP, "FromUserName": self._user, "CreateTime": stamp, "AgentID": str(AGENT)}
        status, _ = await self._fake.deliver(self._url, {**head, **fields})
        assert status == 200
