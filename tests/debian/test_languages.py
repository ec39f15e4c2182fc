"""Errors of a server that speaks other languages: Debian's PostgreSQL, as the embedded one has no translations.

`make test-debian` runs this; `make test` leaves it out.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg
import pytest

from concordia_sql import CONCORDIA, Conflict, Database, MissingReference, auth, blog
from concordia_sql.engine.migrating import migrate
from tests.support.activity import names_in_statistics

LANGUAGES = {"de": "doppelter", "fr": "dupliqu", "ru": "нарушает", "ja": "一意性制約"}
"""A word of each in the message for a key that is taken."""

USER = "nobody" if os.geteuid() == 0 else None


def programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    assert found, "Debian's PostgreSQL is missing: apt-get install postgresql"
    return found[-1].parent


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """The files of a server, with Concordia's tables in the database `postgres`."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o777)
        initdb = [
            str(programs() / "initdb"),
            "-D",
            str(folder / "data"),
            "-U",
            "postgres",
            "-A",
            "trust",
            "--locale=C.UTF-8",
            "-N",
        ]
        subprocess.run(initdb, check=True, capture_output=True, user=USER, cwd="/")
        yield folder


@pytest.fixture
def url(folder: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of the server, running in a language."""
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(folder),
        "fsync": "off",
        "shared_preload_libraries": "pg_stat_statements",
    }
    command = [
        str(programs() / "postgres"),
        "-D",
        str(folder / "data"),
        *(f"--{name}={value}" for name, value in settings.items()),
    ]
    # gettext looks at LANGUAGE first, in any locale but C: no other need be installed.
    environment = {"PATH": os.defpath, "LANGUAGE": request.param, "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(command, env=environment, user=USER, cwd="/", stderr=subprocess.DEVNULL) as server:
        url = f"postgresql://postgres@/postgres?host={folder}"
        try:
            while not is_ready(url):
                assert server.poll() is None
                time.sleep(0.02)
            migrate(url, CONCORDIA)
            yield url
        finally:
            server.terminate()


def is_ready(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize("url", LANGUAGES, indirect=True)
def test_keys_are_known_in_the_servers_own_words(url: str, request: pytest.FixtureRequest) -> None:
    """By the server itself, in a transaction and outside of one; DETAIL still tells the row."""
    language = request.node.callspec.params["url"]
    post = {"slug": language, "status": "published", "in_language": "fr"}
    comments = [
        blog.NewComment(
            post_id=each, author_name="n", author_email="e@x.org", content="c", status="approved", in_language="fr"
        )
        for each in (f"post-{language}", "nothing")
    ]
    with Database(url, show_values=True) as database:
        database.execute(blog.CreatePost(**post, id=f"post-{language}"))
        for run in (database.dry_run, database.execute):
            for command, expected, columns, row in (
                (blog.CreatePost(**post), Conflict, ("slug",), None),
                (blog.AddComments(comments=comments), MissingReference, ("post_id",), 1),
                (
                    auth.CreateSession(expires_at=datetime(2030, 1, 1), token="t", user_id="nobody"),
                    MissingReference,
                    ("user_id",),
                    None,
                ),
            ):
                with pytest.raises((Conflict, MissingReference)) as caught:
                    run(command)
                error = caught.value
                assert isinstance(error, Conflict | MissingReference)
                assert (type(error), error.columns, error.row) == (expected, columns, row)
        with pytest.raises(Conflict) as taken:
            database.execute(blog.CreatePost(**post))
        assert LANGUAGES[language] in str(taken.value.__cause__)


@pytest.mark.parametrize("url", ["de"], indirect=True)
def test_the_names_of_queries_are_in_its_statistics(url: str) -> None:
    assert {"blog.CreateCategory", "blog.ListCategories"} <= set(names_in_statistics(url))
