"""Commands, sync and async: statements that make one transaction, refusals, batches, trials, retries."""

import asyncio
import threading
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.rows import TupleRow

from concordia_sql import (
    AsyncQuerier,
    Command,
    Conflict,
    MissingReference,
    NotFound,
    NotMigrated,
    ParameterError,
    Querier,
    QuerierError,
    Refused,
    blog,
)
from concordia_sql.engine.retries import pauses
from tests.support.both import until
from tests.support.queries import AddAll, AddThing, AddThings, ListThings, NewThing, ResizeThing, SwapSizes, Thing

Connection = psycopg.Connection[TupleRow]
AsyncConnection = psycopg.AsyncConnection[TupleRow]


def things(other: Connection) -> dict[str, int]:
    return dict(other.execute("SELECT title, size FROM things").fetchall())


# Several statements


async def test_statements_run_in_order_and_the_last_one_gives_the_rows(
    querier: AsyncQuerier, other: Connection
) -> None:
    swapped = await querier.execute(SwapSizes(smaller="a", larger="b"))
    assert sorted(swapped, key=lambda thing: thing.title) == [Thing("a", 2), Thing("b", 1)]
    swapped = await querier.execute(SwapSizes(smaller="b", larger="a", least=5))
    assert {thing.size for thing in swapped} == {5}
    assert things(other) == {"a": 5, "b": 5}


async def test_a_refusal_rolls_back_what_came_before(querier: AsyncQuerier, other: Connection) -> None:
    with pytest.raises(Refused) as caught:
        await querier.execute_batch(AddThing(title="c"), SwapSizes(smaller="b", larger="a"))
    assert (caught.value.reason, caught.value.found) == ("not_smaller", "2")
    assert str(caught.value) == "trial.SwapSizes: not_smaller, found 2"
    assert isinstance(caught.value.__cause__, psycopg.Error)
    assert things(other) == {"a": 1, "b": 2}
    assert await querier.execute(AddThing(title="c")) == 1


async def test_a_lock_is_held_until_the_last_statement(querier: AsyncQuerier, other: Connection) -> None:
    """So that what comes after it sees what its holder did."""
    with other.transaction():
        other.execute("SELECT FROM things WHERE title = 'a' FOR UPDATE")
        swapping = asyncio.create_task(querier.execute(SwapSizes(smaller="a", larger="b")))
        pid = querier.connection.info.backend_pid
        asked = "SELECT wait_event_type FROM pg_stat_get_activity(%s)"
        await until(lambda: other.execute(asked, [pid]).fetchone() == ("Lock",))
        other.execute("UPDATE things SET size = 9 WHERE title = 'a'")
    with pytest.raises(Refused) as caught:
        await swapping
    assert caught.value.found == "9"


async def test_what_refuses_is_in_the_migrations(querier: AsyncQuerier, other: Connection) -> None:
    other.execute("DROP FUNCTION refuse_command")
    with pytest.raises(errors.UndefinedFunction):
        await querier.execute(SwapSizes(smaller="a", larger="b"))
    with pytest.raises(NotMigrated, match="; function refuse_command: .* Make it as the migrations do. See"):
        await querier.execute(blog.CreatePost(slug="a", status="draft", in_language="fr"))


# Rows


async def test_rows_are_sent_as_one_value(querier: AsyncQuerier, other: Connection) -> None:
    texts = ["'; DROP TABLE things; --", "سارة 🌿", '"\\', "é" * 100_000]
    assert await querier.execute(AddAll(things=[NewThing(title=text, size=9) for text in texts])) == 4
    assert set(things(other)) == {"a", "b", *texts}
    assert await querier.execute(AddAll(things=[])) == 0


