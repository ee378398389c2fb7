"""[trust] and [tax_check]: read whole, mistakes told together."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import BadSettings
from config.settings import read
from tests.intake.pki import bureau

GOOD = """
[tax_check]
name = "某服务商"
url = "https://check.example.com/v1/invoice"
outcome = "data.state"
timeout = 10
[tax_check.headers]
Authorization = "Bearer {secret}"
[tax_check.fields]
fphm = "{number}"
kprq = "{date8}"
[tax_check.results]
0 = "genuine"
5 = "later"
"""


def test_a_provider_and_its_secret_from_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "guidang.toml"
    file.write_text(GOOD, "utf-8")
    provider = read({"TAX_CHECK_SECRET": "s3cret"}, file).tax_check
    assert provider is not None
    assert (provider.name, provider.secret, provider.results["0"]) == ("某服务商", "s3cret", "genuine")
    assert "s3cret" not in repr(provider)


def test_every_mistake_of_a_provider_is_told(tmp_path: Path) -> None:
    file = tmp_path / "guidang.toml"
    file.write_text(
        '[tax_check]\nurl = "http://check.example.com/"\nmethod = "DELETE"\nsend = "xml"\ntimeout = 900\n'
        '[tax_check.fields]\na = "{numer}"\n[tax_check.results]\n0 = "fine"\n[tax_check.compare]\n"x" = "colour"\n',
        "utf-8",
    )
    with pytest.raises(BadSettings) as problem:
        read({}, file)
    said = problem.value.say("zh")
    for word in ("https", "DELETE", "xml", "900", "numer", "fine", "colour", "outcome is missing", "means genuine"):
        assert word in said, word


def test_a_trust_folder_is_read_and_nothing_is_trusted_without(tmp_path: Path) -> None:
    assert read({}).trust.certificates == ()
    store = tmp_path / "trust"
    store.mkdir()
    (store / "root.cer").write_bytes(bureau().root.certificate)
    (store / "README.txt").write_text("no certificate")
    file = tmp_path / "guidang.toml"
    file.write_text(f'[trust]\nfolder = "{store}"\n', "utf-8")
    assert read({}, file).trust.certificates == (bureau().root.certificate,)
    (store / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(BadSettings, match="broken"):
        read({}, file)
    with pytest.raises(BadSettings, match="nowhere"):
        read({"GUIDANG_TRUST": str(tmp_path / "nowhere")})
