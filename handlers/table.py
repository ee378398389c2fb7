"""The one list: words in both languages → handler, the right it needs, and its line in the help."""

from __future__ import annotations

import difflib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from archive.access import Person, Right, may
from archive.grammar import sounds
from archive.timetable import starts_a_schedule
from archive.words import Text
from handlers.analysis import KINDS as ANALYSES
from handlers.analysis import command as analysis_of
from handlers.appraise import appraise, stopped, taken, voted
from handlers.approve import approve, reject
from handlers.arrange import FILE as ARRANGE_FILE
from handlers.arrange import arrange, file_month
from handlers.ask import ACTION as ASK_AGAIN
from handlers.ask import ask
from handlers.book_mapping import ACTION as BOOK_MAP
from handlers.book_mapping import AS_DOCUMENT, as_document, columns, map_columns
from handlers.books import COLUMNS as BOOK_COLUMNS
from handlers.books import IMPORT as BOOK_IMPORT
from handlers.books import confirm_import
from handlers.borrow import borrow, give_back, grant, registered, revoke
from handlers.borrow import refuse as refuse_loan
from handlers.check import check
from handlers.closing import closing_check
from handlers.context import Context
from handlers.correct import correct, restore, withdraw
from handlers.describe import describe
from handlers.destroy_cards import REFUSE as DESTROY_REFUSE
from handlers.destroy_cards import TAKE as DESTROY_TAKE
from handlers.destroy_cards import VOTE as DESTROY_VOTE
from handlers.digest import set_digest
from handlers.drill import details, voucher
from handlers.due import extend, list_due, print_list
from handlers.enter import ACTION as ENTER
from handlers.enter import enter
from handlers.feedback import feedback
from handlers.forwarded import forwarded
from handlers.hand_over import deputy, hand_over, refused, sign_code, signed
from handlers.handing import REFUSE as HANDOVER_REFUSE
from handlers.handing import SIGN as HANDOVER_SIGN
from handlers.hold import RELEASE as HOLD_RELEASE
from handlers.hold import hold, release
from handlers.inputs import ACTION as INPUTS
from handlers.inputs import inputs
from handlers.inspect import CANCEL as INSPECTION_CANCEL
from handlers.inspect import cancel as cancel_inspection
from handlers.inspect import inspect
from handlers.join import join
from handlers.keep import keep, reported
from handlers.lending import GRANT as LOAN_GRANT
from handlers.lending import REFUSE as LOAN_REFUSE
from handlers.lending import REVOKE as LOAN_REVOKE
from handlers.link import ACTION as LINK
from handlers.link import link, link_code
from handlers.made import KEEP
from handlers.mapping import mapping
from handlers.match import check_books
from handlers.message import Choice, Message, Reply
from handlers.monthend import month_end
from handlers.record import scrap
from handlers.review import note, review_now
from handlers.rule_cards import APPROVE as RULE_APPROVE
from handlers.rule_cards import DISMISS, SUGGEST
from handlers.rule_cards import REJECT as RULE_REJECT
from handlers.rule_cards import WITHDRAW as RULE_WITHDRAW
from handlers.rule_steps import approve_rule, reject_rule, withdraw_rule
from handlers.rules import add_rule, change_rule, retire_rule, rules
from handlers.sample import sample
from handlers.schedule import cancel_schedule, list_schedules, pause_schedule, resume_schedule, set_schedule
from handlers.search import search
from handlers.show import show
from handlers.signature import signature
from handlers.state import ACTION as RETRY
from handlers.state import retry, state
from handlers.statements import balance_sheet, cash_flow_statement, changes_in_equity, income_statement
from handlers.suggested import dismiss_suggested, propose_suggested
from handlers.todo import todo
from handlers.trace import trace
from handlers.volumes import volumes
from handlers.voucher_link import UNDO as LINK_UNDO
from handlers.voucher_link import link_voucher, part_voucher
from handlers.voucher_link import undo as undo_link

