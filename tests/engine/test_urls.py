"""URLs of databases: what is read from them, and that no error shows a part of a password."""

import pickle
import traceback
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from concordia_sql import CONCORDIA, AsyncDatabase, Database, DatabaseURLError
from concordia_sql.engine.migrating import migrate
from concordia_sql.engine.urls import connection_settings

SECRET = "sEcReT"
WRONG = {
    "postgresql+asyncpg://app:sEcReT@db/x": "must begin with postgresql://",
    "postgres+psycopg://app:sEcReT@db/x": "must begin with postgresql://",
    "jdbc:postgresql://app:sEcReT@db/x": "must begin with postgresql://",
    "POSTGRESQL://app:sEcReT@db/x": "must begin with postgresql://, in lower case",
    '"postgresql://app:sEcReT@db/x"': "quotation marks stand around it",
    "'postgresql://app:sEcReT@db/x'": "quotation marks stand around it",
    " postgresql://app:sEcReT@db/x": "white space",
    "postgresql://app:sEcReT@db/x\n": "white space",
    "postgresql://app:sEcReT\0@db/x": "a NUL character",
    "postgresql://app:sEcReT%@db/x": "a % that encodes nothing",
    "postgresql://app@db/x?password=sEcReT%zz": "a % that encodes nothing",
    "postgresql://app:sEc ReT@db/x": "write %20",
    "postgresql://app:sEcReT%00@db/x": "its form is postgresql://",
    "postgresql://app:sEc@ReT@db/x": "only one @",
    "postgresql://app:sEcReT/1@db/x": "only one @",
    "postgresql://app:1/sEcReT?user=sEcReT@db/x": "only one @",
    "postgresql://app:sEcReT@db:sEcReT/x": "the port is no number",
    "postgresql://app:sEcReT": "the port is no number",
    "postgresql://app:sEcReT@[::1/x": "its form is postgresql://",
    "postgresql://app:sEcReT@db/x?sslmod=require": "options; is sslmode meant?",
    "postgresql://app@db/x?password=1&sEcReT": "does not know one of its options",
    "postgresql://app@db/x&password=sEcReT": "options begin after a ?",
    "postgresql://db/x&password=sEcReT": "options begin after a ?",
    "postgresql://app@db/x?password": "its form is postgresql://",
    "sEcReT": "neither a URL nor a connection string",
    "host=db password=1 sEcReT": "neither a URL nor a connection string",
    "host=db passwort=sEcReT": "neither a URL nor a connection string",
    "host=db password='sEcReT": "neither a URL nor a connection string",
    "host=db port=sEcReT": "the port is no number",
}


@pytest.mark.parametrize("url", WRONG)
def test_a_wrong_url_is_an_error_that_shows_nothing_of_it(url: str) -> None:
    for make in (Database, AsyncDatabase, lambda url: migrate(url, CONCORDIA)):
        with pytest.raises(DatabaseURLError) as caught:
            make(url)
        assert WRONG[url] in str(caught.value)
        error: BaseException | None = caught.value
        shown = "".join(traceback.format_exception(caught.value)[-2:])
        while error is not None:
            shown += f"{error!r}{error.args}{vars(error)}{pickle.dumps(error)!r}"
            error = error.__context__
        assert not any(part in shown for part in (SECRET, "sEc", "ReT"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", {}),
        ("postgresql://", {}),
        ("postgres://app@db", {"user": "app", "host": "db"}),
        (
            "postgresql+psycopg://app:p%40%2F@db:1/x",
            {"user": "app", "password": "p@/", "host": "db", "port": "1", "dbname": "x"},
        ),
        ("postgresql://one:1,two:2/x", {"host": "one,two", "port": "1,2", "dbname": "x"}),
        ("postgresql:///x?host=%2Ftmp&user=a%40b", {"host": "/tmp", "user": "a@b", "dbname": "x"}),
        ("postgresql://[::1]:1/x?ssl=true", {"host": "::1", "port": "1", "dbname": "x", "sslmode": "require"}),
        ("host=db password=a://b@c", {"host": "db", "password": "a://b@c"}),
    ],
)
def test_settings_are_named_as_libpq_does(url: str, expected: dict[str, str]) -> None:
    assert connection_settings(url) == expected


@given(st.text(st.sampled_from("@:/?#&=%[],+ '\"ab1\\"), min_size=1, max_size=12))
@settings(max_examples=300)
def test_a_password_that_is_not_encoded_is_read_as_it_is_or_refused(password: str) -> None:
    """It never becomes a part of the host, port, name or options, which errors of connecting show."""
    try:
        given = connection_settings(f"postgresql://app:{password}@db/x")
    except DatabaseURLError:
        return
    assert given == {"user": "app", "password": unquote(password), "host": "db", "dbname": "x"}
