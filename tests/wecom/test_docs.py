"""The page an administrator follows must name our settings, our address and our limits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.wecom import notes, outgoing, speaking, verify
from bot.wecom.files import HOSTS
from bot.wecom.listening import PATH
from bot.wecom.meaning import CAP, MIB
from config.channels import KNOWN


def page() -> str:
    return Path("docs/wecom.md").read_text("utf-8")


@pytest.mark.parametrize("section", ["wecom", "wecom_bot"])
def test_every_setting_is_known(section: str) -> None:
    found = re.search(rf"```toml\n\[{section}\]\n(.*?)```", page(), re.DOTALL)
    assert found
    named = set(re.findall(r"^(\w+) =", found[1], re.MULTILINE))
    assert named <= KNOWN[section]
    assert KNOWN[section] - named <= {"api_url", "url", "link_by_email"}
    for variable in re.findall(r"# ([A-Z_]+)", found[1]):
        assert variable.lower().removeprefix(f"{section}_") in KNOWN[section]


def test_the_address_is_our_route() -> None:
    assert set(re.findall(r"https://guidang\.example\.com(\S*?)`", page())) == {PATH}


def test_the_limits_are_those_of_the_code() -> None:
    words = page()
    (_, minute), (_, hour) = notes.MEMBER
    for told in (
        f"({minute} and {hour})", f"{outgoing.TEXT:,} bytes", f"{outgoing.MARKDOWN:,} (bot)",
        f"title {outgoing.TITLE} 字",
        f"status {outgoing.DESC}", f"{outgoing.FACTS} facts of {outgoing.FACT_NAME} + {outgoing.FACT_VALUE} 字",
        f"{outgoing.SUB_TITLE} 字 below", f"{outgoing.BUTTONS} buttons of {outgoing.BUTTON} 字",
        f"files out {speaking.FILE // MIB} MB", f"pictures {speaking.IMAGE // MIB} MB", f"files in {CAP // MIB} MB",
        f"size {verify.MOST // 1024} kB", f"age {verify.AGE // 60} minutes", *HOSTS,
    ):  # fmt: skip
        assert told in words, told
