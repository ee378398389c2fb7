"""The manifest an administrator pastes must ask for what we need, and lead to our route."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from bot.slack.check import SCOPES
from bot.slack.listening import PATH
from config.channels import KNOWN


def page() -> str:
    return Path("docs/slack.md").read_text("utf-8")


def manifest() -> dict[str, Any]:
    found = re.search(r"```json\n(.*?)```", page(), re.DOTALL)
    assert found
    read: dict[str, Any] = json.loads(found[1])
    return read


def test_the_manifest_asks_for_every_scope_and_no_more() -> None:
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == set(SCOPES)


def test_every_address_in_it_is_our_route() -> None:
    urls = re.findall(r'"(?:request_)?url": "([^"]+)"', json.dumps(manifest()))
    assert len(urls) == 4
    assert {url.removeprefix("https://guidang.example.com") for url in urls} == {PATH}


def test_every_setting_is_known() -> None:
    found = re.search(r"```toml\n\[slack\]\n(.*?)```", page(), re.DOTALL)
    assert found
    assert set(re.findall(r"^(\w+) =", found[1], re.MULTILINE)) <= KNOWN["slack"]
