"""Litestar: handlers that return results, queries and commands as dependencies, errors as answers."""

import inspect
import typing
from collections.abc import Callable
from typing import Any, TypeVar

import attrs
from litestar import Request, Response
from litestar.config.app import AppConfig
from litestar.di import Provide
from litestar.enums import MediaType
from litestar.plugins import InitPlugin
from litestar.plugins.attrs import AttrsSchemaPlugin

from concordia_sql.engine import ConcordiaError, Statement
from concordia_sql.web.output import JsonOptions, to_json
from concordia_sql.web.requests import STATUSES, fields_of, from_json, problem_of, settable, status_of

S = TypeVar("S", bound=Statement[Any])

_DEFAULT = JsonOptions()


class ResultPlugin(InitPlugin):
    """Lets handlers return results, answers errors as `STATUSES` says, and describes result classes."""

    def __init__(self, options: JsonOptions = _DEFAULT) -> None:
        self._response = type("ResultResponse", (_ResultResponse,), {"options": options})

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Add it to the application."""
        app_config.response_class = app_config.response_class or self._response
        app_config.exception_handlers = {**dict.fromkeys(STATUSES, _answer), **app_config.exception_handlers}
        app_config.plugins = [*app_config.plugins, AttrsSchemaPlugin()]
        return app_config


class _ResultResponse(Response[Any]):
    options: JsonOptions

    def render(self, content: Any, media_type: str, enc_hook: Callable[[Any], Any] = str) -> bytes:
        if media_type == MediaType.JSON and not isinstance(content, str | bytes):
            return to_json(content, self.options)
        return super().render(content, media_type, enc_hook)


def arguments(query: type[S], *names: str) -> Provide:
    """A dependency that makes a query of the request: `dependencies={"wanted": arguments(ListPosts, "limit")}`.

    It takes the named fields from the path or the query string. Name those alone that a visitor may set.
    """
    hints = typing.get_type_hints(query, include_extras=True)
    parameters = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.default is attrs.NOTHING else field.default,
            annotation=hints[name],
        )
        for name, field in settable(query, names).items()
    ]

    def make(**values: Any) -> S:
        return query(**values)

    make.__signature__ = inspect.Signature(parameters, return_annotation=query)  # type: ignore[attr-defined]
    make.__annotations__ = {name: hints[name] for name in names} | {"return": query}
    return Provide(make, sync_to_thread=False)


def body(command: type[S], *names: str, **fixed: object) -> Provide:
    """A dependency that makes a command of the request: `dependencies={"command": body(AddComment, "content")}`.

    It takes the named fields from the JSON object of the body, and others from the path; `fixed` are the values of
    further ones. Name those alone that a visitor may set.
    """
    settable(command, names)
    fields_of(command, [*fixed])

    async def make(request: Request[Any, Any, Any]) -> Any:
        texts = {name: str(value) for name, value in request.path_params.items()}
        return from_json(command, names, await request.body(), texts, fixed)

    return Provide(make)


def _answer(_: Request[Any, Any, Any], error: ConcordiaError) -> Response[Any]:
    return Response(problem_of(error), status_code=status_of(error))
