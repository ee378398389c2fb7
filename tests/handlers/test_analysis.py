"""Analyses in chat: made from imported books, gone into down to the voucher; by those who may, of their own company."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from archive.errors import NoBooks, NoBudget, NotAllowed, TooFewMonths
from handlers.analysis import KINDS
from reports.analysis.words import ANALYSES
from tests.house import Scene, button, facts, fresh, words
from tests.intake.books import text, workbook

HEAD = (
    "日期",
    "凭证字",
    "凭证号",
    "摘要",
    "科目编码",
    "科目名称",
    "往来单位",
    "借方金额",
    "贷方金额",
    "附件数",
    "制单",
    "审核",
)
BALANCES = ("科目编码", "科目名称", "期初借方", "期初贷方", "本期借方", "本期贷方", "期末借方", "期末贷方")
TABLE = (
    ("1002", "银行存款", 5000, None, None, None, 5000, None),
    ("4001", "实收资本", None, 5000, None, None, None, 5000),
)
LOG = (
    ("时间", "操作员", "操作", "凭证"),
    ("2026-03-20 10:00:00", "周敏", "制单", "2026-03 记-1"),
    ("2026-04-20 23:10:00", "周敏", "制单", "2026-04 记-2"),
    ("2026-04-21 10:00:00", "吴倩", "审核", "2026-04 记-2"),
)
BUDGET = (
    ("科目编码", "项目", "期间", "预算金额"),
    ("", "营业收入", "2026-04", "800"),
    ("660201", "办公费", "2026-04", "700"),
)


def _journal(months: Sequence[str]) -> bytes:
    rows: list[Sequence[object]] = [HEAD]
    for month in months:
        for number, summary, account, name, party, debit, credit in (
            (1, "销售", "1122", "应收账款", "甲公司", 1130, None),
            (1, "销售", "6001", "主营业务收入", "", None, 1000),
            (1, "销售", "222101", "应交税费_应交增值税", "", None, 130),
            (2, "付办公费", "660201", "管理费用_办公费", "", 742, None),
            (2, "付办公费", "1002", "银行存款", "", None, 742),
        ):
            attached = 0 if (month, number) == ("2026-04", 1) else 1
            made = (f"{month}-20", "记", number, summary, account, name, party, debit, credit, attached, "周敏", "吴倩")
            rows.append(made)
    return workbook(rows)


async def _import(scene: Scene, *files: tuple[str, bytes]) -> None:
    shown = await scene.send("zhao", files=files)
    for card in shown.cards:
        await scene.press("zhao", button(card, "book_import"))


@pytest.fixture
async def scene(mongo_uri: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path) as made:
        await _import(
            made, ("凭证.xlsx", _journal(["2026-02", "2026-03", "2026-04"])),
            ("科目余额表_2026-02.csv", text([BALANCES, *TABLE])), ("操作日志.csv", text(LOG)),
            ("2026预算.csv", text(BUDGET)),
        )  # fmt: skip
        yield made


async def test_what_is_unusual_with_its_vouchers_one_press_away(scene: Scene) -> None:
    reply = await scene.send("zhao", "异常 2026-04")
    (card,) = reply.cards
    assert facts(card).split() == ["缺附件=1", "休息日或夜间记账=1"]
    assert any("2026-04-20 23:10" in flag.zh for flag in card.flags)
    assert [f.name for f in reply.files if not f.preview] == ["账簿异常_2026-04.pdf"]
    says = [c.say.zh for c in card.choices if c.say]
    assert says == [
        "凭证 2026-04 记-1", "凭证 2026-04 记-2", "异常 2026-04 缺附件", "异常 2026-04 休息日或夜间记账",
    ]  # fmt: skip
    one = await scene.send("zhao", says[2])
    assert facts(one).split() == ["缺附件=1"]
    assert [c.say.zh for c in one.cards[0].choices if c.say] == ["凭证 2026-04 记-1"]
    english = await scene.send("zhao", "anomalies 2026-04 no source document")
    assert facts(english) == facts(one)
    voucher = await scene.send("zhao", says[1])
    assert "660201 管理费用_办公费=借 742.00" in facts(voucher)
    actions = [x.entry for x in await scene.house.trail.about("anomalies")]
    assert [(e.who, e.action, e.facts["period"]) for e in actions] == [("zhao", "exported", "2026-04")] * 3
    other = await scene.send("zhou", "report anomalies 2026-03")  # an auditor may; by its name as a report, in English
    assert other.files
    assert not other.cards or not other.cards[0].flags


async def test_limits_are_those_of_the_approval_rules(scene: Scene) -> None:
    limit = min(rule.at_least for rule in scene.house.ctx.rules if rule.at_least)
    part = limit - 100
    rows: list[Sequence[object]] = [HEAD]
    for number, day in ((1, "06"), (2, "08")):
        said = f"付咨询费 苏州样例咨询有限公司 第{number}期"
        for account, name, debit, credit in (
            ("660201", "管理费用_办公费", part, None),
            ("1002", "银行存款", None, part),
        ):
            sums = (float(x) + 0.3 if x else None for x in (debit, credit))
            rows.append((f"2026-05-{day}", "记", number, said, account, name, "", *sums, 1, "周敏", "吴倩"))
    await scene.send("zhao", files=[("五月.xlsx", workbook(rows))])  # its form is known: imported at once
    card = (await scene.send("zhao", "异常 2026-05")).cards[0]
    assert "拆分以低于限额=1" in facts(card)
    assert any("2026-05 记-1、2026-05 记-2" in flag.zh for flag in card.flags)


async def test_every_analysis_has_its_word_and_its_report(scene: Scene) -> None:
    trend = await scene.send("zhao", "趋势")  # no period said: the last month of the books
    assert "营业收入=1,000.00" in facts(trend)
    assert [f.name for f in trend.files if not f.preview] == ["经营趋势分析_2026-04.pdf"]
    ages = await scene.send("zhao", "报表 账龄 2026-04 excel")
    assert "应收账款=3,390.00" in facts(ages)
    assert [f.name for f in ages.files if not f.preview] == ["账龄分析表_2026-04.xlsx"]
    assert "甲公司=1,000.00" in facts(await scene.send("zhao", "customers 2026-04"))
    assert "毛利率=100.00%" in facts(await scene.send("zhao", "比率 2026-04"))
    assert (await scene.send("zhao", "结构 2026-04")).files
    assert (await scene.send("zhao", "供应商排名 2026-04")).files
    forecast = await scene.send("zhao", "现金预测 2026-04")
    assert "2026-05 期末现金" in facts(forecast)
    assert TooFewMonths.code in words(await scene.send("zhao", "现金预测 2026-03"))


async def test_an_analysis_is_archived_like_other_reports(scene: Scene) -> None:
    shown = await scene.send("zhao", "账龄 2026-04")
    press = next(c for c in shown.choices if c.action == "keep")
    (first,) = await scene.items(await scene.press("zhao", press))
    assert first.document.type == "账龄分析表 2026年4月"
    assert first.filed
    assert first.filed.category == "其他会计资料"  # no 财务会计报告
    assert set(KINDS) == ANALYSES
    again = await scene.send("zhao", "报表 账龄 2026-04 并归档")
    assert [item.id for item in await scene.items(again)] == [first.id]
    (other,) = await scene.items(await scene.send("zhao", "报表 供应商排名 2026-04 万元 并归档"))
    assert other.document.extra["report"] == "purchases"


async def test_an_analysis_comes_by_schedule(scene: Scene) -> None:
    reply = await scene.send("zhao", "每月1日 9:00 报表 异常 上月")
    assert "已设定时「报表 异常 上月」" in words(reply)
    assert "Q04" in words(await scene.send("zhao", "每月1日 9:00 报表 没有这张 上月"))


async def test_actual_against_budget(scene: Scene) -> None:
    reply = await scene.send("zhao", "预算 2026-04")
    (card,) = reply.cards
    assert [flag.zh for flag in card.flags] == ["办公费 差异 +42.00（+6.0%）"]
    assert NoBudget.code in words(await scene.send("zhao", "预算 2025-04"))


async def test_only_those_who_may_and_only_their_own_company(scene: Scene) -> None:
    assert NotAllowed.code in words(await scene.send("li", "异常 2026-04"))
    assert NotAllowed.code in words(await scene.send("wang", "报表 异常 2026-04"))
    assert NoBooks.code in words(await scene.send("lu", "异常 2026-04"))
    assert "Q50" in words(await scene.send("lu", "趋势 2026-04"))
