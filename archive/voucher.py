"""Booking vouchers (记账凭证): their lines, what sort they are, and what can be checked on each by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from archive.account import root_name, settles
from archive.finding import Level
from archive.money import thousands
from archive.remark import Remark
from archive.words import Text

ZERO = Decimal(0)


class VoucherKind(StrEnum):
    """Only normal ones must have source documents (会计基础工作规范 Art 51(4))."""

    NORMAL = "normal"
    CLOSING = "closing"  # 结账
    CORRECTION = "correction"  # 更正


@dataclass(frozen=True, slots=True)
class Line:
    """One entry (分录) in the books' own currency; red ones are negative."""

    account: str  # digits only
    account_name: str = ""
    summary: str = ""  # 摘要
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    party: str = ""  # customer, supplier or person: name, or code where the file has only that
    document: str = ""  # 票据号, 发票号
    currency: str = ""  # of `foreign`, as printed
    foreign: Decimal | None = None  # in that currency, received positive, paid negative
    row: int = 0
    cash_item: str = ""  # 现金流量项目, as printed
    cash: Decimal | None = None  # its amount, received positive; None: the line's own
    department: str = ""  # as printed, by name or code

    @property
    def amount(self) -> Decimal:
        """Debit less credit."""
        return self.debit - self.credit


@dataclass(frozen=True, slots=True)
class Voucher:
    """One voucher. Its number runs from 1 in each month and word (记, 收, 付, 转)."""

    year: int
    month: int
    word: str
    number: int
    lines: tuple[Line, ...]
    date: date | None = None
    attachments: int | None = None  # 附件张数; None where the file doesn't say
    maker: str = ""
    checker: str = ""
    poster: str = ""
    row: int = 0

    @property
    def period(self) -> str:
        """2026-04."""
        return f"{self.year:04}-{self.month:02}"

    @property
    def ref(self) -> str:
        """How it is named to people: 2026-04 记-23."""
        return f"{self.period} {self.word}-{self.number}"

    @property
    def key(self) -> tuple[int, int, str, int]:
        """Its place in the books; two with one key are a repeated number."""
        return (self.year, self.month, self.word, self.number)

    @property
    def core(self) -> tuple[object, ...]:
        """What was posted: the same in every system's export of the same books."""
        return (
            self.date,
            tuple(sorted((x.account or x.account_name, x.debit.normalize(), x.credit.normalize()) for x in self.lines)),
        )

    @property
    def difference(self) -> Decimal:
        """Σ debit − Σ credit: zero unless something is wrong."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def kind(self) -> VoucherKind:
        """By its words and accounts."""
        return kind_of(self.lines)


_CLOSING = re.compile(
    r"期间?损益|结转.{0,6}损益|损益.{0,4}结转|结转.{0,8}(?:本年|本期|本月)?利润|结转.{0,6}增值税|转出(?:未|多)交|提取.{0,4}公积"
    r"|(?:年末|年终|月末|期末)结[转账]|^结账|结转本年"
)
#: Of a voucher, or of an estimate booked before its document came. A red invoice is a document like any other.
_CORRECTION = re.compile(
    r"(?:注销|订正|冲销|冲回|冲减|红冲|冲红|调整).{0,16}(?:凭证|误记|多记|少记|错账|记错|重复入账)|更正|差错调整"
    r"|冲[销回减]?.{0,6}(?:暂估|预提)|红字(?:冲[销回]|更正)(?!.{0,8}发票)"
)
_RESULT = ("本年利润", "利润分配", "盈余公积")
_RESULT_CODES = ("4103", "4104", "4101", "3103", "3104", "3101")


def kind_of(lines: Iterable[Line]) -> VoucherKind:
    """Closing: it says so, or moves nothing but the year's result. Correction: it says so."""
    lines = tuple(lines)
    said = [line.summary for line in lines if line.summary]
    if any(_CORRECTION.search(words) for words in said):
        return VoucherKind.CORRECTION
    if any(_CLOSING.search(words) for words in said):
        return VoucherKind.CLOSING
    names = [line for line in lines if line.account_name]
    if names and len(names) == len(lines) and all(root_name(x.account_name).startswith(_RESULT) for x in lines):
        return VoucherKind.CLOSING
    if lines and not names and all(line.account.startswith(_RESULT_CODES) for line in lines):
        return VoucherKind.CLOSING
    return VoucherKind.NORMAL


_SAID = re.compile(r"(?:票号|发票号码?|发票|票据号)[:：№#\s]*(\d{8,20}(?:[、,，/]\d{8,20})*)")


def documents(voucher: Voucher) -> frozenset[str]:
    """Numbers of the source documents it names, in a column or in its words; short ones (8 digits) as they stand."""
    return frozenset(number for line in voucher.lines for number in _named(line))


def booked(voucher: Voucher) -> frozenset[str]:
    """Of those, the ones it recognises: named on a line that does more than settle (a payment may name them again)."""
    return frozenset(n for x in voucher.lines if not settles(x.account, x.account_name) for n in _named(x))


def _named(line: Line) -> Iterator[str]:
    column = re.sub(r"\s", "", line.document)
    if re.fullmatch(r"\d{8,20}", column):
        yield column
        return
    for match in _SAID.finditer(line.summary):
        yield from re.findall(r"\d{8,20}", match[1])


def check(vouchers: Iterable[Voucher]) -> tuple[Remark, ...]:
    """What is wrong with each by itself: not balanced, one-sided, no account, a date outside its month."""
    return tuple(remark for voucher in vouchers for remark in _one(voucher))


def _one(v: Voucher) -> Iterator[Remark]:
    if v.difference:
        d = thousands(v.difference)
        debit, credit = (thousands(sum((getattr(x, side) for x in v.lines), ZERO)) for side in ("debit", "credit"))
        why = Text(
            f"{v.ref} 借贷不平：借方 {debit}，贷方 {credit}，相差 {d}",
            f"{v.ref} does not balance: debit {debit}, credit {credit}, difference {d}",
        )
        yield Remark("unbalanced", Level.STOP, (v.ref,), why, v.row)
    if len(v.lines) < 2:
        why = Text(f"{v.ref} 只有一行分录", f"{v.ref} has a single line")
        yield Remark("one_line", Level.WARN, (v.ref,), why, v.row)
    for line in v.lines:
        if line.debit and line.credit:
            why = Text(f"{v.ref} 同一行借贷都有金额", f"{v.ref} has debit and credit on one line")
            yield Remark("both_sides", Level.WARN, (v.ref,), why, line.row)
    if v.date and (v.date.year, v.date.month) != (v.year, v.month):
        why = Text(f"{v.ref} 的日期 {v.date} 不在该期间", f"{v.ref} is dated {v.date}, outside its period")
        yield Remark("date_outside", Level.WARN, (v.ref,), why, v.row)