async def test_a_row_that_is_wrong_is_named_and_none_is_written(querier: AsyncQuerier, other: Connection) -> None:
    new = [NewThing(title=title) for title in ("c", "secret", "d", "secret")]
    with pytest.raises(Conflict) as caught:
        await querier.execute(AddAll(things=new))
    assert (caught.value.columns, caught.value.row, caught.value.deleted) == (("title",), 3, False)
    assert str(caught.value) == "trial.AddAll: row 3: things has a row with this title"
    assert things(other) == {"a": 1, "b": 2}
    wrong: Any = [NewThing(title="c"), NewThing(title="d", size="x")]  # type: ignore[arg-type]
    with pytest.raises(ParameterError, match=r"^trial.AddAll: things: Expected `int`, got `str` at \$\[1\].size$"):
        AddAll(things=wrong)
    with pytest.raises(ParameterError, match="half of a surrogate pair"):
        AddAll(things=[NewThing(title="\ud800")])
    with pytest.raises(ParameterError, match="a NUL character"):
        AddAll(things=[NewThing(title="a\nb"), NewThing(title="a\n\0")])


async def test_errors_of_constraints_hold_no_values(querier: AsyncQuerier, other: Connection) -> None:
    other.execute("CREATE TABLE notes (about text REFERENCES things, thing text)")
    other.execute("CREATE RULE note AS ON INSERT TO things DO ALSO INSERT INTO notes VALUES ('nothing', NEW.title)")
    with pytest.raises(MissingReference) as missing:
        await querier.execute(AddThing(title="secret"))
    assert (missing.value.columns, missing.value.row) == (("about",), None)
    with pytest.raises(Conflict) as conflict:
        await querier.execute(AddThing(title="a"))
    for error in (missing.value, conflict.value):
        assert isinstance(error.__cause__, errors.IntegrityError)
        assert "secret" not in f"{error}{error.__cause__}"


# Batches and trials


async def test_a_batch_is_done_in_order_and_as_a_whole(querier: AsyncQuerier, other: Connection) -> None:
    added, given, swapped = await querier.execute_batch(
        AddThing(title="c"), AddThings(title="d", size=4), SwapSizes(smaller="c", larger="d")
    )
    assert (added, given, {thing.size for thing in swapped}) == (1, [Thing("d", 4)], {1, 4})
    with pytest.raises(Conflict, match=r"^trial.AddThings: things has a row with this title$"):
        await querier.execute_batch(AddThing(title="e"), AddThings(title="a"))
    with pytest.raises(Conflict, match=r"^trial.AddThing: things has a row with this title$"):
        await querier.execute_batch(AddThing(title="a"), AddThings(title="f"))
    with pytest.raises(Refused, match=r"^trial.SwapSizes: not_smaller, found 4$"):
        async with querier.transaction():
            await querier.execute_batch(AddThing(title="e"), SwapSizes(smaller="c", larger="d"), AddThing(title="f"))
    assert things(other) == {"a": 1, "b": 2, "c": 4, "d": 1}
    with pytest.raises(QuerierError, match="trial.ListThings is a query: run it by fetch, not by execute"):
        await querier.execute_batch(AddThing(title="e"), ListThings())  # type: ignore[call-overload]


@pytest.mark.parametrize("place", [0, 1])
async def test_a_batch_in_which_one_finds_no_row_is_not_done(
    querier: AsyncQuerier, other: Connection, place: int
) -> None:
    batch: list[Command[Any]] = [AddThing(title="c")]
    batch.insert(place, ResizeThing(title="nothing", size=1))
    with pytest.raises(NotFound):
        await querier.execute_batch(*batch)
    async with querier.transaction():
        with pytest.raises(NotFound):
            await querier.execute_batch(*batch)
    assert things(other) == {"a": 1, "b": 2}
    found, added = await querier.execute_batch(ResizeThing(title="a", size=5), AddThing(title="c"))
    assert (found, added, things(other)) == (Thing("a", 5), 1, {"a": 5, "b": 2, "c": 1})


async def test_a_dry_run_gives_the_result_and_writes_nothing(querier: AsyncQuerier, other: Connection) -> None:
    assert await querier.dry_run(AddThings(title="c")) == [Thing("c", 1)]
    with pytest.raises(Conflict):
        await querier.dry_run(AddThing(title="a"))
    async with querier.transaction():
        await querier.execute(AddThing(title="d"))
        assert await querier.dry_run(AddThing(title="c")) == 1
    assert things(other) == {"a": 1, "b": 2, "d": 1}


