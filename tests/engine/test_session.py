"""What travels between a querier and the server: one exchange a call, statements prepared once, bounded and healed."""

import contextlib
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import AsyncQuerier, Many
from concordia_sql.engine import session as session_module
from tests.support.both import ask, awaited_querier
from tests.support.queries import (
    NOTHING,
    AddThing,
    CountUp,
    Echo,
    Forget,
    GetNumber,
    GetThing,
    ListThings,
    Number,
    Thing,
)
from tests.support.statements import rows_of
from tests.support.wire import exchanges, traced

Connection = psycopg.Connection[TupleRow]


@pytest.fixture(params=["sync", "async"])
def querier(
    request: pytest.FixtureRequest, connection: Connection, async_connection: psycopg.AsyncConnection[TupleRow]
) -> AsyncQuerier:
    connection.execute("CREATE TABLE things (title text PRIMARY KEY, size int NOT NULL)")
    connection.execute("INSERT INTO things VALUES ('a', 1), ('b', 2), ('c', 3)")
    return awaited_querier(request.param, connection if request.param == "sync" else async_connection)


@pytest.fixture
def unprepared(querier: AsyncQuerier) -> AsyncQuerier:
    """A querier that prepares nothing."""
    mode = "async" if isinstance(querier, AsyncQuerier) else "sync"
    return awaited_querier(mode, querier.connection, prepare=False)


async def prepared(querier: AsyncQuerier) -> dict[str, str]:
    """The texts of the statements that the server holds for the querier, by name."""
    rows = await ask(querier, "SELECT name, statement FROM pg_prepared_statements WHERE name LIKE 'query%'")
    return dict(rows)


def statements(folder: Path, count: int) -> list[Many[Any]]:
    """Queries of different texts, each giving its number."""
    return [rows_of(folder, f"SELECT {number} AS number", number=int) for number in range(count)]


async def test_every_call_is_one_exchange(querier: AsyncQuerier, tmp_path: Path) -> None:
    number, things = GetNumber(number=1), ListThings()
    for _ in "first", "second":
        with traced(querier, tmp_path) as messages:
            await querier.fetch(number)
        assert (messages.count("Execute"), exchanges(messages)) == (1, 1)
        with traced(querier, tmp_path) as messages:
            await querier.fetch_batch(number, things, CountUp(last=2))
        assert (messages.count("Execute"), exchanges(messages)) == (3, 1)
        with traced(querier, tmp_path) as messages:
            await querier.execute(AddThing(title=_))
        assert (messages.count("Execute"), exchanges(messages)) == (1, 1)


async def test_a_statement_is_prepared_on_its_first_run_and_never_again(querier: AsyncQuerier, tmp_path: Path) -> None:
    with traced(querier, tmp_path) as messages:
        await querier.fetch_batch(CountUp(last=1), CountUp(last=2))
    assert messages.count("Parse") == 1
    with traced(querier, tmp_path) as messages:
        await querier.fetch(CountUp(last=1))
        await querier.fetch_batch(CountUp(last=1), CountUp(last=2))
    assert messages.count("Parse") == 0


async def test_unprepared_calls_are_one_exchange_and_leave_nothing(unprepared: AsyncQuerier, tmp_path: Path) -> None:
    for _ in "first", "second":
        with traced(unprepared, tmp_path) as messages:
            assert await unprepared.fetch(GetNumber(number=7)) == Number(number=7)
        assert (messages.count("Execute"), exchanges(messages)) == (1, 1)
        with traced(unprepared, tmp_path) as messages:
            assert await unprepared.fetch_batch(GetNumber(number=1), CountUp(last=1), GetNumber(number=2)) == (
                Number(number=1),
                [Number(number=1)],
                Number(number=2),
            )
        assert (messages.count("Execute"), exchanges(messages)) == (3, 1)
        assert await unprepared.execute(AddThing(title=_)) == 1
    assert await prepared(unprepared) == {}


async def test_values_arrive_and_prepare_one_statement_whatever_they_are(querier: AsyncQuerier) -> None:
    values: dict[str, list[Any]] = {
        "number": [1, 40_000, 2**40, -1, None],
        "text": ["", "é\n'\"\\", None],
        "texts": [(), ("a",), (None, "NULL", "", '{"b"}', "c,d", "\\"), None],
        "numbers": [(1,), (1, 40_000, 2**40), (), None],
        "grid": [(("a", "{b}"), ("", '"')), (), None],
    }
    for name, each in values.items():
        for value in each:
            assert await querier.fetch(Echo(**{name: value})) == attrs.evolve(NOTHING, **{name: value})
    assert len(await prepared(querier)) == 1


