"""Many tenants over few connections, calls cancelled at any moment: each sees its own rows, and nothing is left."""

import asyncio
import random
from pathlib import Path
from typing import Any

import psycopg
import pytest

from concordia_sql import AsyncDatabase, AsyncExecutor
from tests.faults import TIMES
from tests.support.pooler import pooled
from tests.support.tenants import Note, Notes, visitor

TENANTS, SIZE, WIDTH, CALLS = 100, 4, 50, 5_000


async def ask(on: AsyncExecutor, notes: Notes, kind: int) -> list[list[Note]]:
    """The notes that a tenant sees, by a call of some kind."""
    if kind == 0:
        return [await on.fetch(notes.ListNotes())]
    if kind == 1:
        return [await on.fetch(notes.ListNotesAnew())]
    if kind == 2:
        return [*await on.fetch_batch(notes.ListNotes(), notes.ListNotesAnew())]
    if kind == 3:
        async with on.stream(notes.ListNotesAnew()) as rows:
            return [[row async for row in rows]]
    async with on.transaction() as transaction:
        return [await transaction.fetch(notes.ListNotes()), await transaction.fetch(notes.ListNotesAnew())]


@pytest.mark.parametrize("through", ["directly", "pooled"])
async def test_no_tenant_sees_another(
    database_url: str, other: psycopg.Connection[Any], tmp_path: Path, through: str
) -> None:
    notes, cancelled, left = Notes(tmp_path), 0, CALLS * TIMES
    with visitor(other, TENANTS) as role, pooled(database_url, size=SIZE) as url:
        async with AsyncDatabase(database_url if through == "directly" else url, max_size=SIZE) as database:

            async def call() -> None:
                nonlocal cancelled
                tenant = random.randrange(3 * TENANTS // 2)
                if tenant > TENANTS:  # nobody's: of what was set before, nothing is left
                    found = await database.fetch(notes.See())
                    assert (found.role, found.tenant) == ("postgres", "")
                    return
                acting = database.acting_as(role, {"app.tenant": str(tenant)})
                own = [Note(str(tenant), f"of {tenant}")] if tenant else []
                try:
                    async with asyncio.timeout(random.random() * 0.02 if random.random() < 0.2 else None):
                        assert all(each == own for each in await ask(acting, notes, random.randrange(5)))
                except TimeoutError:
                    cancelled += 1

            async def work() -> None:
                nonlocal left
                while left > 0:
                    left -= 1
                    await call()

            await asyncio.gather(*(work() for _ in range(WIDTH)))
            assert cancelled > CALLS * TIMES / 100
