"""Nothing that is raised, logged or pickled holds a value: neither messages, arguments and notes, nor causes."""

import asyncio
import io
import logging
import pickle
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import psycopg
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from concordia_sql import (
    Affected,
    AsyncDatabase,
    AsyncQuerier,
    Command,
    ConcordiaError,
    Conflict,
    DatabaseURLError,
    DeadlineExceeded,
    EmbeddedServerError,
    Library,
    LogCalls,
    Many,
    MissingReference,
    NoConnection,
    NotFound,
    NotMigrated,
    OutcomeUnknown,
    ParameterError,
    PositionError,
    QuerierError,
    Query,
    Refused,
    ResultError,
    StatementError,
    auth,
    blog,
    command,
    make_converter,
    query,
    services,
)
from concordia_sql.engine.errors import MigrationError
from concordia_sql.engine.migrating import migrate
from concordia_sql.telemetry import Telemetry
from concordia_sql.tools.adopt import AdoptionError, adopt
from concordia_sql.tools.sample.loader import SampleError, load
from tests.engine.test_errors import CLASSES
from tests.support.activity import asleep, cut, doing
from tests.support.both import ask, awaited_database, awaited_querier, until
from tests.support.queries import AddAll, AddThing, AddThingSlowly, NewThing, SwapSizes
from tests.support.rows import insert

Connection = psycopg.Connection[TupleRow]
AsyncConnection = psycopg.AsyncConnection[TupleRow]

CANARY = "TwEeT"
"""Part of every value that is sent, and of every password."""


def said(error: BaseException) -> str:
    """All that can be had from an error: its text, what it was made of and came from, as logged and as pickled."""
    pieces: list[str] = []
    stream = io.StringIO()
    logger = logging.Logger("test")
    logger.addHandler(logging.StreamHandler(stream))
    logger.error("failed", exc_info=error)
    pieces += [stream.getvalue(), *traceback.format_exception(error)]
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        waiting += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]
        pieces += [str(each), repr(each), repr(each.args), repr(vars(each)), repr(pickle.dumps(each))]
        if isinstance(each, psycopg.Error):
            pieces += [repr(getattr(each.diag, name)) for name in dir(each.diag) if not name.startswith("_")]
            pieces += [repr(each.pgconn), repr(each.pgresult and each.pgresult.error_message)]
    return "\n".join(pieces)


@pytest.fixture
def other(database_url: str) -> Iterator[Connection]:
    """Another connection to the same database, to which it adds a table of things."""
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("CREATE TABLE things (title text PRIMARY KEY, size int NOT NULL)")
        other.execute(f"INSERT INTO things VALUES ('{CANARY}', 1), ('b', 2)".encode())
        yield other


@pytest.fixture(params=["sync", "async"])
def querier(
    request: pytest.FixtureRequest, connection: Connection, async_connection: AsyncConnection, other: Connection
) -> AsyncQuerier:
    return awaited_querier(request.param, connection if request.param == "sync" else async_connection)


@attrs.frozen
class Value:
    value: str


def tried(folder: Path, text: str) -> Any:
    """A query or command of a statement with the parameter `value`."""
    path = folder / "trial" / "try_it.sql"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"-- Tries.\n{text}")
    if text.startswith("SELECT"):

        @query("trial/" + path.name, library=Library(path.parents[1]))
        class TryIt(Many[Value]):
            value: str

        return TryIt(value=CANARY)

    @command("trial/" + path.name, library=Library(path.parents[1]))
    class TryItOut(Affected):
        value: str

    return TryItOut(value=CANARY)


FUNCTION = "CREATE FUNCTION fail(given text) RETURNS text LANGUAGE plpgsql AS $$ BEGIN {} END $$"

