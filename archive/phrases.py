"""The words questions are made of, as patterns: what is known by name, and the turns of phrase around it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from archive.question import Format
from archive.vocabulary import AMBIGUOUS, DIMENSIONS, LISTS, MEASURES, STATEMENTS

HAN = {"一": 1, "二": 2, "两": 2, "三": 3, "五": 5, "六": 6, "十": 10, "十二": 12, "二十": 20}
N = r"(\d{1,3}|二十|十二|[一二两三五六十])"


def bounded(word: str) -> str:
    """The pattern of a word: ASCII words stand alone, Chinese ones may run together."""
    core = re.escape(word.lower()).replace(r"\ ", r"\s+")
    return rf"(?<![a-z0-9]){core}(?![a-z0-9])" if word.isascii() else core


def any_of(words: Collection[str]) -> str:
    """The pattern of any of these, the longest first."""
    return "|".join(bounded(word) for word in sorted(words, key=lambda word: (-len(word), word)))


SUBJECTS = {word.lower(): measure.key for measure in MEASURES for word in measure.term.words} | {
    word.lower(): term.key for term in STATEMENTS for word in term.words
}
TRAVEL = (
    "差旅",
    "差旅费",
    "差旅费用",
    "出差",
    "出差费",
    "travel",
    "travel expenses",
    "travel costs",
    "business trips",
)
LISTED = {word.lower(): term.key for term in LISTS for word in term.words}
LIST = re.compile(any_of(LISTED), re.I)
KNOWN = re.compile(any_of([*SUBJECTS, *AMBIGUOUS, *TRAVEL]), re.I)
DIM = {word.lower(): term.key for term in DIMENSIONS for word in term.words}
DIM_WORD = any_of(DIM)
BY = re.compile(rf"(?:按照?|分|各个?|(?<![a-z])(?:by|per|(?:for\s+)?each)\s+)\s*({DIM_WORD})", re.I)
AND_BY = re.compile(rf"\s*(?:[、,和与]|and\b|&)\s*(?:按|by\s+)?({DIM_WORD})", re.I)
WHICH = re.compile(
    r"哪个部门|哪些部门|哪家供应商|哪个供应商|哪类|哪个月|谁|which\s+(?:department|supplier|category|month)|\bwho\b",
    re.I,
)
WHICH_DIM = (("部门", "department"), ("供应商", "supplier"), ("类", "category"), ("月", "month"))
MOST = re.compile(
    r"(?:花(?:费|得|的)?|用得?|报得?)?(?:最多|最高|最大)的?|\b(?:spent|spends)?\s*(?:the\s+)?(?:most|highest|largest|biggest)\b",
    re.I,
)
TOP = re.compile(rf"前\s*{N}\s*(?:名|位|个|家|大|项)?(?!\s*(?:个?月|季|年|天|周|日))|\btop[\s-]*(\d{{1,3}})\b", re.I)
TOP_OF = re.compile(rf"\s*(?:的)?({DIM_WORD})", re.I)
MONEY = re.compile(r"多少钱|花了|花费|报了多少|\bhow\s+much\b|\bspen[dt]\b|\bcosts?\b", re.I)
TREND_OF = re.compile(r"(?<![近去\d])(\d{1,2})\s*个月\s*(?:趋势|走势)|\b(\d{1,2})[\s-]months?\s+trend\b", re.I)
TREND = re.compile(r"(?:变化)?(?:趋势|走势|走向)图?|\b(?:the\s+)?trends?\b|\bover\s+time\b|\bdevelopment\b", re.I)
SHARE = re.compile(r"占比|比重|比例|构成|\bshares?\b|\bbreakdown\b|\bproportions?\b", re.I)
WAN = re.compile(r"(?:单位\s*[:是]?\s*|以|用)?(?<!\d)万元(?:为单位|计)?|\bin\s+(?:wan|10k|ten\s+thousands?)\b", re.I)
DETAIL = re.compile(r"明细(?!表)|清单|\bdetails?\b|\blist(?:ed)?\b", re.I)
FORMAT = re.compile(r"(?<![a-z])(pdf|word|docx|excel|xlsx)(?![a-z])", re.I)
FORMATS: Mapping[str, Format] = {"pdf": "pdf", "word": "word", "docx": "word", "excel": "excel", "xlsx": "excel"}
WITH = r"(?:(?:和|与|跟|比|对比|同|较)\s*|(?:vs\.?|versus|to|with|against|over)\s+(?:the\s+)?)?"
YEAR = re.compile(
    rf"同比|{WITH}(?:去年|上年)同期(?:\s*(?:相比|对比|比较|比))?|{WITH}\bsame\s+(?:period|month|quarter|time)(?:\s+of)?\s+last\s+year\b"
    r"|\byear[\s-](?:on|over)[\s-]year\b|\byoy\b",
    re.I,
)  # fmt: skip
PRIOR = re.compile(
    rf"环比|{WITH}上期(?:\s*(?:相比|对比|比较|比))?|{WITH}\b(?:prior|previous)\s+period\b"
    r"|\b(?:month|quarter|period)[\s-](?:on|over)[\s-](?:month|quarter|period)\b|\bmom\b|\bqoq\b",
    re.I,
)  # fmt: skip
SPLITS = tuple(
    re.compile(pattern, re.I | re.S)
    for pattern in (
        r"^(?:compare|comparison\s+of)\s+(?P<a>.+?)\s+(?:to|with|and|against|vs\.?|versus)\s+(?P<b>.+)$",
        r"^(?:比较|对比)(?:一下)?\s*(?P<a>.+?)\s*(?:和|与|跟|同|、)\s*(?P<b>.+)$",
        r"^(?P<a>.+?)\s*(?:和|与|跟|同)\s*(?P<b>.+?)\s*(?:的)?(?:比较|对比|相比|比一比|比)$",
        r"^(?P<a>.+?)\s*(?:对比|相比|比较|\bvs\.?(?=\s)|\bversus\b|\bcompared\s+(?:to|with)\b|\bagainst\b)\s*(?P<b>.+)$",
        r"^(?P<a>.+?)\s*(?:比|较)\s*(?P<b>(?:去年|上年|前年|上个?月|上一?季|上周|上半年|20\d\d).*)$",
    )
)
LATELY = re.compile(
    rf"(?:最近|过去|近)\s*{N}\s*(?P<zh>个?月|个?季度?|年)|\b(?:last|past|recent)\s+(\d{{1,3}})\s+(?P<en>months?|quarters?|years?)\b",
    re.I,
)
TO_DATE = re.compile(r"年初至今|今年以来|本年以来|本年累计|今年累计|\bytd\b|\byear[\s-]to[\s-]date\b", re.I)
THREE = re.compile(r"(?:(?P<y>20\d\d)年?|今年|本年)?前三季度", re.I)
OF_YEAR = re.compile(
    r"\b(Q[1-4]|H[12]|January|February|March|April|May|June|July|August|September|October|November|December)"
    r"\s+(?:of\s+)?(last|this)\s+year\b",
    re.I,
)
BEFORE_LAST = re.compile(r"上上个?月|\bmonth\s+before\s+last\b", re.I)
LABEL = re.compile(
    r"(?<![a-z])(?P<label>部门|人|类别|供应商|科目|department|person|category|supplier|account)\s*:\s*(?:\"(?P<q>[^\"]*)\"|(?P<w>[^\s\"]+))",
    re.I,
)  # fmt: skip
LABELS = {"部门": "department", "人": "person", "类别": "category", "供应商": "supplier", "科目": "account"}
MINE = re.compile(r"我(?:自己)?(?:提交|报|交)?的?|\b(?:my|mine|i)\b", re.I)
FILLERS = re.compile(
    r"多少钱|是多少|有多少|多少|一共|总共|共计|合计|总计|总额|帮我|给我|我想(?:知道|看)?|看一下|看看|查看|显示|请|一下|情况|怎么样|如何"
    r"|花了|花|用了|报了|有|是|了|吗|呢|的|在|为|和|与|及|公司|我们|单据|发票|报表|的话|表|年度|期间|张"
    r"|\b(?:how|much|many|what|is|was|were|are|did|do|does|we|the|a|an|of|in|on|for|from|at|our|us|me|show|give|tell|please"
    r"|total|sum|amount|and|to|with|by|compare|spent|spend|spending|company|documents?|invoices?|report|have|has|had|there|figures?)\b",
    re.I,
)  # fmt: skip
EMPTY = re.compile(r"[\s,，、;；:\-]+")
