"""Deploys under load: migrations go up and down, deploys are killed, and no call fails."""

import itertools
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql import CONCORDIA, Database, blog, profile
from concordia_sql.engine.checks.check import check
from concordia_sql.engine.migrating import migrate
from concordia_sql.tools import sample
from tests.faults import TIMES

Connection = psycopg.Connection[TupleRow]

KILLS, STEPS = 4 * TIMES, 6 * TIMES
"""At least as many deploys are killed, and migrations applied and taken back."""
DEPLOYS = 4
PATIENCE = 15
"""No call may take as many seconds; a lock is waited for for half a second."""


def new_code(database: Database, number: int) -> None:
    """The library's queries and commands that need no key that comes and goes."""
    post = database.fetch(blog.GetPost(slug="my-post"))
    assert post is not None
    assert len(database.fetch(blog.ListPosts(status="published", limit=10))) == 10
    added = database.execute(
        blog.AddComment(
            post_id=post.id,
            author_name="Ann",
            author_email="ann@example.com",
            content="Bonjour",
            status="approved",
            in_language="fr",
        )
    )
    assert database.fetch(blog.GetComment(id=added.id)) is not None
    database.execute(blog.SoftDeleteComment(id=added.id))
    database.execute(blog.ChangePost(id=f"post-{number % 20 + 2}", reading_time=str(number)))


def old_code(connection: Connection, number: int) -> None:
    """Statements as the application sends them, which knows nothing of what the migrations add."""
    key = uuid4().hex
    assert connection.execute("SELECT id, slug FROM blog_posts WHERE slug = 'my-post'").fetchone()
    connection.execute(
        "INSERT INTO blog_comments (id, post_id, author_name, author_email, content, status, in_language) "
        "VALUES (%s, 'post-1', 'Bob', 'bob@example.com', '\"Salut\"', 'pending', 'fr')",
        [key],
    )
    with connection.transaction():
        connection.execute("UPDATE services_listings SET is_featured = NOT is_featured WHERE id = 'listing-1'")
        connection.execute("SELECT * FROM services_reviews WHERE service_id = 'listing-1' ORDER BY created_at, id")
    connection.execute('SELECT "user".id, session.token FROM "user" LEFT JOIN session ON session.user_id = "user".id')
    connection.execute("DELETE FROM blog_comments WHERE id = %s", [key])


class Callers:
    """Threads that call until they are told to stop. They keep what failed."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.failed: list[Exception] = []
        self.calls: list[int] = []
        self.threads: list[threading.Thread] = []

    def start(self, call: Callable[[int], None]) -> None:
        place = len(self.calls)
        self.calls.append(0)

        def run() -> None:
            while not self.stop.is_set():
                try:
                    call(self.calls[place])
                except Exception as error:  # noqa: BLE001 - each is a failed call
                    self.failed.append(error)
                self.calls[place] += 1

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()

    def end(self) -> None:
        self.stop.set()
        for thread in self.threads:
            thread.join()


@pytest.fixture
def callers(database_url: str) -> Iterator[Callers]:
    """Four of new code and four of old code, on the sample."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        sample.load(connection)
    callers = Callers()
    old = [
        psycopg.connect(database_url, autocommit=True, options=f"-c statement_timeout={PATIENCE}s") for _ in range(4)
    ]
    with Database(database_url, deadline=PATIENCE) as database:
        for connection in old:
            callers.start(lambda number: new_code(database, number))
            callers.start(lambda number, connection=connection: old_code(connection, number))  # type: ignore[misc]
        try:
            yield callers
        finally:
            callers.end()
            for connection in old:
                connection.close()


def deploy(url: str) -> "subprocess.Popen[str]":
    """A process that applies and takes back, once it has begun."""
    run = [sys.executable, "-m", "tests.faults.deploying", url]
    pipe = subprocess.PIPE
    process = subprocess.Popen(run, cwd=Path(__file__).parents[2], stdout=pipe, stderr=pipe, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def kill(process: "subprocess.Popen[str]", pause: float) -> None:
    """Kill a process after a pause, during which it must not end."""
    try:
        _, error = process.communicate(timeout=pause)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    else:
        pytest.fail(f"a deploy ended: {error}")


def test_no_call_fails_while_deploys_run_and_are_killed(
    callers: Callers, connection: Connection, database_url: str
) -> None:
    log = "SELECT migration_id, operation FROM _yoyo_log ORDER BY created_at_utc, id"
    begun = len(connection.execute(log).fetchall())
    kills, running = 0, [deploy(database_url) for _ in range(DEPLOYS)]
    while kills < KILLS or len(connection.execute(log).fetchall()) < begun + STEPS:
        kill(running.pop(random.randrange(DEPLOYS)), random.uniform(0, 2))
        kills += 1
        running.append(deploy(database_url))
    for process in running:
        kill(process, 0)
    migrate(database_url, CONCORDIA)
    callers.end()

    assert callers.failed == []
    assert min(callers.calls) > 0
    logged = connection.execute(log).fetchall()
    for name in {name for name, _ in logged}:
        done = [operation for each, operation in logged if each == name]
        assert done == [*itertools.islice(itertools.cycle(["apply", "rollback"]), len(done))], name
    assert connection.execute("SELECT * FROM yoyo_lock").fetchall() == []
    assert check(database_url, profile) == []
