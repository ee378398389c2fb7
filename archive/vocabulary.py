"""What can be asked after, in both languages: measures, dimensions, lists and statements, each with its words.

A measure names where its figures come from: `items` (documents that were handed in) or `books` (accounts of imported
vouchers and balances, found by name). Whoever adds a source adds lines here and an answerer for it; the grammar reads
this table and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from archive.words import Text

Source = Literal["items", "books"]
#: items: total net tax count average waiting rejected hours; books: debit or credit turnover, closing balance.
How = Literal[
    "total", "net", "tax", "count", "average", "waiting", "rejected", "hours", "debit", "credit", "closing",
]  # fmt: skip
ITEM_DIMENSIONS = ("department", "person", "category", "supplier", "month", "quarter", "kind", "state")
BOOK_DIMENSIONS = ("account", "month", "quarter")


@dataclass(frozen=True, slots=True)
class Term:
    """Something with a stable key, its canonical name in each language, and other words for it."""

    key: str
    name: Text
    aliases: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Everything it is called, canonical names first."""
        return (self.name.zh, self.name.en, *self.aliases)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that can be asked for. `accounts`: first-level names whose sum it is, for `books`."""

    term: Term
    source: Source
    how: How
    accounts: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Stable, for stored choices and programs."""
        return self.term.key

    @property
    def dimensions(self) -> tuple[str, ...]:
        """What it can be split by."""
        return ITEM_DIMENSIONS if self.source == "items" else BOOK_DIMENSIONS


def _items(key: str, how: How, zh: str, en: str, *aliases: str) -> Measure:
    return Measure(Term(key, Text(zh, en), aliases), "items", how)


def _books(key: str, how: How, accounts: tuple[str, ...], zh: str, en: str, *aliases: str) -> Measure:
    return Measure(Term(key, Text(zh, en), aliases), "books", how, accounts or (zh,))


#: Documents; then accounts. Expenses are debit turnover, revenue is credit turnover, what is owned or owed a balance
#: (企业会计准则应用指南 附录: 会计科目和主要账务处理; 小企业会计准则 附录).
MEASURES: tuple[Measure, ...] = (
    _items("spent", "total", "报销金额", "spending", "报销", "报销额", "花费", "开支", "费用报销", "单据金额",
        "expenses handed in",
           "reimbursements", "expense claims", "spend", "claims"),
    _items("net", "net", "不含税金额", "net amount", "不含税"),
    _items("tax", "tax", "进项税额", "input tax", "税额", "发票税额", "input vat"),
    _items("count", "count", "单据张数", "number of documents", "张数", "几张", "多少张", "单据数", "发票数",
        "多少张发票", "单据数量",
           "document count", "how many documents", "how many invoices", "number of invoices"),
    _items("average", "average", "平均金额", "average amount", "平均每张", "单张平均", "客单", "average per document"),
    _items("waiting", "waiting", "待审批金额", "amount awaiting approval", "未审批金额", "在审金额", "pending amount"),
    _items("rejected", "rejected", "驳回张数", "number of rejections", "驳回了多少", "驳回数", "多少被驳回",
        "rejections",
           "rejected count", "how many rejected"),
    _items("hours", "hours", "审批时长", "approval hours", "审批用时", "审批速度", "批得多快", "approval time",
        "time to approve"),
    _books("revenue", "credit", ("主营业务收入", "其他业务收入", "营业收入"), "营业收入", "revenue", "营收",
        "销售收入", "sales",
           "turnover", "operating revenue"),
    _books("cost", "debit", ("主营业务成本", "其他业务成本", "营业成本"), "营业成本", "cost of sales",
        "cost of goods sold", "cogs"),
    _books("admin", "debit", (), "管理费用", "administrative expenses", "管理费", "admin expenses", "g&a"),
    _books("selling", "debit", ("销售费用", "营业费用"), "销售费用", "selling expenses", "销售费",
        "marketing expenses"),
    _books("finance_cost", "debit", (), "财务费用", "finance costs", "财务费", "interest expenses"),
    _books("research", "debit", (), "研发费用", "research expenses", "研发费", "r&d",
           "research and development"),
    _books("period_costs", "debit", ("销售费用", "营业费用", "管理费用", "研发费用", "财务费用"), "期间费用",
        "period expenses",
           "三项费用", "四项费用", "operating expenses", "opex"),
    _books("levies", "debit", ("税金及附加", "营业税金及附加"), "税金及附加", "taxes and surcharges"),
    _books("income_tax", "debit", ("所得税费用", "所得税"), "所得税费用", "income tax"),
    _books("other_income", "credit", (), "营业外收入", "non-operating income"),
    _books("other_expense", "debit", (), "营业外支出", "non-operating expenses"),
    _books("payroll", "credit", (), "应付职工薪酬", "payroll", "工资", "薪酬", "人工成本", "salaries", "wages"),
    _books("cash", "closing", ("库存现金", "现金", "银行存款", "其他货币资金", "货币资金"), "货币资金",
        "cash and bank", "现金余额",
           "账上有多少钱", "资金余额", "cash", "cash balance", "monetary funds"),
    _books("bank", "closing", (), "银行存款", "bank deposits", "银行余额", "存款余额", "bank balance"),
    _books("receivables", "closing", (), "应收账款", "receivables", "应收", "accounts receivable"),
    _books("other_receivables", "closing", (), "其他应收款", "other receivables"),
    _books("prepaid", "closing", (), "预付账款", "prepayments", "预付"),
    _books("inventory", "closing", ("原材料", "库存商品", "周转材料", "发出商品", "在途物资", "生产成本", "存货"),
        "存货",
           "inventory", "库存", "stock"),
    _books("fixed", "closing", (), "固定资产", "fixed assets", "固定资产原值"),
    _books("payables", "closing", (), "应付账款", "payables", "应付", "accounts payable"),
    _books("other_payables", "closing", (), "其他应付款", "other payables"),
    _books("advances", "closing", ("预收账款", "合同负债"), "预收款项", "advances received", "预收", "预收账款",
        "合同负债"),
    _books("tax_due", "closing", (), "应交税费", "taxes payable", "应交税金", "欠税", "tax payable"),
    _books("loans", "closing", ("短期借款", "长期借款"), "借款", "loans", "贷款", "borrowings"),
    _books("capital", "closing", ("实收资本", "股本"), "实收资本", "paid-in capital", "股本", "share capital"),
)  # fmt: skip
BY_KEY: Mapping[str, Measure] = {measure.key: measure for measure in MEASURES}

