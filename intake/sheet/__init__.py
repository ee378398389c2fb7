"""Spreadsheets of an ERP or a bank → vouchers, balances, accounts, asset cards, bank lines. Plain sync functions."""
