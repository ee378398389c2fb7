"""What searching costs: 200 mixed questions to the index against a regex scan of the records, in one run.

python -m bench.search [--items 10000] [--scans 40] [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import statistics
import tempfile
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from archive.document import Document, Kind, Line
from archive.item import FileRef, Item, ItemState
from archive.query import Query, Scope
from bench.storage import AT, _memory
from storage import mongo
from storage.embedded import Embedded
from storage.index import words_of
from storage.index_tantivy import TantivyIndex
from storage.records import pack

QUESTIONS = 200
COMPANY = "GD01"
NAMES = [
    *("深圳", "上海", "北京", "杭州", "成都", "广州", "顺丰", "滴滴", "星辰", "金星"),
    *("华信", "鼎盛", "远航", "中联", "天翼", "云图", "海纳", "百川", "锐步", "恒通"),
]
TRADES = [
    *("速运", "科技", "餐饮管理", "酒店", "出行", "信息技术"),
    *("物流", "办公用品", "文化传媒", "建筑工程", "咨询", "软件"),
]
GOODS = [
    *("收派服务费", "餐饮服务", "住宿费", "客运服务费", "软件服务费"),
    *("办公用品", "打印纸", "技术咨询", "广告费", "会议费"),
]
WORDS = [
    *("合同", "项目", "报销", "出差", "客户", "会议", "差旅", "招待", "培训", "维修"),
    *("设备", "材料", "快递", "打车", "机票", "高铁", "住宿", "餐费", "电话", "租金"),
]


def an_item(rnd: random.Random, n: int) -> Item:
    """One of the year's documents, with about 400 characters of readable text."""
    seller = "".join(rnd.sample(NAMES, 2)) + rnd.choice(TRADES) + "有限公司"
    total = Decimal(rnd.randint(1000, 900000)) / 100
    document = Document(
        rnd.choice((Kind.EINVOICE, Kind.VAT, Kind.RAIL, Kind.TAXI)), type="电子发票（普通发票）",
        number=f"26{rnd.randrange(10**18):018}", date=date(2026, 1, 1) + timedelta(days=rnd.randrange(320)),
        seller_name=seller, buyer_name="归档示例科技有限公司", total=total,
        lines=tuple(Line(f"*服务*{rnd.choice(GOODS)}") for _ in range(2)),
    )  # fmt: skip
    return Item(
        f"G26{rnd.randint(1, 12):02}-{n:05}", COMPANY, f"p{n % 50}", rnd.choice(("销售部", "财务部", "研发部")),
        FileRef(f"f{n}", f"发票{n}.pdf", 40_000, f"{n:064x}", f"{n:064x}", "application/pdf"), 0, document,
        rnd.choice(tuple(ItemState)), AT, text=f"{seller} {total} " + "".join(rnd.choices(WORDS, k=190)),
        seen_by=frozenset({f"p{n % 50}", "boss"}),
    )  # fmt: skip


def questions(rnd: random.Random, items: list[Item]) -> list[tuple[Query, Scope]]:
    """Names, pieces of names, numbers whole and in part, periods, amounts, kinds, states; some by employees."""
    asked = []
    for n in range(QUESTIONS):
        document = rnd.choice(items).document
        seller, number = document.seller_name or "", document.number or ""
        day = document.date or date(2026, 1, 1)
        first, last = day.replace(day=1), day.replace(day=28)
        query = (
            Query(words=(seller[:2],)), Query(words=(seller[:4],)), Query(words=(seller,)), Query(words=(number,)),
            Query(words=(number[:8],)), Query(words=(number[-6:],)), Query(words=(seller[2:4], rnd.choice(GOODS))),
            Query(words=(seller[:2],), above=Decimal(500), first=first, last=last),
            Query(kinds=frozenset({Kind.RAIL}), first=first, last=last),
            Query(words=(rnd.choice(WORDS),), states=frozenset({ItemState.PENDING})),
        )[n % 10]  # fmt: skip
        asked.append((query, Scope(COMPANY, None if n % 3 else f"p{n % 50}")))
    return asked


