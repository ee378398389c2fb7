"""An answer in words, and what may be asked next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from archive.answer import Answer, Unit, shown
from archive.question import SIGNS, Against, Question, said, subject_name
from archive.words import Text, same
from handlers.figures import of_items
from handlers.message import Choice
from reports import answers

LINES = 10  # of a split in the words of an answer


def in_words(answer: Answer) -> Text:
    """The sentence, the lines of the split, and what it rests on."""
    return sentence(answer) + _lines(answer) + _basis(answer)


def sentence(answer: Answer) -> Text:
    """2026年9月 管理费用：12,345.00 元，比去年同期多 12.3%."""
    q = answer.question
    value = shown(answer.value, answer.unit, wan=q.wan)
    name = subject_name(q.subject)
    by = _filters(q)
    text = Text(
        f"{answer.period.label.zh} {name.zh}{by.zh}：{value.zh}",
        f"{_capital(name.en)}{by.en}, {answer.period.label.en}: {value.en}",
    )
    if answer.unit == "money" and answer.documents:
        text += Text(f"（{answer.count} 张）", f" ({answer.count} documents)")
    if answer.beside:
        text += _beside(answer, answer.unit, q.wan)
    return text


def _beside(answer: Answer, unit: Unit, wan: bool) -> Text:
    assert answer.beside is not None
    label, value = answer.beside
    other = shown(value, unit, wan=wan)
    text = Text(f"；{label.zh} {other.zh}", f"; {label.en} {other.en}")
    if (change := answer.change) is not None:
        text += Text("，", ", ") + answers.percent(change)
    return text


def _filters(q: Question) -> Text:
    named = [value for value in (q.department, q.category, q.supplier) if value]
    if q.bounds:
        named += [f"{SIGNS[bound]}{figure}" for bound, figure in q.bounds]
    return Text(f"（{'，'.join(named)}）", f" ({', '.join(named)})") if named else same("")


def _lines(answer: Answer) -> Text:
    text = same("")
    for part in answer.parts[:LINES]:
        value = shown(part.value, answer.unit, wan=answer.question.wan)
        share = f"（{part.value / answer.whole:.1%}）" if answer.whole else ""
        share_en = f" ({part.value / answer.whole:.1%})" if answer.whole else ""
        text += Text(f"\n· {part.name.zh}：{value.zh}{share}", f"\n· {part.name.en}: {value.en}{share_en}")
    hidden = answer.others + max(len(answer.parts) - LINES, 0)
    if hidden:
        text += Text(f"\n· 其余 {hidden} 项", f"\n· {hidden} more")
    return text


def _basis(answer: Answer) -> Text:
    return Text(f"\n{'；'.join(b.zh for b in answer.basis)}。", f"\n{_capital('; '.join(b.en for b in answer.basis))}.")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def words_of(question: Question, people: Mapping[str, str]) -> Text:
    """The canonical words in both languages."""
    return Text(said(question, "zh", people), said(question, "en", people))


def say(words: Text) -> Text:
    """What is typed to ask this, whatever it begins with."""
    return Text(f"问 {words.zh}", f"ask {words.en}")


def next_steps(answer: Answer, people: Mapping[str, str]) -> tuple[Choice, ...]:
    """Down to what is behind it, over time, against last year, and as a file."""
    q = replace(answer.question, period=answer.period)
    books = not of_items(q)
    ways: list[tuple[Text, Question]] = []
    if not q.detail:
        detail = (
            replace(q, by=("account",), trend=0, top=0)
            if books
            else replace(q, detail=True, by=(), top=0, share=False, trend=0)
        )
        if not (books and q.by == ("account",)):
            ways.append((Text("明细", "Details"), detail))
    if not q.trend:
        ways.append((Text("趋势", "Trend"), replace(q, trend=12, by=(), top=0, share=False, detail=False)))
    if q.against is Against.NOTHING and not q.other and not q.other_period:
        ways.append((Text("同比", "Year on year"), replace(q, against=Against.YEAR)))
    ways += [(same("PDF"), replace(q, format="pdf")), (same("EXCEL"), replace(q, format="excel"))]
    return tuple(
        Choice(label, say=say(words_of(way, people)))
        for label, way in ways
        if not (q.format and way.format == q.format)
    )
