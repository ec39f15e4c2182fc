"""Removes values from psycopg's errors. The server quotes values in its messages, even whole rows with passwords."""

import re

import psycopg
from psycopg.pq import DiagnosticField as Field

_KEPT = (
    *(Field.SEVERITY, Field.SEVERITY_NONLOCALIZED, Field.SQLSTATE, Field.STATEMENT_POSITION),
    *(Field.SCHEMA_NAME, Field.TABLE_NAME, Field.COLUMN_NAME, Field.DATATYPE_NAME, Field.CONSTRAINT_NAME),
    *(Field.SOURCE_FILE, Field.SOURCE_LINE, Field.SOURCE_FUNCTION),
)
"""The fields that hold names, codes or numbers. DETAIL, HINT, CONTEXT and an inner query may contain values."""
_NAMING = frozenset("08 0A 21 23 24 25 26 28 2B 2D 34 3B 3D 3F 40 42 44 53 54 55 57 58".split())  # noqa: SIM905
"""The classes of SQLSTATEs whose messages contain names and no values."""
_RAISED = re.compile(r"exec_stmt_raise|PLy_|plperl|pltcl")
"""The functions of the server that raise errors of user-defined functions, with any SQLSTATE and any message."""


def silence(error: psycopg.Error) -> None:
    """Remove from an error, in place, all of the server's fields that may contain a value.

    Its class, SQLSTATE, notes and traceback stay. A message that may quote a value is replaced by the name of the
    SQLSTATE.
    """
    info = {field: _encoded(getattr(error.diag, field.name.lower().removeprefix("diag_"), None)) for field in _KEPT}
    state, message = error.sqlstate, error.diag.message_primary
    if state is not None and (message is None or not _names_only(error)):
        message = f"{_words(error)} ({state})"
    if state is not None:
        info[Field.MESSAGE_PRIMARY] = _encoded(message)
        # To mypy, a subclass may have another __init__; psycopg's have not, here and below.
        error.__init__(message, info=info)  # type: ignore[misc]
    elif isinstance(error, psycopg.DataError):  # psycopg's own, which quotes what it cannot read
        error.__init__("a value cannot be read or sent as the type that it has")  # type: ignore[misc]
        error.__cause__ = error.__context__ = None  # Python's own error, which quotes it too
    else:
        error.__init__(*error.args)  # type: ignore[misc]  # without the connection, which holds the password


def _names_only(error: psycopg.Error) -> bool:
    state, diag = error.sqlstate or "", error.diag
    if _RAISED.match(diag.source_function or ""):
        return False
    # A function may have built the inner query, with values in it.
    return state[:2] in _NAMING and not (state[:2] == "42" and diag.internal_query)


def _words(error: psycopg.Error) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).lower()


def _encoded(text: str | None) -> bytes | None:
    return None if text is None else text.encode()