DIMENSIONS: tuple[Term, ...] = (
    Term("department", Text("部门", "department"), ("departments", "哪个部门", "which department", "team")),
    Term("person", Text("人", "person"), ("员工", "人员", "提交人", "谁", "people", "employee", "employees", "sender",
        "who")),
    Term("category", Text("类别", "category"), ("费用类别", "类型", "费用类型", "categories", "type")),
    Term("supplier", Text("供应商", "supplier"), ("销售方", "商家", "卖方", "suppliers", "vendor", "vendors",
        "seller", "sellers")),
    Term("month", Text("月", "month"), ("月份", "months")),
    Term("quarter", Text("季度", "quarter"), ("季", "quarters")),
    Term("kind", Text("票种", "kind"), ("票据种类", "发票种类", "kinds")),
    Term("state", Text("状态", "state"), ("审批状态", "states", "status")),
    Term("account", Text("科目", "account"), ("明细科目", "子科目", "accounts", "subaccount")),
)  # fmt: skip

LISTS: tuple[Term, ...] = (
    Term(
        "who_waits",
        Text("谁还没批", "who has not approved"),
        ("谁没批", "谁还没审批", "谁没审批", "还没批的", "没批的", "未批的", "还有谁没批", "还没审批的", "待审批清单",
        "卡在谁那", "等谁批",
         "who hasn't approved", "who has yet to approve", "waiting approvals", "pending approvals", "open approvals",
         "who is holding things up"),
    ),
    Term(
        "incomplete",
        Text("待补充的单据", "incomplete documents"),
        ("谁还没补", "还没补充的", "没补完的", "待补充清单", "谁还没补充", "to be completed"),
    ),
    Term("rejected_list", Text("被驳回的单据", "rejected documents"), ("驳回清单", "驳回了哪些", "哪些被驳回",
        "which were rejected")),
)  # fmt: skip

#: The financial statements (企业会计准则第30号); whoever makes them answers by these keys.
STATEMENTS: tuple[Term, ...] = (
    Term("balance_sheet", Text("资产负债表", "balance sheet"), ("资产负债", "statement of financial position")),
    Term("income_statement", Text("利润表", "income statement"), ("损益表", "利润及利润分配表", "profit and loss",
        "p&l")),
    Term("cash_flow", Text("现金流量表", "cash flow statement"), ("现金流量", "现金流", "cash flow", "cash flows")),
    Term("equity_changes", Text("所有者权益变动表", "statement of changes in equity"), ("股东权益变动表",
        "changes in equity")),
)  # fmt: skip

#: Words that mean one of two things; which, the asker chooses.
AMBIGUOUS: Mapping[str, tuple[str, str]] = {
    "费用": ("spent", "period_costs"),
    "expenses": ("spent", "period_costs"),
    "expense": ("spent", "period_costs"),
    "costs": ("cost", "period_costs"),
    "成本": ("cost", "period_costs"),
    "收入": ("revenue", "other_income"),
    "income": ("revenue", "income_statement"),
    "税": ("tax", "tax_due"),
    "税费": ("tax", "tax_due"),
    "tax": ("tax", "tax_due"),
    "taxes": ("tax", "tax_due"),
    "余额": ("bank", "cash"),
    "balance": ("bank", "balance_sheet"),
    "利润": ("income_statement", "revenue"),
    "profit": ("income_statement", "revenue"),
    "欠款": ("receivables", "payables"),
    "往来": ("receivables", "payables"),
}


def term(key: str) -> Term:
    """The term of a key of any kind. Raises KeyError."""
    return _TERMS[key]


_TERMS: Mapping[str, Term] = {
    each.key: each for each in (*(measure.term for measure in MEASURES), *DIMENSIONS, *LISTS, *STATEMENTS)
}