Handler = Callable[[Context, Person, Message, str], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can ask for. `example` is a line that works as it stands."""

    words: tuple[str, ...]
    right: Right
    handler: Handler
    help: Text
    example: Text


async def help_me(ctx: Context, asker: Person, message: Message, rest: str) -> Reply:
    """帮助: what this person may do, each with an example that can be pressed."""
    mine = offered(asker)
    text = Text("你可以：\n", "You can:\n")
    if may(asker, Right.FORWARD):
        text += Text("· 直接发发票文件或照片，可一次多张\n", "· send invoices as files or photos, several at once\n")
    for command in mine:
        text += Text(
            f"· {command.help.zh}，例：{command.example.zh}\n", f"· {command.help.en}, e.g. {command.example.en}\n"
        )
    return Reply(text, choices=tuple(Choice(c.example, say=c.example) for c in mine[:4]))


def offered(person: Person) -> list[Command]:
    """What the help lists for this person, and in what order."""
    return [c for c in (*COMMANDS, SCHEDULE) if may(person, c.right)]


COMMANDS: tuple[Command, ...] = (
    Command(
        ("查", "查询", "查找", "搜索", "search", "find"),
        Right.SEARCH,
        search,
        Text("查单据和档案", "find documents"),
        Text("查 顺丰 2026-10 >500", "search sf 2026-10 >500"),
    ),
    Command(
        ("待办", "待审批", "todo", "pending"),
        Right.TALK,
        todo,
        Text("看待办", "see what waits for you"),
        Text("待办", "todo"),
    ),
    Command(
        ("打开", "show", "open"),
        Right.SEARCH,
        show,
        Text("打开一件", "open one"),
        Text("打开 G2610-0001", "open G2610-0001"),
    ),
    Command(
        ("报表", "报告", "report"),
        Right.REPORT,
        reported,
        Text("做报表", "make a report"),
        Text("报表 本月报销", "report expenses this month"),
    ),
    Command(
        ("资产负债表", "balance sheet"),
        Right.REPORT,
        balance_sheet,
        Text("编资产负债表", "make a balance sheet"),
        Text("资产负债表 2026-09", "balance sheet 2026-09"),
    ),
    Command(
        ("利润表", "损益表", "income statement"),
        Right.REPORT,
        income_statement,
        Text("编利润表", "make an income statement"),
        Text("利润表 2026Q3", "income statement 2026Q3"),
    ),
    Command(
        ("现金流量表", "cash flow statement", "cash flow"),
        Right.REPORT,
        cash_flow_statement,
        Text("编现金流量表", "make a cash flow statement"),
        Text("现金流量表 2026", "cash flow statement 2026"),
    ),
    Command(
        ("所有者权益变动表", "权益变动表", "changes in equity"),
        Right.REPORT,
        changes_in_equity,
        Text("编所有者权益变动表", "make a statement of changes in equity"),
        Text("所有者权益变动表 2025", "changes in equity 2025"),
    ),
    Command(
        ("明细", "details"),
        Right.SEE_ALL,
        details,
        Text("看报表项目、科目由什么组成", "see what a line or an account is made of"),
        Text("明细 资产负债表 2026-09 货币资金", "details balance sheet 2026-09 货币资金"),
    ),
    Command(
        ("凭证", "voucher"),
        Right.SEE_ALL,
        voucher,
        Text("看一张凭证和它的单据", "see a voucher and its documents"),
        Text("凭证 2026-09 记-1", "voucher 2026-09 记-1"),
    ),
    Command(
        ("结账检查", "closing check"),
        Right.SEE_ALL,
        closing_check,
        Text("看一个月能不能结账", "see whether a month can be closed"),
        Text("结账检查 2026-09", "closing check 2026-09"),
    ),
    Command(
        ("科目映射", "mapping"),
        Right.REPORT,
        mapping,
        Text("看、改科目对应", "see and set what accounts stand for"),
        Text("科目映射", "mapping"),
    ),
    Command(
        ("报表填数", "填数", "inputs"),
        Right.BOOKS,
        inputs,
        Text("填报表要的数", "give figures the statements need"),
        Text("报表填数 2026-09", "inputs 2026-09"),
    ),
    Command(
        ("归档报表", "archive report"),
        Right.KEEP,
        keep,
        Text("把报表连同数据归档", "archive a report with its data"),
        Text("归档报表 报销 2026-10", "archive report expenses 2026-10"),
    ),
    Command(
        ("问一下", "问", "ask"),
        Right.SEARCH,
        ask,
        Text("用一句话问数字", "ask for figures in words"),
        Text("问 本月差旅 按部门", "ask travel this month by department"),
    ),
    Command(
        ("核对", "对账", "match", "check books"),
        Right.SEE_ALL,
        check_books,
        Text("核对凭证、单据、银行", "check vouchers, documents and bank"),
        Text("核对 2026-09", "match 2026-09"),
    ),
    Command(
        ("整理", "arrange"),
        Right.ARRANGE,
        arrange,
        Text("整理一个月的凭证，先看再归档", "arrange a month's vouchers: look first, then file"),
        Text("整理 2026-09", "arrange 2026-09"),
    ),
    Command(
        ("并入", "join"),
        Right.ARRANGE,
        join,
        Text("把没对上的单据并入凭证", "put a document into a voucher's unit"),
        Text("并入 G2610-0001 记-1 2026-09 原因：金额已核对", "join G2610-0001 记-1 2026-09 because: amounts checked"),
    ),
    Command(
        ("案卷", "volumes"),
        Right.SEE_ALL,
        volumes,
        Text("看案卷，打印封面、目录", "see volumes, print covers and lists"),
        Text("案卷 2026", "volumes 2026"),
    ),
    Command(
        ("著录", "describe"),
        Right.SEARCH,
        describe,
        Text("看和补元数据", "see and add metadata"),
        Text("著录 记-1 2026-09", "describe 记-1 2026-09"),
    ),
    Command(
        ("到期", "due"),
        Right.SEE_ALL,
        list_due,
        Text("看到期的档案和期限", "see what falls due"),
        Text("到期 2026", "due 2026"),
    ),
    Command(
        ("延长", "extend"),
        Right.RETAIN,
        extend,
        Text("鉴定后延长保管期限", "lengthen a term after appraisal"),
        Text("延长 G2610-0001 40年 原因：仍有价值", "extend G2610-0001 40年 because: still of value"),
    ),
    Command(
        ("打印清单", "print list"),
        Right.SEE_ALL,
        print_list,
        Text("看要打印的永久档案", "see permanent records to print"),
        Text("打印清单 2026", "print list 2026"),
    ),
    Command(
        ("冻结", "hold"),
        Right.RETAIN,
        hold,
        Text("冻结不得销毁的档案", "hold what may not be destroyed"),
        Text("冻结 某公司 2025 诉讼 原因：合同纠纷", "hold SOME COMPANY 2025 litigation because: dispute"),
    ),
    Command(
        ("解除冻结", "release hold"),
        Right.RETAIN,
        release,
        Text("解除冻结", "release a hold"),
        Text("解除冻结 H1 原因：已结案", "release hold H1 because: settled"),
    ),
    Command(
        ("报废", "scrap"),
        Right.ARRANGE,
        scrap,
        Text("资产报废，卡片归档", "file the card of a scrapped asset"),
        Text("报废 A001 2026-05-31 原因：到期更新", "scrap A001 2026-05-31 because: replaced"),
    ),
    Command(
        ("定期审查", "合规", "compliance"),
        Right.SEE_ALL,
        review_now,
        Text("定期审查", "review the archive"),
        Text("定期审查", "compliance"),
    ),
    Command(
        ("审查记录", "record"),
        Right.RETAIN,
        note,
        Text("记录备份、演练、评估", "note a backup, drill or test"),
        Text("审查记录 应急演练 2026-11-01", "record drill 2026-11-01"),
    ),
    Command(
        ("关联", "link voucher"),
        Right.BOOKS,
        link_voucher,
        Text("把单据关联到凭证", "say which voucher books a document"),
        Text("关联 记-23 2026-09 G2609-0003", "link voucher 记-23 2026-09 G2609-0003"),
    ),
    Command(
        ("取消关联", "unlink voucher"),
        Right.BOOKS,
        part_voucher,
        Text("取消凭证与单据的关联", "part a voucher from a document"),
        Text("取消关联 记-23 2026-09 G2609-0003", "unlink voucher 记-23 2026-09 G2609-0003"),
    ),
    Command(
        ("录入", "手工录入", "enter"),
        Right.FORWARD,
        enter,
        Text("没有文件的单据，手工录入", "enter a document that has no file"),
        Text("录入", "enter"),
    ),
    Command(
        ("定时", "schedules", "schedule"),
        Right.SCHEDULE,
        list_schedules,
        Text("看定时报表", "see scheduled reports"),
        Text("定时", "schedules"),
    ),
    Command(
        ("取消定时", "cancel schedule"),
        Right.SCHEDULE,
        cancel_schedule,
        Text("取消定时", "cancel a schedule"),
        Text("取消定时 1", "cancel schedule 1"),
    ),
    Command(
        ("暂停定时", "pause schedule"),
        Right.SCHEDULE,
        pause_schedule,
        Text("暂停定时", "pause a schedule"),
        Text("暂停定时 1", "pause schedule 1"),
    ),
    Command(
        ("恢复定时", "resume schedule"),
        Right.SCHEDULE,
        resume_schedule,
        Text("恢复定时", "resume a schedule"),
        Text("恢复定时 1", "resume schedule 1"),
    ),
    Command(
        ("查验", "tax check"),
        Right.CHECK,
        check,
        Text("再向税务机关查验一次", "check with the tax authority once more"),
        Text("查验 G2610-0001", "tax check G2610-0001"),
    ),
    Command(
        ("验签", "signature"),
        Right.CHECK,
        signature,
        Text("重新验证签章", "verify seals and signatures once more"),
        Text("验签 G2610-0001", "signature G2610-0001"),
    ),
    Command(
        ("检测", "四性检测", "inspect", "four-property"),
        Right.INSPECT,
        inspect,
        Text("四性检测", "run four-property checks"),
        Text("检测 2025 凭证", "inspect 2025 vouchers"),
    ),
    Command(
        ("移交", "hand over", "handover"),
        Right.HAND_OVER,
        hand_over,
        Text("移交年度会计档案", "hand a year's archives over"),
        Text("移交 2025", "hand over 2025"),
    ),
    Command(
        ("鉴定销毁", "鉴定", "appraise", "appraisal"),
        Right.DESTROY,
        appraise,
        Text("到期档案鉴定与销毁", "appraise and destroy what is due"),
        Text("鉴定", "appraise"),
    ),
    Command(
        ("签字码", "sign code"),
        Right.TALK,
        sign_code,
        Text("取移交、销毁签字码", "a code to sign a hand-over or a destruction with"),
        Text("签字码 YJ2025-GD01-01", "sign code YJ2025-GD01-01"),
    ),
    Command(
        ("委托签字", "deputy"),
        Right.TALK,
        deputy,
        Text("委托别人代签移交", "name who signs a hand-over for you"),
        Text("委托签字 王芳 YJ2025-GD01-01", "deputy wang YJ2025-GD01-01"),
    ),
    Command(
        ("借阅", "利用", "borrow"),
        Right.SEARCH,
        borrow,
        Text("借阅档案，限时、留痕", "borrow from the archive, for a time"),
        Text("借阅 记-1 2026-09 3天 理由：核对付款", "borrow 记-1 2026-09 3 days because: check a payment"),
    ),
    Command(
        ("归还", "return"),
        Right.SEARCH,
        give_back,
        Text("归还借阅", "return what was borrowed"),
        Text("归还 JY26-0001", "return JY26-0001"),
    ),
    Command(
        ("借阅登记", "利用登记", "loan register"),
        Right.SEE_ALL,
        registered,
        Text("看利用登记", "see the register of uses"),
        Text("借阅登记 2026", "loan register 2026"),
    ),
    Command(
        ("批准借阅", "grant loan"),
        Right.LEND,
        grant,
        Text("批准借阅", "grant a loan"),
        Text("批准借阅 JY26-0001", "grant loan JY26-0001"),
    ),
    Command(
        ("不批准借阅", "拒绝借阅", "refuse loan"),
        Right.LEND,
        refuse_loan,
        Text("不批准借阅", "refuse a loan"),
        Text("不批准借阅 JY26-0001 原因：理由不足", "refuse loan JY26-0001 because: no reason to"),
    ),
    Command(
        ("收回借阅", "revoke loan"),
        Right.LEND,
        revoke,
        Text("提前收回借阅", "revoke a loan"),
        Text("收回借阅 JY26-0001 原因：审计已结束", "revoke loan JY26-0001 because: the audit is over"),
    ),
    Command(
        ("抽样", "审计抽样", "sample"),
        Right.SEE_ALL,
        sample,
        Text("审计抽样，可重做", "draw an audit sample that can be drawn again"),
        Text("抽样 2026-09 金额≥1万 随机 5 种子 7", "sample 2026-09 amount ≥ 10000 random 5 seed 7"),
    ),
    Command(
        ("联查", "穿透", "trace"),
        Right.SEE_ALL,
        trace,
        Text("凭证、单据、流水、审批联查", "trace a voucher, invoice or bank line both ways"),
        Text("联查 记-1 2026-09", "trace 记-1 2026-09"),
    ),
    Command(
        ("月结包", "month-end pack", "month end pack"),
        Right.REPORT,
        month_end,
        Text("月结包：报表、分析、未结事项装成一册", "statements, registers and open items as one PDF"),
        Text("月结包 2026-09", "month-end pack 2026-09"),
    ),
    Command(
        ("每日摘要", "摘要", "digest"),
        Right.TALK,
        set_digest,
        Text("每日摘要：一天一条，代替多条通知", "one digest a day instead of several notices"),
        Text("每日摘要 开 9:00", "digest on 9:00"),
    ),
    Command(
        ("状态", "运行状态", "status"),
        Right.WATCH,
        state,
        Text("看运行状态", "see how the service stands"),
        Text("状态", "status"),
    ),
    Command(
        ("归类规则", "规则", "rules", "rule"),
        Right.SEARCH,
        rules,
        Text("看归类规则", "see the rules of sorting"),
        Text("规则 差旅", "rules travel"),
    ),
    Command(
        ("规则 新增", "规则新增", "规则 增加", "rules add", "rule add"),
        Right.PROPOSE_RULE,
        add_rule,
        Text("提出一条归类规则，由另一人批准", "propose a rule, for another person to approve"),
        Text("规则 新增 餐饮招待 含 咖啡", "rules add meals word coffee"),
    ),
    Command(
        ("规则 修改", "规则修改", "规则 改", "rules change", "rule change"),
        Right.PROPOSE_RULE,
        change_rule,
        Text("提出修改一条规则", "propose a change of a rule"),
        Text("规则 修改 R1 餐饮招待 含 咖啡、拿铁", "rules change R1 meals word coffee, latte"),
    ),
    Command(
        ("规则 停用", "规则停用", "rules retire", "rule retire"),
        Right.PROPOSE_RULE,
        retire_rule,
        Text("提出停用一条规则", "propose to retire a rule"),
        Text("规则 停用 R1", "rules retire R1"),
    ),
    Command(
        ("绑定码", "link code"),
        Right.TALK,
        link_code,
        Text("绑定 Slack、Teams、企业微信账号", "link your Slack, Teams or WeCom account"),
        Text("绑定码", "link code"),
    ),
    Command(
        ("反馈", "feedback"),
        Right.TALK,
        feedback,
        Text("提意见", "tell us what you think"),
        Text("反馈 希望支持……", "feedback please support …"),
    ),
    *(
        Command(
            (a.name.zh, a.name.en),
            Right.REPORT,
            analysis_of(key),
            a.help,
            Text(f"{a.name.zh} {a.example}", f"{a.name.en} {a.example}"),
        )
        for key, a in ANALYSES.items()
    ),
    Command(("帮助", "help", "?", "？"), Right.TALK, help_me, Text("看帮助", "see this help"), Text("帮助", "help")),
)

SCHEDULE = Command(
    (),
    Right.SCHEDULE,
    set_schedule,
    Text("设定时报表", "schedule a report"),
    Text("每周一 9:00 报表 上周报销", "every monday 9:00 report expenses last week"),
)
UPLOAD = Command((), Right.FORWARD, forwarded, Text("交单据", "forward documents"), Text("", ""))

#: Buttons: the action a click carries → the right it needs and its handler.
ACTIONS: Mapping[str, tuple[Right, Handler]] = {
    "approve": (Right.DECIDE, approve),
    "reject": (Right.DECIDE, reject),
    "correct": (Right.FORWARD, correct),
    "withdraw": (Right.FORWARD, withdraw),
    "restore": (Right.FORWARD, restore),
    "check": (Right.CHECK, check),
    "open": (Right.SEARCH, show),
    "page": (Right.SEARCH, search),
    "todo": (Right.TALK, todo),
    ENTER: (Right.FORWARD, enter),
    RETRY: (Right.WATCH, retry),
    ASK_AGAIN: (Right.SEARCH, ask),
    LINK: (Right.ADMINISTER, link),
    KEEP: (Right.KEEP, keep),
    RULE_APPROVE: (Right.DECIDE_RULE, approve_rule),
    RULE_REJECT: (Right.DECIDE_RULE, reject_rule),
    RULE_WITHDRAW: (Right.PROPOSE_RULE, withdraw_rule),
    SUGGEST: (Right.PROPOSE_RULE, propose_suggested),
    DISMISS: (Right.PROPOSE_RULE, dismiss_suggested),
    BOOK_IMPORT: (Right.BOOKS, confirm_import),
    ARRANGE_FILE: (Right.ARRANGE, file_month),
    HOLD_RELEASE: (Right.RETAIN, release),
    INSPECTION_CANCEL: (Right.INSPECT, cancel_inspection),
    HANDOVER_SIGN: (Right.TALK, signed),
    HANDOVER_REFUSE: (Right.TALK, refused),
    LOAN_GRANT: (Right.LEND, grant),
    LOAN_REFUSE: (Right.LEND, refuse_loan),
    LOAN_REVOKE: (Right.LEND, revoke),
    DESTROY_VOTE: (Right.DESTROY, voted),
    DESTROY_TAKE: (Right.TALK, taken),
    DESTROY_REFUSE: (Right.DESTROY, stopped),
    INPUTS: (Right.BOOKS, inputs),
    BOOK_MAP: (Right.BOOKS, map_columns),
    BOOK_COLUMNS: (Right.BOOKS, columns),
    AS_DOCUMENT: (Right.BOOKS, as_document),
    LINK_UNDO: (Right.BOOKS, undo_link),
}


def command_for(text: str) -> tuple[Command, str] | None:
    """The command the words begin with, longest word first, and the rest. `查顺丰` needs no space; `report` does."""
    said = text.strip()
    if starts_a_schedule(said):
        return SCHEDULE, said
    for word, command in sorted(_WORDS.items(), key=lambda pair: -len(pair[0])):
        if not said.lower().startswith(word):
            continue
        rest = said[len(word) :]
        if not rest or not word[-1].isascii() or not rest[0].isalnum():
            return command, rest.strip().lstrip(":：,，").lstrip()
    return None


def slip(text: str) -> bool:
    """Whether the first word is a command with a letter wrong: reprot expenses."""
    said = text.strip().lower().split(" ")[0]
    commands = [word for word in _WORDS if word.isascii() and len(word) > 3]
    return not sounds(said) and bool(difflib.get_close_matches(said, commands, n=1, cutoff=0.8))


def nearest(text: str) -> str:
    """The command word most like what was said."""
    said = text.strip().lower().split(" ")[0] or "?"
    close = difflib.get_close_matches(said, _WORDS, n=1, cutoff=0.5)
    if close:
        return close[0]
    shared = [word for word in _WORDS if set(word) & set(said)]
    return max(shared, key=lambda word: len(set(word) & set(said)), default="帮助")


_WORDS = {word: command for command in COMMANDS for word in command.words}
