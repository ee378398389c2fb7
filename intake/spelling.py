"""Mends what recognition gets wrong in a form's own words: labels and titles are a closed list, values are not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache

from archive.taxid import verdict
from intake import codes
from intake.fields import fold
from intake.rows import Word, to_rows

#: Labels that stand before a colon or alone. Shorter than four characters they are mended by rules of their own.
LABELS = (
    *("发票代码", "发票号码", "开票日期", "机器编号", "校验码", "电子客票号", "地址、电话", "开户行及账号"),
    *("纳税人识别号", "统一社会信用代码", "统一社会信用代码/纳税人识别号", "价税合计", "价税合计(大写)", "税率/征收率"),
    *("项目名称", "规格型号", "货物或应税劳务、服务名称", "开票人", "购买方名称", "销售方名称", "回单编号", "记账日期"),
    *("填开单位", "开票单位", "收款单位", "交款人"),
)
#: Labels written from top to bottom: only these may be mended in a word that is taller than wide.
_STACKED = ("购买方信息", "销售方信息", "购货单位", "销货单位")
#: How nearly a word must be a label; before a colon hardly anything else stands.
_LIKE, _LIKE_AT_COLON = 0.8, 0.74
#: The next best label must be this much less alike: 发票?码 may be 代码 or 号码.
_APART = 0.08
_COLON = re.compile("[:：]")
#: A colon left over from the label before; a semicolon at a label, which is a colon.
_LEFT_OVER = re.compile(r"^[:：;；](?=.{2})|(?<=[:：])\s*[:：;；]")
_NO_COLON = re.compile(r"(?<=^名称)[;；.]|(?<=识别号)[;；.]|(?<=代码)[;；.]")
#: A date that lost the blank before its time of day.
_GLUED = re.compile(r"(?:19|20)\d\d[-/.]\d\d[-/.]\d\d(?=\d\d:\d\d)")
#: What a seal says, and the place on the form where it goes.
_SEAL = re.compile(r".{0,3}(?:发票|财务|合同|业务)专用.{0,2}|[(（]?章[)）]")
_SEAL_PLACE = re.compile(r"(销售方|收款单位|开票单位)[:：]?\s?[(（]?[章意草音]?[)）]?.?")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z￥¥]{18}(?![0-9A-Za-z])")
_UNUSED = str.maketrans("OIZS￥¥", "0125YY")
#: 名 and 称 stand wide apart, and the first is often lost in the form's line.
_LOST_NAME = re.compile(r"^称(?=[:：]|$)")


def mended(words: Sequence[Word]) -> tuple[tuple[Word, ...], tuple[tuple[int, ...], ...]]:
    """The words with labels spelt right, the title in one piece and the seals' own words left out.

    Beside them, for each, the places of the given words it is made of.
    """
    spelt = [replace(w, text=_mend(w.text, w.box[3] - w.box[1] > w.box[2] - w.box[0])) for w in words]
    parts, title = _title(spelt)
    kept = [
        (title, parts) if title and i == parts[0] else (word, (i,))
        for i, word in enumerate(spelt)
        if i not in parts[1:] and not _SEAL.fullmatch(words[i].text)
    ]
    return tuple(word for word, _ in kept), tuple(made_of for _, made_of in kept)


def _mend(text: str, tall: bool) -> str:
    if _LOST_NAME.match(text):
        text = "名" + text
    text = _GLUED.sub(r"\g<0> ", _NO_COLON.sub(":", _LEFT_OVER.sub("", text)))
    if seal := _SEAL_PLACE.fullmatch(text):
        return f"{seal[1]}：（章）"
    if "（" in text or "）" in text:  # one of a pair is often taken for the narrow one
        text = text.replace("(", "（").replace(")", "）")
    text = _IDENTITY.sub(lambda m: _identity(m[0]), text)
    colon = _COLON.search(text)
    head, tail = (text[: colon.start()], text[colon.start() :]) if colon else (text, "")
    return label_like(fold(head).replace(" ", ""), head, tall, _LIKE_AT_COLON if colon else _LIKE) + tail


def _identity(printed: str) -> str:
    """A taxpayer number with figures for the letters that GB 32100 never uses, if its check character then holds."""
    figures = printed.upper().translate(_UNUSED)
    return figures if verdict(figures) == "right" else printed


@lru_cache(maxsize=4096)
def label_like(plain: str, printed: str, tall: bool, like: float) -> str:
    """The label that `plain` is nearly, else the words as printed."""
    if not 3 <= len(plain) <= 20 or plain in LABELS or plain in _STACKED or sum(c.isdigit() for c in plain) > 1:
        return printed
    ranked = sorted(((_likeness(plain, label), label) for label in (_STACKED if tall else LABELS)), reverse=True)
    (best, label), (second, _) = ranked[:2]
    return label if best >= like and best - second >= _APART else printed


def _likeness(one: str, other: str) -> float:
    if abs(len(one) - len(other)) > 2:
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


_SORTS = ("增值税电子普通发票", "增值税电子专用发票", "增值税普通发票", "增值税专用发票")
_WHOLE = (
    "电子发票（普通发票）",
    "电子发票（增值税专用发票）",
    "电子发票（铁路电子客票）",
    "电子发票（航空运输电子客票行程单）",
)
#: Fiscal titles lose their middle to the seal: the beginning tells them.
_FISCAL = (
    "公益事业捐赠统一票据（电子）",
    "中央非税收入统一票据（电子）",
    "医疗门诊收费票据（电子）",
    "医疗住院收费票据（电子）",
    "资金往来结算票据（电子）",
)
#: A seal stands on the title, so a good part of it may be lost; a wrong title must still be far away.
_TITLE_LIKE = 0.8
_BRACKETS = re.compile(r"[()]")
#: Titles are this much higher than the middling line.
_LARGE = 1.15
#: A title put together from parts may have lost a word between them: 电子.
_IN_PARTS = 0.9


def _title(words: Sequence[Word]) -> tuple[tuple[int, ...], Word | None]:
    """Which words, side by side in large print in the upper part, are a known title together, and the whole."""
    heights = sorted(word.box[3] - word.box[1] for word in words)
    large = [
        i
        for i, w in enumerate(words)
        if w.box[3] - w.box[1] >= _LARGE * heights[len(heights) // 2] and w.box[1] < 0.4 and not _COLON.search(w.text)
    ]
    best: tuple[float, str, tuple[int, ...]] = (_TITLE_LIKE, "", ())
    for row in to_rows(words[i] for i in large):
        places = [next(i for i in large if words[i] is w) for w in row.words]
        for start in range(len(places)):
            for end in range(start + 1, len(places) + 1):
                run = tuple(places[start:end])
                close, title = title_like("".join(words[i].text for i in run))
                best = max(best, (close, title, run))
    close, title, run = best
    if not title:
        return (), None
    boxes = [words[i].box for i in run]
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    right, bottom = max(b[2] for b in boxes), max(b[3] for b in boxes)
    sure = close if len(run) == 1 else min(close, _IN_PARTS)
    return run, Word(title, (left, top, right, bottom), words[run[0]].page, sure)


def title_like(printed: str) -> tuple[float, str]:
    """How nearly these words are a known invoice title, and which; (0, "") when they are none or might be two."""
    plain = re.sub(r"\s", "", fold(printed))
    if not 6 <= len(plain) <= 24:
        return 0.0, ""
    fiscal = next((title for title in _FISCAL if plain.startswith(title[:4])), "")
    if fiscal:
        return 0.85, fiscal
    region = next((r for r in codes.REGIONS if plain.startswith(r)), "")
    known = [region + sort for sort in _SORTS] if region else list(_WHOLE)
    ranked = sorted(((_closeness(plain, fold(title)), title) for title in known), reverse=True)
    (best, title), (second, _) = ranked[0], ranked[1]
    return (best, title) if best >= _TITLE_LIKE and best - second >= 0.03 else (0.0, "")


def _closeness(one: str, other: str) -> float:
    """Likeness without the brackets, which the seal or the finder often takes."""
    return SequenceMatcher(None, _BRACKETS.sub("", one), _BRACKETS.sub("", other), autojunk=False).ratio()
