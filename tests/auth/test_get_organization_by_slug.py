from concordia_sql import Querier, auth
from tests.auth.expected import Connection, organization_details
from tests.support.reading import rows
from tests.support.rows import insert


def test_every_organization_is_found(sample: Connection) -> None:
    querier = Querier(sample)
    for row in rows(sample, "organization"):
        assert querier.fetch(auth.GetOrganizationBySlug(slug=row["slug"])) == organization_details(sample, row)


def test_the_slug_is_not_the_id(connection: Connection) -> None:
    one = insert(connection, "organization", {"id": "a", "slug": "b"})
    other = insert(connection, "organization", {"id": "b", "slug": "ä-🛠"})
    querier = Querier(connection)
    assert querier.fetch(auth.GetOrganizationBySlug(slug="b")) == organization_details(connection, one)
    assert querier.fetch(auth.GetOrganizationBySlug(slug="ä-🛠")) == organization_details(connection, other)
    assert querier.fetch(auth.GetOrganizationBySlug(slug="a")) is None
