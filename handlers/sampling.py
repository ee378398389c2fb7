"""Drawing an audit sample from the books as they stand, keeping it, and performing a kept one again."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from archive.access import Person
from archive.errors import NoBooks
from archive.sampling import Drawn, Method, Sample, draw, from_plain, to_plain
from archive.trail import Entry
from archive.voucher import Voucher
from handlers.context import Context
from handlers.lending import lending_of
from reports.page import Page
from reports.sample_list import sample_list


@dataclass(frozen=True, slots=True)
class Again:
    """A kept sample and what its method gives today."""

    sample: Sample
    drawn: Drawn

    @property
    def books_same(self) -> bool:
        """Whether the population is what it was."""
        return self.sample.population_digest == self.drawn.population_digest

    @property
    def same(self) -> bool:
        """Whether exactly the same vouchers came, unchanged."""
        return self.sample.digest == self.drawn.digest and self.sample.refs == refs(self.drawn)


def new_seed() -> str:
    """A seed nobody could choose a result by, short enough to be written down."""
    return str(secrets.randbelow(10**8))


def refs(drawn: Drawn) -> tuple[str, ...]:
    """2025-09 记-23, in the order of the books."""
    return tuple(v.ref for v in drawn.vouchers)


async def drawn_now(ctx: Context, person: Person, method: Method, channel: str) -> tuple[Sample, Drawn]:
    """Drawn, and kept with its trail entry. Raises BadSample, NoBooks for a period without vouchers."""
    made = await _drawn(ctx, person.company, method)
    now = ctx.now()
    sample = Sample(
        "", person.company, person.id, now.isoformat(timespec="milliseconds"), to_plain(method), made.population,
        made.population_sum, made.population_digest, made.fitting, refs(made), made.digest,
    )  # fmt: skip
    return await lending_of(ctx).samples.keep(sample, now, channel), made


async def drawn_again(ctx: Context, person: Person, sample_id: str, channel: str) -> Again:
    """The kept method on the books as they stand now; an entry in the trail. Raises NotFound, NoBooks."""
    sample = await lending_of(ctx).samples.sample(person.company, sample_id)
    again = Again(sample, await _drawn(ctx, person.company, from_plain(sample.method)))
    facts = {"same": str(again.same), "books_same": str(again.books_same)}
    about = f"sample:{sample.company}|{sample.id}"
    await ctx.trail.add(Entry(person.id, "sample_repeated", about, ctx.now(), channel, facts))
    return again


def page_of(ctx: Context, person: Person, sample: Sample, drawn: Drawn, lang_at: datetime) -> Page:
    """The working paper of a sample."""
    company = next((c.name for c in ctx.companies if c.code == sample.company), sample.company)
    return sample_list(
        sample, drawn.vouchers, from_plain(sample.method).text, company, lang_at, person.name, person.lang
    )


async def _drawn(ctx: Context, company: str, method: Method) -> Drawn:
    months = [m for m in await ctx.books.periods(company, "vouchers") if m.startswith(method.period)]
    vouchers = [v for m in months for v in await ctx.books.records(company, "vouchers", Voucher, m)]
    if not vouchers:
        raise NoBooks(company=company)
    return draw(vouchers, method, ctx.workdays)
