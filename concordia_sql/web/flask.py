"""Flask: results as responses, queries and commands of the request, errors as answers."""

from typing import Any, TypeVar

from flask import Flask, Response, request

from concordia_sql.engine import ConcordiaError, Statement
from concordia_sql.web.output import JsonOptions, to_json
from concordia_sql.web.requests import STATUSES, from_json, from_texts, problem_of, status_of

S = TypeVar("S", bound=Statement[Any])

_DEFAULT = JsonOptions()


def install(app: Flask) -> None:
    """Answer errors as `STATUSES` says."""
    for error in STATUSES:
        app.register_error_handler(error, _answer)


def answer(result: object, options: JsonOptions = _DEFAULT, *, status: int = 200) -> Response:
    """The response with a result as JSON."""
    return Response(to_json(result, options), status, mimetype="application/json")


def arguments(query: type[S], *names: str) -> S:
    """A query of the request. The named fields are taken from the path or the query string.

    Name those alone that a visitor may set. Raises ParameterError.
    """
    texts = {name: request.args.getlist(name) for name in names}
    return from_texts(query, names, texts | {name: [str(value)] for name, value in _path().items()})


def body(command: type[S], *names: str, **fixed: object) -> S:
    """A command of the request. The named fields are taken from the JSON object of the body, and others from the path.

    Name those alone that a visitor may set; `fixed` are the values of further ones. Raises ParameterError.
    """
    texts = {name: str(value) for name, value in _path().items()}
    return from_json(command, names, request.get_data(), texts, fixed)


def _path() -> dict[str, Any]:
    return request.view_args or {}


def _answer(error: ConcordiaError) -> tuple[dict[str, object], int]:
    return problem_of(error), status_of(error)
