"""A language model asked to put a question into the words of the grammar: words go out, words come back, no figures.

What goes out is the asker's own words and the grammar's vocabulary: no figures, no names, no documents of ours. What
comes back is read by the grammar like anything typed, or dropped; it is never shown as an answer.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from datetime import date
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from archive import vocabulary
from config.asking import Model

log = logging.getLogger("guidang.rewording")

LONGEST = 300  # characters of a question, and of an answer
_CAP = 64 * 1024  # bytes of an answer
_ITEM = re.compile(r"[A-Z]{1,3}\d{4}-\d{4,}|\d{8,}")  # item ids, numbers of documents and accounts: never sent


class Reworder:
    """See handlers.context.Context.reword: the question in canonical words, or "" when it gives none."""

    def __init__(self, model: Model) -> None:
        self._model = model

    async def __call__(self, words: str, today: date) -> str:
        """Within the time set, or ""; never raises what the model's server does."""
        if not words.strip() or _ITEM.search(words):
            return ""
        body = {
            "model": self._model.model,
            "temperature": 0,
            "max_tokens": 120,
            "messages": [
                {"role": "system", "content": instructions(today)},
                {"role": "user", "content": words.strip()[:LONGEST]},
            ],
        }
        try:
            said = await self._asked(body)
        except (TimeoutError, ClientError, OSError, ValueError, asyncio.IncompleteReadError) as error:
            log.warning("the model gave nothing: %s", type(error).__name__)  # never its words nor ours
            return ""
        log.info("the model gave %d characters", len(said))
        return said

    async def _asked(self, body: dict[str, Any]) -> str:
        headers = {"Authorization": f"Bearer {self._model.key}"} if self._model.key else {}
        timeout = ClientTimeout(total=self._model.timeout)
        async with (
            ClientSession(timeout=timeout, trust_env=True) as session,
            session.post(
                f"{self._model.url}/chat/completions", json=body, headers=headers, allow_redirects=False
            ) as response,
        ):
            if response.status != 200:
                log.warning("the model answered %d", response.status)
                return ""
            raw = await response.content.read(_CAP)
        return _content(raw)


def _content(raw: bytes) -> str:
    """The first line of the first choice. Raises ValueError for anything that isn't such an answer."""
    try:
        said = json.loads(raw)["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError, RecursionError) as error:
        raise ValueError("no chat completion") from error
    line = next(iter(str(said).strip().strip("`").splitlines()), "").strip()
    return line if len(line) <= LONGEST and line.upper() != "NONE" else ""


def instructions(today: date) -> str:
    """The vocabulary and the form of an answer; nothing else."""
    measures = "; ".join(f"{m.term.name.zh} = {m.term.name.en}" for m in vocabulary.MEASURES)
    lists = "; ".join(f"{t.name.zh} = {t.name.en}" for t in (*vocabulary.LISTS, *vocabulary.STATEMENTS))
    dimensions = ", ".join(f"按{t.name.zh}" for t in vocabulary.DIMENSIONS)
    return (
        "Put the user's question into ONE line of this small language and answer with that line only; answer NONE when "
        "it can't be said in it. Never answer the question, never write a figure that the user did not write.\n"
        f"Subject (one): {measures}; {lists}\n"
        f"Then, as wanted: a period (2026-09, 2026Q3, 2026H1, 2026年, 2026-01-01至2026-03-31), {dimensions}, "
        '部门:"…", 类别:"…", 供应商:"…", >500, 12个月趋势, 占比, 前10, 万元, 明细, '
        "同比 or 环比 or 对比 <period or subject>.\n"
        f"Today is {today.isoformat()}. Example: 上季度管理费用怎么变的 → 管理费用 2026Q3 3个月趋势"
    )
