"""Words with boxes → the document they print: labels and geometry, for PDF and OFD text and for OCR."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from archive.document import Kind
from intake.banking import read_bank
from intake.contract import read_contract
from intake.draft import Draft
from intake.fields import tidy
from intake.fiscal import read_fiscal
from intake.foreign import is_foreign, number_on, read_foreign
from intake.form import Form, to_form
from intake.invoice import number_of, numbers_on, read_invoice
from intake.limits import WORD_LENGTH, WORDS
from intake.parts import Part, parts_of
from intake.reading import Found, Place
from intake.rows import GAP, Word
from intake.sundry import is_titled, read_sundry
from intake.tickets import read_air, read_rail
from intake.titles import kind_of, titles

#: 第2页, 第 3/5 页, 页码：2
_LATER_PAGE = re.compile(r"第0?(?:[2-9]|[1-9]\d)(?:页|/)|页码:0?(?:[2-9]|[1-9]\d)(?!\d)")

__all__ = ["Word", "find", "find_all"]


def find(words: Sequence[Word], source: str) -> Found | None:
    """The one document these words print, on one page or several; None if they print none we know.

    `source` is "text" or "ocr". Positions are fractions of the page, so that any resolution will do.
    """
    draft = draft_of([to_form(page) for page in _pages(words)], source)
    return draft.found() if draft else None


def find_all(words: Sequence[Word], source: str) -> tuple[Draft, ...]:
    """Every document in the words of a whole file: several on a page, or one on several pages.

    A page that has another number than the one before, or no number but a title of its own, begins another document.
    """
    groups: list[list[Part]] = []
    numbers: list[str | None] = []
    for page in _pages(words):
        for part in parts_of(page):
            number = number_of(part.form) or number_on(part.form)
            same = number == numbers[-1] if groups and number else bool(groups) and _goes_on(part.form)
            if same and part.top == 0.0:
                groups[-1].append(part)
            else:
                groups.append([part])
                numbers.append(number)
    return tuple(d for d in (_draft_of_parts(g, source) for g in groups) if d)


def _goes_on(form: Form) -> bool:
    """A page without a number belongs to the one before if it bears no title, or says that it isn't the first."""
    return not is_titled(form) or _LATER_PAGE.search(form.text.replace(GAP, "").replace(" ", "")) is not None


def _draft_of_parts(parts: Sequence[Part], source: str) -> Draft | None:
    """The document, its places on the real page where it shares one with others."""
    draft = draft_of([part.form for part in parts], source)
    if draft and parts[0].bottom - parts[0].top < 1.0:
        draft.places = {n: Place(p.page, parts[0].on_page(p.box)) for n, p in draft.places.items()}
    return draft


def draft_of(forms: Sequence[Form], source: str) -> Draft | None:
    """What the pages of one document say, by the reader of its sort; None if it is none of them."""
    if not forms:
        return None
    draft = _by_sort(forms, source)
    if draft:
        draft.pages = (forms[0].rows[0].page, forms[-1].rows[0].page)
        draft.text = "\n".join(s.text for s in forms)
    return draft


def _by_sort(forms: Sequence[Form], source: str) -> Draft | None:
    first = forms[0]
    named = titles(first)
    sorts = [name for name, _ in named]
    numbered = bool(numbers_on(first))
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
            return read_contract(forms, source)
    if not numbered and not kinds and is_foreign(forms):
        return read_foreign(forms, source)
    draft = read_invoice(forms, source)
    return draft if _enough(draft) else read_sundry(forms, source)


def _enough(draft: Draft) -> bool:
    """An invoice needs a number, or a title with a total: the word 发票 alone makes none."""
    return "number" in draft.values or ("type" in draft.values and "total" in draft.values)


def _pages(words: Iterable[Word]) -> list[list[Word]]:
    """The words page by page, cut to what is looked at."""
    pages: dict[int, list[Word]] = {}
    for word in words:
        if word.text.strip() and tidy(word.text[:WORD_LENGTH]):  # characters nobody sees are no word
            short = word if len(word.text) <= WORD_LENGTH else replace(word, text=word.text[:WORD_LENGTH])
            pages.setdefault(word.page, []).append(short)
    return [pages[number][:WORDS] for number in sorted(pages)]