def scan_of(query: Query, scope: Scope) -> dict[str, Any]:
    """The same question as a search through the records, as one would write it without an index."""
    terms: list[dict[str, Any]] = [{"company": scope.company}]
    if scope.person:
        terms.append({"seen_by": scope.person})
    for word in words_of(query):
        like = {"$regex": re.escape(word), "$options": "i"}
        places = ("document.seller_name", "document.number", "document.lines.name", "text", "document.buyer_name")
        terms.append({"$or": [{place: like} for place in places]})
    if query.first and query.last:
        terms.append({"document.date": {"$gte": query.first.isoformat(), "$lte": query.last.isoformat()}})
    if query.above is not None:
        terms.append({"document.total": {"$gt": float(query.above)}})
    for field, values in (("document.kind", query.kinds), ("state", query.states)):
        if values:
            terms.append({field: {"$in": [each.value for each in values]}})
    return {"$and": terms}


async def measure(count: int = 10_000, scans: int = 40) -> dict[str, Any]:
    """Every figure of one run."""
    rnd = random.Random(20261124)
    items = [an_item(rnd, n) for n in range(count)]
    asked = questions(rnd, items)
    with tempfile.TemporaryDirectory() as folder:
        index, before = TantivyIndex(Path(folder) / "index", idle=0.5), _memory(os.getpid())
        small = items[: min(1000, count // 2)]
        await index.put(small)
        figures: dict[str, Any] = {"items": count, f"commit_ms_at_{len(small)}": await commits(index, small)}
        rest, began = items[len(small) :], time.perf_counter()
        for start in range(0, len(rest), 500):
            await index.put(rest[start : start + 500])
        figures["index_s"] = round(time.perf_counter() - began, 2)
        figures["index_ms_an_item"] = round((time.perf_counter() - began) / len(rest) * 1000, 3)
        figures[f"commit_ms_at_{count}"] = await commits(index, items)
        await asyncio.sleep(2)
        figures["disk_mb"] = round(sum(f.stat().st_size for f in (Path(folder) / "index").iterdir()) / 1e6, 1)
        figures["query_ms"] = await searches(index, asked)
        figures["memory_mb_more"] = round(_memory(os.getpid()) - before)
        totals = [(await index.find(*each)).total for each in asked[:scans]]
        await index.close()
        figures["scan_ms"], agree = await scanned(Path(folder) / "data", items, asked[:scans], totals)
        figures["scans_that_agree"] = f"{agree} of {min(scans, len(asked))}"
        figures["faster"] = round(figures["scan_ms"]["median"] / figures["query_ms"]["median"])
    return figures


async def commits(index: TantivyIndex, items: list[Item]) -> dict[str, float]:
    """One item renewed at a time: until it can be found."""
    return spread([await timed(index.put([items[n]])) for n in range(40)])


async def searches(index: TantivyIndex, asked: list[tuple[Query, Scope]]) -> dict[str, float]:
    """Each question once, after a few to warm up."""
    for query, scope in asked[:10]:
        await index.find(query, scope)
    return spread([await timed(index.find(query, scope)) for query, scope in asked])


async def scanned(
    data: Path, items: list[Item], asked: list[tuple[Query, Scope]], totals: list[int]
) -> tuple[dict[str, float], int]:
    """The same questions as scans of the embedded database; and how many gave as many matches."""
    async with Embedded(data) as database:
        db = mongo.connect(database.uri, "bench")
        for start in range(0, len(items), 500):
            await db.items.insert_many([pack(item) for item in items[start : start + 500]])
        times, agree = [], 0
        for (query, scope), total in zip(asked, totals, strict=True):
            began, which = time.perf_counter(), scan_of(query, scope)
            await db.items.find(which, {"id": 1}).sort("document.date", -1).limit(8).to_list()
            found = await db.items.count_documents(which)
            times.append((time.perf_counter() - began) * 1000)
            agree += found == total
        await db.client.close()
    return spread(times), agree


def spread(times: list[float]) -> dict[str, float]:
    """Median and 95th percentile, ms."""
    return {"median": round(statistics.median(times), 2), "p95": round(sorted(times)[int(len(times) * 0.95)], 2)}


async def timed(work: Any) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--scans", type=int, default=40, help="how many of the questions are scanned for, too")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    result = asyncio.run(measure(options.items, options.scans))
    if options.json:
        print(json.dumps(result, ensure_ascii=False, indent=1))
    else:
        for name, value in result.items():
            print(f"{name:>22}  {value}")
