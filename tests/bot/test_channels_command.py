"""`guidang channels` and the links of people, by subprocess: against the stand-ins of the platforms."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import zipfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.fakes.slack import SECRET, TOKEN, FakeSlack
from tests.fakes.teams import APP, ISSUER, TENANT, Servers
from tests.fakes.teams import SECRET as TEAMS_SECRET
from tests.fakes.wecom import AES_KEY, AGENT, CORP, FakeWecom
from tests.fakes.wecom import SECRET as WECOM_SECRET
from tests.fakes.wecom import TOKEN as WECOM_TOKEN
from tests.teams.conftest import servers

__all__ = ["servers"]


@pytest.fixture
async def env(servers: Servers) -> AsyncIterator[dict[str, str]]:
    """Every platform set, by the environment."""
    async with AsyncExitStack() as stack:
        slack, wecom = await FakeSlack(gap=0).start(), await FakeWecom().start()
        stack.push_async_callback(slack.close)
        stack.push_async_callback(wecom.close)
        yield {
            "SLACK_BOT_TOKEN": TOKEN, "SLACK_SIGNING_SECRET": SECRET, "SLACK_API_URL": slack.api,
            "TEAMS_APP_ID": APP, "TEAMS_SECRET": TEAMS_SECRET, "TEAMS_TENANTS": TENANT, "TEAMS_ISSUER": ISSUER,
            "TEAMS_AUTHORITY": servers.authority, "TEAMS_KEYS_URL": servers.keys_url,
            "TEAMS_SERVICE_HOSTS": "127.0.0.1", "REQUESTS_CA_BUNDLE": str(servers.ca),
            "WECOM_CORP_ID": CORP, "WECOM_AGENT_ID": str(AGENT), "WECOM_SECRET": WECOM_SECRET,
            "WECOM_TOKEN": WECOM_TOKEN, "WECOM_AES_KEY": AES_KEY, "WECOM_API_URL": wecom.url,
        }  # fmt: skip


async def run(env: Mapping[str, str], *words: object) -> tuple[int, str, str]:
    """(exit code, output, complaints)."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", *map(str, words),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env={**os.environ, **env},
    )  # fmt: skip
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_check_asks_every_platform_and_says_what_to_mend(env: dict[str, str]) -> None:
    _, out, _ = await run(env, "channels", "check", "--json")
    found = json.loads(out)
    assert set(found) == {"slack", "teams", "wecom"}
    bad = {**env, "SLACK_BOT_TOKEN": "xoxb-wrong", "TEAMS_SECRET": "wrong", "WECOM_SECRET": "wrong"}
    code, out, _ = await run(bad, "channels", "check", "--json")
    assert code == 1
    for name, several in json.loads(out).items():
        failed = [each for each in several if not each["ok"]]
        assert failed, name
        assert all(each["zh"] and each["en"] for each in failed)
        assert any(each["then_zh"] and each["then_en"] for each in failed), name
        before = [each for each in found[name] if not each["ok"]]
        assert len(failed) > len(before), name
    code, out, err = await run(bad, "channels", "check")
    assert code == 1
    assert "✗" in out
    assert "→" in out
    for secret in ("xoxb-wrong", WECOM_TOKEN, AES_KEY, SECRET):
        assert secret not in out + err


async def test_check_without_any_platform(tmp_path: Path) -> None:
    code, out, _ = await run({}, "channels", "check", "--data", tmp_path)
    assert code == 0
    assert "docs/wecom.md" in out


async def test_settings_that_cannot_be_are_told_together(tmp_path: Path) -> None:
    code, _, err = await run(
        {"SLACK_BOT_TOKEN": "x", "WECOM_CORP_ID": "ww1", "TEAMS_APP_ID": "a", "SLACK_FILES_OUT": "sideways"},
        "channels", "check", "--data", tmp_path,
    )  # fmt: skip
    assert code == 1
    for name in ("slack.signing_secret", "slack.files_out", "wecom.secret", "wecom.aes_key", "teams.tenants"):
        assert name in err


async def test_cards_of_every_platform(tmp_path: Path) -> None:
    code, _, err = await run({}, "channels", "cards", tmp_path / "cards", "--data", tmp_path)
    assert code == 0, err
    for name in ("slack", "teams", "wecom"):
        files = list((tmp_path / "cards" / name).glob("*.json"))
        assert len(files) > 20, name
        assert any("审批" in file.read_text("utf-8") for file in files), name
        assert all(json.loads(file.read_text("utf-8")) for file in files)


async def test_the_package_of_teams(env: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "teams.zip"
    address = {"GUIDANG_PUBLIC_URL": "https://guidang.example.cn"}
    code, _, err = await run({**env, **address}, "channels", "package", "-o", out, "--data", tmp_path)
    assert code == 0, err
    with zipfile.ZipFile(out) as package:
        assert {"manifest.json", "color.png", "outline.png"} <= set(package.namelist())
    code, _, err = await run({}, "channels", "package", "-o", out, "--data", tmp_path)
    assert code == 1
    assert "[C01]" in err


async def test_accounts_are_linked_shown_and_unlinked(tmp_path: Path) -> None:
    def people(*words: str) -> list[str]:
        return ["people", *words, "--data", str(tmp_path / "data"), "--json"]

    for words in (("add", "li", "--name", "李明", "--email", "Li@Sample.cn"), ("add", "wang", "--name", "王芳")):
        assert (await run({}, *people(*words)))[0] == 0
    assert (await run({}, *people("link", "li", "teams:T1:29:a:b")))[0] == 0
    _, out, _ = await run({}, *people("links", "li"))
    assert json.loads(out)["account"] == "teams:T1:29:a:b"
    code, _, err = await run({}, *people("link", "wang", "teams:T1:29:a:b"))
    assert (code, "[P07]" in err) == (1, True)
    for wrong in ("slack", "fax:T1:U1", "slack::U1"):
        code, _, err = await run({}, *people("link", "wang", wrong))
        assert (code, "[S05]" in err) == (1, True), wrong
    _, out, _ = await run({}, *people("code", "wang"))
    assert len(json.loads(out)["code"]) == 8
    assert (await run({}, *people("unlink", "teams:T1:29:a:b")))[0] == 0
    code, _, err = await run({}, *people("unlink", "teams:T1:29:a:b"))
    assert (code, "[S03]" in err) == (1, True)
    code, out, _ = await run({}, "verify", "--data", str(tmp_path / "data"), "--json")
    assert (code, json.loads(out)["faults"]) == (0, [])
