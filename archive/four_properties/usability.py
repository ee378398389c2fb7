"""可用性: whether it can be read, now and later (items 3-1 to 3-4)."""

from __future__ import annotations

from archive.four_properties.authenticity import STRANGE
from archive.four_properties.completeness import values
from archive.four_properties.evidence import Evidence
from archive.four_properties.parameters import Parameters, m_name
from archive.four_properties.verdict import Verdict, failed, listed, not_applicable, not_run, passed
from archive.words import Text


def metadata(e: Evidence, p: Parameters) -> Verdict:
    """3-1 元数据可读: every value can be written as XML in UTF-8 and read again."""
    known = values(e.unit)
    bad = [m_name(number) for number, value in sorted(known.items()) if STRANGE.search(value)]
    if bad:
        return failed(listed(Text("不能编码的元数据", "metadata that can't be encoded"), of=bad))
    return passed(Text(f"{len(known)} 项可读", f"{len(known)} values are readable"), values=len(known))


def content(e: Evidence, p: Parameters) -> Verdict:
    """3-2 内容可读: each file opens, and its format is one that lasts."""
    seen = [c for c in e.contents if not c.problem]
    if not seen:
        return failed(Text("没有可读的电子文件", "there is no file that can be read"))
    if any(c.opening is None for c in seen):
        return not_run(Text("没有试着打开", "nobody tried to open it"))
    wrong: list[Text] = []
    for c in seen:
        assert c.opening is not None  # asked above
        name = c.paper.file.name
        if not c.opening.opens:
            wrong.append(Text(f"{name} 打不开：{c.opening.why.zh}", f"{name} can't be opened: {c.opening.why.en}"))
        elif c.opening.carrier not in p.formats:
            lasts = "、".join(p.formats)
            wrong.append(
                Text(f"{name} 是 {c.opening.carrier}，不在长期保存格式（{lasts}）里",
                     f"{name} is {c.opening.carrier}, not a lasting format ({lasts})")
            )  # fmt: skip
    if wrong:
        return failed(listed(Text("内容不可读", "content not readable"), of=wrong))
    formats = ";".join(c.opening.carrier for c in seen if c.opening)
    pages = sum(c.opening.pages for c in seen if c.opening)
    return passed(Text("都能打开，格式合规", "all open, in lasting formats"), formats=formats, pages=pages or None)


def platform(e: Evidence, p: Parameters) -> Verdict:
    """3-3 软硬件环境: this installation can show the formats."""
    carriers = {c.opening.carrier for c in e.contents if c.opening and c.opening.carrier}
    if not carriers:
        return not_run(Text("格式不明", "the format is not known"))
    lost = sorted(carriers - set(p.shown))
    if lost:
        return failed(Text(f"本系统不能显示 {'、'.join(lost)}", f"this installation can't show {', '.join(lost)}"))
    return passed(Text("本系统能显示", "this installation shows it"), formats=";".join(sorted(carriers)))


def package(e: Evidence, p: Parameters) -> Verdict:
    """3-4 信息包可用: the package unpacks."""
    if e.package is None:
        return not_applicable(Text("没有信息包", "there is no package"))
    if not e.package.unpacks:
        return failed(Text("信息包打不开", "the package can't be unpacked"))
    return passed(Text("信息包能打开", "the package opens"))
