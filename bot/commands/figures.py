"""`guidang ask "WORDS"`: the same questions as in chat, with a person's rights; --json for programs."""

from __future__ import annotations

import argparse
import json
from decimal import Decimal
from typing import Any

from archive.access import Right
from archive.answer import Answer
from archive.question import Question, What, period_words, said
from bot.app import opened
from bot.commands.asking import account
from config.settings import Settings
from handlers.answered import sentence
from handlers.ask import Found, statement_page, understand
from handlers.figures import figures
from handlers.waiting import listed
from reports.to_json import plain


async def ask(args: argparse.Namespace, settings: Settings) -> int:
    """One question. Exit 2 where a word means one of two things: both are printed."""
    async with opened(settings) as house:
        person = await account(house, args.person, Right.SEARCH, args.company)
        found = await understand(house.ctx, person, " ".join(args.words))
        if len(found.questions) > 1:
            both = [_asked(q, found) for q in found.questions]
            _print(args, {"which": both}, "\n".join(f"? {each['zh']} | {each['en']}" for each in both))
            return 2
        question = found.questions[0]
        told: dict[str, Any] = {"question": _asked(question, found)}
        if question.what is What.LIST:
            reply, rows = await listed(house.ctx, person, question)
            _print(args, told | {"rows": rows}, reply.text.zh if reply.text else "")
        elif question.what is What.REPORT:
            page = await statement_page(house.ctx, person, question)
            _print(args, told | {"page": plain(page)}, json.dumps(plain(page), ensure_ascii=False, indent=1))
        else:
            answer = await figures(house.ctx, person, question)
            lines = [f"  {part.name.zh}  {part.value}" for part in answer.parts]
            lines += [f"  {month.first:%Y-%m}  {value if value is not None else '—'}" for month, value in answer.course]
            basis = "；".join(b.zh for b in answer.basis)
            _print(args, told | _figures(answer), "\n".join([sentence(answer).zh, *lines, basis]))
    return 0


def _print(args: argparse.Namespace, told: dict[str, Any], words: str) -> None:
    print(json.dumps(told, ensure_ascii=False) if args.json else words)


def _asked(question: Question, found: Found) -> dict[str, Any]:
    return {
        "what": question.what.value,
        "subject": question.subject,
        "zh": said(question, "zh", found.people),
        "en": said(question, "en", found.people),
    }


def _figures(answer: Answer) -> dict[str, Any]:
    """Figures as strings, so that no fen is lost."""

    def figure(value: Decimal | None) -> str | None:
        return None if value is None else str(value)

    beside = answer.beside
    return {
        "period": period_words(answer.period, "en"),
        "unit": answer.unit,
        "value": figure(answer.value),
        "count": answer.count,
        "rows": [{"name": p.name.zh, "value": str(p.value), "count": p.count} for p in answer.parts],
        "trend": [{"period": f"{m.first:%Y-%m}", "value": figure(v)} for m, v in answer.course],
        "beside": {"name": beside[0].zh, "value": figure(beside[1])} if beside else None,
        "change": figure(answer.change),
        "basis": [{"zh": b.zh, "en": b.en} for b in answer.basis],
        "documents": list(answer.documents),
    }
