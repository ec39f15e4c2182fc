"""The server of the pages: on loopback alone, and for the browser of this machine alone."""

import json
import re
import secrets
import threading
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qs, unquote

import msgspec
import psycopg

from concordia_sql.engine import ConcordiaError, Database, Statement, deadline
from concordia_sql.engine.checks.catalogue import read_catalogue
from concordia_sql.engine.compose import Composed, compose, compose_command
from concordia_sql.tools.catalogue import pages
from concordia_sql.tools.catalogue.diagram import diagram
from concordia_sql.tools.catalogue.plans import plan_tree
from concordia_sql.tools.explaining import plan_of
from concordia_sql.web.output import to_json
from concordia_sql.web.requests import made_of

_HOST = "127.0.0.1"
_SECONDS = 15
_LARGEST = 1_000_000
"""How many bytes a form has at most, and how many characters of a result are shown."""
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Catalogue:
    """The catalogue of a database, at `address` while it is entered: a port of 127.0.0.1 that the system chooses.

    Queries are run, in transactions that can only read; commands are tried, and rolled back. Each may take 15 seconds.
    """

    def __init__(self, url: str, statements: Sequence[type[Statement[Any]]]) -> None:
        self._database = Database(url, max_size=4, name="concordia_sql catalogue")
        self._statements = {cls.query_name: cls for cls in statements}
        self._token = secrets.token_urlsafe()
        self._server = ThreadingHTTPServer((_HOST, 0), type("Handler", (_Handler,), {"catalogue": self}))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="catalogue", daemon=True)

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://{_HOST}:{self._server.server_port}/"

    def __enter__(self) -> Self:
        try:
            self._database.open()
        except BaseException:
            self._server.server_close()
            raise
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._database.close()

    def is_meant(self, host: str | None, origin: str | None) -> bool:
        """Whether a request is for this server: another site's name may lead here, and its page may send a form."""
        hosts = [f"{name}:{self._server.server_port}" for name in (_HOST, "localhost")]
        return host in hosts and origin in (None, *(f"http://{each}" for each in hosts))

    def get(self, path: str) -> str | None:
        """The page of a path. None if there is none."""
        if path == "/":
            return pages.index(self._statements)
        if path == "/tables":
            with self._database.querier() as querier:
                tables = read_catalogue(querier.connection)
            shown = {name: table for name, table in tables.items() if "yoyo" not in name}
            return pages.page("Tables", pages.picture("Foreign keys", diagram(shown)))
        cls = self._statements.get(path[1:])
        if cls is None:
            return None
        needed = _composed(cls, {})
        return pages.statement(cls, {}, self._token, pages.code("SQL", _text(needed)), self._plan(needed, None))

    def post(self, path: str, form: Mapping[str, str]) -> str | None:
        """The page of a query that was run. None if there is none, or the form is not of this server."""
        cls = self._statements.get(path[1:])
        if cls is None or not secrets.compare_digest(form.get(pages.TOKEN, "").encode(), self._token.encode()):
            return None
        values = {name: form[name] for name in pages.fields_of(cls) if form.get(name)}
        try:
            results = self._results(_made(cls, values))
        except (ConcordiaError, psycopg.Error) as error:
            results = [pages.error(str(error)), pages.code("SQL", _text(_composed(cls, values)))]
        return pages.statement(cls, values, self._token, *results)

    def _results(self, query: Statement[Any]) -> list[str]:
        composed = query.compose()
        with deadline(_SECONDS):
            result = json.dumps(json.loads(to_json(self._run(query))), indent=2, ensure_ascii=False)
        title = "What it would return" if query.writes else "Result"
        shown = result if len(result) <= _LARGEST else f"{result[:_LARGEST]}\n…"
        return [pages.code(title, shown), self._plan(composed, query), pages.code("SQL", _text(composed))]

    def _run(self, query: Any) -> object:
        """What it gives. Nothing is written: a query may call a function that would."""
        if query.writes:
            return self._database.dry_run(query)
        with self._database.transaction(read_only=True) as transaction:
            return transaction.fetch(query)

    def _plan(self, composed: Composed, query: Statement[Any] | None) -> str:
        try:
            with deadline(_SECONDS), self._database.querier() as querier:
                plan = plan_of(querier, composed, query, "json")
        except (ConcordiaError, psycopg.Error) as error:
            return pages.error(str(error))
        return pages.picture("Plan", plan_tree(plan))


def _composed(cls: type[Statement[Any]], given: Mapping[str, str]) -> Composed:
    """The text for these fields, and the default values of those that conditional lines compare."""
    fields = pages.fields_of(cls)
    compared = [texts.get(given.get(name) or fields[name].default, "") for name, texts in cls._choices.items()]
    present = frozenset([*given, *compared])
    return (compose_command if cls.writes else compose)(cls.source, cls.result_class, present)


def _text(composed: Composed) -> str:
    return ";\n\n".join(each.encoded.decode() for each in (*composed.before, composed))


def _made(cls: type[Statement[Any]], values: Mapping[str, str]) -> Statement[Any]:
    """The query of a form's texts: JSON where one begins as a list or an object. Raises ParameterError."""
    parsed: dict[str, object] = {}
    for name, text in values.items():
        if re.match(r"\s*[\[{]", text):
            try:
                parsed[name] = msgspec.json.decode(text)
            except (msgspec.DecodeError, RecursionError):
                continue
    texts = {name: text for name, text in values.items() if name not in parsed}
    return made_of(cls, pages.fields_of(cls), json.dumps(parsed).encode(), texts)


class _Handler(BaseHTTPRequestHandler):
    """Answers requests."""

    catalogue: ClassVar[Catalogue]

    server_version = "concordia_sql"
    sys_version = ""
    timeout = 60

    def do_GET(self) -> None:
        """A page."""
        if not self._is_meant():
            return
        if self.path == "/style.css":
            self._answer(HTTPStatus.OK, pages.STYLE, "text/css")
        else:
            self._page(self.catalogue.get(unquote(self.path)))

    def do_POST(self) -> None:
        """A form."""
        if not self._is_meant():
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LARGEST:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, pages.page("The form is too large"))
            return
        form = parse_qs(self.rfile.read(int(length)).decode("utf-8", "replace"), max_num_fields=1_000)
        self._page(self.catalogue.post(unquote(self.path), {name: texts[0] for name, texts in form.items()}))

    def _is_meant(self) -> bool:
        if self.catalogue.is_meant(self.headers.get("Host"), self.headers.get("Origin")):
            return True
        self._answer(HTTPStatus.FORBIDDEN, pages.page("This server is for this machine alone"))
        return False

    def _page(self, text: str | None) -> None:
        if text is None:
            self._answer(HTTPStatus.NOT_FOUND, pages.page("There is no such page"))
        else:
            self._answer(HTTPStatus.OK, text)

    def _answer(self, status: HTTPStatus, text: str, kind: str = "text/html") -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002 - as http.server has it
        """Nothing: an address may hold values."""
