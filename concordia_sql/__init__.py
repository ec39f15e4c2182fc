"""A raw-SQL query layer for the Concordia database: hand-written statements, one round trip, typed results."""

from msgspec import UNSET, UnsetType

from concordia_sql.converter import Converter, make_converter
from concordia_sql.database import AsyncDatabase, Database
from concordia_sql.errors import (
    ConcordiaError,
    EmbeddedServerError,
    NotFound,
    NotMigrated,
    OutcomeUnknown,
    ParameterError,
    QuerierError,
    ResultError,
    StatementError,
)
from concordia_sql.keyset import Limit, cursor
from concordia_sql.localized import JsonObject, Keywords, Links, Localized, best_text
from concordia_sql.querier import AsyncQuerier, Querier
from concordia_sql.query import Affected, Many, Maybe, One, Query, Subtree, Tree, command, query
from concordia_sql.tree import Node

__all__ = [
    "UNSET",
    "Affected",
    "AsyncDatabase",
    "AsyncQuerier",
    "ConcordiaError",
    "Converter",
    "Database",
    "EmbeddedServerError",
    "JsonObject",
    "Keywords",
    "Limit",
    "Links",
    "Localized",
    "Many",
    "Maybe",
    "Node",
    "NotFound",
    "NotMigrated",
    "One",
    "OutcomeUnknown",
    "ParameterError",
    "Querier",
    "QuerierError",
    "Query",
    "ResultError",
    "StatementError",
    "Subtree",
    "Tree",
    "UnsetType",
    "best_text",
    "command",
    "cursor",
    "make_converter",
    "query",
]
