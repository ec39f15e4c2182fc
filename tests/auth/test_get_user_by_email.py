from concordia_sql import Querier, auth
from tests.auth.expected import Connection, user_details
from tests.support.reading import rows
from tests.support.rows import insert


def test_every_user_is_found(sample: Connection) -> None:
    querier = Querier(sample)
    for row in rows(sample, "user"):
        assert querier.fetch(auth.GetUserByEmail(email=row["email"])) == user_details(sample, row)


def test_an_address_is_compared_as_it_is_stored(connection: Connection) -> None:
    querier = Querier(connection)
    lower, upper = (insert(connection, "user", {"email": email}) for email in ("jörg@b.example", "JÖRG@B.EXAMPLE"))
    assert querier.fetch(auth.GetUserByEmail(email="jörg@b.example")) == user_details(connection, lower)
    assert querier.fetch(auth.GetUserByEmail(email="JÖRG@B.EXAMPLE")) == user_details(connection, upper)
    for unknown in ("", "Jörg@b.example", " jörg@b.example", "j%rg@b.example"):
        assert querier.fetch(auth.GetUserByEmail(email=unknown)) is None
