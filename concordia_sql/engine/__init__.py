"""Runs SQL files as typed queries on PostgreSQL. It knows no table: any package can use it with files of its own."""

from msgspec import UNSET, UnsetType

from concordia_sql.engine.async_database import AsyncDatabase
from concordia_sql.engine.async_querier import AsyncExecutor, AsyncQuerier, AsyncReader
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
from concordia_sql.engine.querier import Executor, Querier, Reader
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
from concordia_sql.engine.settings import Plan
from concordia_sql.engine.standbys import ReplicaStats
from concordia_sql.engine.transactions import Isolation
from concordia_sql.engine.tree import Node, children_field

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
    "make_converter",
    "paged",
    "query",
]
