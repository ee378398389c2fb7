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

#: Commands of the archive's later life → functions of bot.commands.archiving.
ARCHIVING = {
    "arrange": "arrange", "volumes": "volumes", "due": "list_due", "hold": "holds", "compliance": "compliance",
    "metadata": "metadata", "term": "term", "file": "file",
}  # fmt: skip
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
    if name in ARCHIVING:
        from bot.commands import archiving

        return getattr(archiving, ARCHIVING[name])  # type: ignore[no-any-return]
    if name in ("check", "package", "receive"):
        from bot.commands import custody

        return {"check": custody.check, "package": custody.package, "receive": custody.receive}[name]
    if name == "audit":
        from bot.commands import auditing

        audits: dict[str, Run] = {"sample": auditing.sample, "package": auditing.package}
        return lambda args, settings: audits[args.action](args, settings)
    if name == "ask":
        from bot.commands.figures import ask

        return ask
    if name == "schedule":
        from bot.commands import schedules

        return lambda args, settings: getattr(schedules, f"{args.action}_all")(args, settings)
    if name == "status":
        from bot.commands.state import status

        return status
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
    reporting.add_argument("--archive", action="store_true", help="连同数据归档 archive it with its data")
    reporting.add_argument("--period", help="2026, 2026H1, 2026Q3, 2026-09")
    reporting.add_argument("--company", help="公司代码 company code")
    reporting.add_argument("--format", choices=("pdf", "docx", "xlsx", "png", "json"))
    questioning = add("ask", "问数字 ask for figures in words", spoken, asked)
    questioning.add_argument("words", nargs="+", metavar="WORDS", help="例 e.g. 上季度 管理费用 趋势")
    questioning.add_argument("--company", help="公司代码 company code")
    add("status", "运行状态 queues, failures, storage, backup", spoken)
    scheduling = commands.add_parser("schedule", help="定时 schedules")
    plans = scheduling.add_subparsers(dest="action", required=True, metavar="ACTION")
    plans.add_parser("list", help="列出全部定时 all schedules", parents=[common, spoken])
    add("verify", "校验全部档案 check every digest, link and record", spoken)
    add("reindex", "重建检索 rebuild the index", spoken)
    benching = add("bench", "测量 measure", spoken)
    benching.add_argument("name", metavar="NAME")
    _custody(add, spoken, asked)
    rechecking = add("tax-check", "再向税务机关查验 ask the tax authority once more", spoken, asked)
    rechecking.add_argument("id", metavar="ID")
    _rules(commands, common, spoken, asked)
    _keys(commands, common, spoken)
    _people(commands, common, spoken)
    _books(commands, common, spoken)
    _channels(commands, common, spoken)
    _archiving(commands, common, spoken)
    _audit(commands, common, spoken)
    return parser


def _audit(commands: Any, common: argparse.ArgumentParser, spoken: argparse.ArgumentParser) -> None:
    actions = commands.add_parser("audit", help="审计 for auditors").add_subparsers(dest="action", required=True)
    sampling = actions.add_parser("sample", help="抽样 draw a sample", parents=[common, spoken])
    packing = actions.add_parser("package", help="审计包 all of a period in one folder", parents=[common, spoken])
    for each in (sampling, packing):
        each.add_argument("--company", metavar="CODE", help="公司代码 company code")
        each.add_argument("--as", dest="person", metavar="PERSON", help="以谁的身份 whose rights apply")
    packing.add_argument("--period", required=True, metavar="PERIOD", help="2025, 2025-09")
    packing.add_argument("-o", dest="out", type=Path, required=True, metavar="DIR", help="空目录 an empty folder")
    sampling.add_argument("--period", metavar="PERIOD", help="2025, 2025-09")
    sampling.add_argument("--min-amount", default="", metavar="YUAN", help="金额下限 the least amount")
    sampling.add_argument("--random", type=int, default=0, metavar="N", help="随机张数 so many at random")
    sampling.add_argument("--seed", default="", help="种子 seed of the random draw")
    for name, what in (("account", "科目 account"), ("word", "含 word"), ("maker", "制单人 who made it")):
        sampling.add_argument(f"--{name}", default="", help=what)
    for name, what in (("weekend", "非工作日 days off"), ("late", "月末或期后 late"), ("round", "整千金额 round")):
        sampling.add_argument(f"--{name}", action="store_true", help=what)
    sampling.add_argument("--again", metavar="ID", help="重做并比较 perform a kept one again, 1 when it differs")
    sampling.add_argument("-o", dest="out", type=Path, metavar="FILE", help=".xlsx .pdf .json")


