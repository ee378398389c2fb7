"""Names of files and folders in a package: safe on every system, of bounded length, and where a unit lies."""

from __future__ import annotations

import re
import unicodedata

from archive.unit import PART_NAMES, Paper, Unit

#: Files of the package itself.
README_TXT, README_XML = "说明文件.txt", "说明文件.xml"
REGISTER_XLSX, REGISTER_CSV = "目录文件(电子会计档案登记表).xlsx", "目录文件(电子会计档案登记表).csv"
INDEX, MANIFEST, SEAL = "index.html", "manifest.tsv", "manifest.json"
REPORT, SCHEMA = "四性检测/四性检测报告.pdf", "元数据/guidang-unit-1.xsd"
ROOT, METADATA = "会计档案", "元数据.xml"
#: Of the package itself, and thus never a unit's.
OWN = frozenset({README_TXT, README_XML, REGISTER_XLSX, REGISTER_CSV, INDEX, REPORT, SCHEMA})

FOLDERS = {"会计凭证": "凭证类", "会计账簿": "账簿类", "财务会计报告": "报告类", "其他会计资料": "其他"}
LONGEST = 60  # characters of one name; a path of ours stays below Windows' 260 in a folder of 80
#: Controls, marks that turn the direction or can't be seen, halves of characters.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff<>:"/\\|?*]')
_DEVICES = re.compile(r"(?:CON|PRN|AUX|NUL|COM[0-9¹²³]|LPT[0-9¹²³])(?=\.|$)", re.IGNORECASE)


def safe(name: str, longest: int = LONGEST) -> str:
    """A name no system trips over: no reserved characters or device names, no dot or blank at its end; never empty."""
    plain = " ".join(_UNSAFE.sub("_", unicodedata.normalize("NFC", name)).split()).strip(" .")
    if len(plain) > longest:
        stem, dot, ending = plain.rpartition(".")
        keep = longest - len(dot + ending)
        plain = (stem[:keep].rstrip(" .") + dot + ending) if stem and 0 < len(ending) <= 8 else plain[:longest]
    plain = plain.strip(" .")
    return f"_{plain}" if not plain or _DEVICES.match(plain) else plain


def folder_of(unit: Unit, nth: int, *, years: bool) -> str:
    """`会计档案/凭证类/04月/000001_26339990000088000001`; with `years` the year above the kind."""
    levels = [ROOT, *([f"{unit.year}年"] if years else []), FOLDERS.get(unit.category, "其他")]
    if unit.month:
        levels.append(f"{unit.month:02d}月")
    return "/".join((*levels, f"{nth:06d}_{safe(unit.file_no or unit.archive_no or unit.id, 40)}"))


def file_name(paper: Paper) -> str:
    """`01_原始凭证_发票.xml`: its place in the unit, what it is, its own name."""
    return f"{paper.nth:02d}_{PART_NAMES[paper.part].zh}_{safe(paper.file.name)}"
