"""One stand-in a test, and a channel on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage import mongo
from tests.fakes.teams import Servers
from tests.teams.house import Scene, standing


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Servers]:
    """Entra, the Bot Connector and SharePoint."""
    with Servers(ca=tmp_path) as made:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(made.ca))
        yield made


@pytest.fixture
async def scene(servers: Servers, db: mongo.Database) -> AsyncIterator[Scene]:
    """A channel whose files go out as links."""
    async with standing(servers, db) as made:
        yield made


@pytest.fixture
async def direct(servers: Servers, db: mongo.Database) -> AsyncIterator[Scene]:
    """A channel whose files go out through Teams."""
    async with standing(servers, db, "direct") as made:
        yield made
