"""Settings of one transaction: how a query is planned, and who acts. They travel with it and end with it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import (
    AsyncDatabase,
    AsyncExecutor,
    Database,
    DeadlineExceeded,
    Many,
    NotFound,
    ParameterError,
    Querier,
    QuerierError,
    StatementError,
    blog,
)
from tests.support.both import ask, awaited_database, awaited_querier
from tests.support.pooler import pooled
from tests.support.statements import query, write
from tests.support.tenants import Note, Notes, Seen, visitor
from tests.support.wire import exchanges, traced

Connection = psycopg.Connection[TupleRow]
ME = Seen("postgres", "", "force_generic_plan")


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    return Notes(tmp_path)


@pytest.fixture
def role(connection: Connection) -> Iterator[str]:
    with visitor(connection, tenants=3) as name:
        yield name


@pytest.fixture(params=["sync", "async", "pooled"])
def database(request: pytest.FixtureRequest, database_url: str) -> Iterator[AsyncDatabase]:
    """One connection, its plans generic; through PgBouncer in transaction mode, where the role sets that, too."""
    if request.param != "pooled":
        yield awaited_database(request.param, database_url, max_size=1)
        return
    with psycopg.connect(database_url, autocommit=True) as connection:
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE \"{name}\" SET plan_cache_mode = 'force_generic_plan'".encode())
    with pooled(database_url) as url:
        yield awaited_database("async", url, max_size=1)


async def test_a_plan_is_that_of_its_query_alone(database: AsyncDatabase, notes: Notes) -> None:
    async with database as db:
        for _ in range(2):
            assert (await db.fetch(notes.SeeAnew())).plan == "force_custom_plan"
            assert (await db.fetch(notes.See())).plan == "force_generic_plan"
        found = await db.fetch_batch(notes.See(), notes.SeeAnew(), notes.SeeForAll(), notes.See())
        assert [each.plan.split("_")[1] for each in found] == ["generic", "custom", "generic", "generic"]
        async with db.transaction() as transaction:
            assert (await transaction.fetch(notes.SeeAnew())).plan == "force_custom_plan"
            assert (await transaction.fetch(notes.See())).plan == "force_generic_plan"
            async with transaction.stream(notes.SeeMany()) as rows:
                assert {row.plan async for row in rows} == {"force_custom_plan"}
            assert (await transaction.fetch(notes.See())).plan == "force_generic_plan"
        async with db.stream(notes.SeeMany()) as rows:
            assert [row.plan async for row in rows] == ["force_custom_plan"] * 300
        assert await db.fetch(notes.See()) == ME


async def test_a_stream_with_a_plan_that_is_left_or_fails(
    database: AsyncDatabase, notes: Notes, tmp_path: Path
) -> None:
    path = write(
        tmp_path, "mine/fail.sql", "-- Numbers.\nSELECT 10 / (250 - n) AS number FROM generate_series(1, 300) n"
    )

    @query(path, plan="custom")
    class Fail(Many[int]):
        pass

    async with database as db:
        for _ in range(2):
            async with db.stream(notes.SeeMany()) as rows:
                assert (await anext(rows)).plan == "force_custom_plan"
            with pytest.raises(psycopg.errors.DivisionByZero, match=r"mine\.Fail"):
                async with db.stream(Fail()) as numbers:
                    _ = [number async for number in numbers]
            async with db.transaction() as transaction:
                with pytest.raises(psycopg.errors.DivisionByZero):
                    async with transaction.transaction():
                        await transaction.fetch(Fail())
                assert await transaction.fetch(notes.See()) == ME
        assert await db.fetch(notes.See()) == ME


@pytest.mark.parametrize("mode", ["sync", "async"])
async def test_each_call_of_a_custom_plan_is_planned(mode: str, database_url: str, notes: Notes) -> None:
    async with awaited_database(mode, database_url) as db, db.querier() as querier:
        for _ in range(3):
            await querier.fetch(notes.SeeAnew())
            await querier.fetch(notes.See())
        counts = await ask(querier, "SELECT custom_plans, generic_plans FROM pg_prepared_statements ORDER BY 1")
    assert counts == [(0, 3), (3, 0)]


def test_a_plan_needs_no_further_round_trip(database_url: str, notes: Notes, role: str, tmp_path: Path) -> None:
    with Database(database_url) as db, db.querier() as querier:
        visitor = querier.acting_as(role, {"app.tenant": "1"})
        querier.fetch_batch(notes.SeeAnew(), notes.ListNotes())
        visitor.fetch(notes.ListNotesAnew())
        for call in (
            lambda: querier.fetch(notes.SeeAnew()),
            lambda: visitor.fetch(notes.ListNotes()),
            lambda: visitor.fetch_batch(notes.ListNotesAnew(), notes.ListNotes()),
        ):
            with traced(querier, tmp_path) as messages:
                call()
            assert exchanges(messages) == 1
        with traced(querier, tmp_path) as messages, visitor.transaction():
            pass
        assert exchanges(messages) == 2


def test_a_wrong_plan(tmp_path: Path) -> None:
    path = write(tmp_path, "mine/ask.sql", "-- One.\nSELECT 1 AS number")
    with pytest.raises(StatementError, match=r"mine\.Ask: plan is 'generic' or 'custom'"):

        @query(path, plan="force_custom_plan")  # type: ignore[arg-type]
        class Ask(Many[int]):
            pass


async def see(on: AsyncExecutor, notes: Notes) -> tuple[str, str]:
    found = await on.fetch(notes.See())
    return found.role, found.tenant


async def test_a_role_and_its_settings(database: AsyncDatabase, notes: Notes, role: str) -> None:
    """Under row security: each sees its own notes and no others, whatever the call."""
    own = [Note("2", "of 2")]
    async with database as db:
        two = db.acting_as(role, {"app.tenant": "2", "app.more": "'; DROP TABLE notes; --"})
        for _ in range(2):
            assert await two.fetch(notes.ListNotes()) == own
            assert len(await db.fetch(notes.ListNotes())) == 3
            assert await two.fetch(notes.ListNotesAnew()) == own
            assert await two.fetch_batch(notes.ListNotes(), notes.ListNotesAnew()) == (own, own)
            async with two.stream(notes.ListNotes()) as rows:
                assert [row async for row in rows] == own
            async with two.stream(notes.ListNotesAnew()) as rows:
                assert [row async for row in rows] == own
            async with two.transaction() as transaction:
                assert await transaction.fetch(notes.ListNotes()) == own
                async with transaction.transaction():
                    assert await see(transaction, notes) == (role, "2")
                    assert (await transaction.fetch(notes.SeeAnew())).role == role
                assert await transaction.fetch(notes.See()) == Seen(role, "2", "force_generic_plan")
            assert await two.retry(lambda querier: querier.fetch(notes.ListNotes())) == own
            assert await see(db, notes) == ("postgres", "")
        assert await two.dry_run(notes.AddNote(tenant="2")) == 1
        assert await two.execute_batch(notes.AddNote(tenant="2"), notes.AddNote(tenant="2")) == (1, 1)
        assert len(await two.fetch(notes.ListNotes())) == 3
        assert await db.acting_as(role).fetch(notes.ListNotes()) == []
        assert await see(db.acting_as(settings={"app.tenant": "1"}), notes) == ("postgres", "1")
        assert await see(db, notes) == ("postgres", "")


async def test_what_the_policy_forbids_leaves_nothing(database: AsyncDatabase, notes: Notes, role: str) -> None:
    async with database as db:
        one = db.acting_as(role, {"app.tenant": "1"})
        for _ in range(2):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match=r"mine\.AddNote"):
                await one.execute(notes.AddNote(tenant="2"))
            assert await see(db, notes) == ("postgres", "")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await one.retry(lambda querier: querier.execute_batch(*[notes.AddNote(tenant=each) for each in "12"]))
            assert await see(db, notes) == ("postgres", "")
        assert len(await db.fetch(notes.ListNotes())) == 3


async def test_calls_that_are_stopped_leave_nothing(database: AsyncDatabase, notes: Notes, tmp_path: Path) -> None:
    path = write(tmp_path, "mine/sleep.sql", "-- Slept.\nSELECT pg_sleep(60)::text AS slept")

    @query(path, plan="custom")
    class Sleep(Many[str]):
        pass

    async with database as db:
        acting = db.acting_as(settings={"app.tenant": "1"})
        with pytest.raises(DeadlineExceeded):
            await acting.fetch(Sleep(), deadline=0.1)
        assert await db.fetch(notes.See()) == ME
        if isinstance(db, AsyncDatabase):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1), acting.stream(Sleep()) as rows:
                    await anext(rows)
            assert await db.fetch(notes.See()) == ME


@pytest.mark.parametrize("mode", ["sync", "async"])
async def test_inside_a_transaction_it_is_refused(
    mode: str, connection: Connection, async_connection: psycopg.AsyncConnection[Any], notes: Notes
) -> None:
    querier = awaited_querier(mode, connection if mode == "sync" else async_connection)
    one = querier.acting_as(settings={"app.tenant": "1"})
    refused = pytest.raises(QuerierError, match="acting_as is for whole transactions")
    async with querier.transaction():
        with refused:
            await one.fetch(notes.See())
        with refused:
            async with one.transaction():
                pass
        with refused:
            async with one.stream(notes.SeeMany()) as rows:
                await anext(rows)
        assert (await querier.fetch(notes.See())).tenant == ""
    with pytest.raises(QuerierError, match="acts as another already"):
        Querier(connection).acting_as("one").acting_as("other")


async def test_a_role_that_cannot_be_taken(database: AsyncDatabase, notes: Notes) -> None:
    async with database as db:
        acting = db.acting_as("nobody at all", {"app.tenant": "1"})
        refused = pytest.raises(QuerierError, match=r"cannot act as the role nobody at all: .*\(22023\)")
        with refused:
            await acting.fetch(notes.See())
        assert await db.fetch(notes.See()) == ME
        with refused:
            async with acting.stream(notes.SeeMany()) as rows:
                await anext(rows)
        assert await db.fetch(notes.See()) == ME
        with refused:
            async with acting.transaction():
                pass
        assert await db.fetch(notes.See()) == ME


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((), "name a role, or settings"),
        (("none",), "no name of a role"),
        (("",), "no name of a role"),
        (("a\0b",), "no name of a role"),
        (("é" * 32,), "no name of a role"),
        ((None, {"search_path": "x"}), "with a dot in it"),
        ((None, {"app.tenant', 'x": "x"}), "with a dot in it"),
        ((None, {"": "x"}), "with a dot in it"),
    ],
)
def test_names_that_there_cannot_be(connection: Connection, given: tuple[Any, ...], said: str) -> None:
    with pytest.raises(QuerierError, match=said):
        Querier(connection).acting_as(*given)


@pytest.mark.parametrize("value", [None, 7, "a\0b", "\ud800"])
def test_values_that_are_no_texts(connection: Connection, value: Any) -> None:
    with pytest.raises(ParameterError, match=r"^acting_as: app\.tenant: Expected a text") as raised:
        Querier(connection).acting_as(None, {"app.tenant": value})
    assert "7" not in str(raised.value)


def test_a_command_that_locks_has_its_isolation_first(connection: Connection, notes: Notes) -> None:
    connection.execute("SET default_transaction_isolation TO 'repeatable read'")
    querier = Querier(connection).acting_as(settings={"app.tenant": "1"})
    command = blog.MoveCategory(id="x", parent_id=None)
    with pytest.raises(NotFound):
        querier.execute(command)
    with pytest.raises(NotFound), querier.transaction(isolation="read committed") as transaction:
        transaction.execute(command)
    with pytest.raises(QuerierError, match="READ COMMITTED"), querier.transaction() as transaction:
        transaction.execute(command)
