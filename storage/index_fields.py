"""How items and questions are written for tantivy.

Every text is indexed twice. Its pairs of neighbouring characters narrow a search down quickly; its single characters
with their places make a match exact, as a phrase: a word is found anywhere, in Chinese, in a number's beginning,
middle or end, and nothing is found that doesn't hold it.
"""

from __future__ import annotations

from collections.abc import Iterator

from tantivy import (
    Document,
    FieldType,
    Index,
    Occur,
    Query,
    Schema,
    SchemaBuilder,
    TextAnalyzerBuilder,
    Tokenizer,
)

from archive import query as asked
from storage.index import IndexDoc, days_of, totals_of, words_of

_EXACT = ("id", "company", "seen_by", "kind", "state", "owner", "category", "department")


def _schema() -> Schema:
    builder = SchemaBuilder()
    for name in _EXACT:
        builder.add_text_field(name, stored=name == "id", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("pairs", tokenizer_name="pairs", index_option="basic")
    builder.add_text_field("characters", tokenizer_name="characters", index_option="position")
    builder.add_unsigned_field("order", fast=True)
    builder.add_unsigned_field("date", fast=True)
    builder.add_integer_field("total", fast=True)
    return builder.build()


SCHEMA = _schema()


def named_tokenizers(index: Index) -> None:
    """To be told to every opened index: tantivy keeps their names only."""
    index.register_tokenizer("pairs", TextAnalyzerBuilder(Tokenizer.ngram(2, 2, False)).build())
    index.register_tokenizer("characters", TextAnalyzerBuilder(Tokenizer.regex("(?s).")).build())


def to_document(doc: IndexDoc) -> Document:
    """One item."""
    document = Document()
    for name in _EXACT:
        value = getattr(doc, name)
        for each in value if name == "seen_by" else (value,):
            document.add_text(name, each)
    document.add_text("pairs", doc.text)
    document.add_text("characters", doc.text)
    document.add_unsigned("order", doc.date * 10**11 + doc.rank)
    document.add_unsigned("date", doc.date)
    if doc.total is not None:
        document.add_integer("total", doc.total)
    return document


def to_query(query: asked.Query, scope: asked.Scope) -> Query:
    """Every condition as one that must hold; who may see it is one of them."""

    def term(field: str, value: str) -> Query:
        return Query.term_query(SCHEMA, field, value, "basic")

    must = [term("company", scope.company)]
    if scope.person is not None:
        must.append(term("seen_by", scope.person))
    for field, value in (("owner", query.owner), ("category", query.category), ("department", query.department)):
        if value:
            must.append(term(field, value))
    for field, values in (("kind", query.kinds), ("state", query.states)):
        if values:
            must.append(Query.term_set_query(SCHEMA, field, [each.value for each in values]))
    if days := days_of(query):
        must.append(Query.range_query(SCHEMA, "date", FieldType.Unsigned, *days))
    if totals := totals_of(query):
        must.append(Query.range_query(SCHEMA, "total", FieldType.Integer, *totals))
    for word in words_of(query):
        must += _word(word)
    return Query.boolean_query([(Occur.Must, each) for each in must])


def _word(word: str) -> Iterator[Query]:
    """The word, literally: all its pairs, and its characters in a row."""
    if len(word) == 1:
        yield Query.term_query(SCHEMA, "characters", word)
        return
    for pair in dict.fromkeys(word[at : at + 2] for at in range(len(word) - 1)):
        yield Query.term_query(SCHEMA, "pairs", pair, "basic")
    if len(word) > 2:
        yield Query.phrase_query(SCHEMA, "characters", list(word))
