"""The papers of a package itself: 说明文件, the register's rows, the manifest's lines, as plain words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from archive.package.card import UnitCard
from archive.words import Text

#: DA/T 94-2022 table F.1.
REGISTER = ("序号", "档号", "文件号", "题名", "形成日期", "保管期限", "电子文件名", "数量", "备注")
MANIFEST_HEAD = "# path\tsize\tsha256\tsm3\n"
FORMAT = "guidang-package/1"


@dataclass(frozen=True, slots=True)
class About:
    """说明文件: what the receiver must know of the medium (field names as transfer packages in use have them)."""

    carrier: str  # 载体编号
    made_at: str  # 制作时间, with zone
    size: int  # 文件容量, bytes of the originals
    sender: str  # 移交单位
    fonds: str
    years: str  # 年度
    units: int  # 归档文件数量
    files: int  # 原文数量
    first: str  # 起件号
    last: str  # 止件号
    left_out: int  # failed the check and is not in the package
    run: str
    rules: str
    maker: str
    key: str  # fingerprint of the public key

    def rows(self) -> Iterator[tuple[str, str]]:
        """(heading, value)."""
        yield from (
            ("格式", FORMAT),
            ("载体编号", self.carrier or "—"),
            ("制作时间", self.made_at),
            ("文件容量", f"{self.size} 字节"),
            ("移交单位", self.sender),
            ("全宗号", self.fonds),
            ("年度", self.years),
            ("归档文件数量", str(self.units)),
            ("原文数量", str(self.files)),
            ("起止件号", f"{self.first} 至 {self.last}" if self.first else "—"),
            ("未移交（检测不通过）", str(self.left_out)),
            ("四性检测", f"{self.run}，规则 {self.rules}"),
            ("制作人", self.maker),
            ("清单签名公钥指纹", self.key),
        )


def about_txt(about: About) -> bytes:
    """For people; UTF-8 with a mark, as Windows' Notepad wants it."""
    lines = [f"{name}：{value}" for name, value in about.rows()]
    lines += [
        "",
        "本包是一份电子会计档案移交包（DA/T 94-2022 附录F），不需要专用软件：",
        "· 打开 index.html 浏览和检索；",
        "· 目录文件（xlsx、csv）是登记表 F.1；",
        "· 会计档案/ 下每件一个文件夹，元数据.xml 按 元数据/guidang-unit-1.xsd；",
        "· manifest.tsv 是每个文件的大小、SHA-256 和 SM3；manifest.json 是清单自身的摘要和签名。",
        "签名证明清单由持有该私钥的系统做出、之后没有改动；它不是《电子签名法》意义上的个人签名。",
        "请把 manifest.json 里的摘要与双方签字的移交清册核对。",
        "",
        "A package of electronic accounting archives. Open index.html; each file's digests stand in manifest.tsv.",
    ]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def about_xml(about: About) -> bytes:
    """For programs."""
    rows = "".join(f'  <item name="{escape(name)}">{escape(value)}</item>\n' for name, value in about.rows())
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<about xmlns="urn:guidang:about:1">\n{rows}</about>\n'.encode()


def register_row(card: UnitCard) -> tuple[str, ...]:
    """One line of the register: 电子文件名 are those of the unit's files, 数量 how many."""
    u = card.unit
    names = "；".join(path.rpartition("/")[2] for path in card.paths)
    formed = u.formed.isoformat() if u.formed else ""
    return (str(card.nth), u.archive_no, u.file_no, u.title, formed, u.retention, names, str(len(card.paths)), u.id)


def csv_line(cells: tuple[str, ...]) -> bytes:
    """RFC 4180; what a spreadsheet would take for a formula is led by an apostrophe."""
    out = io.StringIO()
    csv.writer(out).writerow(["'" + c if c[:1] in "=+-@\t\r" and c else c for c in cells])
    return out.getvalue().encode()


def manifest_line(path: str, size: int, sha256: str, sm3: str) -> bytes:
    """One file's."""
    return f"{path}\t{size}\t{sha256}\t{sm3}\n".encode()


def signed_words(size: int, sha256: str, sm3: str) -> bytes:
    """What the key signs: the manifest's own size and digests."""
    return f"{FORMAT}\nmanifest.tsv\n{size}\n{sha256}\n{sm3}\n".encode()


STAGE_WORDS: Mapping[str, Text] = {
    "pass": Text("通过", "passed"),
    "fail": Text("不通过", "failed"),
    "not_run": Text("未检", "not run"),
    "not_applicable": Text("不适用", "not applicable"),
}
