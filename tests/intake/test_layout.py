"""Forms beyond the samples, typed on a grid: labels and geometry must do, in any order of the words."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.document import Document, Kind
from intake.layout import find, find_all
from intake.rows import Word
from tests.intake.grid import typed

HEAD = """
  {mark}              {title}                         发票号码：25117000000012345678
                                                      开票日期：2025年01月02日
{a1}    名称：杭州云岫样例软件有限公司                         {b1}   名称：样例服务有限公司
{a2}    统一社会信用代码/纳税人识别号：91330199X0109Y039K     {b2}   统一社会信用代码/纳税人识别号：91110199X0DPAFKR0M
{a3}                                                          {b3}
"""
BUYER_LEFT = {"a1": "购", "a2": "买", "a3": "方", "b1": "销", "b2": "售", "b3": "方"}
BUYER_RIGHT = {"a1": "销", "a2": "售", "a3": "方", "b1": "购", "b2": "买", "b3": "方"}


def head(mark: str, title: str = "电子发票（普通发票）", **sides: str) -> str:
    return HEAD.format(mark=mark, title=title, **(sides or BUYER_LEFT))


TRAVEL = (
    head("旅客运输服务")
    + """
    项目名称             单  价       数  量        金  额        税率/征收率        税  额
 *运输服务*客运服务费    90.29         1            90.29            3%               2.71
     出行人   有效身份证件号      出行日期      出发地   到达地   等级   交通工具类型
     样一     330199********0012  2025-01-01    杭州市   北京市   经济舱   飞机
     合    计                                      ¥90.29                          ¥2.71
  价税合计（大写）       玖拾叁圆整                          （小写）¥93.00
备
注    订单号 2025010212345678
  开票人：样二
"""
)
LEASE = (
    head("不动产经营租赁服务", "电子发票（增值税专用发票）")
    + """
 项目名称  产权证书/不动产权证号  面积单位  数 量   单 价    金  额  税率/征收率   税  额
 *经营租赁*房租  浙2020第001号    平方米     100     47.62    4761.90      5%      238.10
     合    计                                             ¥4761.90             ¥238.10
  价税合计（大写）       伍仟圆整                          （小写）¥5000.00
备    不动产地址:浙江省杭州市样例路1号
注    租赁期起止:2025-01-01 2025-12-31
  开票人：样二
"""
)
FARM = (
    head("农产品收购", **BUYER_RIGHT)
    + """
 项目名称   规格型号   单 位   数 量   单 价    金  额  税率/征收率   税  额
 *蔬菜*白菜            千克     100      2.00   200.00     免税      ***
     合    计                                 ¥200.00             ***
  价税合计（大写）       贰佰圆整                          （小写）¥200.00
  开票人：样二
"""
)
ROLL = """
   增值税普通发票（卷票）
发票代码：031001900107
发票号码：12345678
机打号码：12345678
销售方名称：上海样例餐饮有限公司
纳税人识别号：91310199X0UXC3A961
开票日期：2020-05-06
购买方名称：杭州云岫样例软件有限公司
纳税人识别号：91330199X0109Y039K
项目      单价     数量      金额
餐饮费    100.00     1      100.00
合计金额(小写)：¥100.00
合计金额(大写)：壹佰圆整
校验码：12345678901234567890
"""
VEHICLE = """
                         机动车销售统一发票
  开票日期  2024-05-06                                  发票代码  144001924660
  机打代码  144001924660      税控码                     发票号码  00012345
  购买方名称及身份证号码/组织机构代码   杭州云岫样例软件有限公司
  纳税人识别号  91330199X0109Y039K
  车辆类型   轿车       厂牌型号   样例牌SL7000       产地  上海
  价税合计      贰拾万圆整                               小写  ¥200000.00
  销货单位名称  上海样例汽车销售有限公司               电话  021-00000000
  纳税人识别号  91310199X0UXC3A961                    账号  310000000000017
  增值税税率或征收率  13%   增值税税额  ¥23008.85      主管税务机关及代码  样例税务局
  不含税价  小写 ¥176991.15          完税凭证号码           吨位      限乘人数  5
"""
MACHINE = """
              浙江省国家税务局通用机打发票
  发票代码  133011234567
  发票号码  00045678
  开票日期：2016年05月06日       行业分类：服务业
  付款单位（个人）：杭州云岫样例软件有限公司
  收款单位：样例区宾馆
  项目          数量       单价       金额
  住宿费         2        150.00     300.00
  合计（大写）：叁佰元整           ¥300.00
