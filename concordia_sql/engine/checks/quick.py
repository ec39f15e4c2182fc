"""A check in one round trip: whether the migrations of a library are applied, and whether its refusals work."""

import functools
from collections.abc import Iterator, Sequence

import attrs
import msgspec
from psycopg import generators, pq
from psycopg.abc import PQGen
from psycopg.pq.abc import PGconn, PGresult

from concordia_sql.engine.checks.findings import Finding
from concordia_sql.engine.errors import NotMigrated
from concordia_sql.engine.library import Library, apply_command, check_command, migrations_of, tables_of

REFUSE = "refuse_command"
"""The name of the function that raises refusals."""

_REASON = b"check"
_APPLIED = b"SELECT migration_id FROM _yoyo_migration"
_REFUSAL = f"SELECT {REFUSE}($1, $2)".encode()
_ELSEWHERE = b"""
SELECT
    pg_namespace.nspname,
    pg_class.relname,
    has_schema_privilege(pg_namespace.oid, 'USAGE')
FROM pg_class
INNER JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
WHERE
    pg_class.relkind IN ('r', 'p')
    AND pg_class.relname = any(ARRAY(SELECT json_array_elements_text($1::json)))
    AND NOT EXISTS (
        SELECT
        FROM pg_class AS visible
        WHERE visible.relname = pg_class.relname AND pg_table_is_visible(visible.oid) AND visible.relkind IN ('r', 'p')
    )
    AND pg_namespace.nspname !~ '^pg_'
ORDER BY 1, 2
"""


@attrs.frozen
class Look:
    """The state of a library's migrations and refusals."""

    library: Library
    unreadable: bool
    """Whether the role lacks the privilege to read which migrations are applied."""
    applied: frozenset[str] | None
    """The migrations that are applied. None if that is not known."""
    refuses: bool | None
    """Whether a refusal works. None if no statement of the library needs it."""
    elsewhere: dict[str, str]
    """The schemas of tables that the search path does not find, by table."""
    may_use: bool
    """Whether the role may use all of these schemas."""

    def require(self) -> None:
        """Raise NotMigrated if there is a problem that makes queries fail."""
        if cause := self.cause():
            raise NotMigrated(f"{cause} See: {check_command(self.library)}")

    def cause(self) -> str:
        """Why a table, column or function may be missing, with the remedy. Empty if it is not known."""
        found = next((finding for finding in self.findings() if finding.level == "error"), None)
        return f"{found.where}: {found.what}. {found.remedy}" if found else ""

    def findings(self) -> Iterator[Finding]:
        """The problems, causes first."""
        library, migrations = self.library, migrations_of(self.library)
        apply = f"Run: {apply_command(library)}"
        applied = self.applied or frozenset()
        missing = [each for each in migrations if each not in applied]
        if self.elsewhere:
            schema = next(iter(self.elsewhere.values()))
            yield Finding(
                "error",
                "search path",
                f"the role's search path does not find {_listed([*self.elsewhere])}, which the schema {schema} has",
                f'ALTER ROLE … SET search_path = "{schema}"; or add options=-csearch_path={schema} to the URL.'
                if self.may_use
                else f'GRANT USAGE ON SCHEMA "{schema}" TO …;',
            )
        if self.unreadable:
            yield Finding(
                "warning",
                "migrations",
                "the role may not read which are applied",
                "GRANT SELECT ON _yoyo_migration TO …;",
            )
        elif missing and not self.elsewhere:
            what = "none is applied" if len(missing) == len(migrations) else f"not applied: {', '.join(missing)}"
            yield Finding("error", "migrations", what, apply)
        elif self.refuses is False and not self.elsewhere:
            yield Finding(
                "error",
                f"function {REFUSE}",
                f"does not raise {library.refused} with its reason and detail: what a rule forbids is not refused so",
                "Make it as the migrations do.",
            )
        newer = sorted(each for each in applied - {*migrations} if each[:1].isdigit())
        if migrations and newer and newer[0] > migrations[-1]:  # else another package has migrations here too
            yield Finding(
                "warning",
                "migrations",
                f"applied, but unknown to this release: {', '.join(newer)}",
                "Deploy the release that they belong to.",
            )


def look(pgconn: PGconn, library: Library) -> PQGen[Look]:
    """Ask the database, in one round trip."""
    tables = msgspec.json.encode(sorted(tables_of(library)))
    needed = needs_refusal(library)
    asked: list[tuple[bytes, list[bytes] | None]] = [(_APPLIED, None), (_ELSEWHERE, [tables])]
    asked += [(_REFUSAL, [_REASON, _REASON])] if needed else []
    applied, elsewhere, *refusal = yield from _ask(pgconn, asked)
    done = applied.status == pq.ExecStatus.TUPLES_OK
    return Look(
        library,
        unreadable=_field(applied, pq.DiagnosticField.SQLSTATE) == b"42501",
        applied=frozenset(_texts(applied, 0)) if done else None,
        refuses=_is_refusal(refusal[0], library) if refusal else None,
        elsewhere=dict(zip(_texts(elsewhere, 1), _texts(elsewhere, 0), strict=True)),
        may_use="f" not in _texts(elsewhere, 2),
    )


@functools.lru_cache
def needs_refusal(library: Library) -> bool:
    """Whether a statement of the library can raise a refusal."""
    return any(REFUSE in path.read_text("utf-8") for path in library.root.rglob("*.sql"))


def _ask(pgconn: PGconn, asked: Sequence[tuple[bytes, list[bytes] | None]]) -> PQGen[list[PGresult]]:
    """The result of each statement, an error or not."""
    answers: list[PGresult] = []
    pgconn.enter_pipeline_mode()
    for text, parameters in asked:
        pgconn.send_query_params(text, parameters)
        pgconn.pipeline_sync()
    yield from generators.send(pgconn)
    for _ in asked:
        while (result := (yield from generators.fetch_many(pgconn))[-1]).status != pq.ExecStatus.PIPELINE_SYNC:
            answers.append(result)
    pgconn.exit_pipeline_mode()
    return answers


def _texts(result: PGresult, column: int) -> list[str]:
    return [(result.get_value(row, column) or b"").decode() for row in range(result.ntuples)]


def _field(result: PGresult, field: pq.DiagnosticField) -> bytes | None:
    return result.error_field(field)


def _is_refusal(result: PGresult, library: Library) -> bool:
    said = [
        _field(result, field)
        for field in (
            pq.DiagnosticField.SQLSTATE,
            pq.DiagnosticField.MESSAGE_PRIMARY,
            pq.DiagnosticField.MESSAGE_DETAIL,
        )
    ]
    return said == [library.refused.encode(), _REASON, _REASON]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
