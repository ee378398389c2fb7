"""A person on Slack: events and interactions signed as Slack signs them, buttons found in what stands there."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.fakes.slack import FakeSlack, Said
from tests.story.cast import until

SAMPLES = Path("tests/samples/slack")
GROUP = "C0FINANCE"
_stamps = itertools.count(1)


def sample(name: str) -> dict[str, Any]:
    """A recorded payload."""
    made: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return made


def stamp() -> str:
    """Never given before."""
    return f"1764100000.{next(_stamps):06}"


class OnSlack:
    """See tests.story.cast.Actor."""

    def __init__(self, fake: FakeSlack, url: str, user: str, channel: str) -> None:
        self._fake, self._url, self._user, self._channel = fake, url, user, channel

    async def forward(self, name: str, data: bytes) -> None:
        await self._event(sample("message_im_file"), self._channel, files=[self._fake.hold(name, data)])

    async def say(self, words: str, *, group: bool = False) -> None:
        if group:
            await self._event(sample("app_mention"), GROUP, text=f"<@U0GUIDANG> {words}")
        else:
            await self._event(sample("message_im"), self._channel, text=words)

    async def press(self, action: str) -> None:
        said, button = await until(lambda: self._button(action), f"{action} in {self.seen()}")
        await self._press(said, button)

    async def fill(self, action: str, values: Mapping[str, str]) -> None:
        before = len(self._fake.windows)
        await self.press(action)
        await until(lambda: len(self._fake.windows) > before, "a window")
        view = self._fake.windows[-1]
        payload = sample("submission_correct")
        filled = {
            block["block_id"]: {"value": _filled(block, values)} for block in view["blocks"] if block["type"] == "input"
        }
        payload["view"] |= {key: view[key] for key in ("blocks", "private_metadata", "title", "callback_id")}
        payload["view"] |= {"id": f"V{stamp()}", "state": {"values": filled}}
        payload["user"] |= {"id": self._user}
        status, answer = await self._fake.deliver(self._url, payload, how="interaction")
        assert (status, answer) == (200, ""), answer

    def seen(self, *, group: bool = False) -> str:
        return str([(said.text, said.blocks) for said in self._fake.stand(GROUP if group else self._channel)])

    def links(self) -> list[str]:
        return [
            str(element["url"])
            for said in self._fake.stand(self._channel) for block in said.blocks if block["type"] == "actions"
            for element in block["elements"] if "url" in element
        ]  # fmt: skip

    def _button(self, action: str) -> tuple[Said, dict[str, Any]] | None:
        for said in reversed(self._fake.stand(self._channel)):
            for block in said.blocks:
                for element in block.get("elements", ()) if block["type"] == "actions" else ():
                    if element.get("value", "").startswith(f'["{action}"'):
                        return said, element
        return None

    async def _press(self, said: Said, button: Mapping[str, Any]) -> None:
        payload = sample("click_approve")
        payload["user"] |= {"id": self._user}
        payload["channel"] |= {"id": said.channel}
        payload["container"] |= {"channel_id": said.channel, "message_ts": said.ts}
        payload["message"] |= {"ts": said.ts}
        payload["trigger_id"] = self._fake.trigger()
        payload["actions"] = [{**button, "block_id": "b", "action_ts": stamp()}]
        status, _ = await self._fake.deliver(self._url, payload, how="interaction")
        assert status == 200

    async def _event(self, payload: dict[str, Any], channel: str, **changes: Any) -> None:
        at = stamp()
        payload["event"] |= {"user": self._user, "channel": channel, "ts": at, "event_ts": at, **changes}
        payload["event_id"] = f"Ev{at}"
        status, _ = await self._fake.deliver(self._url, payload)
        assert status == 200


def _filled(block: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """How the field comes back, with what stood in it unless something else was given."""
    element, given = block["element"], values.get(block["block_id"])
    if element["type"] == "static_select":
        chosen = element.get("initial_option") if given is None else {"value": given}
        return {"type": "static_select", "selected_option": chosen}
    if element["type"] == "datepicker":
        return {"type": "datepicker", "selected_date": given or element.get("initial_date")}
    return {"type": element["type"], "value": element.get("initial_value") if given is None else given}
