"""GB/T 24589.1-2010 (会计核算软件数据接口 第1部分:企业): the books of a year as 公共档案.xml and 总账.xml in GB18030.

Element names and their order are those of the 2010 edition's 公共档案 and 总账 as implementers have them; what the
archive doesn't know stays empty. The 2024 edition isn't written: its text and schemas are not public.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from archive.account import Account
from archive.balance import Balance
from archive.voucher import ZERO, Line, Voucher

VERSION = "GB/T 24589.1-2010"
MAKER = "归档 Guidang"
_WORDS = {"记": "记账凭证", "收": "收款凭证", "付": "付款凭证", "转": "转账凭证"}
_HOME = "CNY"
_HOME_NAME = "人民币"


@dataclass(frozen=True, slots=True)
class Books:
    """What is exported: one year of one company."""

    company: str  # its name
    tax_id: str
    year: int
    vouchers: Sequence[Voucher]
    balances: Sequence[Balance]
    accounts: Sequence[Account]


def files(books: Books) -> dict[str, bytes]:
    """File name → XML."""
    return {"公共档案.xml": _xml("公共档案", _common(books)), "总账.xml": _xml("总账", _ledger(books))}


def _xml(root: str, records: Iterable[tuple[str, Mapping[str, str]]]) -> bytes:
    top = etree.Element(root)
    for tag, values in records:
        record = etree.SubElement(top, tag)
        for name, value in values.items():
            etree.SubElement(record, name).text = value
    written = etree.tostring(top, encoding="GB18030", xml_declaration=True, pretty_print=True)
    assert isinstance(written, bytes)  # str only where no encoding is asked for
    return written


def _common(b: Books) -> Iterator[tuple[str, dict[str, str]]]:
    yield "电子账簿", {
        "电子账簿编号": f"{b.year}", "电子账簿名称": f"{b.company}{b.year}年账簿", "会计核算单位": b.company,
        "组织机构代码": b.tax_id, "单位性质": "企业单位", "行业": "", "开发单位": MAKER, "版本号": "1",
        "本位币": _HOME_NAME, "会计年度": f"{b.year}", "标准版本号": VERSION,
    }  # fmt: skip
    for month in range(1, 13):
        last = calendar.monthrange(b.year, month)[1]
        yield "会计期间", {
            "会计年度": f"{b.year}", "会计期间号": f"{month}", "会计期间起始日期": f"{b.year}{month:02}01",
            "会计期间结束日期": f"{b.year}{month:02}{last}",
        }  # fmt: skip
    for word in sorted({v.word for v in b.vouchers}):
        name = _WORDS.get(word, word)
        yield "记账凭证类型", {"记账凭证类型编号": word, "记账凭证类型名称": name, "记账凭证类型简称": word}
    yield "币种", {"币种编码": _HOME, "币种名称": _HOME_NAME}
    for currency in sorted({x.currency for v in b.vouchers for x in v.lines if x.currency}):
        yield "币种", {"币种编码": currency, "币种名称": currency}


def _ledger(b: Books) -> Iterator[tuple[str, dict[str, str]]]:
    yield "总账基础信息", {"结构分隔符": "-", "会计科目编号规则": _rule(b.accounts)}
    for account in b.accounts:
        yield "会计科目", {
            "科目编号": account.code, "科目名称": account.name, "科目级次": f"{account.level}",
            "科目类型": account.category, "余额方向": account.direction,
        }  # fmt: skip
    for balance in b.balances:
        yield "科目余额及发生额", _balance(balance)
    for v in b.vouchers:
        for n, line in enumerate(v.lines, 1):
            yield "记账凭证", _entry(v, line, n)


def _rule(accounts: Sequence[Account]) -> str:
    """4-2-2: how many digits each level has."""
    lengths = sorted({len(account.code) for account in accounts})
    steps = [length - before for before, length in zip([0, *lengths], lengths, strict=False)]
    return "-".join(map(str, steps))


def _balance(b: Balance) -> dict[str, str]:
    return {
        "科目编号": b.account, "辅助项1编号": b.party, "期初余额方向": _side(b.opening),
        "期末余额方向": _side(b.closing), "币种编码": _HOME, "会计年度": b.period[:4],
        "会计期间号": f"{int(b.period[5:])}",
        "期初本币余额": _money(abs(b.opening)), "借方本币金额": _money(b.debit), "贷方本币金额": _money(b.credit),
        "期末本币余额": _money(abs(b.closing)),
    }  # fmt: skip


def _side(amount: Decimal) -> str:
    return "借" if amount > 0 else "贷" if amount < 0 else "平"


def _entry(v: Voucher, line: Line, number: int) -> dict[str, str]:
    foreign = line.foreign or ZERO
    return {
        "记账凭证日期": f"{v.date:%Y%m%d}" if v.date else "", "会计年度": f"{v.year}", "会计期间号": f"{v.month}",
        "记账凭证类型编号": v.word, "记账凭证编号": f"{v.number}", "记账凭证行号": f"{number}",
        "记账凭证摘要": line.summary, "科目编号": line.account, "辅助项1编号": line.party,
        "币种编码": line.currency or _HOME, "借方原币金额": _money(foreign if foreign > 0 else ZERO),
        "借方本币金额": _money(line.debit), "贷方原币金额": _money(-foreign if foreign < 0 else ZERO),
        "贷方本币金额": _money(line.credit), "票据号": line.document,
        "附件数": "" if v.attachments is None else f"{v.attachments}", "制单人": v.maker, "审核人": v.checker,
        "记账人": v.poster, "记账标志": "1" if v.poster else "", "作废标志": "0",
    }  # fmt: skip


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"
