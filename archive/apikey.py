"""A key by which a program acts as a person: with that person's rights, and never beyond its scopes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from archive.errors import OutOfScope
from archive.words import Text


class KeyScope(StrEnum):
    """What a key may be used for."""

    INGEST = "ingest"
    READ = "read"
    FILES = "files"
    REPORTS = "reports"
    WEBHOOKS = "webhooks"
    BOOKS = "books"


SCOPE_NAMES: Mapping[KeyScope, Text] = {
    KeyScope.INGEST: Text("送入单据", "hand in documents"),
    KeyScope.READ: Text("检索、查看状态和经过", "search, states and history"),
    KeyScope.FILES: Text("取原件", "originals"),
    KeyScope.REPORTS: Text("报表", "reports"),
    KeyScope.WEBHOOKS: Text("登记回调", "webhooks"),
    KeyScope.BOOKS: Text("导入账簿、关联凭证", "import books, link vouchers"),
}


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: all but the secret itself."""

    id: str
    name: str  # what it is for, for people
    person: str  # person id
    scopes: tuple[KeyScope, ...]
    made_at: datetime  # UTC
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None  # to a minute or so
    rate: int = 600  # requests a minute

    def in_force(self, at: datetime) -> bool:
        """Whether it opens anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or at < self.expires_at)


def demand_scope(key: ApiKey, scope: KeyScope) -> None:
    """Raises OutOfScope. The person's own right is asked besides, where every right is asked."""
    if scope not in key.scopes:
        raise OutOfScope(scope=scope.value)