STATEMENTS = {
    # what is set up, the statement, and the error
    "unique": ("", "INSERT INTO things VALUES (:value, 1)", Conflict),
    "not null": ("", "INSERT INTO things VALUES (:value || '!', NULL)", psycopg.errors.NotNullViolation),
    "check": (
        "ALTER TABLE things ADD CHECK (size > 0)",
        "INSERT INTO things VALUES (:value || '!', 0)",
        psycopg.errors.CheckViolation,
    ),
    "exclusion": (
        "ALTER TABLE things DROP CONSTRAINT things_pkey, ADD EXCLUDE (title WITH =)",
        "INSERT INTO things VALUES (:value, 1)",
        psycopg.errors.ExclusionViolation,
    ),
    "reference": (
        "CREATE TABLE notes (about text REFERENCES things)",
        "INSERT INTO notes VALUES (:value || '!')",
        MissingReference,
    ),
    "still referenced": (
        f"CREATE TABLE notes (about text REFERENCES things); INSERT INTO notes VALUES ('{CANARY}')",
        "DELETE FROM things WHERE title = :value",
        psycopg.errors.ForeignKeyViolation,
    ),
    "a number": ("", "INSERT INTO things VALUES ('c', :value::text::int)", psycopg.errors.InvalidTextRepresentation),
    "a moment": ("", "SELECT (:value::text)::timestamp::text AS value", psycopg.errors.InvalidDatetimeFormat),
    "json": ("", "SELECT ((:value::text)::json)::text AS value", psycopg.errors.InvalidTextRepresentation),
    "too long": (
        "ALTER TABLE things ADD note varchar(3)",
        "UPDATE things SET note = :value",
        psycopg.errors.StringDataRightTruncation,
    ),
    "enum": ("CREATE TYPE mood AS ENUM ('x')", "SELECT (:value::text)::mood::text AS value", psycopg.DataError),
    "pattern": ("", "SELECT regexp_replace('a', :value || '[', '')  AS value", psycopg.errors.InvalidRegularExpression),
    "raised": (
        FUNCTION.format("RAISE EXCEPTION 'no %', given USING DETAIL = given, HINT = given;"),
        "SELECT fail(:value) AS value",
        psycopg.errors.RaiseException,
    ),
    "raised as another": (
        FUNCTION.format("RAISE EXCEPTION 'no %', given USING ERRCODE = 'check_violation', TABLE = 'x';"),
        "SELECT fail(:value) AS value",
        psycopg.errors.CheckViolation,
    ),
    "unknown state": (
        FUNCTION.format("RAISE EXCEPTION 'no %', given USING ERRCODE = 'ZZ999';"),
        "SELECT fail(:value) AS value",
        psycopg.DatabaseError,
    ),
    "context": (
        FUNCTION.format("EXECUTE format('SELECT 1 FROM nowhere WHERE x = %L', given); RETURN NULL;"),
        "SELECT fail(:value) AS value",
        psycopg.errors.UndefinedTable,
    ),
    "inner text": (
        FUNCTION.format("EXECUTE 'SELECT ' || given; RETURN NULL;"),
        "SELECT fail(:value) AS value",
        psycopg.errors.UndefinedColumn,
    ),
}


@pytest.mark.parametrize("kind", STATEMENTS)
async def test_an_error_of_the_server_holds_no_value(
    querier: AsyncQuerier, other: Connection, tmp_path: Path, kind: str
) -> None:
    setup, statement, expected = STATEMENTS[kind]
    other.execute(setup.encode())
    asked = tried(tmp_path, statement)
    for run in (run_alone, run_in_a_transaction, *([] if asked.writes else [run_as_a_stream])):
        with pytest.raises(expected) as caught:
            await run(querier, asked)
        assert_silent(caught.value)
        assert "trial.TryIt" in said(caught.value)


async def run_alone(querier: AsyncQuerier, asked: Query[Any] | Command[Any]) -> None:
    await (querier.execute(asked) if isinstance(asked, Command) else querier.fetch(asked))


async def run_in_a_transaction(querier: AsyncQuerier, asked: Query[Any] | Command[Any]) -> None:
    async with querier.transaction():
        await run_alone(querier, asked)


async def run_as_a_stream(querier: AsyncQuerier, asked: Any) -> None:
    async with querier.stream(asked) as rows:
        async for _ in rows:
            pass


def assert_silent(error: BaseException) -> None:
    assert CANARY.lower() not in said(error).lower()


