"""One house for each module of these tests, with filed documents in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.house import Scene, fresh


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def scene(mongo_uri: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    async with fresh(mongo_uri, tmp_path_factory.mktemp("house")) as made:
        yield made
