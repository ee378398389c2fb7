"""安全性: whether it does harm or could have been tampered with on its way (items 4-1 to 4-3)."""

from __future__ import annotations

from archive.four_properties.evidence import Evidence
from archive.four_properties.parameters import Parameters
from archive.four_properties.verdict import Verdict, failed, listed, not_applicable, not_run, passed
from archive.words import Text


def virus(e: Evidence, p: Parameters) -> Verdict:
    """4-1 病毒: what the scanner says, with its version; without a scanner it says 未检."""
    seen = [c for c in e.contents if not c.problem]
    if not seen:
        return not_run(Text("没有可读的电子文件", "there is no file that can be read"))
    scans = [c.scan for c in seen if c.scan is not None]
    found = [
        Text(f"{c.paper.file.name} 有 {c.scan.found}", f"{c.paper.file.name}: {c.scan.found}")
        for c in seen
        if c.scan and c.scan.found
    ]
    engine = next((scan.engine for scan in scans if scan.engine), "")
    if found:
        return failed(listed(Text("发现病毒", "a virus was found"), of=found), engine=engine)
    if len(scans) < len(seen):
        return not_run(Text("没有设置杀毒引擎", "no virus scanner is set"))
    if problem := next((scan.problem for scan in scans if scan.problem), ""):
        return not_run(Text(f"杀毒引擎没有结果：{problem}", f"the scanner gave no result: {problem}"), engine=engine)
    return passed(Text(f"{len(scans)} 个文件未发现病毒", f"no virus in {len(scans)} files"), engine=engine)


def carrier(e: Evidence, p: Parameters) -> Verdict:
    """4-2 载体: every byte of the medium it came on could be read."""
    if e.carrier is None:
        return not_applicable(Text("在线保存，没有脱机载体", "kept online, there is no medium"))
    if e.carrier.unreadable:
        names = [Text(name, name) for name in e.carrier.unreadable]
        return failed(listed(Text("载体读不出", "the medium can't be read"), of=names), carrier=e.carrier.kind)
    return passed(Text("载体全部可读", "the whole medium is readable"), carrier=e.carrier.kind)


def process(e: Evidence, p: Parameters) -> Verdict:
    """4-3 过程: the chain of what was done is unbroken, and ends with the record as it stands."""
    if e.process is None:
        return not_run(Text("没有可核对的操作记录", "there is no trail that could be looked at"))
    if not e.process.sealed:
        return failed(Text("操作记录的封签不对", "the trail's seal is wrong"))
    if e.process.broken:
        places = [Text(f"#{seq}", f"#{seq}") for seq in e.process.broken]
        return failed(listed(Text("操作记录被改动", "trail entries were changed"), of=places))
    if e.process.agrees is False:
        return failed(Text("登记与操作记录不符", "the record is not what its trail says"))
    if not e.process.links:
        return failed(Text("没有操作记录", "it has no trail"))
    text = Text(f"{e.process.links} 条操作记录未断", f"{e.process.links} entries, unbroken")
    return passed(text, links=e.process.links)