async def test_what_names_things_stays(querier: AsyncQuerier, other: Connection, tmp_path: Path) -> None:
    other.execute("ALTER TABLE things ADD CONSTRAINT small CHECK (size < 9)")
    with pytest.raises(psycopg.errors.CheckViolation) as caught:
        await querier.execute(tried(tmp_path, "UPDATE things SET size = 10 WHERE title = :value"))
    error = caught.value
    assert str(error) == 'trial.TryItOut: new row for relation "things" violates check constraint "small"'
    assert error.__notes__ == ["while running trial.TryItOut"]
    assert (error.sqlstate, error.diag.sqlstate, error.diag.severity_nonlocalized) == ("23514", "23514", "ERROR")
    assert (error.diag.table_name, error.diag.constraint_name) == ("things", "small")
    assert f"trial.TryItOut: {error.diag.message_primary}" == str(error)
    assert pickle.loads(pickle.dumps(error)).diag.constraint_name == "small"
    with pytest.raises(psycopg.errors.InvalidTextRepresentation) as masked:
        await querier.execute(tried(tmp_path, "UPDATE things SET size = :value::text::int"))
    assert str(masked.value) == "trial.TryItOut: invalid text representation (22P02)"
    assert masked.value.diag.message_primary == "invalid text representation (22P02)"


async def test_values_are_shown_where_that_is_asked_for(
    connection: Connection, async_connection: AsyncConnection, database_url: str, other: Connection
) -> None:
    """For debugging, with all that the server says."""
    for kind, own in (("sync", connection), ("async", async_connection)):
        databases = awaited_database(kind, database_url, show_values=True)
        async with databases as database, database.querier() as pooled:
            for querier in (awaited_querier(kind, own, show_values=True), pooled):
                with pytest.raises(Conflict) as caught:
                    await querier.execute(AddThing(title=CANARY))
                assert isinstance(caught.value.__cause__, psycopg.Error)
                assert caught.value.__cause__.diag.message_detail == f"Key (title)=({CANARY}) already exists."
                assert CANARY not in str(caught.value)


async def test_an_error_at_commit_holds_no_value(querier: AsyncQuerier, other: Connection) -> None:
    other.execute("ALTER TABLE things ADD CONSTRAINT late UNIQUE (title) DEFERRABLE INITIALLY DEFERRED")
    other.execute("ALTER TABLE things DROP CONSTRAINT things_pkey")
    with pytest.raises(psycopg.errors.UniqueViolation, match='"late"') as caught:
        await run_in_a_transaction(querier, AddThing(title=CANARY))
    assert_silent(caught.value)


async def test_an_error_of_the_callers_own_statement_is_left_as_it_is(querier: AsyncQuerier) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation, match=CANARY):
        async with querier.transaction():
            await ask(querier, f"INSERT INTO things VALUES ('{CANARY}', 1)")


async def test_a_value_that_cannot_be_read_is_not_shown(querier: AsyncQuerier, tmp_path: Path) -> None:
    path = tmp_path / "trial" / "get_moment.sql"
    path.parent.mkdir()
    path.write_text("-- A moment.\nSELECT (CASE WHEN :value::text <> '' THEN '23456-01-01' END)::timestamp AS moment")

    @attrs.frozen
    class Moment:
        moment: datetime | None

    @query("trial/" + path.name, library=Library(path.parents[1]))
    class GetMoment(Many[Moment]):
        value: str

    for run in (run_alone, run_as_a_stream):
        with pytest.raises(Exception, match="moment|value") as caught:
            await run(querier, GetMoment(value=CANARY))
        assert "23456" not in said(caught.value)


async def test_errors_of_the_librarys_own_hold_no_value(querier: AsyncQuerier, other: Connection) -> None:
    insert(other, "user", {"id": CANARY, "email": f"{CANARY}@x.org".lower()})
    calls: list[tuple[type[Exception], Callable[[], Awaitable[object]]]] = [
        (Conflict, lambda: querier.execute(auth.CreateUser(name=CANARY, email=f"{CANARY}@x.org"))),
        (Conflict, lambda: querier.execute(AddAll(things=[NewThing(title="c"), NewThing(title=CANARY)]))),
        (MissingReference, lambda: querier.execute(auth.CreateSession(token=CANARY, user_id="x", expires_at=NOW))),
        (NotFound, lambda: querier.execute(auth.AcceptInvitation(id=CANARY, user_id=CANARY))),
        (Refused, lambda: querier.execute(SwapSizes(smaller=CANARY, larger=CANARY))),
    ]
    for expected, call in calls:
        with pytest.raises(expected) as caught:
            await call()
        assert_silent(caught.value)
    other.execute("DROP TABLE blog_post_authors")
    with pytest.raises(NotMigrated) as missing:
        await querier.fetch(blog.GetPost(slug=CANARY))
    assert_silent(missing.value)


NOW = datetime(2026, 1, 1)

