"""The names of the fields of books, for the card on which a person confirms what each column was taken for."""

from __future__ import annotations

from collections.abc import Mapping

from archive.words import Text, same

FIELDS: Mapping[str, Text] = {
    "id": Text("凭证内码", "voucher id"),
    "year": Text("年度", "year"),
    "month": Text("期间", "month"),
    "period": Text("期间", "month"),
    "date": Text("日期", "date"),
    "time": Text("时间", "time"),
    "word": Text("凭证字", "voucher word"),
    "number": Text("编号", "number"),
    "attachments": Text("附件张数", "attachments"),
    "summary": Text("摘要", "summary"),
    "account": Text("科目/账号", "account"),
    "account_name": Text("科目名称", "account name"),
    "debit": Text("借方", "debit"),
    "credit": Text("贷方", "credit"),
    "direction": Text("方向", "side"),
    "amount": Text("金额", "amount"),
    "foreign_debit": Text("原币借方", "debit in its currency"),
    "foreign_credit": Text("原币贷方", "credit in its currency"),
    "foreign": Text("原币金额", "amount in its currency"),
    "currency": Text("币种", "currency"),
    "customer": Text("客户", "customer"),
    "supplier": Text("供应商", "supplier"),
    "person": Text("个人", "person"),
    "party": Text("对方/往来单位", "other party"),
    "party_name": Text("往来单位名称", "party's name"),
    "party_account": Text("对方账号", "other party's account"),
    "payer": Text("付款人", "payer"),
    "payer_account": Text("付款账号", "payer's account"),
    "payee": Text("收款人", "payee"),
    "payee_account": Text("收款账号", "payee's account"),
    "document": Text("票据号", "document number"),
    "cash_item": Text("现金流量项目", "cash flow item"),
    "cash_debit": Text("现金流量借方", "cash flow in"),
    "cash_credit": Text("现金流量贷方", "cash flow out"),
    "cash": Text("现金流量金额", "cash flow amount"),
    "maker": Text("制单", "made by"),
    "checker": Text("审核", "checked by"),
    "poster": Text("记账", "posted by"),
    "opening": Text("期初", "opening"),
    "opening_debit": Text("期初借方", "opening debit"),
    "opening_credit": Text("期初贷方", "opening credit"),
    "opening_direction": Text("期初方向", "side of the opening"),
    "year_opening_debit": Text("年初借方", "year's opening debit"),
    "year_opening_credit": Text("年初贷方", "year's opening credit"),
    "year_debit": Text("本年累计借方", "year's debit"),
    "year_credit": Text("本年累计贷方", "year's credit"),
    "closing": Text("期末", "closing"),
    "closing_debit": Text("期末借方", "closing debit"),
    "closing_credit": Text("期末贷方", "closing credit"),
    "closing_direction": Text("期末方向", "side of the closing"),
    "paid": Text("支出", "paid"),
    "received": Text("收入", "received"),
    "balance": Text("余额", "balance"),
    "serial": Text("流水号", "serial number"),
    "purpose": Text("用途", "purpose"),
    "note": Text("附言", "note"),
    "level": Text("级次", "level"),
    "category": Text("类别", "category"),
    "auxiliary": Text("辅助核算", "auxiliary"),
    "leaf": Text("末级", "lowest level"),
    "asset_name": Text("资产名称", "asset"),
    "since": Text("开始使用", "in use since"),
    "cost": Text("原值", "cost"),
    "depreciation": Text("累计折旧", "depreciation"),
    "net": Text("净值", "net value"),
    "months": Text("使用月份", "months of use"),
    "department": Text("部门", "department"),
    "state": Text("状况", "state"),
}


def columns(mapping: Mapping[str, str]) -> Text:
    """Every heading and what it was taken for."""
    pairs = [(heading.replace("/", ""), FIELDS.get(field, same(field))) for heading, field in mapping.items()]
    return Text("；".join(f"{h} → {f.zh}" for h, f in pairs), "; ".join(f"{h} → {f.en}" for h, f in pairs))