async def test_moments_are_sent_in_utc_whatever_the_time_zone_of_the_connection(querier: AsyncQuerier) -> None:
    await ask(querier, "SET TimeZone = 'Asia/Tokyo'")
    naive = datetime(2026, 3, 1, 12)
    aware = datetime(2026, 3, 1, 7, tzinfo=timezone(timedelta(hours=-5)))
    for moment in naive, aware:
        echoed = await querier.fetch(Echo(moment=moment, instant=moment))
        assert (echoed.moment, echoed.instant) == (naive, "2026-03-01 12:00")


async def test_kept_statements_are_bounded(
    querier: AsyncQuerier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "PREPARED_MAX", 3)
    first, *others = asked = statements(tmp_path, 8)
    await querier.fetch(first)
    (kept,) = await prepared(querier)
    for query in others:
        await querier.fetch(first)  # the one used last stays, and is not prepared anew
        await querier.fetch(query)
    left = await prepared(querier)
    assert left[kept] == first.compose().encoded.decode()
    assert set(left.values()) == {query.compose().encoded.decode() for query in [first, asked[-2], asked[-1]]}


async def test_a_batch_above_the_bound_leaves_no_more_than_the_bound(
    querier: AsyncQuerier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "PREPARED_MAX", 3)
    asked = statements(tmp_path, 9)
    for batch in asked[:2], asked[:7], asked[:7], asked[2:9], asked:
        numbers = [row.number for rows in await querier.fetch_batch(*batch) for row in rows]
        assert numbers == [asked.index(query) for query in batch]
    await querier.fetch(GetNumber(number=1))
    assert len(await prepared(querier)) == 3


async def test_an_empty_batch_is_empty(querier: AsyncQuerier) -> None:
    nothing: list[GetNumber] = []
    assert await querier.fetch_batch(*nothing) == ()


async def test_a_changed_table_is_prepared_anew(querier: AsyncQuerier, connection: Connection) -> None:
    small = ListThings(below=2)
    await querier.fetch_batch(small, ListThings(), GetNumber(number=1))
    for type_name in "bigint", "smallint":
        connection.execute(f"ALTER TABLE things ALTER size TYPE {type_name}".encode())
        assert await querier.fetch(small) == [Thing("a", 1)]
        connection.execute("ALTER TABLE things ALTER size TYPE int")
        assert await querier.fetch_batch(GetNumber(number=1), small) == (Number(number=1), [Thing("a", 1)])
    texts = sorted((await prepared(querier)).values())
    assert texts == sorted(query.compose().encoded.decode() for query in (small, GetNumber(number=1)))


async def test_a_changed_table_fails_inside_a_transaction_and_is_prepared_anew_after_it(
    querier: AsyncQuerier, connection: Connection
) -> None:
    await querier.fetch(ListThings(size=1))
    connection.execute("ALTER TABLE things ALTER size TYPE bigint")
    with pytest.raises(psycopg.errors.FeatureNotSupported) as caught:
        async with querier.transaction():
            await querier.fetch(ListThings(size=1))
    assert caught.value.__notes__ == ["while running trial.ListThings"]
    assert await querier.fetch(ListThings(size=1)) == [Thing("a", 1)]
    assert len(await prepared(querier)) == 1


async def test_a_new_column_disturbs_nothing(querier: AsyncQuerier, connection: Connection) -> None:
    await querier.fetch(GetThing(title="a"))
    before = await prepared(querier)
    connection.execute("ALTER TABLE things ADD colour text")
    assert await querier.fetch(GetThing(title="a")) == Thing("a", 1)
    assert await prepared(querier) == before


@pytest.mark.parametrize("statement", ["DEALLOCATE ALL", "DISCARD ALL"])
async def test_forgotten_statements_are_prepared_anew(querier: AsyncQuerier, statement: str) -> None:
    await querier.fetch_batch(GetNumber(number=1), ListThings(size=1))
    await ask(querier, statement)
    assert await querier.fetch(GetNumber(number=2)) == Number(number=2)
    await ask(querier, statement)
    assert await querier.fetch_batch(ListThings(size=2), GetNumber(number=3)) == ([Thing("b", 2)], Number(number=3))
    assert len(await prepared(querier)) == 2


async def test_forgotten_statements_that_were_to_be_dropped_do_no_harm(
    querier: AsyncQuerier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_module, "PREPARED_MAX", 3)
    *asked, last = statements(tmp_path, 6)
    await querier.fetch_batch(*asked)
    await ask(querier, "DEALLOCATE ALL")
    assert [row.number for row in await querier.fetch(last)] == [5]
    assert set((await prepared(querier)).values()) == {last.compose().encoded.decode()}


