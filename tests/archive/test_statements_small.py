"""A small enterprise (小企业会计准则) whose figures were worked out by hand, statement by statement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from archive.errors import NoForm
from archive.ledger import Ledger
from archive.statements.make import make, span_in
from archive.statements.statement import Statement
from config.forms import forms
from tests.archive.books_of import ledger, opening, voucher

NAMES = {
    "1001": "库存现金", "1002": "银行存款", "1122": "应收账款", "1123": "预付账款", "1403": "原材料",
    "1405": "库存商品",
    "1601": "固定资产", "1602": "累计折旧", "2001": "短期借款", "2202": "应付账款", "2203": "预收账款",
    "2211": "应付职工薪酬", "2221": "应交税费", "222101": "应交增值税", "222106": "应交个人所得税",
    "222107": "应交所得税",
    "2232": "应付利润", "3001": "实收资本", "3103": "本年利润", "3104": "利润分配", "4001": "生产成本",
    "4101": "制造费用",
    "5001": "主营业务收入", "5301": "营业外收入", "530101": "政府补助", "5401": "主营业务成本", "5403": "税金及附加",
    "540301": "城市维护建设税", "5601": "销售费用", "560101": "广告费", "5602": "管理费用", "560201": "业务招待费",
    "560202": "办公费", "5603": "财务费用", "560301": "利息支出", "560302": "利息收入", "5711": "营业外支出",
    "571101": "税收滞纳金", "5801": "所得税费用",
}  # fmt: skip
OPENING = {
    "1001": "2000", "1002": "100000", "1403": "20000", "1601": "60000", "1602": "-12000", "2001": "-50000",
    "222101": "-3000", "222106": "-100", "3001": "-100000", "3104": "-16900",
}  # fmt: skip


def _books() -> Ledger:
    m = "2026-01"
    vouchers = [
        voucher(m, 1, [("1122", "11300", "", "甲"), ("5001", "", "10000"), ("222101", "", "1300")], "销售"),
        voucher(m, 2, [("1002", "15000", ""), ("1122", "", "15000", "甲")], "收款"),  # 3,700 more than is due
        voucher(m, 3, [("1403", "4000", ""), ("222101", "520", ""), ("2202", "", "4520", "乙")], "采购"),
        voucher(m, 4, [("2202", "6000", "", "乙"), ("1002", "", "6000")], "付款"),  # 1,480 in advance
        voucher(m, 5, [("4001", "5000", ""), ("1403", "", "5000")], "领料"),
        voucher(m, 6, [("4001", "3000", ""), ("2211", "", "3000")], "计提工资"),
        voucher(m, 7, [("2211", "3000", ""), ("222106", "", "60"), ("1002", "", "2940")], "发工资"),
        voucher(m, 8, [("222106", "100", ""), ("1002", "", "100")], "缴个税"),
        voucher(m, 9, [("222101", "3000", ""), ("540301", "210", ""), ("1002", "", "3210")], "缴税"),
        voucher(m, 10, [("4101", "1000", ""), ("1602", "", "1000")], "折旧"),
        voucher(m, 11, [("1405", "6000", ""), ("4001", "", "6000")], "完工"),
        voucher(m, 12, [("5401", "4500", ""), ("1405", "", "4500")], "结转成本"),
        voucher(m, 13, [("560101", "400", ""), ("560201", "300", ""), ("1002", "", "700")], "费用"),
        voucher(m, 14, [("560301", "250", ""), ("1002", "", "250")], "利息"),
        voucher(m, 15, [("1002", "30", ""), ("560302", "", "30")], "结息"),
        voucher(m, 16, [("1002", "1000", ""), ("530101", "", "1000")], "补助"),
        voucher(m, 17, [("571101", "50", ""), ("1001", "", "50")], "滞纳金"),
        voucher(m, 18, [("1601", "8000", ""), ("222101", "1040", ""), ("1002", "", "9040")], "买设备"),
        voucher(m, 19, [("2001", "20000", ""), ("1002", "", "20000")], "还款"),
        voucher(m, 20, [("3104", "2000", ""), ("2232", "", "2000")], "分利"),
        voucher(m, 21, [("2232", "2000", ""), ("1002", "", "2000")], "付利润"),
        voucher(
            m, 22,
            [("5001", "10000", ""), ("530101", "1000", ""), ("560302", "30", ""), ("3103", "", "11030")],
            "结转损益",
        ),
        voucher(
            m, 23,
            [("3103", "5710", ""), ("5401", "", "4500"), ("540301", "", "210"), ("560101", "", "400"),
             ("560201", "", "300"), ("560301", "", "250"), ("571101", "", "50")],
            "结转损益",
        ),
    ]  # fmt: skip
    return ledger(NAMES, vouchers, opening("2025-12", OPENING))


@pytest.fixture(scope="module")
def books() -> Ledger:
    return _books()


def _made(books: Ledger, kind: str) -> Statement:
    return make(books, forms(), kind, span_in("2026-01", date(2026, 2, 1)), {})


def _figures(s: Statement, column: str) -> dict[str, Decimal]:
    return {name: amount for name, columns in s.figures.items() if (amount := columns[column])}


def test_the_chart_is_known_by_its_names(books: Ledger) -> None:
    assert books.chart.standard == "se"
    assert (books.chart.nodes["4001"].role, books.chart.nodes["3001"].role) == ("生产成本", "实收资本")
    assert not books.chart.unknown()


def test_balance_sheet(books: Ledger) -> None:
    s = _made(books, "balance")
    assert s.sound
    assert _figures(s, "期末余额") == _amounts(
        货币资金="73740", 预付账款="1480", 存货="23500", 流动资产合计="98720", 固定资产原价="68000", 累计折旧="13000",
        固定资产账面价值="55000", 非流动资产合计="55000", 资产总计="153720", 短期借款="30000", 预收账款="3700",
        应交税费="-200", 流动负债合计="33500", 负债合计="33500", 未分配利润="20220",
    ) | {
        "存货_其中：原材料": Decimal(19000), "存货_其中：在产品": Decimal(3000), "存货_其中：库存商品": Decimal(1500),
        "实收资本（或股本）": Decimal(100000), "所有者权益（或股东权益）合计": Decimal(120220),
        "负债和所有者权益（或股东权益）总计": Decimal(153720),
    }  # fmt: skip
    assert _figures(s, "年初余额")["资产总计"] == Decimal(170000) == _figures(s, "上年年末余额")["资产总计"]


def test_income_statement(books: Ledger) -> None:
    s = _made(books, "income")
    assert s.sound
    expected = _amounts(
        营业收入="10000", 营业成本="4500", 税金及附加="210", 销售费用="400", 管理费用="300", 财务费用="220",
        营业利润="4370", 营业外收入="1000", 营业外支出="50", 利润总额="5320", 净利润="5320",
    ) | {
        "税金及附加_其中：城市维护建设税": Decimal(210), "销售费用_其中：广告费和业务宣传费": Decimal(400),
        "管理费用_其中：业务招待费": Decimal(300), "财务费用_其中：利息费用": Decimal(220),
        "营业外收入_其中：政府补助": Decimal(1000), "营业外支出_其中：税收滞纳金": Decimal(50),
    }  # fmt: skip
    assert _figures(s, "本期金额") == expected == _figures(s, "本年累计金额")


def test_cash_flow_statement(books: Ledger) -> None:
    s = _made(books, "cash")
    assert s.sound
    assert _figures(s, "本期金额") == {
        "销售产成品、商品、提供劳务收到的现金": Decimal(15000), "收到其他与经营活动有关的现金": Decimal(1030),
        "购买原材料、商品、接受劳务支付的现金": Decimal(6000), "支付的职工薪酬": Decimal(2940),
        "支付的税费": Decimal(3310),
        "支付其他与经营活动有关的现金": Decimal(750), "经营活动产生的现金流量净额": Decimal(3030),
        "购建固定资产、无形资产和其他非流动资产支付的现金": Decimal(9040), "投资活动产生的现金流量净额": Decimal(-9040),
        "偿还借款本金支付的现金": Decimal(20000), "偿还借款利息支付的现金": Decimal(250),
        "分配利润支付的现金": Decimal(2000), "筹资活动产生的现金流量净额": Decimal(-22250),
        "现金净增加额": Decimal(-28260), "期初现金余额": Decimal(102000), "期末现金余额": Decimal(73740),
    }  # fmt: skip


def test_the_standard_has_no_statement_of_changes_in_equity(books: Ledger) -> None:
    with pytest.raises(NoForm, match="小企业会计准则没有所有者权益变动表"):
        _made(books, "equity")


def _amounts(**figures: str) -> dict[str, Decimal]:
    return {name: Decimal(amount) for name, amount in figures.items()}
