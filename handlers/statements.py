"""资产负债表 2026-09, 利润表 2026Q3, 现金流量表 2026, 所有者权益变动表 2025: a statement by its own name."""

from __future__ import annotations

from archive.access import Person
from handlers import financials
from handlers.context import Context
from handlers.message import Message, Reply


async def balance_sheet(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """资产负债表 of the period said."""
    return await financials.reply(ctx, asker, message, f"资产负债表 {rest}")


async def income_statement(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """利润表 of the period said."""
    return await financials.reply(ctx, asker, message, f"利润表 {rest}")


async def cash_flow_statement(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """现金流量表 with its supplement."""
    if rest.startswith("补充资料"):
        return await financials.reply(ctx, asker, message, f"现金流量表{rest}")
    return await financials.reply(ctx, asker, message, f"现金流量表 {rest}")


async def changes_in_equity(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """所有者权益变动表 of the year the period ends in."""
    return await financials.reply(ctx, asker, message, f"所有者权益变动表 {rest}")
