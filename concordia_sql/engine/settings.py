"""Settings of one transaction, sent in the round trip of what they are for: who it acts as, and how it is planned.

They end with the transaction, whatever becomes of it. So nothing is left on the connection, not even a pooler's.
"""

import re
from collections.abc import Mapping
from typing import Literal, Self, TypeAlias, TypeGuard

import attrs
from psycopg import errors
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGresult

from concordia_sql.engine.errors import ParameterError, QuerierError

Plan: TypeAlias = Literal["generic", "custom"]
"""Whether a query has one plan for all values, or each call a plan of its own."""

Setting: TypeAlias = tuple[bytes, list[bytes] | None]
"""A statement that sets something, with its parameters."""

# The one before is kept in a setting too: a pipeline cannot send what it has just read.
PLANS: Mapping[Plan, Setting] = {
    plan: (
        b"SELECT set_config('concordia.plan', current_setting('plan_cache_mode'), TRUE),"
        b" set_config('plan_cache_mode', 'force_%b_plan', TRUE)" % plan.encode(),
        None,
    )
    for plan in ("generic", "custom")
}
PLAN_BEFORE: Setting = (b"SELECT set_config('plan_cache_mode', current_setting('concordia.plan'), TRUE)", None)

_NAME = re.compile(r"[^\W\d][\w$]*(\.[^\W\d][\w$]*)+")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LONGEST = 63
"""The bytes of a name. Source: PostgreSQL manual, "Identifiers and Key Words"."""


@attrs.frozen
class Acting:
    """Who acts in a transaction: a role, and settings that the policies of row security read."""

    role: str | None
    settings: Mapping[str, str]

    @classmethod
    def checked(cls, role: str | None, settings: Mapping[str, str]) -> Self:
        """The same. Raises QuerierError for names that there cannot be, ParameterError for values."""
        if role is None and not settings:
            raise QuerierError("acting_as: name a role, or settings")
        if role is not None and not _is_role(role):
            raise QuerierError("acting_as: this is no name of a role: that has 1 to 63 bytes, and is not 'none'")
        for name, value in settings.items():
            if not (_is_text(name) and _NAME.fullmatch(name) and len(name.encode()) <= _LONGEST):
                raise QuerierError("acting_as: a setting needs a name of your own with a dot in it, as in 'app.tenant'")
            if not _is_text(value):
                problem = "Expected a text that PostgreSQL can hold"
                raise ParameterError(f"acting_as: {name}: {problem}", parameter=name, problem=problem)
        return cls(role, dict(settings))

    def setting(self) -> Setting:
        """The statement that sets it; the role comes last."""
        given = [*self.settings.items(), *([("role", self.role)] if self.role is not None else [])]
        calls = [f"set_config(${number}, ${number + 1}, TRUE)" for number in range(1, 2 * len(given), 2)]
        return f"SELECT {', '.join(calls)}".encode(), [text.encode() for pair in given for text in pair]

    def raise_if_refused(self, result: PGresult, names: str) -> None:
        """Raise QuerierError where the server refused it."""
        if result.status != ExecStatus.FATAL_ERROR:
            return
        error = errors.error_from_result(result, encoding="utf-8")
        if not isinstance(error, errors.InvalidParameterValue | errors.InsufficientPrivilege | errors.InvalidName):
            raise error
        what = f"as the role {self.role}" if self.role is not None else f"with {', '.join(self.settings)}"
        raise QuerierError(
            f"{names}: cannot act {what}: the role must exist and be granted to that of the connection, and a setting "
            f"must be free to set ({error.sqlstate})"
        )


def _is_role(role: object) -> bool:
    # PostgreSQL takes 'none' for the role of the connection, which may do more.
    return _is_text(role) and role != "none" and 0 < len(role.encode()) <= _LONGEST


def _is_text(value: object) -> TypeGuard[str]:
    """Whether it is a text that PostgreSQL can hold."""
    return isinstance(value, str) and "\0" not in value and not _SURROGATE.search(value)
