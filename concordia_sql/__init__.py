"""A raw-SQL query layer for the Concordia database: hand-written statements, one round trip, typed results."""

from msgspec import UNSET, UnsetType

from concordia_sql.converter import Converter, make_converter
from concordia_sql.database import AsyncDatabase, Database
from concordia_sql.errors import (
    ConcordiaError,
    Conflict,
    EmbeddedServerError,
    MissingReference,
    NotFound,
    NotMigrated,
    OutcomeUnknown,
    ParameterError,
    QuerierError,
    Refused,
    ResultError,
    StatementError,
)
from concordia_sql.ids import new_id
from concordia_sql.keyset import Limit, cursor
from concordia_sql.localized import JsonObject, Keywords, Links, Localized, best_text
from concordia_sql.querier import AsyncQuerier, Querier
from concordia_sql.query import Affected, Many, Maybe, One, Query, Subtree, Tree, command, query
from concordia_sql.session import Isolation
from concordia_sql.tree import Node

__all__ = [
    "UNSET",
    "Affected",
    "AsyncDatabase",
    "AsyncQuerier",
    "ConcordiaError",
    "Conflict",
    "Converter",
    "Database",
    "EmbeddedServerError",
    "Isolation",
    "JsonObject",
    "Keywords",
    "Limit",
    "Links",
    "Localized",
    "Many",
    "Maybe",
    "MissingReference",
    "Node",
    "NotFound",
    "NotMigrated",
    "One",
    "OutcomeUnknown",
    "ParameterError",
    "Querier",
    "QuerierError",
    "Query",
    "Refused",
    "ResultError",
    "StatementError",
    "Subtree",
    "Tree",
    "UnsetType",
    "best_text",
    "command",
    "cursor",
    "make_converter",
    "new_id",
    "query",
]