async def test_forgotten_statements_fail_inside_a_transaction(querier: AsyncQuerier) -> None:
    await querier.fetch(GetNumber(number=1))
    await ask(querier, "BEGIN")
    await ask(querier, "DEALLOCATE ALL")
    with pytest.raises(psycopg.errors.InvalidSqlStatementName) as caught:
        await querier.fetch(GetNumber(number=1))
    await ask(querier, "ROLLBACK")
    assert caught.value.__notes__ == ["while running trial.GetNumber"]
    assert await querier.fetch(GetNumber(number=1)) == Number(number=1)


async def test_statements_survive_the_callers_own_rollbacks_and_preparation(
    database_url: str,
) -> None:
    """After a rollback psycopg forgets what it prepared itself, and then has the server forget everything."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("SELECT 'of the caller'", prepare=True)
        querier = awaited_querier("sync", connection)
        await querier.fetch(GetNumber(number=1))
        with contextlib.suppress(ZeroDivisionError), connection.transaction():
            raise ZeroDivisionError
        assert await prepared(querier) == {}
        assert await querier.fetch(GetNumber(number=2)) == Number(number=2)
        for _ in range(10):
            connection.execute("SELECT 'of the caller' WHERE %s = 1", [1])
        with contextlib.suppress(ZeroDivisionError), connection.transaction():
            raise ZeroDivisionError
        assert len(await prepared(querier)) == 1


async def test_an_error_that_looks_like_a_forgotten_statement_is_raised(
    querier: AsyncQuerier, connection: Connection
) -> None:
    connection.execute("CREATE SEQUENCE calls")
    connection.execute(
        "CREATE FUNCTION forget() RETURNS int LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM nextval('calls'); RAISE SQLSTATE '26000'; END $$"
    )
    with pytest.raises(psycopg.errors.InvalidSqlStatementName) as caught:
        await querier.fetch(Forget())
    assert caught.value.__notes__ == ["while running trial.Forget"]
    assert connection.execute("SELECT last_value FROM calls").fetchone() == (2,)


async def test_an_error_in_a_batch_names_its_query_and_leaves_the_querier_in_order(
    querier: AsyncQuerier, connection: Connection
) -> None:
    broken = ListThings(size=1)
    connection.execute("ALTER TABLE things RENAME TO others")
    for _ in "first", "second":
        with pytest.raises(psycopg.errors.UndefinedTable) as caught:
            await querier.fetch_batch(GetNumber(number=1), broken, CountUp(last=1))
        place, note = caught.value.__notes__
        assert place.endswith("/trial/list_things.sql:5")
        assert note == "while running trial.ListThings"
        assert await querier.fetch(GetNumber(number=2)) == Number(number=2)
    connection.execute("ALTER TABLE others RENAME TO things")
    assert await querier.fetch_batch(broken, CountUp(last=1)) == ([Thing("a", 1)], [Number(number=1)])
    assert len(await prepared(querier)) == 3


async def test_a_query_of_a_batch_that_was_run_again_is_not_named_for_another(
    querier: AsyncQuerier, connection: Connection
) -> None:
    """Its plan was outdated; the batch was sent once more, and came to its end."""
    connection.execute("CREATE FUNCTION forget() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    await querier.fetch(Forget())
    for type_name in "bigint", "int":
        await querier.fetch_batch(ListThings(size=1), CountUp(last=1))
        connection.execute(f"ALTER TABLE things ALTER size TYPE {type_name}".encode())
        assert await querier.fetch_batch(ListThings(size=1), CountUp(last=1)) == ([Thing("a", 1)], [Number(number=1)])
    await querier.fetch(Forget())
    connection.execute("CREATE OR REPLACE FUNCTION forget() RETURNS int LANGUAGE sql AS 'SELECT 1 / 0'")
    with pytest.raises(psycopg.errors.DivisionByZero) as caught:
        await querier.fetch(Forget())
    assert caught.value.__notes__ == ["while running trial.Forget"]


async def test_nothing_is_lost_in_a_failed_transaction(
    querier: AsyncQuerier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was to be dropped there is dropped after it."""
    monkeypatch.setattr(session_module, "PREPARED_MAX", 2)
    *asked, last = statements(tmp_path, 5)
    await querier.fetch_batch(*asked)
    await ask(querier, "BEGIN")
    with contextlib.suppress(psycopg.errors.UndefinedTable):
        await ask(querier, "SELECT * FROM nowhere")
    for query in asked[0], last:
        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            await querier.fetch(query)
    await ask(querier, "ROLLBACK")
    for query in last, asked[0]:
        await querier.fetch(query)
    assert set((await prepared(querier)).values()) == {
        last.compose().encoded.decode(),
        asked[0].compose().encoded.decode(),
    }
