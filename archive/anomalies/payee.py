"""Whom a voucher pays or books for: the party of its lines, else the name its summary tells."""

from __future__ import annotations

import re
import unicodedata

from archive.voucher import Line, Voucher

_NAME = re.compile(
    r"(?:(?:支付|预付|归还|付|向|给|收到|采购|购买)(?=.{4}))?"
    r"(?P<name>[\u4e00-\u9fff（）()·A-Za-z&.]{2,40}?(?:有限责任公司|股份有限公司|有限公司|集团(?![)）有公股])|公司|事务所|工作室|经营部|维修部|服务部|商行"
    r"|合作社|管理中心|服务中心|中心|酒店|宾馆|饭店|医院|大学|学院|研究院|研究所|厂|店)"
    r"(?:[\u4e00-\u9fff]{2,6}分公司)?)"
)


def payee(voucher: Voucher) -> str:
    """Its name in one form; empty where nothing tells it."""
    told = next((line.party for line in voucher.lines if line.party), "")
    return plain(told) if told else next((name for line in voucher.lines if (name := named(line))), "")


def named(line: Line) -> str:
    """The organisation a line's words name: of 支付广告费 苏州某某有限公司 票号1 it is the company."""
    words = unicodedata.normalize("NFKC", line.summary)
    for part in words.split():
        if found := _NAME.fullmatch(part):
            return plain(found["name"])
    found = _NAME.search(words)
    return plain(found["name"]) if found else ""


def plain(name: str) -> str:
    """Brackets and blanks in one form, so that two spellings meet."""
    return "".join(unicodedata.normalize("NFKC", name).split()).lower()
