from hypothesis import given

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import CATEGORIES, Filters, few
from tests.support.reading import Row, paged


def made_listed(marketplace: Marketplace, row: Row) -> services.CategoryDetails:
    return marketplace.category_details(row, services.ListedCategory, cursor="")


def test_all_categories_by_sort_order_slug_and_id(sample: Connection) -> None:
    marketplace = Marketplace(sample)
    expected = [made_listed(marketplace, row) for row in marketplace.categories()]
    assert paged(Querier(sample), services.ListServiceCategories(), 500) == expected


@few
@given(filters=CATEGORIES)
def test_categories_that_fit_all_filters(sample: Connection, filters: Filters) -> None:
    marketplace = Marketplace(sample)
    query = services.ListServiceCategories(**filters)  # type: ignore[arg-type]
    expected = [made_listed(marketplace, row) for row in marketplace.categories(**filters)]  # type: ignore[arg-type]
    assert paged(Querier(sample), query, 3) == expected


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
