"""Reads the settings of a connection from a URL or a connection string. No error shows any part of it."""

import difflib
import re
from collections.abc import Mapping
from urllib.parse import unquote

import psycopg
from psycopg import conninfo, pq

from concordia_sql.engine.errors import DatabaseURLError

_FORM = "its form is postgresql://user:password@host:5432/database?sslmode=require"
_SCHEMES = re.compile(r"postgres(ql)?://|(?P<yoyo>postgresql\+psycopg)://")
_PORTS = re.compile(r"\d*(,\d*)*")


def connection_settings(url: str) -> dict[str, str]:
    """The settings that a PostgreSQL URL or connection string gives, by libpq's names.

    Raises DatabaseURLError, which says what is wrong and shows no part of the URL, since the password may be anywhere
    in a wrong URL.
    """
    is_url = "://" in url.partition("=")[0]
    problem = _problem_around(url) or (_problem_of_url(url) if is_url else None)
    given: dict[str, str] = {}
    if problem is None:
        try:
            given = _parse(url)
        except (psycopg.Error, UnicodeError):
            problem = _FORM if is_url else "it is neither a URL nor a connection string, as in host=… dbname=…"
        else:
            problem = _problem_of_settings(given)
    if problem is not None:  # raised outside of except: its context would be libpq's error, which quotes the URL
        raise DatabaseURLError(f"the URL of the database is wrong: {problem}")
    return given


def _parse(url: str) -> dict[str, str]:
    scheme = _SCHEMES.match(url)
    if scheme and scheme["yoyo"]:
        url = url.replace(scheme[0], "postgresql://", 1)
    return {name: str(value) for name, value in conninfo.conninfo_to_dict(url).items()}


def _problem_around(url: str) -> str | None:
    if url != url.strip() or url[:1] in ("'", '"'):
        return "white space or quotation marks stand around it"
    return "it holds a NUL character" if "\0" in url else None


def _problem_of_url(url: str) -> str | None:
    if _SCHEMES.match(url) is None:
        return "it must begin with postgresql://, in lower case"
    if re.search(r"%(?![0-9A-Fa-f]{2})", url):
        return "it holds a % that encodes nothing; write %25"
    if re.search(r"\s", url):
        return "it holds white space; write %20"
    _, _, rest = url.partition("://")
    # libpq ends user and password at the first @ or /, so that the rest of a password would become a host or an option.
    before, at, after = rest.rpartition("@")
    if "@" in before or (at and "/" in before):
        return "only one @ may stand in it, after user and password; in these, write @ as %40 and / as %2F"
    server, _, options = after.partition("?")
    if re.search("[&=]", server):
        return "its options begin after a ?, and & and = before it are written %26 and %3D"
    return _problem_of_options(options)


def _problem_of_options(options: str) -> str | None:
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} | {"ssl"}
    for option in filter(None, options.split("&")):
        name = unquote(option.partition("=")[0])
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            return "PostgreSQL does not know one of its options" + (f"; is {near[0]} meant?" if near else "")
    return None


def _problem_of_settings(given: Mapping[str, str]) -> str | None:
    """The problem that libpq would find when it connects, in an error that shows the URL."""
    if not _PORTS.fullmatch(given.get("port", "")):
        return "the port is no number; in a password, write : as %3A and / as %2F"
    return None
