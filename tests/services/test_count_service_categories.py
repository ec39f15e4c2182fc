from hypothesis import given

from concordia_sql import Querier, services
from tests.services.expected import Connection, Marketplace
from tests.services.filters import CATEGORIES, Filters, few


@few
@given(filters=CATEGORIES)
def test_categories_that_fit_all_filters(sample: Connection, filters: Filters) -> None:
    query = services.CountServiceCategories(**filters)  # type: ignore[arg-type]
    assert Querier(sample).fetch(query).count == len(Marketplace(sample).categories(**filters))  # type: ignore[arg-type]


def test_there_may_be_none(connection: Connection) -> None:
    assert Querier(connection).fetch(services.CountServiceCategories()).count == 0
