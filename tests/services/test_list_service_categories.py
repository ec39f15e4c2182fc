from hypothesis import given

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import CATEGORIES, Filters, few


def test_all_categories_by_sort_order_slug_and_id(sample: Connection) -> None:
    marketplace = Marketplace(sample)
    expected = [marketplace.category_details(row) for row in marketplace.categories()]
    assert Querier(sample).fetch(services.ListServiceCategories()) == expected


@few
@given(filters=CATEGORIES)
def test_categories_that_fit_all_filters(sample: Connection, filters: Filters) -> None:
    marketplace = Marketplace(sample)
    query = services.ListServiceCategories(**filters)  # type: ignore[arg-type]
    expected = [marketplace.category_details(row) for row in marketplace.categories(**filters)]  # type: ignore[arg-type]
    assert Querier(sample).fetch(query) == expected


def test_each_filter_finds_some_and_leaves_some_out(sample: Connection) -> None:
    querier = Querier(sample)
    everything = len(querier.fetch(services.ListServiceCategories()))
    for query in (
        services.ListServiceCategories(parent="service-category-1"),
        services.ListServiceCategories(display_in_menu=True),
        services.ListServiceCategories(display_in_home=False),
        services.ListServiceCategories(is_active=True),
        services.ListServiceCategories(is_featured=True),
    ):
        assert 0 < len(querier.fetch(query)) < everything, query
