"""Who may do what: roles, rights, and the one question asked at the one door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from archive.errors import AccountDisabled, NotAllowed
from archive.item import Item
from archive.words import Lang, Text


class Role(StrEnum):
    """What a person is in the company. A person may have several."""

    EMPLOYEE = "employee"
    APPROVER = "approver"
    FINANCE = "finance"  # 财务经理
    ARCHIVIST = "archivist"  # 档案员
    AUDITOR = "auditor"  # 审计, read only
    ADMIN = "admin"
    CASHIER = "cashier"  # 出纳: may not double as keeper of the archive (79号令 Art 11)
    # who takes part in 鉴定销毁 (79号令 Art 17, 18) beside the archivist, finance and audit
    HEAD = "head"
    ARCHIVE_HEAD = "archive_head"
    ACCOUNTING_HEAD = "accounting_head"
    DISCIPLINE = "discipline"
    IT = "it"


ROLE_NAMES: Mapping[Role, Text] = {
    Role.EMPLOYEE: Text("员工", "employee"),
    Role.APPROVER: Text("审批人", "approver"),
    Role.FINANCE: Text("财务经理", "finance manager"),
    Role.ARCHIVIST: Text("档案员", "archivist"),
    Role.AUDITOR: Text("审计", "auditor"),
    Role.ADMIN: Text("管理员", "administrator"),
    Role.CASHIER: Text("出纳", "cashier"),
    Role.HEAD: Text("单位负责人", "head of the company"),
    Role.ARCHIVE_HEAD: Text("档案机构负责人", "head of the archive body"),
    Role.ACCOUNTING_HEAD: Text("会计机构负责人", "head of the accounting body"),
    Role.DISCIPLINE: Text("纪检监察", "discipline inspection"),
    Role.IT: Text("信息系统管理", "information technology"),
}


class Right(StrEnum):
    """What a command needs."""

    TALK = "talk"  # help, feedback: anyone with an account
    FORWARD = "forward"
    DECIDE = "decide"
    SEARCH = "search"
    SEE_ALL = "see_all"
    REPORT = "report"
    SCHEDULE = "schedule"
    BOOKS = "books"  # import books and bank statements
    VERIFY = "verify"
    INSPECT = "inspect"  # run four-property checks
    HAND_OVER = "hand_over"  # hand the year's archives over, or take them
    KEEP = "keep"  # put made reports into the archive
    CHECK = "check"  # put down what the tax authority says (查验)
    ARRANGE = "arrange"  # 整理、归档、著录: by accounting (79号令 Art 10) and the archivist
    LEND = "lend"  # grant and revoke borrowings (利用)
    RETAIN = "retain"  # terms and legal holds
    DESTROY = "destroy"  # take part in 鉴定销毁; which step, the case decides
    PROPOSE_RULE = "propose_rule"  # a change of the rules by which documents are sorted
    DECIDE_RULE = "decide_rule"  # whether such a change comes into force
    ADMINISTER = "administer"
    WATCH = "watch"  # queues, failures, storage: no view of any document


RIGHT_NAMES: Mapping[Right, Text] = {
    Right.TALK: Text("对话", "talk"),
    Right.FORWARD: Text("交单据", "forward documents"),
    Right.DECIDE: Text("审批", "approve"),
    Right.SEARCH: Text("检索", "search"),
    Right.SEE_ALL: Text("查看全部档案", "see the whole archive"),
    Right.REPORT: Text("报表", "reports"),
    Right.SCHEDULE: Text("定时报表", "scheduled reports"),
    Right.BOOKS: Text("导入账簿", "import books"),
    Right.VERIFY: Text("校验", "verify"),
    Right.KEEP: Text("报表归档", "archive reports"),
    Right.CHECK: Text("查验", "tax checks"),
    Right.ARRANGE: Text("整理归档", "arrange and file"),
    Right.RETAIN: Text("保管期限与冻结", "terms and legal holds"),
    Right.LEND: Text("批准借阅", "grant borrowings"),
    Right.INSPECT: Text("四性检测", "four-property checks"),
    Right.HAND_OVER: Text("移交", "hand-over"),
    Right.DESTROY: Text("鉴定销毁", "appraisal and destruction"),
    Right.PROPOSE_RULE: Text("提出归类规则", "propose rules"),
    Right.DECIDE_RULE: Text("审批归类规则", "approve rules"),
    Right.ADMINISTER: Text("管理", "administer"),
    Right.WATCH: Text("查看运行状态", "see how the service stands"),
}

_SEES_ALL = frozenset({Right.TALK, Right.SEARCH, Right.SEE_ALL, Right.REPORT})

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.EMPLOYEE: frozenset({Right.TALK, Right.FORWARD, Right.SEARCH}),
    Role.APPROVER: frozenset({Right.TALK, Right.FORWARD, Right.SEARCH, Right.DECIDE}),
    Role.FINANCE: _SEES_ALL
    | {Right.FORWARD, Right.DECIDE, Right.SCHEDULE, Right.CHECK, Right.BOOKS, Right.ARRANGE, Right.RETAIN}
    | {
        Right.PROPOSE_RULE,
        Right.DECIDE_RULE,
        Right.INSPECT,
        Right.HAND_OVER,
        Right.KEEP,
        Right.WATCH,
        Right.LEND,
        Right.DESTROY,
    },
    Role.ARCHIVIST: _SEES_ALL
    | {Right.FORWARD, Right.SCHEDULE, Right.VERIFY, Right.CHECK, Right.BOOKS, Right.ARRANGE, Right.RETAIN}
    | {Right.DECIDE_RULE, Right.INSPECT, Right.HAND_OVER, Right.KEEP, Right.WATCH, Right.LEND, Right.DESTROY},
    Role.AUDITOR: _SEES_ALL | {Right.VERIFY, Right.INSPECT, Right.DESTROY},
    Role.CASHIER: frozenset({Right.TALK, Right.FORWARD, Right.SEARCH}),
    # 三员分立: administering gives no view of the archive
    Role.ADMIN: frozenset({Right.TALK, Right.ADMINISTER, Right.WATCH}),
    # their seat in a case shows them its list, not the archive
    Role.HEAD: frozenset({Right.TALK, Right.DESTROY}),
    Role.ARCHIVE_HEAD: frozenset({Right.TALK, Right.DESTROY}),
    Role.ACCOUNTING_HEAD: frozenset({Right.TALK, Right.DESTROY}),
    Role.DISCIPLINE: frozenset({Right.TALK, Right.DESTROY}),
    Role.IT: frozenset({Right.TALK, Right.DESTROY}),
}


#: What a cashier may not do whatever else they are: 出纳人员不得兼管会计档案 (79号令 Art 11).
KEEPING = frozenset({Right.INSPECT, Right.HAND_OVER, Right.ARRANGE, Right.RETAIN, Right.LEND, Right.DESTROY})


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account. `id` is short and stable; a name is never authority."""

    id: str
    name: str
    roles: frozenset[Role]
    department: str = ""
    company: str = ""  # code of the company (fonds 全宗) the person belongs to
    lang: Lang = "zh"
    disabled: bool = False
    email: str = ""  # as the company's directory knows it; links platform users where settings allow
    until: datetime | None = None  # UTC; an outsider's account (external auditor) ends by itself then

    def at(self, now: datetime) -> Person:
        """The person as of a moment: disabled once their time is over."""
        return replace(self, disabled=True) if self.until is not None and now >= self.until else self

    @property
    def rights(self) -> frozenset[Right]:
        """Every right any of the roles gives; a disabled person has none, and a cashier none of keeping archives."""
        if self.disabled:
            return frozenset()
        held = frozenset[Right]().union(*(RIGHTS[r] for r in self.roles))
        return held - KEEPING if Role.CASHIER in self.roles else held


def may(person: Person, right: Right) -> bool:
    """Whether the person has the right."""
    return right in person.rights


def demand(person: Person, right: Right) -> None:
    """Raises AccountDisabled, or NotAllowed, which names the right, when the person hasn't it."""
    if person.disabled:
        raise AccountDisabled()
    if not may(person, right):
        raise NotAllowed(right=RIGHT_NAMES[right])


def may_see(person: Person, item: Item) -> bool:
    """Whether the person may see this item: their own, one laid before them, or the whole company's by right."""
    if person.disabled or item.company != person.company:
        return False
    return person.id in item.seen_by or may(person, Right.SEE_ALL)
