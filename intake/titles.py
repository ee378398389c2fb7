"""The printed title: which words it is, and what sort of document it names."""

from __future__ import annotations

import re

from archive.document import Kind
from intake.form import Form
from intake.rows import GAP, Span, span

_ELECTRONIC = r"电子发票\((?:普通发票|增值税专用发票|铁路电子客票|航空运输电子客票行程单|[一-龥]{2,16})\)"
_PLAIN = (
    r"(?:北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|广西|海南|重庆|四川"
    r"|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆|大连|宁波|厦门|青岛|深圳)?(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)?(?:(?:国家|地方)税务局)?"
    r"(?:增值税(?:电子)?(?:普通|专用)发票(?:\([一-龥]{2,6}\))?|(?:国税|地税)?(?:区块链)?(?:通用)?电子普通发票"
    r"|机动车销售统一发票|二手车销售统一发票|通用(?:机打|手工|定额|\(?电子\)?)?发票|(?:通用)?定额发票"
    r"|(?:巡游|网约)?出租(?:汽)?车(?:统一)?(?:专用)?发票|出租汽车(?:统一)?(?:专用)?发票|公路(?:内河)?(?:汽车)?(?:旅客)?客运(?:定额)?发票|(?:过路|过桥|车辆通行)费?(?:专用|定额)?发票|货物运输业增值税专用发票)"
)
_FISCAL = (
    r"[一-龥]{0,18}(?:收据|票据|缴款书)\(电子\)"
    r"|[一-龥]{0,10}(?:非税收入[一-龥]{0,6}(?:票据|缴款书)|捐赠(?:统一)?票据|医疗(?:门诊|住院)?收费票据|资金往来结算票据)"
)
_AIR = r"航空运输电子客票行程单"
_BANK = (
    r"[一-龥]{0,16}(?:电子)?回[单执](?:\([一-龥]{2,8}\))?"
    r"|[一-龥]{2,10}(?:收费|收款|付款|转账|结算|电汇)凭证|[一-龥]{0,16}(?:结算业务申请书|业务委托书|进账单|现金缴款单|转账支票|现金支票)"
)
_CONTRACT = r"[一-龥()]{0,24}(?:合同书?|协议书?|订单合同)"

#: Sort → pattern of its title, the surest first.
TITLES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("electronic", _ELECTRONIC),
        ("plain", _PLAIN),
        ("air", _AIR),
        ("fiscal", _FISCAL),
        ("bank", _BANK),
        ("contract", _CONTRACT),
    )
)
_TOP = 0.4  # titles stand in the upper part of the page


def titles(form: Form) -> list[tuple[str, Span]]:
    """Candidates for the page's title, (sort, where): surest sort first, larger print first."""
    found: list[tuple[int, float, str, Span]] = []
    for row in form.rows:
        if row.top > _TOP:
            continue
        text, back = _without_gaps(row.text)
        for rank, (name, pattern) in enumerate(TITLES):
            for match in pattern.finditer(text):
                where = span(row, back[match.start()], back[match.end() - 1] + 1)
                if name in ("bank", "contract") and not _alone(text, match.end()):
                    continue
                found.append((rank, -where.height, name, where))
    return [(name, where) for _, _, name, where in sorted(found, key=lambda f: f[:2])]


def _alone(text: str, end: int) -> bool:
    """A contract's or receipt's title ends its row, or is followed by a bracket."""
    return end == len(text) or text[end] in "("


def _without_gaps(text: str) -> tuple[str, list[int]]:
    """The row's text without gaps, and for each character where it was."""
    back = [i for i, c in enumerate(text) if c != GAP]
    return "".join(text[i] for i in back), back


def kind_of(title: str) -> Kind:
    """The kind an invoice's folded title names; contracts, receipts and foreign papers are told by their readers."""
    if "铁路" in title:
        return Kind.RAIL
    if "航空" in title or "行程单" in title:
        return Kind.AIR
    if "通行费" in title or "过路" in title or "过桥" in title:
        return Kind.TOLL
    if "出租" in title:
        return Kind.TAXI
    if "定额" in title:
        return Kind.QUOTA
    if title.startswith("电子发票("):
        return Kind.EINVOICE
    return Kind.VAT if "发票" in title else Kind.OTHER
