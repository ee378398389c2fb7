"""真实性: whether the unit is what it says and comes from where it says (items 1-1 to 1-5)."""

from __future__ import annotations

import re

from archive.authentic import STANDING_NAMES, Standing
from archive.four_properties.evidence import Content, Evidence
from archive.four_properties.parameters import Parameters, m_name
from archive.four_properties.verdict import Verdict, failed, listed, not_applicable, not_run, passed
from archive.words import Text

PROBLEMS = {
    "missing": Text("原件不见了", "the original is gone"),
    "no_key": Text("原件的密钥不见了或打不开", "the original's key is gone or can't be opened"),
    "broken": Text("原件的密封不对，可能被改动", "its seal does not verify; it may have been changed"),
}
#: Characters that no title, number or name holds: controls, and those XML can't carry.
STRANGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
#: [全宗号-]类别号-案卷号-件号 (DA/T 94-2022 8.7): numbers of four digits at the end.
NUMBER = re.compile(r".+-[0-9]{4,}-[0-9]{4,}")
RETENTION = re.compile(r"永久|[1-9][0-9]?年|Y|D[1-9][0-9]?")


def origin(e: Evidence, p: Parameters) -> Verdict:
    """1-1 来源真实: digests computed anew are the registered ones, signatures hold, the source is known."""
    wrong = [_named(c, PROBLEMS[c.problem]) for c in e.contents if c.problem]
    wrong += [
        _named(c, Text("摘要与登记不符", "its digest is not the registered one")) for c in e.contents if _other(c)
    ]
    wrong += [
        _named(c, Text("签章与内容不一致", "its seal does not agree with its content"))
        for c in e.contents
        if c.signed and c.signed.standing is Standing.BROKEN
    ]
    digests = {f"sha256.{c.paper.nth}": c.sha256 for c in e.contents if c.sha256}
    digests |= {f"sm3.{c.paper.nth}": c.sm3 for c in e.contents if c.sm3}
    seals = {f"seal.{c.paper.nth}": STANDING_NAMES[c.signed.standing].zh for c in e.contents if c.signed}
    if not e.contents:
        return failed(Text("没有电子文件", "it has no file"))
    if wrong:
        said = {f"registered.{c.paper.nth}": c.paper.file.sha256 for c in e.contents if c.problem or _other(c)}
        return failed(listed(Text("来源不真实", "not authentic"), of=wrong), **said, **digests, **seals)
    if not e.source:
        return failed(Text("来源没有登记", "where it came from is not registered"), **digests)
    unseen = [c for c in e.contents if c.signed and c.signed.signed and c.signed.standing is not Standing.PASSED]
    text = Text("摘要与登记一致", "digests are the registered ones")
    if unseen:
        text += Text(f"；{len(unseen)} 个签章未验到可信证书", f"; {len(unseen)} seals not verified up to a trusted one")
    return passed(text, **digests, **seals, source=e.source)


def metadata(e: Evidence, p: Parameters) -> Verdict:
    """1-2 元数据准确: length, form, range, plausibility, strange characters, the rule of the 档号, no double."""
    u, wrong = e.unit, list[Text]()
    values = {"M22": u.title, "M31": u.file_no, "M12": u.retention, **u.metadata}
    for number, value in sorted(values.items()):
        if STRANGE.search(value):
            wrong.append(_of(number, Text("有不可见字符", "holds characters that can't be seen")))
    if len(u.title) > p.longest:
        wrong.append(_of("M22", Text(f"超过 {p.longest} 字", f"is longer than {p.longest} characters")))
    if not p.earliest <= u.year <= e.today.year:
        wrong.append(_of("M40", Text(f"{u.year} 不合理", f"{u.year} is not plausible")))
    if not 0 <= u.month <= 12:
        wrong.append(_of("M41", Text(f"{u.month} 不是月份", f"{u.month} is no month")))
    if u.formed and u.formed > e.today:
        wrong.append(_of("M33", Text(f"{u.formed} 是将来", f"{u.formed} is in the future")))
    if u.retention and not RETENTION.fullmatch(u.retention):
        wrong.append(_of("M12", Text(f"「{u.retention}」不是保管期限", f"“{u.retention}” is no retention")))
    if u.expires and u.expires.year <= u.year:
        wrong.append(_of("M12", Text("到期日早于会计年度", "ends before the fiscal year")))
    if u.archive_no and not NUMBER.fullmatch(u.archive_no):
        wrong.append(Text(f"档号「{u.archive_no}」不合规则", f"the 档号 “{u.archive_no}” is not by the rule"))
    if e.same_number is not None and e.same_number > 1:
        wrong.append(Text(f"档号有 {e.same_number} 件重复", f"{e.same_number} units bear the 档号"))
    if wrong:
        return failed(listed(Text("元数据不准确", "metadata not accurate"), of=wrong), archive_no=u.archive_no)
    text = Text("长度、格式、值域、档号规则都合规", "length, form, range and 档号 are by the rules")
    return passed(text, archive_no=u.archive_no, values=len(values))


