from concordia_sql import Querier, auth
from tests.auth.expected import Connection, user_details
from tests.support.reading import rows
from tests.support.rows import insert


def test_every_user_is_found(sample: Connection) -> None:
    querier = Querier(sample)
    for row in rows(sample, "user"):
        assert querier.fetch(auth.GetUserByEmail(email=row["email"])) == user_details(sample, row)


def test_an_address_is_looked_up_in_lower_case(connection: Connection) -> None:
    """In ASCII alone, as it is stored: another letter is another address."""
    querier = Querier(connection)
    row, _ = (insert(connection, "user", {"email": email}) for email in ("jörg@b.example", "ANNA@B.EXAMPLE"))
    for email in ("jörg@b.example", "JöRG@B.EXAMPLE", "Jörg@B.Example"):
        assert querier.fetch(auth.GetUserByEmail(email=email)) == user_details(connection, row)
    for unknown in ("", "JÖRG@B.EXAMPLE", "ANNA@B.EXAMPLE", "anna@b.example", " jörg@b.example", "j%rg@b.example"):
        assert querier.fetch(auth.GetUserByEmail(email=unknown)) is None
