import pytest

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.support.reading import made
from tests.support.rows import NOON, insert


def test_every_one_with_its_listing(sample: Connection) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    found = marketplace.rows("services_translations")
    assert found
    for row in found:
        expected = made(services.TranslationDetails, row, service=marketplace.listing(row["service_id"]))
        assert querier.fetch(services.GetServiceTranslation(id=row["id"])) == expected


def test_an_unknown_id_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(services.GetServiceTranslation(id="nothing")) is None


@pytest.mark.parametrize("deleted", [{"deleted_at": NOON}, {"status": "deleted"}])
def test_that_of_a_deleted_listing_is_read_if_asked_for(connection: Connection, deleted: dict[str, object]) -> None:
    listing = insert(connection, "services_listings", deleted)["id"]
    row = insert(connection, "services_translations", {"service_id": listing})
    querier = Querier(connection)
    assert querier.fetch(services.GetServiceTranslation(id=row["id"])) is None
    found = querier.fetch(services.GetServiceTranslation(id=row["id"], of_deleted=True))
    assert found == made(services.TranslationDetails, row, service=None)
