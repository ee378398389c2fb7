"""Wiring of the archive's later life: units, checks, hand-overs."""

from __future__ import annotations

from archive.metadata import Fonds
from bot.examining import Examining, Scanner
from bot.workers import Workers
from config.settings import Settings
from handlers.custody import Custody
from storage.destructions import Destructions
from storage.evidence import Gathering
from storage.handovers import Handovers
from storage.index import Index
from storage.inspections import Inspections
from storage.keys import KeyProvider
from storage.mongo import Database
from storage.receiving import Arrivals
from storage.shelved_units import ShelvedUnits
from storage.trail import Trail
from storage.unit_reading import Shelved
from storage.vault import Vault


def furnished(
    settings: Settings,
    db: Database,
    keys: KeyProvider,
    chain: Trail,
    readers: Workers,
    checkers: Workers,
    index: Index,
    vault: Vault,
) -> Custody:
    """The ports on these parts."""
    scanner = Scanner(settings.custody.clamd, settings.custody.timeout) if settings.custody.clamd else None
    ways = settings.archiving
    return Custody(
        units=ShelvedUnits(db, Shelved(db, chain, fonds(settings))),
        inspections=Inspections(db, chain, settings.zone),
        examiner=Examining(Gathering(db, keys, chain), readers, checkers, scanner),
        receiving=Arrivals(db, chain, ways.scheme, ways.office),
        handovers=Handovers(db, chain),
        destructions=Destructions(db, chain, fonds(settings), index, vault.forget),
        deputies=settings.custody.deputies,
        schemes=settings.custody.schemes,
        yearly=settings.custody.yearly,
    )


def fonds(settings: Settings) -> dict[str, Fonds]:
    """The companies as the metadata name them."""
    return {c.code: Fonds(c.code, c.name, c.tax_id) for c in settings.companies}