# Transactions


async def test_a_transaction_has_the_modes_that_it_is_given(querier: AsyncQuerier, other: Connection) -> None:
    with pytest.raises(errors.ReadOnlySqlTransaction):
        async with querier.transaction(read_only=True):
            await querier.execute(AddThing(title="c"))
    async with querier.transaction(isolation="repeatable read"):
        before = await querier.fetch(ListThings())
        other.execute("INSERT INTO things VALUES ('z', 9)")
        assert await querier.fetch(ListThings()) == before
    async with querier.transaction(isolation="serializable", read_only=True, deferrable=True):
        assert len(await querier.fetch(ListThings())) == 3
        with pytest.raises(QuerierError, match="savepoint"):
            async with querier.transaction(isolation="serializable"):
                pass
    await querier.execute(AddThing(title="c"))


async def test_a_modes_own_error_leaves_the_querier_in_order(querier: AsyncQuerier) -> None:
    async with querier.transaction():
        with pytest.raises(QuerierError):
            async with querier.transaction(read_only=True):
                pass
        await querier.execute(AddThing(title="c"))
    assert len(await querier.fetch(ListThings())) == 3


# Retries


def test_a_failure_to_serialize_is_tried_again(connection: Connection, database_url: str, other: Connection) -> None:
    """Two count the things and add one: in any order one after the other, 3 and 4."""
    barrier = threading.Barrier(2)
    attempts: list[str] = []

    def add(querier: Querier, title: str) -> int:
        number = len(querier.fetch(ListThings()))
        attempts.append(title)
        if attempts.count(title) == 1:
            barrier.wait()
        querier.execute(AddThing(title=title, size=number + 1))
        return number

    def run(title: str) -> None:
        with psycopg.connect(database_url, autocommit=True) as own:
            Querier(own).retry(lambda querier: add(querier, title))

    threads = [threading.Thread(target=run, args=[title]) for title in "xy"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(size for title, size in things(other).items() if title in "xy") == [3, 4]
    assert len(attempts) == 3


async def test_tasks_try_again_too(async_connection: AsyncConnection, other: Connection) -> None:
    querier = AsyncQuerier(async_connection)
    attempts: list[int] = []

    async def add(same: AsyncQuerier) -> str:
        number = len(await same.fetch(ListThings()))
        attempts.append(number)
        if len(attempts) == 1:
            other.execute("BEGIN ISOLATION LEVEL SERIALIZABLE")
            other.execute("INSERT INTO things SELECT 'z', count(*) FROM things")
            other.execute("COMMIT")
        await same.execute(AddThing(title="c", size=number))
        return "done"

    assert await querier.retry(add) == "done"
    assert (attempts, things(other)["c"]) == ([2, 3], 3)


def test_a_retry_ends_and_other_errors_are_not_tried_again(connection: Connection, other: Connection) -> None:
    querier = Querier(connection)
    attempts: list[int] = []

    def fail(same: Querier) -> None:
        attempts.append(1)
        raise errors.DeadlockDetected("in the way")

    with pytest.raises(errors.DeadlockDetected):
        querier.retry(fail, attempts=3)
    assert len(attempts) == 3

    def conflict(same: Querier) -> None:
        attempts.append(1)
        same.execute(AddThing(title="a"))

    with pytest.raises(Conflict):
        querier.retry(conflict)
    assert len(attempts) == 4
    with querier.transaction(), pytest.raises(QuerierError):
        querier.retry(conflict)
    assert len(attempts) == 4


def test_pauses_grow_up_to_a_second() -> None:
    found = list(pauses(40))
    assert len(found) == 39
    assert all(0 <= pause <= min(1, 0.01 * 2**number) for number, pause in enumerate(found))
    assert max(found) > 0.5