"""
ICBC = """
        中国工商银行 网上银行电子回单
 电子回单号码：0012-3456-7890-1234
        户  名   杭州云岫样例软件有限公司            户  名   上海样例云算科技有限公司
 付款人 账  号   1202020012345678901         收款人 账  号   1001234567890123456
        开户银行 工行样例支行                       开户银行 样例银行上海分行
 金  额  人民币（大写）：壹万贰仟叁佰肆拾伍元陆角柒分   ¥12,345.67元
 摘  要  货款                业务（产品）种类  跨行发报
 交易流水号  12345678           时间戳  2025-03-04-10.20.30.123456
 记账网点 123  记账柜员 12   记账日期 2025年03月04日
"""
CMB = """
   招商银行          付款回单
 日期：2025年03月04日   业务类型：网银转账    流水号：G12345678901234
 付款人账号：571900000000001
 付款人名称：杭州云岫样例软件有限公司
 收款人账号：310000000000017
 收款人名称：上海样例云算科技有限公司
 金额（大写）：人民币壹仟元整
 金额（小写）：CNY1,000.00
"""
HOTEL = """
           样例国际酒店
             结账单
  姓名：样一          房号：1203
  入住日期：2025-03-01     离店日期：2025-03-03
  日期         项目        金额
  2025-03-01   房费        388.00
  2025-03-02   房费        388.00
  合计                     776.00
"""
STRIPE = """
 Invoice
 Invoice number      3A7D21F0-0001
 Date of issue       June 1, 2025
 Date due            July 1, 2025
 Acme Software Inc                       Bill to
 548 Market St                           Hangzhou Sample Co., Ltd.
 San Francisco, California 94104         1 Sample Road
 $24.00 USD due July 1, 2025
 Description           Qty      Unit price       Amount
 Pro plan               1         $20.00         $20.00
                                  Subtotal       $20.00
                        Total excluding tax      $20.00
              VAT - United Kingdom (20% on $20.00)   $4.00
                                     Total       $24.00
                                Amount due       $24.00 USD
"""
SINGAPORE = """
 TAX INVOICE
 Sample Trading Pte Ltd                          Invoice No.: INV-2025-0042
 10 Anson Road, Singapore                        Date: 05 Mar 2025
 GST Reg No: 201912345A                          Due Date: 04 Apr 2025
 Bill To:
 Hangzhou Yunxiu Software Co Ltd
 100 Xuhe Road, Hangzhou
 Item            Description              Qty     Unit Price       Amount (SGD)
 1               Consulting services       2       1,000.00         2,000.00
                                                  Subtotal          2,000.00
                                                  GST (9%)            180.00
                                                  Total             2,180.00
