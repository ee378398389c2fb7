"""`guidang check | package | receive`: the four-property checks as in chat; a package out, a package in."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from contextlib import suppress
from datetime import timedelta

from archive.access import Person, Right, Role, demand
from archive.errors import IndexBusy, NotFound
from archive.four_properties.scheme import RULES, Result
from archive.four_properties.verdict import Stage
from archive.inspection import Run, RunState
from archive.words import Text
from bot.app import House, opened
from bot.commands.asking import _write as write
from bot.signing import Signer
from config.settings import Settings
from handlers.custodian import custody_of, page_of
from handlers.inspecting import begin, wanted, work_off
from handlers.packing import pack
from handlers.receiving import take, verify
from intake.package_tree import tree_of
from reports.render import render
from storage.package_folder import PackageFolder

LEASE = timedelta(seconds=20)


async def check(args: argparse.Namespace, settings: Settings) -> int:
    """One line a failing unit, and a summary; 1 when any failed. What the service is working off is waited for."""
    async with opened(settings) as house:
        custody = custody_of(house.ctx)
        person = await whose(house, args.person, Right.INSPECT, args.company)
        words = " ".join(args.selection) + (f" 抽样 {args.sample}%" if args.sample else "")
        _, share, what = wanted(words, person.company)
        run = await begin(house.ctx, custody, person, Stage(args.stage), share, what, "cli")
        run = await _worked_off(house, run, quiet=args.json or not sys.stderr.isatty())
        failures = await custody.inspections.failures(run.id, 1_000_000)
        for result in failures:
            _say(args, result)
        if args.out:
            ending = args.out.suffix.lstrip(".") or "pdf"
            page = await page_of(house.ctx, custody, run, person, book=ending != "pdf")
            write(args.out, await house.ctx.offload(render, page, ending))
    summary = {
        "run": run.id, "stage": run.stage.value, "selection": run.selection.text.zh, "rules": run.version,
        "state": run.state.value, "units": run.total, "checked": run.checked, "failed": run.failed,
        "advised": run.advised, "not_run": run.not_run, "engine": run.engine, "seed": run.seed,
        "counts": dict(run.counts),
    }  # fmt: skip
    if args.json:
        print(json.dumps(summary, ensure_ascii=False))
    else:
        print(f"{run.id} {run.name.zh}：检测 checked {run.checked}，不通过 failed {run.failed}，有未检项 {run.not_run}")
    return 1 if run.failed or run.state is not RunState.DONE else 0


async def _worked_off(house: House, run: Run, *, quiet: bool) -> Run:
    custody = custody_of(house.ctx)

    async def go_on(now: Run) -> bool:
        if not quiet:
            print(f"\r{now.place}/{now.total}", end="", file=sys.stderr)
        return await house.leases.take("inspections", LEASE) is not None

    while run.state is RunState.RUNNING:
        if await house.leases.take("inspections", LEASE) is not None:
            run = await work_off(house.ctx, custody, run, go_on)
        else:
            await asyncio.sleep(0.5)
            run = await custody.inspections.run(run.id)
    await house.leases.give_back("inspections")
    return run


def _say(args: argparse.Namespace, result: Result) -> None:
    failed = [
        {"item": code, "name": RULES[code].name.zh, "zh": v.why.zh, "en": v.why.en, "evidence": dict(v.evidence)}
        for code in result.failed
        for v in (result.verdicts[code],)
    ]
    if args.json:
        print(json.dumps({"unit": result.unit, "archive_no": result.archive_no, "failed": failed}, ensure_ascii=False))
        return
    for each in failed:
        print(f"{result.unit} {result.archive_no}  {each['item']} {each['name']}：{each['zh']}")


async def whose(house: House, wanted_: str | None, right: Right, company: str | None = None) -> Person:
    """The account whose rights apply; without one, who holds the data folder and its key acts as the archivist."""
    if wanted_:
        person = await house.people.get(wanted_)
        demand(person, right)
        return person
    code = company or house.settings.companies[0].code
    if code not in {c.code for c in house.settings.companies}:
        raise NotFound(item=Text(f"公司 {code}", f"company {code}"))
    return Person("local", "本机 local", frozenset({Role.ARCHIVIST}), company=code)


async def package(args: argparse.Namespace, settings: Settings) -> int:
    """The package in the folder; 1 when units failed the check and were left out, each named."""
    async with opened(settings) as house:
        person = await whose(house, args.person, Right.HAND_OVER, args.company)
        _, _, what = wanted(" ".join(args.selection), person.company)
        signer = Signer(house.key)
        folder = PackageFolder(args.out, signer.sign)
        try:
            made = await pack(
                house.ctx, custody_of(house.ctx), person, what, folder, carrier=args.carrier, key=signer.fingerprint
            )
        except BaseException:
            await folder.drop()
            raise
    for unit, why in made.left_out:
        said = {"left_out": unit, "zh": why.zh, "en": why.en}
        print(json.dumps(said, ensure_ascii=False) if args.json else f"未移交 left out: {unit}  {why.zh}")
    summary = {
        "package": str(args.out), "units": made.units, "left_out": len(made.left_out), "files": made.written.files,
        "bytes": made.written.size, "manifest": {"sha256": made.written.sha256, "sm3": made.written.sm3},
        "signer": signer.fingerprint, "run": made.run.id, "rules": made.run.version,
    }  # fmt: skip
    if args.json:
        print(json.dumps(summary, ensure_ascii=False))
    else:
        print(f"{args.out}：{made.units} 件 units，清单摘要 manifest SHA-256 {made.written.sha256}")
        print(f"SM3 {made.written.sm3}，签名公钥指纹 signer {signer.fingerprint}")
    return 1 if made.left_out else 0


async def receive(args: argparse.Namespace, settings: Settings) -> int:
    """Every finding, one a line; the documents are filed only when there is none. The same package again is no more."""
    async with opened(settings) as house, house.vault.keeping():
        person = await whose(house, args.person, Right.HAND_OVER, args.company)
        custody, tree = custody_of(house.ctx), tree_of(args.package)
        v = await verify(house.ctx, custody, tree, person.company, args.signer, settings.big_file)
        for each in v.findings:
            said = {"finding": each.kind, "where": each.where, "zh": each.text.zh, "en": each.text.en}
            print(json.dumps(said, ensure_ascii=False) if args.json else each.text.zh, flush=True)
        already = v.known is not None and v.known.whole
        taken = None
        if not v.findings and not already and not args.only_verify:
            taken = await take(house.ctx, custody, tree, v, person, person.company)
            with suppress(IndexBusy):  # the service is writing; it catches up within seconds
                await house.vault.index_rest()
    assert v.seal is not None  # without one it was refused
    summary = {
        "package": tree.name, "from": v.fonds, "into": person.company, "units": len(v.folders), "files": v.files,
        "findings": len(v.findings), "already": already, "taken": list(taken.items) if taken else [],
        "manifest": {"sha256": v.seal.sha256, "sm3": v.seal.sm3}, "signer": v.seal.signer,
        "signer_agreed": bool(args.signer) and not any(f.kind == "other_signer" for f in v.findings),
        "not_run": dict(v.not_run),
    }  # fmt: skip
    if args.json:
        print(json.dumps(summary, ensure_ascii=False))
    elif already:
        print(f"{tree.name}：以前已全部接收，没有改动 taken before, nothing was changed")
    else:
        done = len(taken.items) if taken else 0
        print(f"{tree.name}：{len(v.folders)} 件 units，不符 findings {len(v.findings)}，接收 taken {done}")
        print(f"请与移交清册核对 compare with the signed list: {v.seal.sha256}，签名公钥 signer {v.seal.signer}")
    return 1 if v.findings else 0
