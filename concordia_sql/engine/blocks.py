"""Steps that begin and end transactions and savepoints."""

from psycopg import generators
from psycopg.abc import PQGen

from concordia_sql.engine.calls import names_of
from concordia_sql.engine.rows import raise_if_failed
from concordia_sql.engine.session import Session
from concordia_sql.engine.settings import Acting


def begin(session: Session, text: bytes, acting: Acting) -> PQGen[None]:
    """Begin a transaction with settings, in one round trip."""
    session.pgconn.enter_pipeline_mode()
    session.pgconn.send_query_params(text, None)
    session.pgconn.send_query_params(*acting.setting())
    begun, *acts = yield from session.synchronize()
    raise_if_failed(begun[-1])
    for results in acts:
        acting.raise_if_refused(results[-1], names_of(()))


def commit(session: Session, text: bytes) -> PQGen[bytes | None]:
    """End a transaction, and ask for the position after it, in one round trip. Returns the tag."""
    session.pgconn.enter_pipeline_mode()
    session.pgconn.send_query_params(text, None)
    ended, *_ = yield from session.synchronize()
    raise_if_failed(ended[-1])
    tag: bytes | None = ended[-1].command_status
    return tag


def command(session: Session, text: bytes) -> PQGen[bytes | None]:
    """Run one or several statements without parameters. Returns the tag of the last."""
    session.pgconn.send_query(text)
    results = yield from generators.execute(session.pgconn)
    for result in results:
        raise_if_failed(result)
    tag: bytes | None = results[-1].command_status
    return tag
