"""Papers besides Chinese invoices, typed on a grid: contracts, public receipts, tax papers, foreign receipts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from archive.document import Kind
from intake.layout import find, find_all
from tests.intake.grid import typed

B, S = "杭州云岫样例软件有限公司", "上海样例云算科技有限公司"

PURCHASE = """
                            采购合同
                                              合同编号：CG-2025-0012
  甲方（买方）：杭州云岫样例软件有限公司
  乙方（卖方）：上海样例云算科技有限公司
  签订地点：杭州                               签订日期：2025年3月5日
  根据《中华人民共和国民法典》，经双方协商一致，签订本合同。
  1. 产品名称  数量  单价  金额
  2. 合同总金额：人民币壹万贰仟元整（¥12,000.00元）
"""
SIDE_BY_SIDE = """
                            技术服务合同
                                              合同编号：JS-2025-9
  委托方：杭州云岫样例软件有限公司             受托方：上海样例云算科技有限公司
  纳税人识别号：91330199X0109Y039K             纳税人识别号：91310199X0UXC3A961
  签订日期：2025年3月5日
  合同总金额：¥12,000.00元
"""
TENANCY = """
                         房屋租赁协议书
  编号：ZL2025-7
  出租方（甲方）：样例物业有限公司
  承租方（乙方）：杭州云岫样例软件有限公司
  租金每月人民币伍仟元整（￥5000），租赁期限2025年1月1日至2025年12月31日
  签订时间：2024年12月20日
"""
TRIPS = """
                              滴滴出行-行程单
                        DIDI TRAVEL - TRIP TABLE
 申请日期：2025-05-08                     行程起止日期：2025-04-26 至 2025-04-28
 行程人手机号：13800000000                共2笔行程，合计50.12元
 序号 服务商 车型  上车时间          城市   起点            终点          里程(公里)  金额(元)
 1    滴滴   快车  04-26 09:12 周六  杭州市 样例大厦-东门   虚构火车站    12.3        26.00
 2    滴滴   特惠  04-28 19:40 周一  杭州市 虚构火车站     样例大厦      11.9        24.12
"""
WRAPPED_TRIPS = """
                              样例出行电子行程单
 用车时间：2025-04-26 至 2025-04-28             共计2单行程，合计1,180.50元
 序号   车型     上车时间           起点                 终点                 金额(元)
                                    样例区虚构路         样例国际机场T3
 1      经济型   2025-04-26 09:12                                             88.50
                                    18号-北门            航站楼

 2      舒适型   2025-04-28 19:40   样例国际机场T3       样例大厦             1,092.00
 说明：金额以平台记录为准
"""
ASKED = """
                      样例科技有限公司
                        费用报销审批单
 申请人：样一      部门：市场部          申请日期：2025年6月3日
 单据编号：BX-2025-0612
 事由：参加行业会议
 交通费   320.00
 住宿费   680.00
 合计（小写）  ￥1,000.00     大写：壹仟元整
 部门主管：样二    财务审核：样三
"""
USED = """
                          用印申请表
 申请部门：法务部    申请人：样一    申请时间：2025-07-01
 文件名称：采购合同    份数：2
 领导审批意见：同意
"""
STATEMENT = """
                     样例银行股份有限公司企业客户对账单
 户名：杭州云岫样例软件有限公司         账号：1202026309900123456
 币种：人民币      起止日期：2025-03-01 至 2025-03-31
 日期        摘要    借方发生额   贷方发生额    余额         对方户名
 2025-03-05  货款                 10,000.00    35,000.00    上海样例云算科技有限公司
 2025-03-09  手续费  15.00                     34,985.00
 合计                15.00        10,000.00
 期末余额：34,985.00
"""
HOSPITAL = """
        浙江省医疗门诊收费票据（电子）
 票据代码：33060125           票据号码：0012345678
 交款人统一社会信用代码：330199********0012     校验码：a1b2c3
 交款人：样一                 开票日期：2025-03-04
 项目名称     数量/单位   金额（元）  备注     项目名称   数量/单位  金额（元）  备注
 诊察费       1/次        20.00               西药费    1/项       80.50
 金额合计（大写）壹佰元伍角整         （小写）100.50
 其他信息 业务流水号：123  门诊号：456
 收款单位（章）：样例市第一医院   复核人：样三   收款人：样四
