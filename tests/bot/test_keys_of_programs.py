"""`guidang keys add | list | revoke`."""

import json
from pathlib import Path

import pytest

from bot.cli import main


def test_a_key_is_made_listed_and_revoked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--data", str(tmp_path / "data"), "--json"]
    assert main(["people", "add", "erp", "--name", "ERP", *data]) == 0
    capsys.readouterr()
    assert main(["keys", "add", "erp", "--scopes", "ingest,files", "--name", "用友", "--days", "90", *data]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["token"].startswith(f"gd_{made['id']}_")
    assert made["scopes"] == ["ingest", "files"]
    assert main(["keys", "revoke", made["id"], *data]) == 0
    capsys.readouterr()
    assert main(["keys", "list", *data]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (listed["id"], listed["name"], listed["person"]) == (made["id"], "用友", "erp")
    assert listed["revoked_at"]
    assert "token" not in listed
    assert main(["verify", *data]) == 0


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["nobody"], "S03"),
        (["erp", "--scopes", "all"], "S05"),
        (["erp", "--scopes", ""], "S05"),
        (["erp", "--days", "0"], "S05"),
    ],
)
def test_what_cannot_be_given_is_told(
    args: list[str], code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--data", str(tmp_path / "data"), "--json"]
    assert main(["people", "add", "erp", *data]) == 0
    capsys.readouterr()
    assert main(["keys", "add", *args, *data]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code
