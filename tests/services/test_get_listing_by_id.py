from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace


def test_every_listing_with_everything(sample: Connection) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    expected = {row["id"]: marketplace.listing_details(row) for row in marketplace.listings()}
    ids = marketplace.ids("services_listings")
    assert len(ids) > len(expected) > 10
    for key in ids:
        assert querier.fetch(services.GetListingById(id=key)) == expected.get(key)


def test_translations_and_reviews_are_chosen_as_by_slug(sample: Connection) -> None:
    querier, marketplace = Querier(sample), Marketplace(sample)
    for row in marketplace.listings():
        query = services.GetListingById(id=row["id"], languages=["fr"], review_status="approved")
        reviews = tuple(marketplace.review_threads(row["id"], "approved"))
        expected = marketplace.listing_details(row, ["fr"], services.ListingWithReviews, reviews=reviews)
        assert querier.fetch(query.into(services.ListingWithReviews)) == expected


def test_an_unknown_id_is_none(sample: Connection) -> None:
    assert Querier(sample).fetch(services.GetListingById(id="nothing")) is None
