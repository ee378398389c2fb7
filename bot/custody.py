"""Wiring of the archive's later life: units, checks, hand-overs."""

from __future__ import annotations

from bot.examining import Examining, Scanner
from bot.workers import Workers
from config.settings import Settings
from handlers.custody import Custody
from storage.evidence import Gathering
from storage.handovers import Handovers
from storage.inspections import Inspections
from storage.keys import KeyProvider
from storage.lone_units import LoneUnits
from storage.mongo import Database
from storage.receiving import Arrivals
from storage.trail import Trail


def furnished(
    settings: Settings, db: Database, keys: KeyProvider, chain: Trail, readers: Workers, checkers: Workers
) -> Custody:
    """The ports on these parts."""
    scanner = Scanner(settings.custody.clamd, settings.custody.timeout) if settings.custody.clamd else None
    return Custody(
        units=LoneUnits(db, {c.code: c.name for c in settings.companies}),
        inspections=Inspections(db, chain, settings.zone),
        examiner=Examining(Gathering(db, keys, chain), readers, checkers, scanner),
        receiving=Arrivals(db, chain),
        handovers=Handovers(db, chain),
        deputies=settings.custody.deputies,
        schemes=settings.custody.schemes,
        yearly=settings.custody.yearly,
    )
