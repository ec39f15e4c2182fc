"""Queriers, sync and async: what comes back, who may use them and when, and what is left after trouble."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import attrs
import psycopg
import pytest
from psycopg import generators
from psycopg.adapt import PyFormat
from psycopg.rows import TupleRow

from concordia_sql import (
    Affected,
    AsyncQuerier,
    Conflict,
    Many,
    NotFound,
    NotMigrated,
    OutcomeUnknown,
    Querier,
    QuerierError,
    ResultError,
    auth,
    command,
)
from tests.support.activity import cut, doing, kill, notes
from tests.support.both import ask, fetched, streamed, until
from tests.support.queries import (
    TRIAL,
    AddThing,
    AddThings,
    AddThingSlowly,
    CountUp,
    FindThing,
    GetNumber,
    GetThing,
    ListThings,
    Number,
    Sleep,
    SoleThing,
    Thing,
)
from tests.support.statements import query, rows_of, said, write

Connection = psycopg.Connection[TupleRow]
AsyncConnection = psycopg.AsyncConnection[TupleRow]
Call = Callable[[AsyncQuerier], Awaitable[Any]]

HOSTILE = [
    *("'", '"', "\\", "\\x27", "%", "_", "%s", "$1", ":title", "\n", "--", "/*", "{}", "NULL", ""),
    *("'; DROP TABLE things; --", "' OR ''='", "سارة 🌿", "é" * 500_000),
]


# Results


async def test_every_base_says_what_comes_back(querier: AsyncQuerier, other: Connection) -> None:
    assert await querier.fetch(GetNumber(number=5)) == Number(5)
    assert await querier.fetch(GetThing(title="a")) == Thing("a", 1)
    assert await querier.fetch(GetThing(title="z")) is None
    assert await querier.fetch(ListThings()) == [Thing("a", 1), Thing("b", 2)]
    assert await querier.fetch(ListThings(size=9)) == []
    assert await querier.fetch_batch(GetThing(title="b"), CountUp(last=2), GetThing(title="b")) == (
        Thing("b", 2),
        [Number(1), Number(2)],
        Thing("b", 2),
    )
    assert await querier.execute(AddThing(title="c", size=3)) == 1
    assert other.execute("SELECT size FROM things WHERE title = 'c'").fetchall() == [(3,)]


async def test_too_few_and_too_many_rows_are_errors(querier: AsyncQuerier) -> None:
    with pytest.raises(NotFound, match=r"^trial.FindThing found no row$"):
        await querier.fetch(FindThing(title="z"))
    with pytest.raises(ResultError, match=r"^trial.SoleThing: 2 rows, and at most one was expected$"):
        await querier.fetch_batch(GetNumber(number=1), SoleThing())
    assert await querier.fetch(SoleThing(size=2)) == Thing("b", 2)


async def test_commands_are_executed_and_queries_fetched(querier: AsyncQuerier, other: Connection) -> None:
    with pytest.raises(QuerierError, match="trial.AddThing is a command: run it by execute, not by fetch"):
        await querier.fetch_batch(GetNumber(number=1), AddThing(title="c"))  # type: ignore[call-overload]
    with pytest.raises(QuerierError, match="trial.GetNumber is a query: run it by fetch, not by execute"):
        await querier.execute(GetNumber(number=1))  # type: ignore[arg-type]
    with pytest.raises(QuerierError, match="trial.AddThings is a command: run it by execute, not by stream"):
        async with querier.stream(cast("Any", AddThings(title="c"))) as rows:
            await anext(rows)
    assert await querier.execute(AddThings(title="c")) == [Thing("c", 1)]
    assert await querier.fetch(ListThings()) == [Thing("a", 1), Thing("b", 2), Thing("c", 1)]


async def test_hostile_texts_are_matched_as_texts(querier: AsyncQuerier, other: Connection) -> None:
    other.execute("ALTER TABLE things DROP CONSTRAINT things_pkey")  # an index holds no long text
    for text in HOSTILE:
        assert await querier.fetch(GetThing(title=text)) is None
        assert await querier.execute(AddThing(title=text)) == 1
        assert await querier.fetch(GetThing(title=text)) == Thing(text, 1)
    assert {title for (title,) in other.execute("SELECT title FROM things")} == {"a", "b", *HOSTILE}


async def test_rows_that_do_not_fit_are_named_without_their_values(querier: AsyncQuerier, tmp_path: Path) -> None:
    asked = rows_of(tmp_path, "SELECT 'a secret' AS word, '[\"a secret\"]'::json AS words", word=str, words=list[int])
    with pytest.raises(ResultError) as fetched:
        await querier.fetch_batch(GetNumber(number=1), asked)
    with pytest.raises(ResultError) as streamed:
        async with querier.stream(asked) as rows:
            _ = [row async for row in rows]
    assert (
        str(fetched.value) == str(streamed.value) == "mine.Ask: row 0: column words: Expected `int`, got `str` at $[0]"
    )
    assert "secret" not in said(fetched.value) + said(streamed.value)
    assert await querier.fetch(GetNumber(number=1)) == Number(1)


async def test_the_callers_own_cursors_keep_their_dumpers_and_loaders(querier: AsyncQuerier) -> None:
    await ask(querier, "CREATE TYPE pair AS (word text, number int)")
    await querier.fetch(GetNumber(number=1))
    async with querier.stream(CountUp(last=1)) as rows:
        assert [row async for row in rows] == [Number(1)]
    assert await ask(querier, "SELECT '[1]'::json, '{\"a\": null}'::jsonb") == [([1], {"a": None})]
    for value_type in (tuple, datetime):
        own, fresh = (each.adapters.get_dumper(value_type, PyFormat.TEXT) for each in (querier.connection, psycopg))
        assert own is fresh


# Who may use it


def test_a_connection_in_another_mode_is_refused(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        with pytest.raises(QuerierError, match="autocommit=True"):
            Querier(connection)
        assert connection.prepare_threshold == 5
    with psycopg.connect(database_url, autocommit=True, client_encoding="LATIN1") as connection:
        with pytest.raises(QuerierError, match="client_encoding='UTF8'"):
            Querier(connection)
        assert connection.prepare_threshold == 5


async def test_a_second_call_meanwhile_is_refused_and_the_first_goes_on(
    querier: AsyncQuerier, other: Connection
) -> None:
    other.execute("SELECT pg_advisory_lock(1)")
    first = asyncio.create_task(querier.execute(AddThingSlowly(title="c")))
    await until(lambda: doing(other, querier) == "advisory")
    with pytest.raises(QuerierError, match=r"^trial.GetNumber, trial.ListThings: this querier runs a query already"):
        await querier.fetch_batch(GetNumber(number=1), ListThings())
    other.execute("SELECT pg_advisory_unlock(1)")
    assert await first == 1
    assert await querier.fetch(GetThing(title="c")) == Thing("c", 1)


def test_a_connection_that_psycopg_is_using_is_refused(connection: Connection) -> None:
    connection.execute("CREATE TEMPORARY TABLE numbers (number int)")
    querier = Querier(connection)
    querier.fetch(GetNumber(number=1))
    refused = r"^trial.GetNumber: the connection is in a stream, copy or pipeline of psycopg's$"
    for using in (
        connection.pipeline(),
        connection.cursor().copy("COPY numbers FROM STDIN"),
    ):
        with using, pytest.raises(QuerierError, match=refused):
            querier.fetch(GetNumber(number=1))
    for _ in connection.cursor().stream("SELECT 1"):
        with pytest.raises(QuerierError, match=refused):
            querier.fetch(GetNumber(number=1))
        with pytest.raises(QuerierError, match=r"^a transaction: "), querier.transaction():
            pass
    assert querier.fetch(GetNumber(number=1)) == Number(1)


# Transactions


async def add_twice(querier: AsyncQuerier, first: str, second: str) -> None:
    await querier.execute(AddThing(title=first))
    await querier.execute(AddThing(title=second))


async def test_a_transaction_is_committed_or_rolled_back(querier: AsyncQuerier, other: Connection) -> None:
    async with querier.transaction() as same:
        await same.execute(AddThing(title="committed"))
        with pytest.raises(Conflict) as caught:
            async with same.transaction():
                await add_twice(same, "to the savepoint", "committed")
        assert str(caught.value) == "trial.AddThing: things has a row with this title"
        async with same.transaction():
            await same.execute(AddThing(title="of the savepoint"))
        assert other.execute("SELECT count(*) FROM things").fetchone() == (2,)
    with pytest.raises(Conflict):
        async with querier.transaction():
            await add_twice(querier, "rolled back", "rolled back")
    titles = {title for (title,) in other.execute("SELECT title FROM things")}
    assert titles == {"a", "b", "committed", "of the savepoint"}


@pytest.fixture
def slow_commit(other: Connection) -> Connection:
    """Has every transaction that adds a thing wait for a lock at its end, which this connection holds."""
    other.execute(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$"
    )
    other.execute(
        "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON things DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION wait()"
    )
    other.execute("SELECT pg_advisory_lock(1)")
    return other


async def test_the_loss_of_the_connection_at_commit_leaves_the_outcome_unknown(
    querier: AsyncQuerier, slow_commit: Connection
) -> None:
    async def add() -> None:
        async with querier.transaction():
            await querier.execute(AddThing(title="c"))

    adding = asyncio.create_task(add())
    await until(lambda: doing(slow_commit, querier) == "advisory")
    cut(querier)
    with pytest.raises(OutcomeUnknown, match="lost at COMMIT") as caught:
        await adding
    assert isinstance(caught.value.__cause__, psycopg.OperationalError)


async def test_an_error_at_commit_is_known(querier: AsyncQuerier, slow_commit: Connection) -> None:
    async def add() -> None:
        async with querier.transaction():
            await querier.execute(AddThing(title="c"))

    adding = asyncio.create_task(add())
    await until(lambda: doing(slow_commit, querier) == "advisory")
    kill(slow_commit, querier)
    with pytest.raises(psycopg.errors.AdminShutdown):
        await adding
    assert slow_commit.execute("SELECT count(*) FROM things").fetchone() == (2,)


# Trouble


async def add_slowly(querier: AsyncQuerier) -> None:
    await querier.execute(AddThingSlowly(title="a secret"))


async def add_slowly_in_a_transaction(querier: AsyncQuerier) -> None:
    async with querier.transaction():
        await querier.execute(AddThingSlowly(title="a secret"))


async def test_a_command_whose_connection_is_lost_may_be_done_or_not(querier: AsyncQuerier, other: Connection) -> None:
    other.execute("SELECT pg_advisory_lock(1)")
    adding = asyncio.create_task(add_slowly(querier))
    await until(lambda: doing(other, querier) == "advisory")
    cut(querier)
    with pytest.raises(OutcomeUnknown) as caught:
        await adding
    assert str(caught.value) == "trial.AddThingSlowly: the connection was lost; the write may be done or not"
    assert notes(caught.value.__cause__ or caught.value) == ["while running trial.AddThingSlowly"]
    assert "secret" not in said(caught.value)


async def test_a_command_that_is_not_sent_is_not_done(querier: AsyncQuerier) -> None:
    class Opaque:
        pass

    @command("trial/add_thing.sql", library=TRIAL)
    class AddOpaque(Affected):
        title: Opaque
        size: int = 1

    with pytest.raises(psycopg.ProgrammingError, match="cannot adapt type") as caught:
        await querier.execute(AddOpaque(title=Opaque()))
    assert notes(caught.value) == ["while running trial.AddOpaque"]


async def test_what_is_lost_before_its_commit_is_not_done(querier: AsyncQuerier, other: Connection) -> None:
    other.execute("SELECT pg_advisory_lock(1)")
    adding = asyncio.create_task(add_slowly_in_a_transaction(querier))
    await until(lambda: doing(other, querier) == "advisory")
    cut(querier)
    with pytest.raises(psycopg.OperationalError) as caught:
        await adding
    assert notes(caught.value) == ["while running trial.AddThingSlowly"]


@pytest.mark.parametrize("prepared", [False, True])
async def test_the_server_says_why_it_ends_a_connection(
    querier: AsyncQuerier, other: Connection, *, prepared: bool
) -> None:
    """So that it is known that a command was not done."""
    if prepared:
        await querier.execute(AddThingSlowly(title="c"))
    other.execute("SELECT pg_advisory_lock(1)")
    adding = asyncio.create_task(querier.execute(AddThingSlowly(title="d")))
    await until(lambda: doing(other, querier) == "advisory")
    kill(other, querier)
    with pytest.raises(psycopg.errors.AdminShutdown) as caught:
        await adding
    assert notes(caught.value) == ["while running trial.AddThingSlowly"]
    for _ in range(2):
        with pytest.raises(psycopg.OperationalError, match="closed|lost") as closed:
            await querier.execute(AddThing(title="e"))
        assert notes(closed.value) == ["while running trial.AddThing"]


async def test_tables_of_concordia_that_are_missing_are_not_migrated(querier: AsyncQuerier, other: Connection) -> None:
    other.execute('ALTER TABLE "user" DROP COLUMN username')
    with pytest.raises(NotMigrated) as behind:
        await querier.fetch(auth.GetUser(id="a secret"))
    other.execute("DROP SCHEMA public CASCADE")
    with pytest.raises(NotMigrated) as empty:
        async with querier.stream(auth.ListUsers()) as rows:
            await anext(rows)
    how = "concordia-sql migrate"
    assert str(behind.value) == (
        "auth.GetUser: column user.username does not exist; "
        "all migrations are applied, so something was changed since. See: concordia-sql check"
    )
    assert str(empty.value).startswith("auth.ListUsers: relation ")
    assert str(empty.value).endswith(f"; the database lacks migrations. Run: {how} See: concordia-sql check")
    assert isinstance(behind.value.__cause__, psycopg.errors.UndefinedColumn)
    assert isinstance(empty.value.__cause__, psycopg.errors.UndefinedTable)
    assert "secret" not in said(behind.value)


async def test_tables_of_others_that_are_missing_are_psycopgs_errors(querier: AsyncQuerier, other: Connection) -> None:
    other.execute("DROP TABLE things")
    with pytest.raises(psycopg.errors.UndefinedTable) as caught:
        await querier.fetch(ListThings())
    assert notes(caught.value) == [f"at {ListThings.source.path}:5", "while running trial.ListThings"]


@attrs.frozen
class Moment:
    id: str
    moment: datetime


@pytest.mark.parametrize("value", ["infinity", "-infinity", "10000-01-01", "0044-03-15 BC"])
async def test_a_time_that_python_does_not_have_names_its_row(
    querier: AsyncQuerier, tmp_path: Path, value: str
) -> None:
    text = (
        f"SELECT 'n' || n AS id, (CASE n WHEN 250 THEN '{value}' ELSE '2026-03-15' END)::timestamp AS moment "
        "FROM generate_series(0, 300) AS n ORDER BY n"
    )
    flat = rows_of(tmp_path, text, id=str, moment=datetime)
    nested = rows_of(tmp_path, f"SELECT json_agg(t.*) AS moments FROM ({text}) AS t", moments=tuple[Moment, ...])
    problem = (
        "mine.Ask: row 250 (id n250): column moment holds what Python has no value for: it is infinite, or out of range"
    )
    for run, asked, expected in [
        (fetched, flat, problem),
        (fetched, flat, problem),
        (streamed, flat, problem),
        (fetched, nested, "mine.Ask: row 0: column moments: Expected "),
        (streamed, nested, "mine.Ask: row 0: column moments: Expected "),
    ]:
        with pytest.raises(ResultError) as caught:
            await run(querier, asked)
        assert str(caught.value).startswith(expected)
        assert asked is flat or str(caught.value).endswith("invalid at $[250].moment")
        assert value not in said(caught.value)
        assert await querier.fetch(GetNumber(number=1)) == Number(1)


def no_more_than_240(_: object, __: object, value: int) -> None:
    if value > 240:
        raise LookupError(f"secret {value}")


@attrs.frozen
class Small:
    a: int = attrs.field(validator=no_more_than_240)


@attrs.frozen
class Odd:
    a: int

    def __attrs_post_init__(self) -> None:
        if self.a > 240:
            raise ArithmeticError(f"secret {self.a}")


@attrs.frozen
class Smalls:
    smalls: tuple[Small, ...]


@attrs.frozen
class Deep:
    deep: object


@pytest.mark.parametrize(
    ("row_class", "text", "problem"),
    [
        (Small, "SELECT g AS a FROM generate_series(1, :n::int) AS g",
         "row 240: column a: the validator of Small raised LookupError"),
        (Odd, "SELECT g AS a FROM generate_series(1, :n::int) AS g", "row 240: Odd raised ArithmeticError"),
        (Smalls, "SELECT json_build_array(json_build_object('a', :n::int)) AS smalls",
         "row 0: column smalls: tuple[tests.engine.test_querier.Small, ...] raised LookupError"),
        (Deep, "SELECT (repeat('[', :n::int * 5) || repeat(']', :n::int * 5))::json AS deep",
         "row 0: column deep: JSON that is nested too deep"),
    ],
    ids=["validator", "post_init", "nested", "deep"],
)  # fmt: skip
async def test_what_a_row_raises_itself_leaves_the_connection_as_it_was(
    querier: AsyncQuerier, tmp_path: Path, row_class: type[Any], text: str, problem: str
) -> None:
    @query(write(tmp_path, "mine/ask.sql", f"-- Rows.\n{text}"))
    class Ask(Many[row_class]):  # type: ignore[valid-type]
        n: int

    async with querier.transaction() as transaction:
        await ask(transaction, "SET LOCAL max_stack_depth = '7000kB'")  # Python 3.13 reads what its default cannot
        assert len(await transaction.fetch(Ask(n=1))) == 1
        for run in fetched, fetched, streamed:
            with pytest.raises(ResultError) as caught:
                await run(transaction, Ask(n=4000))
            assert str(caught.value) == f"mine.Ask: {problem}"
            assert "secret" not in said(caught.value)
            if run is fetched:
                assert await transaction.fetch(GetNumber(number=1)) == Number(1)
        raise psycopg.Rollback
    assert await querier.fetch(GetNumber(number=1)) == Number(1)


async def sleep(querier: AsyncQuerier) -> None:
    await querier.fetch(Sleep(seconds=60))


async def sleep_in_a_batch(querier: AsyncQuerier) -> None:
    await querier.fetch_batch(GetNumber(number=1), Sleep(seconds=60), CountUp(last=1))


async def sleep_in_a_stream(querier: AsyncQuerier) -> None:
    async with querier.stream(Sleep(seconds=60)) as rows:
        await anext(rows)


async def sleep_in_a_transaction(querier: AsyncQuerier) -> None:
    async with querier.transaction():
        await querier.fetch(Sleep(seconds=60))


SLEEPS: list[Call] = [sleep, sleep_in_a_batch, sleep_in_a_stream, sleep_in_a_transaction]


@pytest.mark.parametrize("sleeping", SLEEPS)
async def test_a_cancelled_call_cancels_its_query(
    async_querier: AsyncQuerier, other: Connection, sleeping: Call
) -> None:
    for _ in "unprepared", "prepared", "again":
        task = asyncio.ensure_future(sleeping(async_querier))
        await until(lambda: doing(other, async_querier) == "PgSleep")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert doing(other, async_querier) == "idle"
        assert await async_querier.fetch_batch(GetNumber(number=1), CountUp(last=1)) == (Number(1), [Number(1)])
        assert await async_querier.fetch(Sleep(seconds=0)) != []


async def test_a_call_that_takes_too_long_is_cancelled(async_querier: AsyncQuerier, other: Connection) -> None:
    for sleeping in SLEEPS:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await sleeping(async_querier)
        assert doing(other, async_querier) == "idle"
        assert await async_querier.fetch(GetNumber(number=1)) == Number(1)


def fetch(querier: Querier) -> None:
    querier.fetch(Sleep(seconds=60))


def fetch_batch(querier: Querier) -> None:
    querier.fetch_batch(GetNumber(number=1), Sleep(seconds=60), CountUp(last=1))


def stream(querier: Querier) -> None:
    with querier.stream(Sleep(seconds=60)) as rows:
        next(rows)


def transaction(querier: Querier) -> None:
    with querier.transaction():
        querier.fetch(Sleep(seconds=60))


def interrupted(call: Callable[[Querier], None], url: str, other: Connection) -> bool:
    """Do to a call on a new connection what Ctrl-C does; whether the connection is left open, and then in order."""
    with psycopg.connect(url, autocommit=True) as connection:
        querier = Querier(connection)
        querier.fetch(GetNumber(number=1))

        def press() -> None:
            while doing(other, querier) != "PgSleep":
                time.sleep(0.005)
            os.kill(os.getpid(), signal.SIGINT)

        finger = threading.Thread(target=press)
        finger.start()
        with pytest.raises(KeyboardInterrupt):
            call(querier)
        finger.join()
        if connection.closed:
            return False
        assert doing(other, querier) == "idle"
        assert querier.fetch_batch(GetNumber(number=1), CountUp(last=2)) == (Number(1), [Number(1), Number(2)])
        assert len(querier.fetch(Sleep(seconds=0))) == 1
        return True


@pytest.mark.parametrize("call", [fetch, fetch_batch, stream, transaction])
def test_an_interrupted_call_cancels_its_query(
    call: Callable[[Querier], None], database_url: str, other: Connection
) -> None:
    """An interrupt while Python runs, not while it waits, closes the connection: so once of a few times must do."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        assert any(interrupted(call, database_url, other) for _ in range(5))
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("prepared", [False, True])
def test_an_interrupt_while_python_runs_closes_the_connection(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, *, prepared: bool
) -> None:
    """Answers that nobody has read would be taken for those of the next call."""
    querier = Querier(connection)
    if prepared:
        querier.fetch(GetNumber(number=1))

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(generators, "execute" if prepared else "fetch_many", interrupt)
    with pytest.raises(KeyboardInterrupt):
        querier.fetch(GetNumber(number=1))
    monkeypatch.undo()
    with pytest.raises(psycopg.OperationalError, match="closed"):
        querier.fetch(GetNumber(number=2))
    assert connection.closed