def content(e: Evidence, p: Parameters) -> Verdict:
    """1-3 内容真实: name, size and format in the metadata are those of the file."""
    seen = [c for c in e.contents if not c.problem]
    if not seen:
        return not_run(Text("没有可读的电子文件", "there is no file that can be read"))
    wrong = [
        _named(c, Text(f"登记 {c.paper.file.size} 字节，实际 {c.size}",
                       f"registered with {c.paper.file.size} bytes, has {c.size}"))
        for c in seen if c.size != c.paper.file.size
    ]  # fmt: skip
    wrong += [_named(c, said) for c in seen if (said := _format(c))]
    size = e.unit.metadata.get("M56", "")
    if size and not wrong and not _sizes(size, [c.size for c in e.contents]):
        wrong.append(_of("M56", Text(f"「{size}」与实际不符", f"“{size}” is not what the files have")))
    if wrong:
        return failed(listed(Text("登记与文件不符", "the register is not what the files are"), of=wrong))
    sizes = ";".join(str(c.size) for c in seen)
    formats = ";".join(c.opening.carrier for c in seen if c.opening)
    return passed(
        Text("文件名、大小、格式与登记一致", "names, sizes and formats are as registered"), sizes=sizes, formats=formats
    )


def link(e: Evidence, p: Parameters) -> Verdict:
    """1-4 元数据与内容关联: from the record to the file, and from the file back to the record."""
    lost = [_named(c, PROBLEMS["missing"]) for c in e.contents if c.problem == "missing"]
    lost += [
        _named(c, Text("从文件找不到登记", "its record is not found from the file"))
        for c in e.contents
        if c.linked is False
    ]
    if lost:
        return failed(listed(Text("关联断开", "the link is broken"), of=lost))
    if not e.contents or all(c.linked is None for c in e.contents):
        return not_run(Text("没有可核对的关联", "there is no link that could be followed"))
    both = sum(c.linked is True for c in e.contents)
    text = Text(f"{both} 个文件双向可达", f"{both} files are found both ways")
    return passed(text, files=len(e.contents))


def package(e: Evidence, p: Parameters) -> Verdict:
    """1-5 归档信息包: the digests of the unit's files in the package are those of its manifest."""
    if e.package is None:
        return not_applicable(Text("没有信息包", "there is no package"))
    if e.package.changed:
        names = [Text(name, name) for name in e.package.changed]
        return failed(
            listed(Text("与清单摘要不符", "not what the manifest says"), of=names), manifest=e.package.manifest
        )
    return passed(
        Text("文件摘要与清单一致", "the digests are those of the manifest"), manifest=e.package.manifest,
        signed=e.package.signed,
    )  # fmt: skip


def _other(c: Content) -> bool:
    """Read, and not what is registered."""
    return not c.problem and (c.sha256, c.sm3) != (c.paper.file.sha256, c.paper.file.sm3)


def _format(c: Content) -> Text | None:
    """A file that says by its name what its content isn't; names without a known ending say nothing."""
    ending = c.paper.file.name.rpartition(".")[2].lower()
    says = {"pdf": "pdf", "ofd": "ofd", "xml": "xml", "jpg": "image", "jpeg": "image", "png": "image", "tif": "image",
            "tiff": "image", "xbrl": "xml"}.get(ending)  # fmt: skip
    if says is None or c.opening is None or not c.opening.carrier or says == c.opening.carrier:
        return None
    return Text(f"后缀是 {ending}，内容是 {c.opening.carrier}", f"is called {ending} and is {c.opening.carrier}")


def _sizes(said: str, sizes: list[int]) -> bool:
    """M56 of several files: each in order, their sum, or the first one's."""
    found = [int(word) for word in re.findall(r"[0-9]+", said)]
    return found == sizes or found in ([sum(sizes)], sizes[:1])


def _named(c: Content, what: Text) -> Text:
    name = c.paper.file.name or f"#{c.paper.nth}"
    return Text(f"{name} {what.zh}", f"{name}: {what.en}")


def _of(number: str, what: Text) -> Text:
    name = m_name(number)
    return Text(f"{name.zh} {what.zh}", f"{name.en} {what.en}")
