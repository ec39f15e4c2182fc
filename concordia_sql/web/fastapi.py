"""FastAPI: routes that return results, queries as dependencies, commands as bodies, errors as answers."""

import functools
import inspect
import operator
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

import attrs
from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.datastructures import Default, DefaultPlaceholder
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from concordia_sql.engine import ConcordiaError, Statement, UnsetType
from concordia_sql.engine.columns import is_result_class
from concordia_sql.web.output import JsonOptions, json_schemas, to_json
from concordia_sql.web.requests import STATUSES, fields_of, from_json, problem_of, settable, status_of

S = TypeVar("S", bound=Statement[Any])

_MARK = "#/results/"
_DEFAULT = JsonOptions()
_NOT_GIVEN: Any = Default(None)
_marked: list[Any] = []
"""The types of the results and bodies of routes. Their schemas are written together, so that names do not clash."""


class ResultRoute(APIRoute):
    """A route whose result may be a result class, or a list, a page or None of one. Other routes stay as they are."""

    options: JsonOptions
    """How results become JSON."""

    def __init__(
        self, path: str, endpoint: Callable[..., Any], *, response_model: Any = _NOT_GIVEN, **others: Any
    ) -> None:
        is_given = not isinstance(response_model, DefaultPlaceholder)
        hint = response_model if is_given else typing.get_type_hints(endpoint, include_extras=True).get("return")
        if _holds_result(hint):
            status = others.get("status_code") or 200
            endpoint, response_model = _writing(endpoint, self.options, status), None
            content = {"content": {"application/json": {"schema": _mark(hint)}}}
            others["responses"] = {status: {"description": "The result", **content}, **(others.get("responses") or {})}
        for body in _bodies_in(endpoint):
            content = {"content": {"application/json": {"schema": body.schema()}}}
            others["openapi_extra"] = {
                "requestBody": {"required": True, **content},
                **(others.get("openapi_extra") or {}),
            }
        super().__init__(path, endpoint, response_model=response_model, **others)


def install(app: FastAPI, options: JsonOptions = _DEFAULT) -> None:
    """Let the routes declared from here on return results, answer errors as `STATUSES` says, and describe both.

    Routers of their own take `app.router.route_class`: `APIRouter(route_class=app.router.route_class)`.
    """
    app.router.route_class = type("ResultRoute", (ResultRoute,), {"options": options})
    for error in STATUSES:
        app.add_exception_handler(error, _answer)
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _with_schemas(describe(), options)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation extends it


def arguments(query: type[S], *names: str) -> Any:
    """A dependency that makes a query of the request: `query: Annotated[ListPosts, arguments(ListPosts, "limit")]`.

    It takes the named fields from the path or the query string. Name those alone that a visitor may set.
    """
    hints = typing.get_type_hints(query)
    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is attrs.NOTHING else field.default,
            annotation=Annotated[hints[name], Query()] if _holds_several(hints[name]) else hints[name],
        )
        for name, field in settable(query, names).items()
    ]

    def make(**values: Any) -> S:
        return query(**values)

    make.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # which FastAPI reads
    return Depends(make)


def body(command: type[S], *names: str, **fixed: object) -> Any:
    """A dependency that makes a command of the request: `command: Annotated[AddComment, body(AddComment, "content")]`.

    It takes the named fields from the JSON object of the body, and others from the path; `fixed` are the values of
    further ones. Name those alone that a visitor may set.
    """
    return Depends(_Body(command, names, fixed))


class _Body:
    def __init__(self, command: type[Statement[Any]], names: Sequence[str], fixed: Mapping[str, object]) -> None:
        self._command, self._names, self._fixed = command, names, fixed
        self._fields = settable(command, names)
        fields_of(command, [*fixed])

    async def __call__(self, request: Request) -> Statement[Any]:
        texts = {name: str(value) for name, value in request.path_params.items()}
        return from_json(self._command, self._names, await request.body(), texts, self._fixed)

    def schema(self) -> dict[str, Any]:
        hints = typing.get_type_hints(self._command)
        properties = {name: _mark(_given(hints[name])) for name in self._fields}
        required = [name for name, field in self._fields.items() if field.default is attrs.NOTHING]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _bodies_in(endpoint: Callable[..., Any]) -> list[_Body]:
    """The commands that a route makes of its body."""
    hints = typing.get_type_hints(endpoint, include_extras=True)
    parameters = inspect.signature(endpoint).parameters
    defaults = [each.default for each in parameters.values()]
    marks = [mark for name in parameters for mark in getattr(hints.get(name), "__metadata__", ())]
    dependencies = [getattr(each, "dependency", None) for each in (*defaults, *marks)]
    return [each for each in dependencies if isinstance(each, _Body)]


def _writing(endpoint: Callable[..., Any], options: JsonOptions, status: int) -> Callable[..., Any]:
    """The endpoint, with JSON as its result. A response that it makes itself stays as it is."""

    def written(result: Any) -> Response:
        if isinstance(result, Response):
            return result
        return Response(to_json(result, options), status, media_type="application/json")

    @functools.wraps(endpoint)
    async def wait(*args: Any, **kwargs: Any) -> Response:
        return written(await endpoint(*args, **kwargs))

    @functools.wraps(endpoint)
    def run(*args: Any, **kwargs: Any) -> Response:
        return written(endpoint(*args, **kwargs))

    return wait if inspect.iscoroutinefunction(endpoint) else run


def _answer(_: Request, error: Exception) -> Response:
    assert isinstance(error, ConcordiaError)
    return JSONResponse(problem_of(error), status_of(error))


def _holds_result(hint: Any) -> bool:
    return is_result_class(hint) or any(map(_holds_result, typing.get_args(hint)))


def _holds_several(hint: Any) -> bool:
    origin: Any = typing.get_origin(hint)
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return True
    return any(map(_holds_several, typing.get_args(hint)))


def _given(hint: Any) -> Any:
    """The type without UNSET, which means that a field is not given."""
    kept = [each for each in typing.get_args(hint) if each is not UnsetType]
    return functools.reduce(operator.or_, kept) if UnsetType in typing.get_args(hint) else hint


def _mark(hint: Any) -> dict[str, str]:
    """What stands for the schema of a type until all are known."""
    _marked.append(hint)
    return {"$ref": f"{_MARK}{len(_marked) - 1}"}


def _with_schemas(description: dict[str, Any], options: JsonOptions) -> dict[str, Any]:
    """A description with the schemas of results in place of the marks."""
    found: list[dict[str, Any]] = []
    waiting: list[Any] = [description]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found += [value] if str(value.get("$ref", "")).startswith(_MARK) else []
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    hints = [_marked[int(each.pop("$ref").removeprefix(_MARK))] for each in found]
    schemas, components = json_schemas(hints, options, "#/components/schemas/{name}")
    for marked, schema in zip(found, schemas, strict=True):
        marked.update(schema)
    known = description.setdefault("components", {}).setdefault("schemas", {})
    if taken := known.keys() & components.keys():
        raise ValueError(f"a result class and a model have the same name: {', '.join(sorted(taken))}")
    known.update(components)
    return description