def _archiving(commands: Any, common: argparse.ArgumentParser, spoken: argparse.ArgumentParser) -> None:
    whose = argparse.ArgumentParser(add_help=False)
    whose.add_argument("--company", metavar="NAME", help="公司代码或名称 the company's code or name")
    whose.add_argument("--as", dest="person", metavar="PERSON", help="以谁的身份 whose rights apply")
    why = argparse.ArgumentParser(add_help=False)
    why.add_argument("--reason", default="", help="原因 why")
    usual = [common, spoken, whose]
    arranging = commands.add_parser("arrange", help="整理归档 arrange and file vouchers", parents=usual)
    arranging.add_argument("period", metavar="PERIOD", help="2026-09, 2026Q3, 2026")
    arranging.add_argument("--trial", action="store_true", help="只看，不归档 show the plan, file nothing")
    volumes = commands.add_parser("volumes", help="案卷 volumes").add_subparsers(dest="action", required=True)
    listing = volumes.add_parser("list", help="列出 list", parents=usual)
    listing.add_argument("--year", type=int)
    binding = volumes.add_parser("bind", help="封面、目录、备考表、脊背 cover, list, notes, spine", parents=usual)
    binding.add_argument("id", metavar="VOLUME")
    binding.add_argument("-o", dest="out", type=Path, required=True, metavar="FILE.pdf")
    due = commands.add_parser("due", help="到期与期限 what falls due, deadlines, what to print", parents=usual)
    due.add_argument("until", nargs="?", metavar="PERIOD", help="到这个期间末 by its end (default: this year)")
    holds = commands.add_parser("hold", help="冻结 legal holds").add_subparsers(dest="action", required=True)
    adding = holds.add_parser("add", help="冻结 hold", parents=[*usual, why])
    adding.add_argument("words", nargs="*", metavar="WORDS", help="对方、合同、档号、期间 party, number, period")
    adding.add_argument("--why", choices=("debt", "open", "litigation"))
    for name, what in (("--unit", "件"), ("--volume", "案卷"), ("--from", "从 2025-01"), ("--to", "到 2025-12")):
        dest = {"--from": "first", "--to": "last"}.get(name, name[2:])
        adding.add_argument(name, dest=dest, default="", help=what)
    releasing = holds.add_parser("release", help="解除 release", parents=[*usual, why])
    releasing.add_argument("id", metavar="HOLD")
    holds.add_parser("list", help="列出 list", parents=usual).add_argument("--all", action="store_true")
    reviewing = commands.add_parser("compliance", help="定期审查 review", parents=usual)
    reviewing.add_argument("--record", choices=("backup", "drill", "reading", "verify"), help="记录 note as done")
    reviewing.add_argument("--on", metavar="DATE")
    reviewing.add_argument("--words", default="", help="说明 words about it")
    reviewing.add_argument("-o", dest="out", type=Path, metavar="FILE.pdf")
    showing = commands.add_parser("metadata", help="著录 metadata of a unit", parents=[*usual, why])
    showing.add_argument("id", metavar="ID", help="档号、编号、凭证 number, item id, voucher and month")
    showing.add_argument("--set", metavar="M27=VALUE")
    extending = commands.add_parser("term", help="鉴定后延长 a longer term after appraisal", parents=[*usual, why])
    extending.add_argument("id", metavar="ID")
    extending.add_argument("term", metavar="TERM", help="40年, 永久")
    filing = commands.add_parser("file", help="归入其他档案 file another kind of record", parents=usual)
    filing.add_argument("file", type=Path, metavar="FILE")
    filing.add_argument("--kind", required=True, help="保管期限表的名称 a name of the retention table")
    filing.add_argument("--period", required=True, metavar="PERIOD")
    filing.add_argument("--title", default="")


def _custody(
    add: Callable[..., argparse.ArgumentParser], spoken: argparse.ArgumentParser, asked: argparse.ArgumentParser
) -> None:
    checking = add("check", "四性检测 four-property checks", spoken, asked)
    checking.add_argument("selection", nargs="*", metavar="SELECTION", help="2025, 2025-09, 凭证, 案卷号, 档号, 编号")
    checking.add_argument(
        "--stage", default="长期保存", choices=("归档", "移交接收", "长期保存"), help="环节 the stage"
    )
    checking.add_argument("--sample", metavar="PERCENT", default="", help="抽样百分比 a sample, e.g. 5")
    checking.add_argument("--company", help="公司代码 company code")
    checking.add_argument("-o", dest="out", type=Path, metavar="FILE", help="检测报告 the report: .pdf .xlsx .json")
    packing = add("package", "制作移交包 make a hand-over package", spoken, asked)
    packing.add_argument("selection", nargs="+", metavar="SELECTION", help="2025, 2025-09 凭证, 案卷号, 档号, 编号")
    packing.add_argument("-o", dest="out", type=Path, required=True, metavar="DIR", help="空目录 an empty folder")
    packing.add_argument("--company", help="公司代码 company code")
    packing.add_argument("--carrier", default="", metavar="NO", help="载体编号 the medium's number")
    receiving = add("receive", "核对并接收移交包 verify and take a package", spoken, asked)
    receiving.add_argument("package", type=Path, metavar="DIR|ZIP")
    receiving.add_argument("--company", help="收入哪个全宗 the fonds it goes into (its code)")
    receiving.add_argument("--signer", default="", metavar="FINGERPRINT", help="移交方签名公钥指纹 the sender's key")
    receiving.add_argument("--only-verify", action="store_true", help="只核对 verify, take nothing")


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
    adding.add_argument("--roles", help="employee,approver,finance,archivist,auditor,admin,cashier")
    adding.add_argument("--department", default="")
    adding.add_argument("--company", default="")
    adding.add_argument("--email", help="公司邮箱，用于按邮箱绑定 the directory's e-mail")
    adding.add_argument("--lang", choices=("zh", "en"), default="zh")
    adding.add_argument("--until", metavar="DATE", help="外部审计账号的最后一天 the last day of an external auditor")
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