"""

B, S = "杭州云岫样例软件有限公司", "上海样例云算科技有限公司"
EXPECTED: dict[str, tuple[str, dict[str, object]]] = {
    "travel": (
        TRAVEL,
        {"kind": Kind.EINVOICE, "number": "25117000000012345678", "buyer_name": B, "seller_name": "样例服务有限公司",
         "amount_excl_tax": Decimal("90.29"), "tax": Decimal("2.71"), "total": Decimal("93.00")},
    ),
    "lease": (
        LEASE,
        {"type": "电子发票（增值税专用发票）", "date": date(2025, 1, 2), "buyer_tax_id": "91330199X0109Y039K",
         "amount_excl_tax": Decimal("4761.90"), "tax": Decimal("238.10"), "total": Decimal("5000.00")},
    ),
    "farm": (
        FARM,
        {"buyer_name": "样例服务有限公司", "seller_name": B, "tax": Decimal("0.00"), "total": Decimal("200.00")},
    ),
    "roll": (
        ROLL,
        {"type": "增值税普通发票（卷票）", "number": "12345678", "code": "031001900107",
         "seller_name": "上海样例餐饮有限公司", "seller_tax_id": "91310199X0UXC3A961",
         "buyer_tax_id": "91330199X0109Y039K", "amount_excl_tax": None, "total": Decimal("100.00")},
    ),
    "vehicle": (
        VEHICLE,
        {"type": "机动车销售统一发票", "number": "00012345", "buyer_name": B, "seller_tax_id": "91310199X0UXC3A961",
         "amount_excl_tax": Decimal("176991.15"), "tax": Decimal("23008.85"), "total": Decimal("200000.00")},
    ),
    "machine": (
        MACHINE,
        {"type": "浙江省国家税务局通用机打发票", "code": "133011234567", "buyer_name": B, "total": Decimal("300.00")},
    ),
    "icbc": (
        ICBC,
        {"kind": Kind.BANK_RECEIPT, "number": "0012-3456-7890-1234", "date": date(2025, 3, 4), "buyer_name": B,
         "seller_name": S, "total": Decimal("12345.67")},
    ),
    "cmb": (CMB, {"kind": Kind.BANK_RECEIPT, "date": date(2025, 3, 4), "seller_name": S, "total": Decimal(1000)}),
    "hotel": (HOTEL, {"kind": Kind.OTHER, "type": "结账单", "seller_name": "样例国际酒店", "total": Decimal("776.00")}),
    "stripe": (
        STRIPE,
        {"kind": Kind.FOREIGN, "number": "3A7D21F0-0001", "date": date(2025, 6, 1), "seller_name": "Acme Software Inc",
         "buyer_name": "Hangzhou Sample Co., Ltd.", "amount_excl_tax": Decimal("20.00"), "tax": Decimal("4.00"),
         "total": Decimal("24.00"), "currency": "USD"},
    ),
    "singapore": (
        SINGAPORE,
        {"number": "INV-2025-0042", "date": date(2025, 3, 5), "tax": Decimal("180.00"), "total": Decimal("2180.00"),
         "currency": "SGD"},
    ),
}  # fmt: skip


def document(words: list[Word]) -> Document:
    found = find(words, "text")
    assert found is not None
    return found.document


@pytest.mark.parametrize("name", EXPECTED)
def test_a_form_is_read(name: str) -> None:
    page, expected = EXPECTED[name]
    got = document(typed(page))
    assert {field: getattr(got, field) for field in expected} == expected


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(EXPECTED)), st.randoms(use_true_random=False))
def test_the_order_of_the_words_and_small_shifts_do_not_matter(name: str, chance: random.Random) -> None:
    page, expected = EXPECTED[name]
    words = []
    for word in typed(page):
        left, top, right, bottom = word.box
        shift = chance.uniform(-0.1, 0.1) * (bottom - top)
        words.append(Word(word.text, (left, top + shift, right, bottom + shift)))
    chance.shuffle(words)
    got = document(words)
    assert {field: getattr(got, field) for field in expected} == expected


def test_what_else_the_table_says() -> None:
    got = document(typed(TRAVEL))
    assert (got.extra["passenger"], got.extra["travel_date"], got.extra["destination"]) == (
        "样一",
        "2025-01-01",
        "北京市",
    )
    assert got.remark == "订单号 2025010212345678"
    assert [(line.name, line.quantity, line.rate) for line in got.lines] == [("*运输服务*客运服务费", "1", "3%")]
    assert document(typed(LEASE)).lines[0].unit == "平方米"


def test_sure_values_and_computed_ones_are_told_apart() -> None:
    found = find(typed(LEASE.replace("¥238.10", "")), "ocr")
    assert found is not None
    assert found.document.tax == Decimal("238.10")
    assert found.confidence["tax"] < 0.7 < found.confidence["total"]
    assert set(found.source.values()) == {"ocr"}


def test_unsure_words_make_unsure_fields() -> None:
    found = find(typed(ROLL, score=0.5), "ocr")
    assert found is not None
    assert max(found.confidence.values()) <= 0.5


def test_pages_of_one_invoice_are_one_and_another_number_begins_another() -> None:
    second = TRAVEL.replace("25117000000012345678", "25117000000087654321")
    words = [*typed(TRAVEL, 0), *typed("\n 续表 \n 无号码的一页\n", 1), *typed(second, 2)]
    drafts = find_all(words, "text")
    assert [(d.get("number"), d.pages) for d in drafts] == [
        ("25117000000012345678", (0, 1)),
        ("25117000000087654321", (2, 2)),
    ]


@pytest.mark.parametrize(
    "page",
    ["", "会议通知\n请各部门准时参加", "关于开具发票的说明\n请提供发票号码", "Meeting notes\nDiscuss the budget"],
)
def test_other_papers_are_none(page: str) -> None:
    assert find(typed(page or " . "), "text") is None


WORDS = st.lists(
    st.builds(
        lambda text, x, y, w, h: Word(text, (x, y, x + w, y + h)),
        st.text("名称:发票号码合计¥12.0（）电子普通销售购买方ABC \t", min_size=1, max_size=12),
        *[st.floats(0, 1)] * 2,
        *[st.floats(0, 0.5)] * 2,
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(WORDS)
def test_any_words_are_read_or_passed_over(words: list[Word]) -> None:
    found = find(words, "ocr")
    assert found is None or found.document.number or found.document.type


def squeezed(words: list[Word], top: float, bottom: float) -> list[Word]:
    """The words in a band of the page."""
    height = bottom - top
    return [Word(w.text, (w.box[0], top + w.box[1] * height, w.box[2], top + w.box[3] * height), w.page) for w in words]


def test_two_invoices_printed_on_one_page() -> None:
    lease = LEASE.replace("25117000000012345678", "25117000000087654321")
    words = [*squeezed(typed(TRAVEL), 0, 0.5), *squeezed(typed(lease), 0.5, 1)]
    first, second = find_all(words, "text")
    assert (first.get("number"), first.get("total")) == ("25117000000012345678", Decimal("93.00"))
    assert (second.get("number"), second.get("total")) == ("25117000000087654321", Decimal("5000.00"))
    alone = find(typed(LEASE), "text")
    assert alone is not None
    assert second.places["total"].box[1] == pytest.approx(0.5 + alone.places["total"].box[1] / 2, abs=0.01)


def test_three_bank_receipts_on_one_page() -> None:
    second = CMB.replace("1,000.00", "2,000.00").replace("壹仟", "贰仟")
    third = CMB.replace("1,000.00", "3.50").replace("壹仟元整", "叁元伍角")
    words = [w for n, page in enumerate((CMB, second, third)) for w in squeezed(typed(page), n / 3, (n + 1) / 3)]
    assert [d.get("total") for d in find_all(words, "text")] == [
        Decimal("1000.00"),
        Decimal("2000.00"),
        Decimal("3.50"),
    ]


def test_another_number_in_a_remark_begins_no_document() -> None:
    words = typed(TRAVEL.replace("订单号 2025010212345678", "对应蓝字发票号码：25117000000099999999"))
    assert [d.get("number") for d in find_all(words, "text")] == ["25117000000012345678"]


def test_a_paper_behind_an_invoice_is_another_document() -> None:
    drafts = find_all([*typed(TRAVEL, 0), *typed(HOTEL, 1)], "text")
    assert [d.kind for d in drafts] == [Kind.EINVOICE, Kind.OTHER]
    assert [d.get("total") for d in drafts] == [Decimal("93.00"), Decimal("776.00")]


def test_names_that_hold_the_words_of_labels() -> None:
    strange = "上海合计复核开票人名称备注小计咨询有限公司"
    got = document(typed(TRAVEL.replace("样例服务有限公司", strange)))
    assert (got.seller_name, got.buyer_name, got.total) == (strange, B, Decimal("93.00"))


def test_a_name_in_two_lines_beside_its_label() -> None:
    """数电票 set a long name in two lines, one half a line above its label and one half below."""
    words = []
    for word in typed(TRAVEL):
        if not word.text.endswith("样例服务有限公司"):
            words.append(word)
            continue
        left, top, right, bottom = word.box
        start, height = left + (right - left) * 0.3, bottom - top
        words.append(Word("名称：", (left, top, start, bottom)))
        for text, shift in (("样例服务有限公司上海市", -0.6), ("样例区第三分公司", 0.6)):
            words.append(Word(text, (start, top + shift * height, right, bottom + shift * height)))
    got = document(words)
    assert got.seller_name == "样例服务有限公司上海市样例区第三分公司"
    assert (got.buyer_name, got.seller_tax_id) == (B, "91110199X0DPAFKR0M")


def test_figures_in_the_middle_of_names_of_several_lines() -> None:
    table = """
 项目名称          规格型号   单 位   数 量   单 价    金  额  税率/征收率   税  额
 *餐饮*样例套餐一
                              份       1      10.00    10.00     6%      0.60
 含饮料
 *餐饮*样例套餐二
                              份       2      10.00    20.00     6%      1.20
 不含饮料
     合    计                                          ¥30.00            ¥1.80
"""
    got = document(typed(head("餐饮") + table.rstrip(" ")))
    assert [line.name for line in got.lines] == ["*餐饮*样例套餐一含饮料", "*餐饮*样例套餐二不含饮料"]
    assert [line.amount for line in got.lines] == ["10.00", "20.00"]
