"""The stable list of what a reader may warn about."""

from __future__ import annotations

from collections.abc import Sequence

from archive.document import FIELD_NAMES
from archive.finding import Finding, Level
from archive.words import Text, same

DISAGREE = "I01"
CAPITALS = "I02"
SUM = "I03"
TAX_ID = "I04"
INCOMPLETE = "I05"
SIGNATURE = "I06"
SCANNED = "I07"
LINES = "I08"
GARBLED = "I09"
PAGES = "I10"
ATTACHMENT = "I11"
UNREAD = "I12"
_SHOWN = 20  # page numbers in one warning

#: Code → (level, what it says). Facts are named in braces.
MEANINGS: dict[str, tuple[Level, Text]] = {
    DISAGREE: (
        Level.WARN,
        Text(
            "「{name}」不一致：{one_source}为 {one}，{other_source}为 {other}",
            "{name} differs: {one_source} says {one}, {other_source} says {other}",
        ),
    ),
    CAPITALS: (
        Level.WARN,
        Text("大写金额是 {one}，小写是 {other}", "the amount in words is {one}, in figures {other}"),
    ),
    SUM: (
        Level.WARN,
        Text("金额 {net} 加税额 {tax} 不等于合计 {total}", "net {net} and tax {tax} don't add up to the total {total}"),
    ),
    TAX_ID: (Level.WARN, Text("「{name}」{value} 的校验位不对", "the check character of {name} {value} is wrong")),
    INCOMPLETE: (Level.WARN, Text("没有读到「{name}」", "{name} was not read")),
    SIGNATURE: (Level.NOTE, Text("电子签名未验证", "the electronic signature was not verified")),
    SCANNED: (Level.NOTE, Text("这是扫描件，内容靠识别", "this is a scan; its content was recognised")),
    LINES: (
        Level.NOTE,
        Text("明细合计 {one} 与票面金额 {other} 不等", "the lines add up to {one}, the document says {other}"),
    ),
    GARBLED: (
        Level.NOTE,
        Text("票面文字无法提取，按位置读取", "the form's labels can't be extracted; it was read by position"),
    ),
    PAGES: (Level.WARN, Text("共 {pages} 页，只读了前 {read} 页", "of {pages} pages only the first {read} were read")),
    UNREAD: (
        Level.WARN,
        Text("第 {page} 页没有读到单据，请看原件", "no document was read on page {page}; please look at the original"),
    ),
    ATTACHMENT: (
        Level.WARN,
        Text("附件「{name}」没有读取：{why}", "the attachment “{name}” was not read: {why}"),
    ),
}

SOURCE_NAMES: dict[str, Text] = {
    "xml": Text("XML", "the XML"),
    "attachment": Text("附件数据", "the attached data"),
    "custom_tag": Text("版式标引", "the layout's tags"),
    "custom_data": Text("文件属性", "the file's properties"),
    "text": Text("票面文字", "the printed text"),
    "qr": Text("二维码", "the QR code"),
    "ocr": Text("图像识别", "recognition"),
}


def unread(pages: Sequence[int]) -> list[Finding]:
    """The warning on pages (from 0) that told nothing; none where every page was read."""
    if not pages:
        return []
    shown = [str(page + 1) for page in pages[:_SHOWN]] + ["…"] * (len(pages) > _SHOWN)
    return [doubt(UNREAD, page=Text("、".join(shown), ", ".join(shown)))]


def doubt(code: str, field: str = "", **facts: object) -> Finding:
    """A finding of the list; facts that are Texts are spoken in each language."""
    level, words = MEANINGS[code]
    if field and "name" not in facts:
        facts["name"] = FIELD_NAMES.get(field, same(field))
    kept = {k: v.zh if isinstance(v, Text) else str(v) for k, v in facts.items()}
    return Finding(code, level, words.filled(**facts), field, kept)