"""
TAX_PAID = """
                中华人民共和国
                税 收 完 税 证 明        No.333012345678901234
 填发日期：2025年 3月 15日           税务机关：国家税务总局杭州市税务局
 纳税人识别号  91330199X0109Y039K     纳税人名称  杭州云岫样例软件有限公司
 原凭证号    税种    品目名称   税款所属时期  入(退)库日期   实缴(退)金额
 3330  增值税  服务   2025-02-01至2025-02-28  2025-03-15  1,234.56
 金额合计  （大写）人民币壹仟贰佰叁拾肆元伍角陆分    ￥1,234.56
"""
CUSTOMS = """
            海关进口增值税专用缴款书
 收入系统：税务系统    填发日期：2025年3月4日    号码No. 220120251012345678-L02
 收款单位 收入机关 中央金库                 缴款单位  名称  杭州云岫样例软件有限公司
 税号  货物名称  数量  单位  完税价格(￥)  税率(%)  税款金额(￥)
 8471  样例服务器 1 台  100,000.00  13.0000  13,000.00
 金额人民币(大写) 壹万叁仟元零角零分          合计(￥) 13,000.00
"""
PAID = """
 Receipt
 Invoice number      3A7D21F0-0001
 Receipt number      2345-6789
 Date paid           June 1, 2025
 Payment method      Visa - 4242
 Acme Software Inc                       Bill to
 548 Market St                           Hangzhou Sample Co., Ltd.
 $24.00 paid on June 1, 2025
 Description           Qty      Unit price       Amount
 Pro plan               1         $24.00         $24.00
                                  Subtotal       $24.00
                                     Total       $24.00
                               Amount paid       $24.00
"""
RIDE = """
 Uber                                          Jan 5, 2025
 Thanks for riding, Sample
 Total                                         $23.45
 Trip fare                                     $18.00
 Booking fee                                   $3.00
 Subtotal                                      $21.00
 Tax                                           $2.45
 Receipt for your trip
"""
FOLIO = """
                 SAMPLE GRAND HOTEL
                 12 Beach Road, Singapore
 Guest Name: Zhang San               Folio No: 123456
 Company: Hangzhou Yunxiu Software   Arrival: 01-03-2025   Departure: 03-03-2025
                 TAX INVOICE
 Invoice No: 778899                  Invoice Date: 03-03-2025
 Date         Description              Charges (SGD)
 01-03-2025   Room Charge                250.00
 01-03-2025   Service Charge 10%          25.00
 01-03-2025   GST 9%                      24.75
 02-03-2025   Room Charge                250.00
 Sub Total                               525.00
 Total GST                                24.75
 Grand Total                             549.75
"""
RECHNUNG = """
 RECHNUNG / INVOICE
 Muster GmbH                           Invoice no. 2025/0815
 Musterstr. 1, 10115 Berlin            Invoice date 04.03.2025
 VAT ID DE123456789
 Bill to: Hangzhou Sample Co., Ltd.
 Consulting              10 h     100,00      1.000,00
 Net amount                                   1.000,00 EUR
 VAT 19 %                                       190,00 EUR
 Total amount                                 1.190,00 EUR
"""
PAPER = """
 4300171130              湖南增值税专用发票            № 02550485
                                                      开票日期：2018年01月15日
购   名    称：中启行物联科技(北京)有限公司
货   纳税人识别号：911101023513172379
单   地 址、电 话：北京市样例区
位   开户行及账号：样例银行
 货物或应税劳务、服务名称   规格型号   单位   数量   单价   金额   税率   税额
 *成品油*汽油   92#  升   1500  7.03  10545.43  17%  1792.72
 合   计                                          ￥10545.43        ￥1792.72
 价税合计（大写）  ⊗壹万贰仟叁佰叁拾捌元壹角伍分        （小写）￥12338.15
