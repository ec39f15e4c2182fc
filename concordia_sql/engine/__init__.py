"""Runs SQL files as typed queries on PostgreSQL. It knows no table: any package can use it with files of its own."""

# The imports for type checkers are written by hand, the rest by `make sync`.
from typing import TYPE_CHECKING

from concordia_sql.engine.lazy import lazily

if TYPE_CHECKING:
    from msgspec import UNSET, UnsetType

    from concordia_sql.engine.async_database import AsyncDatabase
    from concordia_sql.engine.async_querier import AsyncExecutor, AsyncQuerier
    from concordia_sql.engine.async_reader import AsyncReader
    from concordia_sql.engine.bounds import Bounds
    from concordia_sql.engine.checks.check import assert_checked, check
    from concordia_sql.engine.checks.findings import Finding
    from concordia_sql.engine.conversions import Convert
    from concordia_sql.engine.converter import Converter, make_converter
    from concordia_sql.engine.database import Database
    from concordia_sql.engine.deadlines import deadline
    from concordia_sql.engine.errors import (
        ConcordiaError,
        Conflict,
        DatabaseURLError,
        DeadlineExceeded,
        MissingReference,
        NoConnection,
        NotFound,
        NotMigrated,
        OutcomeUnknown,
        ParameterError,
        PositionError,
        QuerierError,
        Refused,
        ResultError,
        StatementError,
    )
    from concordia_sql.engine.keyset import BatchLimit, Cursor, Limit, cursor
    from concordia_sql.engine.leases import Stats
    from concordia_sql.engine.lenient import Otherwise
    from concordia_sql.engine.library import Library
    from concordia_sql.engine.observing import Call, LogCalls, Observer
    from concordia_sql.engine.pages import Page, paged
    from concordia_sql.engine.querier import Executor, Querier
    from concordia_sql.engine.queries import (
        Affected,
        Batched,
        Command,
        Many,
        Maybe,
        One,
        Query,
        ReturningMany,
        ReturningMaybe,
        ReturningOne,
        Statement,
        Subtree,
        Tree,
        command,
        query,
    )
    from concordia_sql.engine.reader import Reader
    from concordia_sql.engine.settings import Plan
    from concordia_sql.engine.standbys import ReplicaStats
    from concordia_sql.engine.transactions import Isolation
    from concordia_sql.engine.tree import Node, children_field
else:
    __getattr__, __dir__ = lazily(
        __name__,
        {
            "concordia_sql.engine.async_database": "AsyncDatabase",
            "concordia_sql.engine.async_querier": "AsyncExecutor AsyncQuerier",
            "concordia_sql.engine.async_reader": "AsyncReader",
            "concordia_sql.engine.bounds": "Bounds",
            "concordia_sql.engine.checks.check": "assert_checked check",
            "concordia_sql.engine.checks.findings": "Finding",
            "concordia_sql.engine.conversions": "Convert",
            "concordia_sql.engine.converter": "Converter make_converter",
            "concordia_sql.engine.database": "Database",
            "concordia_sql.engine.deadlines": "deadline",
            "concordia_sql.engine.errors": """
                ConcordiaError Conflict DatabaseURLError DeadlineExceeded MissingReference NoConnection NotFound
                NotMigrated OutcomeUnknown ParameterError PositionError QuerierError Refused ResultError StatementError
            """,
            "concordia_sql.engine.keyset": "BatchLimit Cursor Limit cursor",
            "concordia_sql.engine.leases": "Stats",
            "concordia_sql.engine.lenient": "Otherwise",
            "concordia_sql.engine.library": "Library",
            "concordia_sql.engine.observing": "Call LogCalls Observer",
            "concordia_sql.engine.pages": "Page paged",
            "concordia_sql.engine.querier": "Executor Querier",
            "concordia_sql.engine.queries": """
                Affected Batched Command Many Maybe One Query ReturningMany ReturningMaybe ReturningOne Statement
                Subtree Tree command query
            """,
            "concordia_sql.engine.reader": "Reader",
            "concordia_sql.engine.settings": "Plan",
            "concordia_sql.engine.standbys": "ReplicaStats",
            "concordia_sql.engine.transactions": "Isolation",
            "concordia_sql.engine.tree": "Node children_field",
            "msgspec": "UNSET UnsetType",
        },
    )

__all__ = [
    "UNSET",
    "Affected",
    "AsyncDatabase",
    "AsyncExecutor",
    "AsyncQuerier",
    "AsyncReader",
    "BatchLimit",
    "Batched",
    "Bounds",
    "Call",
    "Command",
    "ConcordiaError",
    "Conflict",
    "Convert",
    "Converter",
    "Cursor",
    "Database",
    "DatabaseURLError",
    "DeadlineExceeded",
    "Executor",
    "Finding",
    "Isolation",
    "Library",
    "Limit",
    "LogCalls",
    "Many",
    "Maybe",
    "MissingReference",
    "NoConnection",
    "Node",
    "NotFound",
    "NotMigrated",
    "Observer",
    "One",
    "Otherwise",
    "OutcomeUnknown",
    "Page",
    "ParameterError",
    "Plan",
    "PositionError",
    "Querier",
    "QuerierError",
    "Query",
    "Reader",
    "Refused",
    "ReplicaStats",
    "ResultError",
    "ReturningMany",
    "ReturningMaybe",
    "ReturningOne",
    "Statement",
    "StatementError",
    "Stats",
    "Subtree",
    "Tree",
    "UnsetType",
    "assert_checked",
    "check",
    "children_field",
    "command",
    "cursor",
    "deadline",
    "lazily",
    "make_converter",
    "paged",
    "query",
]