WRONG: list[Callable[[], object]] = [
    lambda: blog.GetPost(slug=CANARY + "\0"),
    lambda: blog.GetPost(slug=CANARY + "\ud800"),
    lambda: blog.GetPost(slug=[CANARY]),  # type: ignore[arg-type]
    lambda: blog.ListPosts(status=CANARY),  # type: ignore[arg-type]
    lambda: blog.ListPosts(limit=CANARY),  # type: ignore[arg-type]
    lambda: blog.ListPosts(after=CANARY),
    lambda: blog.ListPosts(after=f'["{CANARY}"]'),
    lambda: blog.GetCommentPage(post_id="p", after=f'["{CANARY}", 1]'),
    lambda: blog.CreatePost(slug="s", status="draft", in_language="fr", media=[{"media_id": CANARY}]),  # type: ignore[list-item]
    lambda: AddAll(things=[NewThing(title="a", size=CANARY)]),  # type: ignore[arg-type]
    lambda: AddAll(things=[NewThing(title=CANARY + "\ud800")]),
    lambda: services.ListFreeSlots(service_id="s", from_date=CANARY, days=1, now=NOW),
    lambda: make_converter().structure({"slug": [CANARY], "x": CANARY}, blog.GetPost),
    lambda: make_converter().structure({"slug": CANARY, "languages": CANARY}, blog.GetPost),
    lambda: make_converter().loads(f'{{"slug": 1, "x": "{CANARY}"}}'.encode(), blog.ListedPost),
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_a_wrong_value_is_not_shown(number: int) -> None:
    with pytest.raises((ParameterError, ResultError, ExceptionGroup)) as caught:
        WRONG[number]()
    assert_silent(caught.value)


async def test_a_lost_connection_shows_neither_value_nor_password(querier: AsyncQuerier, other: Connection) -> None:
    other.execute(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;"
        "CREATE TRIGGER wait BEFORE INSERT ON things FOR EACH ROW EXECUTE FUNCTION wait()"
    )
    for expected in (psycopg.errors.AdminShutdown, psycopg.OperationalError):
        with pytest.raises(expected) as caught:
            await querier.execute(AddThing(title=CANARY))
        assert_silent(caught.value)


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_a_server_that_refuses_shows_no_password(
    kind: str, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    for change in ({"user": "nobody", "password": CANARY}, {"host": "/nowhere", "password": CANARY}):
        database = awaited_database(kind, make_conninfo(database_url, **change))
        with pytest.raises(psycopg.OperationalError) as caught:
            await database.open()
        assert_silent(caught.value)
        await database.close()
    assert CANARY not in caplog.text


async def make_without_url(database: AsyncDatabase, folder: Path) -> None:
    AsyncDatabase(f"jdbc:postgresql://app:{CANARY}@db/x")


async def take_a_forged_position(database: AsyncDatabase, folder: Path) -> None:
    with database.after(CANARY):
        raise AssertionError


async def fetch_a_command(database: AsyncDatabase, folder: Path) -> None:
    await database.fetch(AddThing(title=CANARY))  # type: ignore[arg-type]


async def act_as_no_role(database: AsyncDatabase, folder: Path) -> None:
    async with database.querier() as querier:
        querier.acting_as(role=f"{CANARY}\0")


async def wait_too_long(database: AsyncDatabase, folder: Path) -> None:
    await database.fetch(tried(folder, "SELECT pg_sleep(60)::text || :value::text AS value"), deadline=0.05)


async def find_none_free(database: AsyncDatabase, folder: Path) -> None:
    async with database.querier():
        await database.fetch(tried(folder, "SELECT :value::text AS value"))


RAISING: list[tuple[type[ConcordiaError], Callable[[AsyncDatabase, Path], Awaitable[None]]]] = [
    (DatabaseURLError, make_without_url),
    (PositionError, take_a_forged_position),
    (QuerierError, fetch_a_command),
    (QuerierError, act_as_no_role),
    (DeadlineExceeded, wait_too_long),
    (NoConnection, find_none_free),
]

ELSEWHERE = {Conflict, MissingReference, NotFound, Refused, NotMigrated, ParameterError, ResultError}
"""Those that other tests of this file raise."""

WITHOUT_VALUES = {ConcordiaError, StatementError, EmbeddedServerError}
"""The base, and those that are raised where there are neither values nor a URL."""


@pytest.mark.parametrize("kind", ["sync", "async"])
@pytest.mark.parametrize(("expected", "call"), RAISING)
async def test_errors_of_a_database_hold_no_value(
    kind: str,
    expected: type[ConcordiaError],
    call: Callable[[AsyncDatabase, Path], Awaitable[None]],
    database_url: str,
    tmp_path: Path,
) -> None:
    url = make_conninfo(database_url, password=CANARY)
    async with awaited_database(kind, url, replicas=[], max_size=1, timeout=0.05) as database:
        with pytest.raises(expected) as caught:
            await call(database, tmp_path)
        assert_silent(caught.value)


@pytest.mark.parametrize("kind", ["sync", "async"])
async def test_what_is_logged_of_a_session_holds_no_value(
    kind: str, other: Connection, database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """By the library, psycopg, asyncio and observers, at every level."""
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    spans, traces = InMemorySpanExporter(), TracerProvider()
    traces.add_span_processor(SimpleSpanProcessor(spans))
    other.execute(
        "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE NOTICE 'notice %', NEW; RAISE WARNING 'warning %', NEW USING HINT = NEW; RETURN NEW; END $$;"
        "CREATE TRIGGER shout BEFORE INSERT ON things FOR EACH ROW EXECUTE FUNCTION shout()"
    )
    slow = tried(tmp_path, "SELECT pg_sleep(60)::text || :value::text AS value")
    observers = [LogCalls(slow=0), Telemetry(tracer_provider=traces)]
    url = make_conninfo(database_url, password=CANARY)
    async with awaited_database(kind, url, max_size=1, timeout=0.05, observers=observers) as database:
        await database.execute(AddThing(title=f"{CANARY} again"))
        with pytest.raises(Conflict):
            await database.execute_batch(AddThing(title=f"{CANARY} more"), AddThing(title=CANARY))
        with pytest.raises(DeadlineExceeded):
            await database.fetch(slow, deadline=0.05)
        with pytest.raises(NoConnection):
            await find_none_free(database, tmp_path)
        if kind == "async":
            lost = asyncio.create_task(database.fetch(slow))
            await until(lambda: asleep(other))
            lost.cancel()
            await asyncio.wait([lost])
    logged = repr([(record.getMessage(), vars(record)) for record in caplog.records])
    told = [span.to_json() for span in spans.get_finished_spans()]
    assert "trial.TryIt" in caplog.text
    assert len(told) >= 4
    assert CANARY.lower() not in f"{caplog.text} {logged} {told}".lower()


def test_a_migration_that_fails_shows_neither_rows_nor_password(
    other: Connection, database_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "migrations" / "0001_key.sql"
    path.parent.mkdir()
    path.write_text("ALTER TABLE things ALTER title TYPE int USING title::int;\n")
    with pytest.raises(MigrationError) as caught:
        migrate(make_conninfo(database_url, password=CANARY), Library(tmp_path, migrations=path.parent))
    assert "0001_key" in str(caught.value)
    assert_silent(caught.value)


def test_tools_show_neither_rows_nor_password(connection: Connection, database_url: str) -> None:
    insert(connection, "user", {"id": CANARY})
    url = make_conninfo(database_url, password=CANARY)
    with pytest.raises(AdoptionError) as adopting:
        adopt(url, without=["user.id"])
    with pytest.raises(SampleError, match="holds rows") as loading:
        load(connection)
    for caught in (adopting, loading):
        assert_silent(caught.value)


@pytest.mark.parametrize("run", [run_alone, run_in_a_transaction])
async def test_an_unknown_outcome_holds_no_value(
    querier: AsyncQuerier, other: Connection, run: Callable[[AsyncQuerier, Any], Coroutine[Any, Any, None]]
) -> None:
    other.execute("SELECT pg_advisory_lock(1)")
    adding = asyncio.create_task(run(querier, AddThingSlowly(title=CANARY)))
    await until(lambda: doing(other, querier) == "advisory")
    cut(querier)
    with pytest.raises(OutcomeUnknown if run is run_alone else psycopg.OperationalError) as caught:
        await adding
    assert_silent(caught.value)


def test_every_error_is_raised_with_values_here() -> None:
    here = {cls for cls, _ in RAISING} | {MigrationError, OutcomeUnknown, AdoptionError, SampleError}
    assert set(CLASSES) == here | ELSEWHERE | WITHOUT_VALUES
