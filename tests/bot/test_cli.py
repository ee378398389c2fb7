"""The command line as a contract, by subprocess: what it prints, how it ends, and that it works beside the service."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from bench.visitor import Service, running
from tests.house import DRAWN, drawn, einvoice, zipped
from tests.intake.pki import bureau, sealed
from tests.intake.test_ofd import ofd

READ_FIELDS = {
    *("file", "kind", "type", "number", "code", "date", "seller_name", "seller_tax_id", "buyer_name", "buyer_tax_id"),
    *(
        "amount_excl_tax",
        "tax",
        "total",
        "lines",
        "source",
        "confidence",
        "places",
        "warnings",
        "error",
        "authenticity",
    ),
}


@dataclass
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each line of the output as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Archive:
    """A data folder and the command on it."""

    data: Path
    env: dict[str, str]

    def start(self, *words: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "bot.cli", *map(str, words)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=self.env,
        )  # fmt: skip

    def __call__(self, *words: object, ends: int = 0) -> Ran:
        process = self.start(*words)
        out, err = process.communicate(timeout=120)
        assert process.returncode == ends, f"{words}: {process.returncode}\n{out}\n{err}"
        assert "Traceback" not in err
        return Ran(process.returncode, out, err)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="module")
def run(folder: Path) -> Archive:
    env = {k: v for k, v in os.environ.items() if not k.startswith(("GUIDANG_", "MONGODB", "MEILI"))}
    return Archive(folder / "data", env | {"GUIDANG_DATA": str(folder / "data"), "LANG": "zh_CN.UTF-8"})


@pytest.fixture(scope="module")
def served(run: Archive) -> Iterator[Archive]:
    """The archive with the service running on it: the commands work beside it, and start faster."""
    loop = asyncio.new_event_loop()
    service = Service(run.data, run.env)
    loop.run_until_complete(service.start())
    visitor = loop.run_until_complete(service.visitor("zhou.yan"))  # the last of the demo people is there
    loop.run_until_complete(visitor.close())
    try:
        run("people", "add", "cli.li", "--name", "李录", "--roles", "employee", "--department", "销售部")
        run("people", "add", "cli.gu", "--name", "顾管", "--roles", "admin")
        yield run
    finally:
        assert loop.run_until_complete(service.stop()) == 0
        loop.close()


# reading: no archive is needed


def test_read_gives_an_object_for_a_file_with_the_agreed_fields(run: Archive) -> None:
    paths = [
        DRAWN / "xml/xml_01_ordinary.xml",
        DRAWN / "pdf/dev_16_suwell_zp.pdf",
        DRAWN / "pdf/dev_39_merged_three.pdf",
    ]
    rows = run("read", *paths, "--json").rows
    assert [row["file"] for row in rows] == [str(p) for p in paths]
    for row in rows:
        assert set(row) >= READ_FIELDS
        for name in READ_FIELDS - {"lines", "source", "confidence", "places", "warnings", "error", "authenticity"}:
            assert row[name] is None or isinstance(row[name], str), name
        assert row["error"] is None
    assert rows[0]["number"] == "26339990000088000001"
    assert (rows[0]["total"], rows[0]["date"], rows[0]["kind"]) == ("742.00", "2026-04-21", "einvoice")
    assert rows[0]["lines"][0]["amt"] == "700.00"
    left, top, right, bottom = rows[1]["places"]["number"]["box"]
    assert rows[1]["places"]["number"]["page"] == 0
    assert 0.5 < left < right < 1
    assert 0 < top < bottom < 0.3
    assert rows[2]["kind"] == "multi"
    assert len(rows[2]["invoices"]) == 3
    assert not run.data.exists(), "reading keeps nothing"


def test_read_judges_seals_by_the_trust_store(run: Archive, folder: Path) -> None:
    (folder / "a.ofd").write_bytes(sealed(ofd(), bureau()))
    store = folder / "store"
    store.mkdir()
    (store / "root.cer").write_bytes(bureau().root.certificate)
    (row,) = run("read", folder / "a.ofd", "--json").rows
    assert (row["authenticity"]["zh"], row["authenticity"]["checked"]) == (
        "摘要一致，签章未验",
        ["digests", "coverage"],
    )
    run.env["GUIDANG_TRUST"] = str(store)
    try:
        (row,) = run("read", folder / "a.ofd", "--json").rows
    finally:
        del run.env["GUIDANG_TRUST"]
    assert (row["authenticity"]["standing"], row["authenticity"]["zh"]) == ("passed", "通过")


def test_read_names_what_fails_and_goes_on(run: Archive, folder: Path) -> None:
    (folder / "all.zip").write_bytes(zipped({"a/发票.xml": einvoice("11.00"), "bad.pdf": drawn("dev_37")[1]}))
    ran = run(
        "read", DRAWN / "pdf/dev_35_encrypted_userpw.pdf", folder / "all.zip", folder / "none.pdf", "--json", ends=1
    )
    assert [row["error"] and row["error"]["code"] for row in ran.rows] == ["R04", None, "R03", "R22"]
    assert ran.rows[1]["total"] == "11.00"
    assert all(row["error"]["zh"] and row["error"]["en"] for row in ran.rows if row["error"])
    plain = run("read", DRAWN / "pdf/dev_35_encrypted_userpw.pdf", ends=1)
    assert "[R04]" in plain.err


@pytest.mark.parametrize(
    "words",
    [
        *((), ("fly",), ("read",), ("search",), ("import", "x"), ("report", "报销"), ("serve", "--port", "many")),
        *(("people",), ("get", "G1"), ("people", "add"), ("report", "报销", "-o", "x.pdf", "--format", "odt")),
    ],
)
def test_wrong_usage_ends_with_2(run: Archive, words: tuple[str, ...]) -> None:
    assert run(*words, ends=2).err


def test_wrong_settings_are_told_all_at_once(run: Archive, folder: Path) -> None:
    (folder / "bad.toml").write_text('[server]\nport = "many"\ncolour = 1\n[fish]\nx = 1\n', "utf-8")
    ran = run("search", "x", "--config", folder / "bad.toml", "--json", ends=1)
    assert "[C01]" in ran.err
    assert ran.rows[0]["error"]["code"] == "C01"
    for mistake in ("port", "colour", "fish"):
        assert mistake in ran.err


# beside the running service


def test_import_search_show_get(served: Archive, folder: Path) -> None:
    batch = folder / "batch"
    (batch / "十月").mkdir(parents=True)
    (batch / "a.xml").write_bytes(einvoice("21.00", seller="命令行样例有限公司"))
    (batch / "十月" / "b.xml").write_bytes(einvoice("22.00", seller="命令行样例有限公司"))
    (batch / ".hidden").write_bytes(b"x")
    (folder / "c.zip").write_bytes(zipped({"c.xml": einvoice("23.00", seller="命令行样例有限公司")}))
    name, merged = drawn("dev_39")
    (batch / name).write_bytes(merged)
    (batch / "坏.pdf").write_bytes(drawn("dev_37")[1])

    rows = served("import", batch, folder / "c.zip", "--as", "cli.li", "--json").rows
    by_name = {Path(row["file"]).name: row for row in rows}
    assert {n: (row["status"], len(row["items"])) for n, row in by_name.items()} == {
        "a.xml": ("taken", 1), "b.xml": ("taken", 1), name: ("taken", 3), "坏.pdf": ("taken", 1), "c.zip": ("taken", 1),
    }  # fmt: skip
    assert "R03" not in by_name["a.xml"]["text"]

    again = served("import", batch, folder / "c.zip", "--as", "cli.li", "--json").rows
    assert {row["status"] for row in again} == {"already"}
    assert [row["items"] for row in again] == [row["items"] for row in rows]

    found = served("search", "命令行样例", "--json").rows
    assert sorted(row["total"] for row in found) == ["21.00", "22.00", "23.00"]
    assert served("search", "命令行样例", ">21.50", "<=22", "--json").rows == [
        r for r in found if r["total"] == "22.00"
    ]
    assert served("search", "没有这样的东西", "--json").out == ""
    assert "命令行样例有限公司" in served("search", "命令行样例").out
    assert "[Q02]" in served("search", "2026-13", ends=1).err

    (item,) = by_name["a.xml"]["items"]
    shown = served("show", item, "--json").rows[0]
    assert (shown["id"], shown["total"], shown["owner"], shown["state"]) == (item, "21.00", "cli.li", "pending")
    assert [entry["action"] for entry in shown["history"]] == ["received", "read", "submitted", "viewed"]
    served("get", item.lower(), "-o", folder / "copy.xml")
    assert (folder / "copy.xml").read_bytes() == (batch / "a.xml").read_bytes()
    assert served("show", item, "--json").rows[0]["history"][-2]["action"] == "downloaded"


def test_rights_hold_on_the_command_line(served: Archive, folder: Path) -> None:
    (folder / "own.xml").write_bytes(einvoice("31.00"))
    (row,) = served("import", folder / "own.xml", "--as", "cli.li", "--json").rows
    (item,) = row["items"]
    for words in (("show", item, "--as", "li.ming"), ("get", item, "--as", "li.ming", "-o", folder / "no.xml")):
        assert "[S03]" in served(*words, ends=1).err
    assert not (folder / "no.xml").exists()
    assert served("search", "31.00", "--as", "li.ming", "--json").out == ""
    assert len(served("search", "31.00", "--as", "cli.li", "--json").rows) == 1
    assert "[A01]" in served("import", folder / "own.xml", "--as", "zhou.yan", ends=1).err
    assert "[S03]" in served("import", folder / "own.xml", "--as", "nobody", ends=1).err
    refused = served("import", folder / "own.xml", "--as", "li.ming", "--json").rows[0]
    assert (refused["status"], refused["items"]) == ("refused", [])
    assert "李录" in refused["text"]
    assert served("show", "G9999-0001", "--json", ends=1).rows[0]["error"]["code"] == "S03"


def test_which_rule_decides_and_why(served: Archive, folder: Path) -> None:
    listed = served("rules", "list", "--json").rows
    assert [(r["rule"], r["state"], r["version"]) for r in listed[:2]] == [
        ("B01", "built_in", 1),
        ("B02", "built_in", 1),
    ]
    assert "B05   v1" in served("rules", "list", "--company", "GD02").out
    assert "[S03]" in served("rules", "list", "--company", "GD99", ends=1).err
    (folder / "cloud.xml").write_bytes(einvoice("51.00"))
    (said,) = served("rules", "check", folder / "cloud.xml", "--json").rows
    assert (said["category"], said["rule"], said["version"], said["basis"]) == ("软件与云服务", "B09", 1, "short")
    assert said["why"]["en"] == "tax class “信息技术服务” in line 1"
    assert "B09 v1" in served("rules", "check", folder / "cloud.xml").out
    served("rules", "check", folder / "no.xml", ends=1)
    (read,) = served("read", folder / "cloud.xml", "--json").rows
    assert read["classification"]["rule"] == "B09"
    (row,) = served("import", folder / "cloud.xml", "--as", "cli.li", "--json").rows
    shown = served("show", row["items"][0], "--json").rows[0]["classification"]
    assert {name: bool(each["why"]["zh"]) for name, each in shown.items()} == dict.fromkeys(
        ("category", "kind", "company", "period"), True
    )
    assert shown["category"]["rule"] == "B09"
    assert "查验服务商" in served("tax-check", row["items"][0], "--json", ends=1).rows[0]["text"]
    assert "[A01]" in served("tax-check", row["items"][0], "--as", "cli.li", ends=1).err


def test_what_fails_is_named_and_the_rest_goes_on(served: Archive, folder: Path) -> None:
    (folder / "good.xml").write_bytes(einvoice("41.00"))
    (folder / "big.bin").write_bytes(b"")
    os.truncate(folder / "big.bin", 65 << 20)
    ran = served("import", folder / "none", folder / "big.bin", folder / "good.xml", "--as", "cli.li", "--json", ends=1)
    assert [row["status"] for row in ran.rows] == ["failed", "failed", "taken"]
    assert "[R02]" in ran.rows[1]["text"]


def test_reports_in_every_format(served: Archive, folder: Path) -> None:
    (folder / "r.xml").write_bytes(einvoice("51.00"))
    served("import", folder / "r.xml", "--as", "cli.li")
    out = folder / "out"
    out.mkdir()
    told = served("report", "报销", "本月", "-o", out / "a.pdf", "--json").rows[0]
    assert told["report"] == "expenses"
    assert told["documents"] > 0
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(out / "a.pdf"))
    assert "报销登记表" in text
    for ending, begins in (("docx", b"PK"), ("png", b"\x89PNG"), ("json", b"{")):
        served("report", "expenses", "this", "month", "-o", out / f"a.{ending}")
        assert (out / f"a.{ending}").read_bytes().startswith(begins)
    for words in (("search", "x"), ("show", "G1"), ("get", "G1", "-o", out / "no.pdf")):
        assert "[A01]" in served(*words, "--as", "cli.gu", ends=1).err
    served("report", "suppliers", "--period", "2026", "-o", out / "named", "--format", "xlsx")
    with zipfile.ZipFile(out / "named") as book:
        assert "xl/workbook.xml" in book.namelist()
    kept = served("report", "绩效", "本月", "--archive", "-o", out / "kpi.pdf", "--json").rows[0]
    assert (kept["report"], served("show", kept["archived"], "--json").rows[0]["retention"]) == ("kpi", "10年")
    assert "[A01]" in served("report", "报销", "--as", "cli.li", "--archive", "-o", out / "no.pdf", ends=1).err
    served("report", "报销", "本月", "万元", "-o", out / "wan.pdf")
    wan = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(out / "wan.pdf"))
    assert "万元" in wan
    assert "[Q06]" in served("report", "报销", "--period", "2019", "-o", out / "no.pdf", ends=1).err
    assert "[Q04]" in served("report", "天气", "-o", out / "no.pdf", ends=1).err
    assert "[A01]" in served("report", "报销", "--as", "cli.li", "-o", out / "no.pdf", ends=1).err
    assert not (out / "no.pdf").exists()
    served("report", "报销", "-o", out / "a.odt", ends=2)
    assert "[S03]" in served("report", "报销", "--company", "GD99", "-o", out / "no.pdf", ends=1).err


def test_people(served: Archive) -> None:
    added = served("people", "add", "cli.new", "--name", "新人", "--roles", "employee,approver", "--json").rows[0]
    assert (added["id"], added["roles"]) == ("cli.new", ["approver", "employee"])
    assert "/link/" in added["link"]
    listed = {row["id"]: row for row in served("people", "list", "--json").rows}
    assert listed["cli.new"]["name"] == "新人"
    assert not listed["cli.new"]["disabled"]
    assert "link" not in served("people", "add", "cli.new", "--roles", "employee", "--json").rows[0]
    assert served("people", "disable", "cli.new", "--json").rows == [{"id": "cli.new", "disabled": True}]
    assert "[A04]" in served("search", "x", "--as", "cli.new", ends=1).err
    served("people", "enable", "cli.new")
    assert served("search", "x", "--as", "cli.new", "--json").out == ""
    assert "[S05]" in served("people", "add", "x y", "--json", ends=1).err
    assert "[S05]" in served("people", "add", "cli.two", "--roles", "king", ends=1).err
    assert "[S03]" in served("people", "disable", "nobody", ends=1).err


def test_the_whole_archive_is_sound(served: Archive, folder: Path) -> None:
    (folder / "sound.xml").write_bytes(einvoice("81.00"))
    served("import", folder / "sound.xml", "--as", "cli.li")
    before = {row["id"] for row in served("search", "样例", "--json").rows}
    checked = served("verify", "--json").rows[0]
    assert checked["ok"]
    assert checked["faults"] == []
    assert checked["checked"]["items"] >= len(before) > 0
    assert checked["checked"]["people"] >= 7, "the five to try it with too, each with an entry"
    assert "0 处不符" in served("verify").out


def test_errors_are_told_in_the_language_of_the_terminal(served: Archive) -> None:
    english = Archive(served.data, served.env | {"LANG": "en_US.UTF-8"})
    assert "was not found" in english("show", "G9999-0001", ends=1).err


# alone: broken off and resumed, and the index


def test_an_import_that_was_killed_is_finished_by_the_next(run: Archive, folder: Path) -> None:
    alone = Archive(folder / "alone", run.env | {"GUIDANG_DATA": str(folder / "alone")})
    alone("people", "add", "li", "--name", "李")
    many = folder / "many"
    many.mkdir()
    for n in range(6):
        (many / f"{n:02d}.xml").write_bytes(einvoice(f"{100 + n}.00", seller="断续样例有限公司"))
    (many / "99.zip").write_bytes(zipped({f"{n}.xml": einvoice(f"{200 + n}.00") for n in range(4)}))
    process = alone.start("import", many, "--as", "li", "--json")
    assert process.stdout is not None
    first = [json.loads(process.stdout.readline()) for _ in range(3)]
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert {row["status"] for row in first} == {"taken"}
    rows = alone("import", many, "--as", "li", "--json").rows
    assert [row["items"] for row in rows[:3]] == [row["items"] for row in first]
    assert {row["status"] for row in rows[:3]} == {"already"}
    assert {row["status"] for row in rows} <= {"already", "taken"}
    found = alone("search", "上海样例", "--json").rows
    assert sum((Decimal(row["total"]) for row in found), Decimal(0)) == sum(200 + n for n in range(4))
    assert json.loads(alone("reindex", "--json").out) == {"indexed": 10}
    assert len(alone("search", "断续样例", "--json").rows) == 6
    assert alone("verify", "--json").rows[0]["ok"]


async def test_what_is_imported_beside_the_service_is_found_there_and_waits_for_its_approver(
    run: Archive, folder: Path
) -> None:
    data = folder / "beside"
    async with running(data, run.env | {"GUIDANG_DATA": str(data)}) as service:
        zhao, wang = [await service.visitor(who) for who in ("zhao.lei", "wang.fang")]
        try:
            await zhao.ask("帮助")
            (folder / "beside.xml").write_bytes(einvoice("61.00", seller="并行样例有限公司"))
            beside = Archive(data, run.env | {"GUIDANG_DATA": str(data)})
            taken = await asyncio.to_thread(beside, "import", folder / "beside.xml", "--as", "li.ming", "--json")
            (item,) = taken.rows[0]["items"]
            async with asyncio.timeout(60):
                found = await zhao.ask("查 并行样例")
                while not found["cards"]:  # the service's index may be busy for a moment
                    found = await zhao.ask("查 并行样例")
            assert item in found["cards"][0]["title"]
            assert [c["about"] for c in (await wang.ask("待办"))["cards"]] == [item]
        finally:
            await zhao.close()
            await wang.close()
