"""Settings: none are needed, and all mistakes are told at once."""

from decimal import Decimal
from pathlib import Path

import pytest

from archive.access import Role
from archive.classify import built_in, classify
from archive.document import Document, Kind, Line
from archive.errors import BadSettings
from config.settings import categories, read


def test_nothing_set_is_the_embedded_default(tmp_path: Path) -> None:
    settings = read({}, data=tmp_path)
    assert (settings.mongodb_uri, settings.meili_url, settings.host) == ("", "", "127.0.0.1")
    assert settings.rules[-1].steps == (Role.APPROVER,)


def test_all_mistakes_are_told_together(tmp_path: Path) -> None:
    file = tmp_path / "guidang.toml"
    file.write_text(
        '[server]\nport = 99999\nzone = "Mars"\ncolour = "red"\npublic_url = "guidang"\n'
        '[aproval]\n[[companies]]\nname = "没有代码"\n'
        '[approval]\nrules = [{steps = ["boss"]}]\n',
        "utf-8",
    )
    with pytest.raises(BadSettings) as problem:
        read({}, file)
    said = problem.value.say("zh")
    for word in ("port", "Mars", "colour", "public_url", "aproval", "companies #1", "boss", "must end"):
        assert word in said


def test_rules_and_companies_from_the_file(tmp_path: Path) -> None:
    file = tmp_path / "guidang.toml"
    file.write_text(
        '[[companies]]\ncode = "A1"\nname = "甲公司"\n[[approval.rules]]\nname = "大额"\nat_least = 1000.5\n'
        'steps = ["approver", "finance"]\n'
        '[[approval.rules]]\nsteps = ["approver"]\n',
        "utf-8",
    )
    settings = read({"MONGODB_URI": "mongodb://x"}, file)
    assert settings.companies[0].code == "A1"
    assert settings.rules[0].at_least == Decimal("1000.5")
    assert settings.mongodb_uri == "mongodb://x"


def test_proxies_are_those_of_this_machine_unless_said_otherwise(tmp_path: Path) -> None:
    assert [str(each) for each in read({}).proxies] == ["127.0.0.0/8", "::1/128"]
    assert [str(each) for each in read({"GUIDANG_PROXIES": "10.0.0.5, fd00::/8"}).proxies] == [
        "10.0.0.5/32",
        "fd00::/8",
    ]
    file = tmp_path / "guidang.toml"
    file.write_text("[server]\nproxies = []\n", "utf-8")
    assert read({}, file).proxies == ()
    with pytest.raises(BadSettings) as problem:
        read({"GUIDANG_PROXIES": "10.0.0.5,nginx"})
    assert "'nginx'" in problem.value.say("en")


def test_secrets_stay_out_of_the_printed_form() -> None:
    assert "hunter2" not in repr(read({"MEILI_KEY": "hunter2"}))


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (Document(lines=(Line("*餐饮服务*餐饮费"),)), "餐饮招待"),
        (Document(Kind.RAIL), "差旅-铁路"),
        (Document(lines=(Line("*住宿服务*住宿费"),)), "差旅-住宿"),
        (Document(seller_name="Sample Cloud Services"), "软件与云服务"),
        (Document(), "其他费用"),
    ],
)
def test_categories_by_rule_with_a_reason(document: Document, name: str) -> None:
    known, fallback = categories()
    chosen = classify(document, built_in(known), fallback.zh)
    assert chosen.category == name
    assert chosen.why.zh
    assert chosen.why.en
