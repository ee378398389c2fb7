"""完整性: whether nothing is missing (items 2-1 to 2-4)."""

from __future__ import annotations

from archive.four_properties.evidence import Evidence
from archive.four_properties.parameters import Parameters, m_name
from archive.four_properties.verdict import Verdict, failed, listed, not_applicable, passed
from archive.unit import Unit
from archive.words import Text


def amount(e: Evidence, p: Parameters) -> Verdict:
    """2-1 数据总量: files and bytes counted are those registered."""
    files = len(e.unit.papers)
    registered = sum(paper.file.size for paper in e.unit.papers)
    found = [c for c in e.contents if not c.problem]
    counted = sum(c.size for c in found)
    said = {"registered": f"{files}/{registered}", "counted": f"{len(found)}/{counted}"}
    if e.package is not None and e.package.registered_files != files:
        text = Text(
            f"目录登记 {e.package.registered_files} 个文件，实际 {files} 个",
            f"the register says {e.package.registered_files} files, there are {files}",
        )
        return failed(text, **said)
    if (files, registered) != (len(found), counted):
        text = Text(
            f"登记 {files} 个文件 {registered} 字节，清点 {len(found)} 个 {counted} 字节",
            f"{files} files of {registered} bytes are registered, {len(found)} of {counted} were counted",
        )
        return failed(text, **said)
    return passed(Text(f"{files} 个文件，{counted} 字节", f"{files} files, {counted} bytes"), **said)


def metadata(e: Evidence, p: Parameters) -> Verdict:
    """2-2 元数据完整: nothing required is empty, and the 件号 go on without a gap."""
    known = values(e.unit)
    missing = [m_name(number) for number in p.needs if not known.get(number, "").strip()]
    if missing:
        return failed(listed(Text("缺少元数据", "metadata is missing"), of=missing), needs=",".join(p.needs))
    if not e.unit.archive_no:
        return failed(Text("没有档号", "it has no 档号"))
    if e.previous:
        return failed(Text(f"断号：缺 {e.previous}", f"a gap: {e.previous} is missing"), previous=e.previous)
    text = Text("必填项齐全", "all that is required is there")
    if e.previous is not None:
        text += Text("，件号连续", ", the numbers are continuous")
    return passed(text, needs=",".join(p.needs))


def content(e: Evidence, p: Parameters) -> Verdict:
    """2-3 内容完整: no file is empty, and the attachments are as many as registered."""
    if not e.contents:
        return failed(Text("没有电子文件", "it has no file"))
    empty = [Text(c.paper.file.name, c.paper.file.name) for c in e.contents if not c.problem and not c.size]
    if empty:
        return failed(listed(Text("空文件", "empty files"), of=empty))
    lost = sum(bool(c.problem) for c in e.contents)
    if lost:
        return failed(Text(f"{lost} 个文件读不到", f"{lost} files can't be read"))
    there = len(e.contents) - 1
    if e.attachments is not None and e.attachments > there:
        text = Text(f"登记附件 {e.attachments}，实有 {there}", f"{e.attachments} attachments registered, {there} there")
        return failed(text, registered=e.attachments, there=there)
    return passed(Text("内容不空，附件齐全", "nothing is empty, all attachments are there"), files=len(e.contents))


def package(e: Evidence, p: Parameters) -> Verdict:
    """2-4 信息包完整: every file of the unit that the manifest names is in the package."""
    if e.package is None:
        return not_applicable(Text("没有信息包", "there is no package"))
    if e.package.missing:
        names = [Text(name, name) for name in e.package.missing]
        return failed(listed(Text("信息包缺文件", "the package lacks files"), of=names))
    return passed(Text("清单里的文件都在", "every file of the manifest is there"))


def values(u: Unit) -> dict[str, str]:
    """The metadata by number, with what the unit itself tells."""
    own = {
        "M9": u.company,
        "M11": str(u.year),
        "M12": u.retention,
        "M22": u.title,
        "M31": u.file_no,
        "M33": u.formed.isoformat() if u.formed else "",
        "M40": str(u.year),
        "M41": str(u.month) if u.month else "",
    }
    return {**{number: value for number, value in own.items() if value}, **u.metadata}
