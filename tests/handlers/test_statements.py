"""Statements in chat: made, gone into down to the document; by those who may, of their own company."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from archive.errors import NotAllowed
from handlers.message import Card, Choice, Reply
from intake.sheet.cells import tables
from storage.files import held_file
from storage.ledgers import Ledgers
from storage.verify import Verification
from tests.house import Scene, button, einvoice, facts, fresh, words
from tests.intake.books import text, workbook

NUMBER = "26339990000012345678"
HEAD = (
    "日期",
    "凭证字",
    "凭证号",
    "摘要",
    "科目编码",
    "科目名称",
    "往来单位",
    "票据号",
    "借方金额",
    "贷方金额",
    "制单",
)
BALANCES = ("科目编码", "科目名称", "期初借方", "期初贷方", "本期借方", "本期贷方", "期末借方", "期末贷方")
ENTRIES = (
    (1, "销售", "1122", "应收账款", "甲公司", "", 1130, None),
    (1, "销售", "6001", "主营业务收入", "", "", None, 1000),
    (1, "销售", "222101", "应交税费_应交增值税", "", "", None, 130),
    (2, "付办公费", "660201", "管理费用_办公费", "", NUMBER, 742, None),
    (2, "付办公费", "1002", "银行存款", "", "", None, 742),
    (3, "收款", "1002", "银行存款", "", "", 1130, None),
    (3, "收款", "1122", "应收账款", "甲公司", "", None, 1130),
    (4, "结转损益", "6001", "主营业务收入", "", "", 1000, None),
    (4, "结转损益", "660201", "管理费用_办公费", "", "", None, 742),
    (4, "结转损益", "4103", "本年利润", "", "", None, 258),
)
TABLE = (
    ("1002", "银行存款", 5000, None, None, None, 5000, None),
    ("2501", "长期借款", None, 3000, None, None, None, 3000),
    ("4001", "实收资本", None, 2000, None, None, None, 2000),
)


def journal_of(month: str = "2026-04") -> bytes:
    """A month of vouchers: a sale, an expense, a receipt, the transfer of the result."""
    rows: list[Sequence[object]] = [HEAD]
    for number, summary, account, name, party, document, debit, credit in ENTRIES:
        rows.append((f"{month}-20", "记", number, summary, account, name, party, document, debit, credit, "周敏"))
    return workbook(rows)


@pytest.fixture
async def scene(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path) as made:
        files = [("凭证.xlsx", journal_of()), ("科目余额表_2026-03.csv", text([BALANCES, *TABLE]))]
        shown = await made.send("zhao", files=files)
        for card in shown.cards:
            await made.press("zhao", button(card, "book_import"))
        yield made


def _saying(reply: Reply | Card, begins: str) -> Choice:
    cards = reply.cards if isinstance(reply, Reply) else (reply,)
    choices = [c for card in cards for c in card.choices] + list(reply.choices)
    return next(c for c in choices if c.say and c.say.zh.startswith(begins))


async def _follow(scene: Scene, reply: Reply, begins: str, person: str = "zhao") -> Reply:
    say = _saying(reply, begins).say
    assert say
    return await scene.send(person, say.zh)


async def test_from_the_statement_down_to_the_document(scene: Scene) -> None:
    item = await scene.forward("zhao", einvoice(number=NUMBER))
    reply = await scene.send("zhao", "资产负债表 2026-04")
    (card,) = reply.cards
    assert "货币资金=5,388.00" in facts(card)
    assert "资产总计=5,388.00" in facts(card)
    assert card.status
    assert card.status.zh == "相符"
    assert [f.name for f in reply.files if not f.preview] == ["资产负债表_2026-04.pdf"]
    line = await _follow(scene, reply, "明细 资产负债表 2026-04 货币资金")
    assert "1002 银行存款=5,388.00" in facts(line)
    account = await _follow(scene, line, "明细 1002")
    assert "本期借方=1,130.00" in facts(account)
    assert "期末=5,388.00" in facts(account)
    assert "2026-04-20 记-2=-742.00  付办公费" in facts(account)
    one = await _follow(scene, account, "凭证 2026-04 记-2")
    assert "660201 管理费用_办公费=借 742.00" in facts(one)
    document = await _follow(scene, one, f"打开 {item.id}")
    assert any(c.about == item.id for c in document.cards)
    history = await scene.house.trail.about("books:GD01")
    assert [x.entry.action for x in history][-3:] == ["viewed", "viewed", "viewed"]


async def test_a_report_by_its_name_in_every_format_and_in_english(scene: Scene) -> None:
    reply = await scene.send("zhao", "报表 利润表 2026-04 excel")
    (sheet,) = [f for f in reply.files if f.name.endswith(".xlsx")]
    data = await scene.house.vault.original(held_file(sheet.file))
    cells = {row[0]: row[1] for table in tables(data, "a.xlsx") for row in table.rows if len(row) > 1}
    assert cells["一、营业收入"] == 1000
    assert cells["四、净利润"] == 258
    flow = await scene.send("zhao", "cash flow statement 2026-04")
    assert "经营活动产生的现金流量净额=388.00" in facts(flow)
    assert flow.text
    assert "every check holds" in flow.text.en


async def test_what_no_account_holds_is_asked_for_and_remembered(scene: Scene) -> None:
    reply = await scene.send("zhao", "资产负债表 2026-04")
    assert "2026-04 没有填「一年内到期的长期借款」" in words(reply)
    asked = await _follow(scene, reply, "报表填数 2026-04")
    press = button(asked.cards[0], "statement_inputs")
    assert press.form
    assert "long_term_loans_due_within_1y" in {f.name for f in press.form.fields}
    wrong = await scene.press("zhao", press, {"long_term_loans_due_within_1y": "很多"})
    assert "很多" in words(wrong)
    done = await scene.press("zhao", press, {"long_term_loans_due_within_1y": "1,000.00", "bonds_due_within_1y": ""})
    assert "一年内到期的长期借款=1,000.00" in facts(done)
    again = await scene.send("zhao", "明细 资产负债表 2026-04 一年内到期的非流动负债")
    assert "合计=1,000.00" in facts(again)
    more = await scene.send("zhao", "报表填数 2026-05")  # the next month begins with what was said last
    form = button(more.cards[0], "statement_inputs").form
    assert form
    assert {f.name: f.value for f in form.fields}["long_term_loans_due_within_1y"] == "1000.00"
    beyond = await scene.send("zhao", "报表填数 2026-04 一年内到期的长期借款=99999")
    assert "99,999.00" in facts(beyond)
    assert "超出长期借款 3,000.00，没有采用" in words(await scene.send("zhao", "资产负债表 2026-04"))


async def test_the_mapping_is_shown_changed_with_the_trail_and_taken_back(scene: Scene) -> None:
    shown = await scene.send("zhou", "科目映射 6602")
    assert "660201 办公费=管理费用（随上级）" in facts(shown)
    refused = await scene.send("zhou", "科目映射 660201 管理费用/研发")  # an auditor looks, and changes nothing
    assert NotAllowed.code in words(refused)
    await scene.send("zhao", "科目映射 660201 管理费用/研发")
    made = await scene.send("zhao", "明细 利润表 2026-04 研发费用")
    assert "合计=742.00" in facts(made)
    last = (await scene.house.trail.about("books:GD01"))[-2].entry
    assert (last.who, last.action, dict(last.facts)) == ("zhao", "statements_set", {"set:map|660201": "管理费用/研发"})
    assert "Q53" in words(await scene.send("zhao", "科目映射 660201 没有的"))
    await scene.send("zhao", "科目映射 660201 自动")
    assert "管理费用（随上级）" in facts(await scene.send("zhao", "科目映射 660201"))
    assert "小企业会计准则" in words(await scene.send("zhao", "科目映射 准则 小企业"))
    assert "没有所有者权益变动表" in words(await scene.send("zhao", "所有者权益变动表 2026"))


async def test_whether_a_month_can_be_closed(scene: Scene) -> None:
    good = await scene.send("zhao", "结账检查 2026-04")
    assert good.cards[0].status
    assert good.cards[0].status.zh == "可以结账"
    rows: list[Sequence[object]] = [HEAD]
    rows.append(("2026-05-09", "记", 2, "x", "660201", "管理费用_办公费", "", "", 5, None, ""))
    rows.append(("2026-05-09", "记", 2, "x", "1002", "银行存款", "", "", None, 5, ""))
    await scene.send("zhao", files=[("凭证.xlsx", workbook(rows))])
    bad = await scene.send("zhao", "结账检查 2026-05")
    assert "2026-05 缺凭证号 记-1" in words(bad)
    assert "损益已结转: 660201 管理费用_办公费 余额 5.00" in words(bad)


async def test_only_those_who_may_and_only_their_own_company(scene: Scene) -> None:
    for said in ("资产负债表 2026-04", "明细 1002 2026-04", "凭证 2026-04 记-2", "科目映射", "报表填数 2026-04"):
        assert NotAllowed.code in words(await scene.send("li", said)), said
    assert "没有账可编" in words(await scene.send("lu", "资产负债表 2026-04"))
    assert "S03" in words(await scene.send("lu", "凭证 2026-04 记-2"))
    assert "Q02" in words(await scene.send("zhao", "资产负债表 2026-13"))
    assert "Q52" in words(await scene.send("zhao", "明细 资产负债表 2026-04 没有的项目"))


async def test_sums_are_made_for_older_books_checked_and_large_months_are_paged(scene: Scene) -> None:
    house = scene.house
    assert await _faults(scene) == set()
    await house.db.book_sums.delete_many({})
    await house.db.book_stamps.delete_many({})  # as an earlier version left it
    ledgers = Ledgers(house.db, house.trail, house.ctx.forms.roles)
    book = await ledgers.open("GD01")
    assert (book.first, book.last) == ("2026-03", "2026-04")
    assert await ledgers.open("GD01") is book
    assert await _faults(scene) == set()
    rows: list[Sequence[object]] = [HEAD]
    for n in range(1, 7001):
        rows.append(("2026-05-09", "记", n, "x", "660201", "管理费用_办公费", "", "", n, None, ""))
        rows.append(("2026-05-09", "记", n, "x", "1002", "银行存款", "", "", None, n, ""))
    await scene.send("zhao", files=[("凭证.xlsx", workbook(rows))])  # the form is known
    assert "第 1–6 张，共 7000 张" in words(await scene.send("zhao", "明细 1002 2026-05"))
    last = await scene.send("zhao", "明细 1002 2026-05 第1167页")
    assert "2026-05-09 记-7000=-7,000.00" in facts(last)
    assert "1002 银行存款=贷 6,543.00" in facts(await scene.send("zhao", "凭证 2026-05 记-6543"))
    assert await _faults(scene) == set()
    await scene.send("zhao", "科目映射 660201 研发费用")
    await house.db.book_choices.update_one({"_id": "GD01|map|660201"}, {"$set": {"value": "销售费用"}})
    doc = await house.db.book_sums.find_one({"_id": "GD01|2026-04"})
    assert doc
    await house.db.book_sums.replace_one({"_id": doc["_id"]}, doc | {"data": doc["data"] + b"x"})
    assert await _faults(scene) == {("V40", "GD01|sums|2026-04"), ("V41", "GD01|map|660201")}


async def _faults(scene: Scene) -> set[tuple[str, str]]:
    checked = Verification(scene.house.db, scene.house.trail, scene.house.vault.original)
    return {(fault.code, fault.where) async for fault in checked.faults()}


async def test_a_statement_is_archived_as_it_was_seen(scene: Scene) -> None:
    reply = await scene.send("zhao", "利润表 2026-04")
    seen = next(f for f in reply.files if f.name.endswith(".pdf"))
    (press,) = [c for c in reply.choices if c.action == "keep"]
    done = await scene.press("zhao", press)
    (item,) = await scene.items(done)
    assert item.filed
    assert (item.filed.category, item.filed.retention) == ("财务会计报告", "10年")
    assert "-KJ·BG·2026·D10-" in item.filed.archive_no
    assert item.file.sha256 == held_file(seen.file).sha256
    again = await scene.press("zhao", next(c for c in reply.choices if c.action == "keep"))
    assert "已在档案中" in words(again)
    year = await scene.send("zhao", "资产负债表 2026 万元 ")
    (item,) = await scene.items(await scene.press("zhao", next(c for c in year.choices if c.action == "keep")))
    assert item.filed
    assert item.filed.retention == "永久"  # 年度财务会计报告
    assert not any(c.action == "keep" for c in (await scene.send("zhou", "利润表 2026-04")).choices)
