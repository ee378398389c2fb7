"""The vocabulary of printed labels on Chinese forms."""

from __future__ import annotations

import re

from intake.rows import GAP


def loose(words: str) -> str:
    """A pattern for a label whose characters may stand apart, as `名    称`."""
    return (GAP + "?").join(re.escape(c) if c not in "?[]()|" else c for c in words)


_BEGIN = f"(?:^|(?<={GAP}))"


def alone(words: str) -> str:
    """A pattern for a label that a company's name may hold as well: before a colon, or standing by itself."""
    return f"{loose(words)}(?={GAP}?:)|{_BEGIN}{loose(words)}(?={GAP}|$)"


def _any(*labels: str) -> str:
    """One pattern for several labels; longer ones must come first. `/` keeps a label tight."""
    return "|".join(loose(x) if len(x) <= 4 else re.escape(x) for x in labels)


#: key → pattern. Keys are tried in this order at each character, so the specific ones come first.
VOCABULARY: tuple[tuple[str, str], ...] = (
    (
        "number",
        r"(?<!原)(?<!原票)(?:"
        + _any("电子发票号码", "发票号码", "票据号码", "发票号", "电子客票号码", "NO.", "No.")
        + ")",
    ),
    ("code", _any("发票代码", "票据代码")),
    ("date", _any("开票日期", "填开日期", "开具日期", "出票日期", "开票时间", "出具日期")),
    ("check_code", _any("校验码", "校验代码")),
    ("machine", _any("机器编号", "机器号码", "税控装置号", "机打号码", "机打代码")),
    (
        "buyer_tax_id",
        r"(?:购买?方|买方|交款人|付款方)(?:单位)?(?:统一社会信用代码|纳税人识别号|税号|识别号|代码)(?:/纳税人识别号)?(?:/身份证号码)?",
    ),
    ("seller_tax_id", r"(?:销售?方|卖方|收款单位|收款方|销货单位)(?:统一社会信用代码|纳税人识别号|税号|识别号|代码)"),
    (
        "tax_id",
        r"统一社会信用代码/纳税人识别号|统一社会信用代码|纳税人识别号/统一社会信用代码(?:/身份证明?号码)?|纳税人识别号(?:或统一代码)?|纳税人税号|税号(?=:)",
    ),
    (
        "buyer_name",
        r"客户名称|付款人名称|购买方名称(?:及身份证号码/?(?:组织机构代码|统一社会信用代码)?)?|购货单位名称|购货单位|购方名称|买方名称|交款人名称|受票方名称|抬头名称|交款人(?!统一)|付款单位(?:名称)?(?:\(个人\))?(?=:)|付款方名称|购买方(?=:)|买方(?=:)",
    ),
    ("seller_seal", r"(?:销售方|销货单位|收款单位|开票单位)" + GAP + r"?:?\((?:盖?章|公章)\)"),
    (
        "seller_name",
        r"销售方名称|销货单位名称|销货单位|销方名称|卖方名称|收款单位名称|收款方名称|开票单位|填开单位|收款单位(?:\(章\))?|销售方(?=:[^(])|卖方(?=:)",
    ),
    ("address", r"地" + GAP + r"?址、?" + GAP + r"?电" + GAP + r"?话|地址(?=:)|电话(?=:)"),
    ("bank", r"开户行?及账号|开户银行及账号|开户银?行(?:名称)?|银行账号"),
    ("pay_mark", r"电子支付标识"),
    ("figures", r"\(小" + GAP + r"?写\)?|小写(?=" + GAP + r"?[:¥])|金额小写"),
    (
        "capitals",
        r"(?:价税合计|金额合计|合计金额|合计)?" + GAP + r"?\(?大" + GAP + r"?写\)?|价税合计(?:金额)?(?=" + GAP + r")",
    ),
    ("net", r"不含税(?:价格?|金额)(?:" + GAP + r"?\(?小写\)?)?"),
    ("tax_amount", r"增值税税额"),
    ("drawer", alone("开票人")),
    ("payee", alone("收款人") + "|" + alone("收款员")),
    ("checker", alone("复核人") + "|" + alone("复核")),
    ("subtotal", alone("小计")),
    ("sum", _BEGIN + loose("合计") + rf"(?={GAP}?[¥:$\d*]|{GAP}|$)|" + loose("总计") + rf"(?={GAP}?[¥:])"),
    ("remark", r"(?:^|(?<=" + GAP + r"))备" + GAP + r"?注(?=:|" + GAP + r"|$)"),
    ("name", rf"(?:^|(?<=[{GAP}方息购买销售信货单位]))名{GAP}?称(?={GAP}?:)|{_BEGIN}名{GAP}?称(?!号)"),
)


def vocabulary(entries: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    """One pattern whose named group tells which label was met."""
    return re.compile("|".join(f"(?P<{key}>{pattern})" for key, pattern in entries))


LABEL = vocabulary(VOCABULARY)
COLON = re.compile(GAP + r"?:")

#: Labels written from top to bottom at a block's left edge → the block they name.
STACKS: tuple[tuple[str, str], ...] = (
    ("购买方信息", "buyer"),
    ("购买方", "buyer"),
    ("购货单位", "buyer"),
    ("购货方", "buyer"),
    ("销售方信息", "seller"),
    ("销售方", "seller"),
    ("销货单位", "seller"),
    ("销货方", "seller"),
    ("付款人", "payer"),
    ("付款方", "payer"),
    ("收款人", "payee"),
    ("收款方", "payee"),
    ("密码区", "cipher"),
    ("备注", "remark"),
    ("其他信息", "remark"),
)
