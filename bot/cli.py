"""The command `guidang`: a stable contract. Exit 0 done, 1 something failed (each named), 2 wrong usage."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from archive.errors import Problem
from config.settings import Settings, read

Run = Callable[[argparse.Namespace, Settings], Coroutine[Any, Any, int]]


def main(argv: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = _parser().parse_args(argv)
    try:
        settings = read(os.environ, args.config, args.data, getattr(args, "port", None))
        return asyncio.run(_command(args.command)(args, settings))
    except Problem as problem:
        _complain(problem, args)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `guidang search … | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def entry() -> None:
    """The console script."""
    sys.exit(main())


def _complain(problem: Problem, args: argparse.Namespace) -> None:
    print(problem.say("en" if os.environ.get("LANG", "").startswith("en") else "zh"), file=sys.stderr)
    if getattr(args, "json", False):
        print(
            json.dumps(
                {"error": {"code": problem.code, "zh": problem.say("zh"), "en": problem.say("en")}}, ensure_ascii=False
            )
        )


def _command(name: str) -> Run:
    """Each command is loaded on use, so that `guidang --help` and `read` start without the rest."""
    if name == "read":
        from bot.commands.reading import read_files

        return read_files
    if name == "serve":
        from bot.commands.serving import serve

        return serve
    if name in ("people", "verify", "reindex", "bench"):
        from bot.commands import upkeep

        return {
            "people": upkeep.people,
            "verify": upkeep.verify,
            "reindex": upkeep.reindex,
            "bench": upkeep.bench,
        }[name]
    if name == "push":
        from bot.commands.pushing import push

        return push
    if name == "channels":
        from bot.commands import channels

        return lambda args, settings: getattr(channels, args.action)(args, settings)
    if name in ("books", "match", "reconcile"):
        from bot.commands import book_export, books, ledger, matching

        if name == "books":
            actions: dict[str, Run] = {
                "import": books.import_books, "export": book_export.export, "input": ledger.give,
                "map": ledger.map_accounts,
            }  # fmt: skip
            return lambda args, settings: actions[args.action](args, settings)
        return {"match": matching.match, "reconcile": matching.reconcile}[name]
    if name in ("rules", "tax-check"):
        from bot.commands import rules

        if name == "tax-check":
            return rules.tax_check
        return lambda args, settings: {"list": rules.list_, "check": rules.check}[args.action](args, settings)
    if name == "keys":
        from bot.commands import keys

        return lambda args, settings: getattr(keys, args.action)(args, settings)
    from bot.commands import asking

    return {
        "import": asking.import_paths,
        "search": asking.search,
        "show": asking.show,
        "get": asking.get,
        "report": asking.report,
    }[name]


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data", type=Path, metavar="DIR", help="数据目录 data folder (GUIDANG_DATA)")
    common.add_argument("--config", type=Path, metavar="FILE", help="设置文件 settings (TOML)")
    spoken = argparse.ArgumentParser(add_help=False)
    spoken.add_argument("--json", action="store_true", help="输出 JSON")
    asked = argparse.ArgumentParser(add_help=False)
    asked.add_argument(
        "--as",
        dest="person",
        metavar="PERSON",
        help="以谁的身份 whose rights apply (default: 本机管理 local archivist)",
    )

    parser = argparse.ArgumentParser("guidang", description="归档 Guidang: 聊天里的电子会计档案")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, help_: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help_, parents=[common, *parents])

    serve = add("serve", "启动服务 start the service")
    serve.add_argument("--port", type=int)
    reading = add("read", "只读取，不保存 read files, keep nothing", spoken)
    reading.add_argument("files", nargs="+", type=Path, metavar="FILE")
    importing = add("import", "导入文件、目录、压缩包 take in files, folders, zips", spoken)
    importing.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    importing.add_argument("--as", dest="person", required=True, metavar="PERSON")
    pushing = add("push", "看守文件夹，自动送入 hand in what is put into a folder", spoken)
    pushing.add_argument("folder", type=Path, metavar="FOLDER")
    pushing.add_argument("--as", dest="person", metavar="PERSON", help="直接入库 straight into this archive")
    pushing.add_argument(
        "--server", metavar="URL", help="经接口送入，密钥在 GUIDANG_API_KEY through the API of a service"
    )
    pushing.add_argument("--once", action="store_true", help="送完即止 end when the folder is empty")
    pushing.add_argument(
        "--settle", type=float, default=2.0, metavar="S", help="多少秒不变才取 seconds without a change"
    )
    searching = add("search", "检索 search", spoken, asked)
    searching.add_argument("words", nargs="+", metavar="WORDS")
    showing = add("show", "看一件 show one item", spoken, asked)
    showing.add_argument("id", metavar="ID")
    getting = add("get", "取原件 write the original to a file", asked)
    getting.add_argument("id", metavar="ID")
    getting.add_argument("-o", dest="out", type=Path, required=True, metavar="FILE")
    reporting = add("report", "做报表 make a report", spoken, asked)
    reporting.add_argument("name", nargs="+", metavar="NAME", help="例 e.g. 报销 2026-10 / expenses last month")
    reporting.add_argument(
        "-o", dest="out", type=Path, required=True, metavar="FILE", help=".pdf .docx .xlsx .png .json"
    )
    reporting.add_argument("--period", help="2026, 2026H1, 2026Q3, 2026-09")
    reporting.add_argument("--company", help="公司代码 company code")
    reporting.add_argument("--format", choices=("pdf", "docx", "xlsx", "png", "json"))
    add("verify", "校验全部档案 check every digest, link and record", spoken)
    add("reindex", "重建检索 rebuild the index", spoken)
    benching = add("bench", "测量 measure", spoken)
    benching.add_argument("name", metavar="NAME")
    rechecking = add("tax-check", "再向税务机关查验 ask the tax authority once more", spoken, asked)
    rechecking.add_argument("id", metavar="ID")
    _rules(commands, common, spoken, asked)
    _keys(commands, common, spoken)
    _people(commands, common, spoken)
    _books(commands, common, spoken)
    _channels(commands, common, spoken)
    return parser


def _books(commands: Any, common: argparse.ArgumentParser, spoken: argparse.ArgumentParser) -> None:
    whose = argparse.ArgumentParser(add_help=False)
    whose.add_argument("--company", required=True, metavar="NAME", help="公司代码或名称 the company's code or name")
    whose.add_argument("--as", dest="person", metavar="PERSON", help="以谁的身份 whose rights apply")
    parser = commands.add_parser("books", help="账簿、银行对账单 books and bank statements")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    taking = actions.add_parser("import", help="导入 import", parents=[common, spoken, whose])
    taking.add_argument("files", nargs="+", type=Path, metavar="FILE")
    taking.add_argument("--yes", action="store_true", help="确认列的对应并导入 the mapping is right, import")
    kinds = ("vouchers", "balances", "accounts", "assets", "bank", "postings", "budgets")
    taking.add_argument("--kind", choices=kinds, help="账簿种类")
    taking.add_argument(
        "--map", action="append", default=[], metavar="HEADING=FIELD",
        help="说明没见过的列，例 what an unknown column is, e.g. 发生日=date",
    )  # fmt: skip
    taking.add_argument("--period", default="", metavar="2026-04", help="文件没写月份时 for files that name no month")
    taking.add_argument("--replace", action="store_true", help="与已导入的不同时以新的为准 what differs is replaced")
    taking.add_argument("--anyway", action="store_true", help="有看不懂的行也导入 import despite unreadable rows")
    giving = actions.add_parser("input", help="报表填数 figures no account holds", parents=[common, spoken, whose])
    giving.add_argument("values", nargs="*", metavar="NAME=AMOUNT", help="例 long_term_loans_due_within_1y=2000000.00")
    giving.add_argument("--period", default="", metavar="2026-09", help="哪个月末 of which month")
    giving.add_argument("--file", type=Path, metavar="FILE", help="JSON：月份 → 项目 → 金额 month → name → amount")
    mapping = actions.add_parser("map", help="科目映射 what accounts stand for", parents=[common, spoken, whose])
    mapping.add_argument("values", nargs="*", metavar="ACCOUNT=ROLE", help="例 660208=管理费用/研发；空为恢复")
    mapping.add_argument("--standard", choices=("asbe", "se", "auto"), help="准则 the standard, where names mislead")
    mapping.add_argument("--early", action="append", default=[], metavar="FORM", help="提前执行 asbe-income-2026")
    giving = actions.add_parser(
        "export", help="导出，给审计、税务 hand over to auditors", parents=[common, spoken, whose]
    )
    giving.add_argument("--format", choices=("gbt24589",), default="gbt24589", help="GB/T 24589.1-2010 XML")
    giving.add_argument("--period", required=True, metavar="2026", help="会计年度 year")
    giving.add_argument("-o", dest="out", type=Path, required=True, metavar="DIR")
    matching = commands.add_parser(
        "match", help="核对一个期间 what a period leaves open", parents=[common, spoken, whose]
    )
    matching.add_argument("period", metavar="PERIOD", help="2026-09, 2026Q3, 2026")
    matching.add_argument("--links", action="store_true", help="也列出对上的单据 the documents found for vouchers too")
    reconciling = commands.add_parser(
        "reconcile", help="银行存款余额调节表 bank reconciliation", parents=[common, spoken, whose]
    )
    reconciling.add_argument("period", metavar="PERIOD", help="2026-09")
    reconciling.add_argument("--account", required=True, metavar="A", help="科目、账号或尾号 code, number or its end")


def _rules(commands: Any, *parents: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("rules", help="归类规则 rules of sorting")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="列出在用的 those in force", parents=parents)
    listing.add_argument("--all", action="store_true", help="所有版本 every version there was")
    checking = actions.add_parser("check", help="这些文件归到哪类，为什么 which rule decides, and why", parents=parents)
    checking.add_argument("files", nargs="+", type=Path, metavar="FILE")
    for each in (listing, checking):
        each.add_argument("--company", help="公司代码 company code")


def _channels(commands: Any, common: argparse.ArgumentParser, spoken: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("channels", help="聊天平台 chat platforms")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("check", help="检查设置、权限、网络、时钟 check the set-up", parents=[common, spoken])
    drawing = actions.add_parser("cards", help="写出所有卡片样例 write samples of every card", parents=[common])
    drawing.add_argument("folder", type=Path, metavar="DIR")
    packing = actions.add_parser("package", help="Teams 应用包 the app package of Teams", parents=[common])
    packing.add_argument("-o", dest="out", type=Path, default=Path("guidang-teams.zip"), metavar="FILE")


def _keys(commands: Any, common: argparse.ArgumentParser, spoken: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("keys", help="主密钥与 API 密钥 the master key, and keys of programs")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("rotate", help="更换主密钥 a new master key; every file's key is wrapped again",
                       parents=[common, spoken])  # fmt: skip
    adding = actions.add_parser("add", help="发一个 API 密钥 a key for a program", parents=[common, spoken])
    adding.add_argument("person", metavar="PERSON", help="以谁的身份 whose rights it has")
    adding.add_argument("--scopes", default="ingest,read", help="ingest,read,files,reports,webhooks,books")
    adding.add_argument("--name", default="", help="用途 what it is for")
    adding.add_argument("--days", type=int, help="几天后过期 days until it expires")
    adding.add_argument("--rate", type=int, default=600, help="每分钟请求数 requests a minute")
    actions.add_parser("list", help="列出 API 密钥 the keys of programs", parents=[common, spoken])
    revoking = actions.add_parser("revoke", help="撤销 API 密钥 end a key", parents=[common, spoken])
    revoking.add_argument("id", metavar="ID")


def _people(commands: Any, common: argparse.ArgumentParser, spoken: argparse.ArgumentParser) -> None:
    parser = commands.add_parser("people", help="人员 accounts")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    adding = actions.add_parser(
        "add", help="新增；已有的人则更新或重发链接 add, or renew the link of", parents=[common, spoken]
    )
    adding.add_argument("id", metavar="ID", help="账号 e.g. zhang.wei")
    adding.add_argument("--name", help="姓名")
    adding.add_argument("--roles", help="employee,approver,finance,archivist,auditor,admin")
    adding.add_argument("--department", default="")
    adding.add_argument("--company", default="")
    adding.add_argument("--email", help="公司邮箱，用于按邮箱绑定 the directory's e-mail")
    adding.add_argument("--lang", choices=("zh", "en"), default="zh")
    adding.add_argument("--link", action="store_true", help="生成一次性登录链接 print a one-time sign-in link")
    actions.add_parser("list", help="列出 list", parents=[common, spoken])
    one = (
        ("disable", "停用 disable"), ("enable", "启用 enable"),
        ("code", "生成绑定码 a code that links a platform account"), ("links", "看绑定 the platform accounts of one"),
    )  # fmt: skip
    for name, help_ in one:
        actions.add_parser(name, help=help_, parents=[common, spoken]).add_argument("id", metavar="ID")
    linking = actions.add_parser("link", help="绑定平台账号 link a platform account", parents=[common, spoken])
    linking.add_argument("id", metavar="ID")
    undoing = actions.add_parser("unlink", help="解除绑定 undo a link", parents=[common, spoken])
    for each in (linking, undoing):
        each.add_argument("account", metavar="CHANNEL:TENANT:USER", help="例 e.g. slack:T0123:U0456")


if __name__ == "__main__":
    entry()
