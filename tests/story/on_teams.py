"""A person on Teams: activities with a signed token, buttons found in the Adaptive Cards that stand there."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import aiohttp

from tests.fakes.teams import Said, Servers
from tests.story.cast import until

SAMPLES = Path("tests/samples/teams")
GROUP = json.loads((SAMPLES / "text_group.json").read_text("utf-8"))["conversation"]["id"]
_numbers = itertools.count(1)


def sample(name: str) -> dict[str, Any]:
    """A recorded payload."""
    made: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    return made


class OnTeams:
    """See tests.story.cast.Actor."""

    def __init__(self, servers: Servers, url: str, user: str, name: str) -> None:
        self._servers, self._url, self._user, self._name = servers, url, user, name
        self._alone = f"a:1-{user}"
        servers.known |= {self._alone, GROUP}

    async def forward(self, name: str, data: bytes) -> None:
        payload = sample("file_personal")
        place = f"{next(_numbers)}-{self._name}.bin"
        self._servers.files[place] = (200, "application/octet-stream", data)
        payload["attachments"][0]["name"] = name
        payload["attachments"][0]["content"] |= {
            "downloadUrl": f"{self._servers.sharepoint}/files/{place}", "fileType": name.rpartition(".")[2]
        }  # fmt: skip
        await self._post(payload)

    async def say(self, words: str, *, group: bool = False) -> None:
        payload = sample("text_group" if group else "text_personal")
        payload["text"] = f"<at>归档</at> {words}" if group else words
        payload["attachments"] = []
        await self._post(payload)

    async def press(self, action: str) -> None:
        said, button = await until(lambda: self._button(action), f"{action} in {self.seen()}")
        await self._execute(said, button)

    async def fill(self, action: str, values: Mapping[str, str]) -> None:
        said, button = await until(lambda: self._button(action), f"{action} in {self.seen()}")
        typed = {f"v_{name}": value for name, value in values.items()}
        if button["type"] == "Action.Execute":  # inside the card
            await self._execute(said, button, typed)
            return
        opening = sample("task_fetch")
        opening["value"]["data"], opening["replyToId"] = button["data"], said.id
        window = (await self._post(opening))["task"]["value"]["card"]["content"]
        stands = {part["id"]: part.get("value", "") for part in _parts(window["body"]) if "id" in part}
        (send,) = window["actions"]
        submitting = sample("task_submit")
        submitting["value"]["data"] = {**send.get("data", {}), **stands, **typed}
        answer = await self._post(submitting)
        assert not answer or "card" not in answer["task"].get("value", {}), answer

    def seen(self, *, group: bool = False) -> str:
        place = GROUP if group else self._alone
        return json.dumps([said.body for said in self._servers.said if said.conversation == place], ensure_ascii=False)

    def links(self) -> list[str]:
        return [
            action["url"]
            for said in self._cards()
            for action in _actions(said.card)
            if action["type"] == "Action.OpenUrl"
        ]

    def _cards(self) -> list[Said]:
        return [said for said in self._servers.cards() if said.conversation == self._alone]

    def _button(self, name: str) -> tuple[Said, dict[str, Any]] | None:
        for said in reversed(self._cards()):
            for action in _actions(said.card):
                if action.get("verb") == name or action.get("data", {}).get("action") == name:
                    return said, action
        return None

    async def _execute(self, said: Said, button: Mapping[str, Any], typed: Mapping[str, str] = {}) -> None:
        payload = sample("card_action")
        payload["replyToId"] = said.id
        action = {"type": "Action.Execute", "title": button["title"], "verb": button["verb"]}
        payload["value"]["action"] = {**action, "data": {**button["data"], **typed}}
        answer = await self._post(payload)
        assert answer["statusCode"] == 200, answer

    async def _post(self, payload: dict[str, Any]) -> Any:
        payload |= {"id": f"{payload['id']}-{next(_numbers)}", "serviceUrl": self._servers.service}
        payload["from"] |= {"aadObjectId": self._user, "name": self._name, "id": f"29:{self._user}"}
        if payload["conversation"]["conversationType"] == "personal":
            payload["conversation"]["id"] = self._alone
        headers = {"Authorization": f"Bearer {self._servers.token()}"}
        async with aiohttp.ClientSession() as session, session.post(self._url, json=payload, headers=headers) as answer:
            assert answer.status in (200, 202), await answer.text()
            text = await answer.text()
        return json.loads(text) if text else None


def _actions(card: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for action in card.get("actions", ()):
        if action["type"] == "Action.ShowCard":
            yield from action["card"]["actions"]
        else:
            yield action


def _parts(body: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for part in body:
        yield part
        yield from _parts(part.get("items", []))
