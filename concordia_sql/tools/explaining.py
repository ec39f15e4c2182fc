"""The plan of a statement, as the library has PostgreSQL make it."""

import json
from typing import Any, Literal, TypeAlias

from psycopg.sql import SQL, Composable, Identifier
from psycopg.sql import Literal as Quoted

from concordia_sql.engine import Querier, Statement
from concordia_sql.engine.compose import Composed

Form: TypeAlias = Literal["text", "json", "yaml"]


def plan_of(querier: Querier, composed: Composed, query: Statement[Any] | None, form: Form) -> str:
    """The plan, prepared as the library does, and run if there is a query with its values; then it is rolled back.

    Of several statements, it is the plan of the last; the others are run before it.
    """
    options = SQL("(FORMAT {}, ANALYZE {}, BUFFERS {})").format(SQL(form), *[SQL("on" if query else "off")] * 2)
    connection = querier.connection
    prepared: list[Identifier] = []
    plan: list[Any] = []
    try:
        with connection.transaction(force_rollback=True):
            for each in (*(composed.before if query else ()), composed):
                name = Identifier(f"explained_{len(prepared)}")
                connection.execute(SQL("PREPARE {} AS ").format(name).as_bytes() + each.encoded)
                prepared.append(name)
                run = SQL("EXECUTE {} {}").format(name, _values(querier, each, query))
                if each is not composed:
                    connection.execute(run)
                else:
                    plan = [line for (line,) in connection.execute(SQL("EXPLAIN {} {}").format(options, run))]
    finally:
        for name in prepared:  # they outlast the transaction
            connection.execute(SQL("DEALLOCATE {}").format(name))
    return json.dumps(plan[0], indent=2) if form == "json" else "\n".join(plan)


def _values(querier: Querier, composed: Composed, query: Statement[Any] | None) -> SQL | Composable:
    """What follows EXECUTE."""
    texts = querier._session.texts(composed, query) if query else [None] * len(composed.parameters)
    return SQL("({})").format(SQL(", ").join(map(Quoted, texts))) if texts else SQL("")