销   名    称：中国石化销售有限公司湖南长沙石油分公司
货   纳税人识别号：91430100717079385W
单   地 址、电 话：长沙
位   开户行及账号：样例银行
 收款人：样一      复核：样二      开票人：样三     销货单位（章）
"""
WRAPPED = """
 上海市     电子发票（普通发票）       发票号码：25312000000012345678
                                       开票日期：2025年03月04日
 购买方信息   名称：个人                 销售方信息   名称：上海样例餐饮管理有限公司第三分公司样例路
                                                            店
              统一社会信用代码/纳税人识别号：          统一社会信用代码/纳税人识别号：91310199X0UXC3A961
 项目名称    规格型号   单位   数量   单价   金额   税率/征收率   税额
 *餐饮服务*餐饮服务  1   94.34   94.34   6%   5.66
 合计   ¥94.34   ¥5.66
 价税合计（大写）  ⊗ 壹佰圆整    （小写） ¥ 100.00
 备注
 开票人：样一
"""
CREDIT = """
 CREDIT NOTE
 Sample Cloud Ltd                         Credit Note No: CN-1001
 Date: 2025-04-01                         Original Invoice: INV-1001
 Customer: Hangzhou Sample Co., Ltd.
 Refund of service                        -100.00
 Subtotal                                 -100.00
 VAT (20%)                                 -20.00
 Total (GBP)                              -120.00
