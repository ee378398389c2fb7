"""Words with boxes → the document they print: labels and geometry, for PDF and OFD text and for OCR."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from archive.document import Kind
from intake.banking import read_bank
from intake.contract import read_contract
from intake.draft import Draft
from intake.fiscal import read_fiscal
from intake.foreign import is_foreign, read_foreign
from intake.invoice import has_number, read_invoice
from intake.reading import Found
from intake.rows import GAP, Word
from intake.sheet import Sheet, to_sheet
from intake.sundry import read_sundry
from intake.tickets import read_air, read_rail
from intake.titles import kind_of, titles

__all__ = ["Word", "find", "find_all"]


def find(words: Sequence[Word], source: str) -> Found | None:
    """The one document these words print, on one page or several; None if they print none we know.

    `source` is "text" or "ocr". Positions are fractions of the page, so that any resolution will do.
    """
    draft = draft_of(_sheets(words), source)
    return draft.found() if draft else None


def find_all(words: Sequence[Word], source: str) -> tuple[Draft, ...]:
    """Every document in the words of a whole file: pages with another number begin another document."""
    groups: list[list[Sheet]] = []
    numbers: list[str | None] = []
    for sheet in _sheets(words):
        number = has_number(sheet)
        if groups and (number is None or number == numbers[-1]):
            groups[-1].append(sheet)
        else:
            groups.append([sheet])
            numbers.append(number)
    return tuple(d for d in (draft_of(g, source) for g in groups) if d)


def draft_of(sheets: Sequence[Sheet], source: str) -> Draft | None:
    """What the pages of one document say, by the reader of its sort; None if it is none of them."""
    if not sheets:
        return None
    draft = _by_sort(sheets, source)
    if draft:
        draft.pages = (sheets[0].rows[0].page, sheets[-1].rows[0].page)
        draft.text = "\n".join(s.text for s in sheets)
    return draft


def _by_sort(sheets: Sequence[Sheet], source: str) -> Draft | None:
    first = sheets[0]
    named = titles(first)
    sorts = [name for name, _ in named]
    numbered = has_number(first)
    kinds = {kind_of(where.text.replace(GAP, "")) for name, where in named if name in ("electronic", "plain", "air")}
    if Kind.RAIL in kinds:
        return read_rail(first, source)
    if Kind.AIR in kinds:
        return read_air(first, source)
    if "fiscal" in sorts or (first.all("code") and "票据代码" in first.text.replace(" ", "")):
        return read_fiscal(first, source)
    if "electronic" not in sorts and not numbered:
        if "bank" in sorts or {"payer", "payee"} <= {b.kind for b in first.blocks}:
            return read_bank(first, source)
        if "contract" in sorts:
            return read_contract(sheets, source)
    if not numbered and not kinds and is_foreign(sheets):
        return read_foreign(sheets, source)
    draft = read_invoice(sheets, source)
    return draft if _enough(draft) else read_sundry(sheets, source)


def _enough(draft: Draft) -> bool:
    """An invoice needs a number, or a title with a total: the word 发票 alone makes none."""
    return "number" in draft.values or ("type" in draft.values and "total" in draft.values)


def _sheets(words: Iterable[Word]) -> list[Sheet]:
    pages: dict[int, list[Word]] = {}
    for word in words:
        if word.text.strip():
            pages.setdefault(word.page, []).append(word)
    return [to_sheet(pages[number]) for number in sorted(pages)]
