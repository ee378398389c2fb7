"""The words of a search as a Query: 查 顺丰 2026-10 >500; search taxi last month over 50."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain, groupby

from archive import amount_words, period
from archive.document import KIND_NAMES, Kind
from archive.errors import BadPeriod
from archive.item import STATE_NAMES, ItemState
from archive.query import Query

_VERB = re.compile(r"\s*(?:(?:查询|查找|搜索|检索|搜|找|search|find)(?=[\s:]|$)|查(?:一下|下)?)[\s:]*", re.IGNORECASE)
_QUOTED = re.compile(r"“([^”]*)”|\"([^\"]*)\"|「([^」]*)」|『([^』]*)』|《([^》]*)》")
_GAP = re.compile(r"[\s;、]+|,(?!\d)|(?<!\d),")

LONGEST = 500  # characters of a search; what is pasted beyond is not a question
_HANGING = re.compile(r"(?<=..)(?:的|发票|单据|票据|记录)+$")

_KINDS: Mapping[Kind, str] = {
    Kind.EINVOICE: "数电票 数电发票 数电 全电发票 全电票 einvoice e-invoice",
    Kind.VAT: "增值税发票 增值税 vat",
    Kind.TOLL: "通行费 过路费 高速费 toll",
    Kind.RAIL: "火车票 火车 铁路 高铁 高铁票 动车票 rail train",
    Kind.AIR: "机票 飞机票 行程单 航空 air flight",
    Kind.TAXI: "出租车 出租车发票 的士 打车票 taxi",
    Kind.QUOTA: "定额 quota",
    Kind.FISCAL: "财政电子票据 财政 fiscal",
    Kind.BANK_RECEIPT: "回单 银行回单",
    Kind.STATEMENT: "对账单 银行流水 statement",
    Kind.CUSTOMS: "海关 海关缴款书 海关专用缴款书 customs",
    Kind.TRIP: "网约车行程单 行程报销单 trip",
    Kind.CONTRACT: "合同 contract",
    Kind.APPROVAL: "审批 审批单 报销单 申请单 approval",
    Kind.FOREIGN: "外文 外文发票 foreign",
}
_STATES: Mapping[ItemState, str] = {
    ItemState.DOUBTFUL: "待补充 待补 待确认 待补录 doubtful incomplete",
    ItemState.PENDING: "待审批 待审 待批 审批中 未审批 pending",
    ItemState.REJECTED: "已驳回 驳回 被驳回 已退回 rejected",
    ItemState.WITHDRAWN: "已撤回 撤回 withdrawn",
    ItemState.ARCHIVED: "已归档 归档 已通过 已批准 archived approved filed",
}
_UNFILED = frozenset({ItemState.DOUBTFUL, ItemState.PENDING})
#: 专票 and 普票 are no kinds (数电票 and 增值税发票 come as either): they are words of the printed title.
_TITLES = {
    **dict.fromkeys(("专票", "增值税专票", "增值税专用发票", "special vat"), "专用发票"),
    **dict.fromkeys(("普票", "增值税普票", "增值税普通发票"), "普通发票"),
}
_MINE = ("我的", "我", "我交", "我提交", "我交的", "mine", "my")
_FILLERS = (
    *("的", "所有", "全部", "单据", "票据", "发票", "记录", "金额", "总额", "请", "帮我", "一下", "看看"),
    *("发票号", "发票号码", "发票代码", "号码", "编号", "档号", "单号", "number", "no", "no."),
    *("all", "the", "of", "in", "from", "for", "on", "by", "with", "during"),
    *("documents", "document", "invoices", "invoice", "receipts", "receipt", "tickets", "ticket"),
)


def ask(words: str, today: date, names: Mapping[str, str], departments: Collection[str], me: str = "") -> Query:
    """What is asked for. `names`: person name → id; `me`: the asker's id, meant by 我的 and mine.

    Quoted phrases are taken literally. Whatever is no period, amount, kind, state, person or department is a word to
    be found in the text; so is any number. Raises BadPeriod for 2026-13, BadAmount for >abc.
    """
    text = unicodedata.normalize("NFKC", words[:LONGEST].replace("“", '"').replace("”", '"'))
    text = _VERB.sub("", text, count=1) if _VERB.match(text) else text
    phrases = [phrase for m in _QUOTED.finditer(text) if (phrase := next(filter(None, m.groups()), "").strip())]
    bounds, text = amount_words.marked(_QUOTED.sub(" ", text))
    when, text = span(text, today)
    more, text = amount_words.plain(text)
    money = {**more, **bounds}
    said = _Said(_terms(names, departments, me))
    said.hear([token for token in _GAP.split(text) if token])
    return Query(
        words=(*phrases, *said.words),
        kinds=frozenset(said.kinds),
        states=frozenset(said.states),
        first=when.first if when else None,
        last=when.last if when else None,
        owner=said.owner,
        department=said.department,
        at_least=money.get("at_least"),
        at_most=money.get("at_most"),
        above=money.get("above"),
        below=money.get("below"),
    )


def span(text: str, today: date) -> tuple[period.Period | None, str]:
    """The period said; of several, what they share (今年 10月). Raises BadPeriod when they share no day."""
    span, rest = period.find(text, today)
    while span:
        other, shorter = period.find(rest, today)
        if other is None:
            break
        first, last = max(span.first, other.first), min(span.last, other.last)
        if first > last:
            raise BadPeriod(words=text.strip())
        span, rest = period.Period.days(first, last), shorter
    return span, rest


@dataclass(frozen=True, slots=True)
class _Term:
    """What a known word means."""

    slot: str  # kind, state, owner, department, word or "" for a filler
    value: object = ""


def _terms(names: Mapping[str, str], departments: Collection[str], me: str) -> dict[str, _Term]:
    """Every known word, folded. A colleague's name wins over a department's, both over kinds and states."""
    known = {word: _Term("") for word in _FILLERS}
    for kind, label in KIND_NAMES.items():
        for word in (label.zh, label.en, *_KINDS.get(kind, "").split()):
            known[word.lower()] = _Term("kind", kind)
    for kind in (Kind.RAIL, Kind.TAXI, Kind.AIR, Kind.TOLL):
        known |= {
            f"{word} {paper}": _Term("kind", kind) for word in _KINDS[kind].split() for paper in ("ticket", "receipt")
        }
    for state, label in STATE_NAMES.items():
        for word in (label.zh, label.en, *_STATES[state].split()):
            known[word.lower()] = _Term("states", frozenset({state}))
    known |= {word: _Term("states", _UNFILED) for word in ("未归档", "unfiled")}
    known |= {word: _Term("word", title) for word, title in _TITLES.items()}
    known |= {_fold(word): _Term("department", word) for word in departments if word.strip()}
    if me:
        known |= {word: _Term("owner", me) for word in _MINE}
    return known | {_fold(name): _Term("owner", person) for name, person in names.items() if name.strip()}


def _fold(words: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", words).lower().split())


@dataclass(slots=True)
class _Said:
    """What was understood of the words so far."""

    terms: Mapping[str, _Term]
    words: list[str] = field(default_factory=list)
    kinds: set[Kind] = field(default_factory=set)
    states: set[ItemState] = field(default_factory=set)
    owner: str = ""
    department: str = ""

    def hear(self, tokens: list[str]) -> None:
        """Take known words of up to three tokens, longest first; keep the others as words."""
        while tokens:
            for size in (3, 2, 1):
                if term := self.terms.get(" ".join(tokens[:size]).lower()):
                    self._take(term, " ".join(tokens[:size]))
                    tokens = tokens[size:]
                    break
            else:
                self._piece(tokens[0])
                tokens = tokens[1:]

    def _piece(self, token: str) -> None:
        """A token that is no known word: perhaps several run together (已归档火车票), or joined by 的 (张三的顺丰)."""
        parts = [(part, self._apart(part.lower())) for part in token.split("的")]
        for known, group in groupby(parts, lambda part: bool(part[1])):
            if known:
                for piece in chain.from_iterable(pieces for _, pieces in group):
                    self._take(self.terms[piece], piece)
            else:
                self._word("的".join(part for part, _ in group))  # 美的空调 stays together

    def _word(self, word: str) -> None:
        """Without what hangs on to it: 顺丰发票 is sought as 顺丰."""
        bare = _HANGING.sub("", word.removeprefix("的"))
        if bare:
            self.words.append(bare)

    def _apart(self, token: str) -> list[str]:
        """The known words the token is made of, longest first; nothing when something is left over."""
        if token.isascii():
            return []
        pieces = []
        while token:
            piece = next((token[:n] for n in range(len(token), 0, -1) if token[:n] in self.terms), "")
            if not piece:
                return []
            pieces.append(piece)
            token = token[len(piece) :]
        return pieces

    def _take(self, term: _Term, word: str) -> None:
        match term:
            case _Term("kind", Kind() as kind):
                self.kinds.add(kind)
            case _Term("states", frozenset() as states):
                self.states |= states
            case _Term("owner", str() as person) if self.owner in ("", person):
                self.owner = person
            case _Term("department", str() as department) if self.department in ("", department):
                self.department = department
            case _Term("word", str() as title):
                self.words.append(title)
            case _Term(""):
                pass
            case _:
                self.words.append(word)  # a second person or department: one is sought, the other must be named