"""

EXPECTED: dict[str, tuple[str, dict[str, object]]] = {
    "purchase": (
        PURCHASE,
        {
            "kind": Kind.CONTRACT,
            "number": "CG-2025-0012",
            "date": date(2025, 3, 5),
            "buyer_name": B,
            "seller_name": S,
            "total": Decimal("12000.00"),
        },
    ),
    "tenancy": (
        TENANCY,
        {
            "kind": Kind.CONTRACT,
            "number": "ZL2025-7",
            "buyer_name": B,
            "seller_name": "样例物业有限公司",
            "date": date(2024, 12, 20),
        },
    ),
    "hospital": (
        HOSPITAL,
        {
            "kind": Kind.FISCAL,
            "type": "浙江省医疗门诊收费票据（电子）",
            "number": "0012345678",
            "buyer_tax_id": "330199********0012",
            "seller_name": "样例市第一医院",
            "total": Decimal("100.50"),
        },
    ),
    "tax_paid": (
        TAX_PAID,
        {
            "kind": Kind.OTHER,
            "type": "税收完税证明",
            "number": "333012345678901234",
            "buyer_name": B,
            "seller_name": None,
            "total": Decimal("1234.56"),
        },
    ),
    "customs": (
        CUSTOMS,
        {
            "kind": Kind.CUSTOMS,
            "type": "海关进口增值税专用缴款书",
            "number": "220120251012345678-L02",
            "date": date(2025, 3, 4),
            "buyer_name": B,
            "total": Decimal("13000.00"),
        },
    ),
    "side by side": (
        SIDE_BY_SIDE,
        {
            "buyer_name": B,
            "seller_name": S,
            "buyer_tax_id": "91330199X0109Y039K",
            "seller_tax_id": "91310199X0UXC3A961",
        },
    ),
    "trips": (
        TRIPS,
        {
            "kind": Kind.TRIP,
            "type": "滴滴出行-行程单",
            "date": date(2025, 5, 8),
            "total": Decimal("50.12"),
            "number": None,
        },
    ),
    "asked": (
        ASKED,
        {
            "kind": Kind.APPROVAL,
            "type": "费用报销审批单",
            "number": "BX-2025-0612",
            "date": date(2025, 6, 3),
            "total": Decimal("1000.00"),
        },
    ),
    "used": (USED, {"kind": Kind.APPROVAL, "type": "用印申请表", "date": date(2025, 7, 1), "total": None}),
    "statement": (
        STATEMENT,
        {
            "kind": Kind.STATEMENT,
            "type": "样例银行股份有限公司企业客户对账单",
            "buyer_name": B,
            "number": None,
            "date": None,
            "total": None,
            "extra": {
                "period": "2025-03-01 至 2025-03-31",
                "account": "1202026309900123456",
                "closing_balance": "34985.00",
            },
        },
    ),
    "paid": (
        PAID,
        {
            "type": "receipt",
            "date": date(2025, 6, 1),
            "seller_name": "Acme Software Inc",
            "total": Decimal("24.00"),
        },
    ),
    "ride": (
        RIDE,
        {
            "type": "receipt",
            "date": date(2025, 1, 5),
            "seller_name": "Uber",
            "tax": Decimal("2.45"),
            "total": Decimal("23.45"),
        },
    ),
    "folio": (
        FOLIO,
        {
            "number": "778899",
            "seller_name": "SAMPLE GRAND HOTEL",
            "total": Decimal("549.75"),
            "currency": "SGD",
        },
    ),
    "rechnung": (
        RECHNUNG,
        {
            "number": "2025/0815",
            "date": date(2025, 3, 4),
            "seller_name": "Muster GmbH",
            "tax": Decimal("190.00"),
            "total": Decimal("1190.00"),
            "currency": "EUR",
        },
    ),
    "paper": (
        PAPER,
        {
            "kind": Kind.VAT,
            "type": "湖南增值税专用发票",
            "code": "4300171130",
            "number": "02550485",
            "seller_name": "中国石化销售有限公司湖南长沙石油分公司",
            "tax": Decimal("1792.72"),
        },
    ),
    "wrapped": (
        WRAPPED,
        {
            "seller_name": "上海样例餐饮管理有限公司第三分公司样例路店",
            "buyer_name": "个人",
            "buyer_tax_id": None,
            "total": Decimal("100.00"),
        },
    ),
    "credit": (
        CREDIT,
        {
            "type": "credit note",
            "number": "CN-1001",
            "total": Decimal("-120.00"),
            "currency": "GBP",
        },
    ),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_paper_is_read(name: str) -> None:
    page, expected = EXPECTED[name]
    found = find(typed(page), "text")
    assert found is not None
    assert {field: getattr(found.document, field) for field in expected} == expected


def test_the_goods_of_a_foreign_invoice() -> None:
    found = find(typed(PAID), "text")
    assert found is not None
    (line,) = found.document.lines
    assert (line.name, line.quantity, line.price, line.amount) == ("Pro plan", "1", "24.00", "24.00")


def test_the_rows_of_a_trip_sheet_are_its_lines() -> None:
    found = find(typed(TRIPS), "text")
    assert found is not None
    first, second = found.document.lines
    assert (first.name, first.spec) == ("滴滴 快车 样例大厦-东门 → 虚构火车站", "04-26 09:12 周六 杭州市")
    assert (first.unit, first.quantity, first.amount) == ("公里", "12.3", "26.00")
    assert second.name == "滴滴 特惠 虚构火车站 → 样例大厦"
    assert sum(Decimal(line.amount) for line in found.document.lines) == found.document.total


def test_an_address_in_several_lines_belongs_to_the_nearest_trip() -> None:
    found = find(typed(WRAPPED_TRIPS), "text")
    assert found is not None
    assert [(line.name, line.amount) for line in found.document.lines] == [
        ("经济型 样例区虚构路18号-北门 → 样例国际机场T3航站楼", "88.50"),
        ("舒适型 样例国际机场T3 → 样例大厦", "1092.00"),
    ]


def test_a_statement_of_several_pages_is_one_document() -> None:
    pages = [STATEMENT + f"\n                    第 {n} 页 / 共 3 页\n" for n in (1, 2, 3)]
    (draft,) = find_all([word for n, page in enumerate(pages) for word in typed(page, n)], "text")
    assert (draft.kind, draft.pages) == (Kind.STATEMENT, (0, 2))
    first_pages = find_all([*typed(pages[0]), *typed(pages[0], 1)], "text")
    assert len(first_pages) == 2
