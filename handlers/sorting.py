"""Sorting a document into an expense category by the rules that are in force for its company."""

from __future__ import annotations

from archive.classify import Classified, classify
from archive.document import Document
from handlers.context import Context


async def sort(ctx: Context, company: str, document: Document) -> Classified:
    """The decision of the company's own rules and the built-in ones."""
    book = await ctx.rulebooks.book(company)
    return classify(document, (*book.rules(), *ctx.built_in), ctx.no_category.zh)


def facts(classified: Classified) -> dict[str, str]:
    """For the trail: by which version of which rule."""
    return {"category_rule": f"{classified.rule}@{classified.version}"} if classified.rule else {}
