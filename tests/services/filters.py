"""Filters of the lists, at random: values that the sample has, and some that it has not."""

from datetime import date

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

Filters = dict[str, object]

few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
"""Each combination of filters is a statement of its own, and is planned when it is first run."""

_flag = st.booleans()


def some(**values: SearchStrategy[object]) -> SearchStrategy[Filters]:
    """Some of the filters, each with one of its values."""
    return st.fixed_dictionaries({}, optional=values)


def seen(filters: SearchStrategy[Filters], public: str) -> SearchStrategy[Filters]:
    """The filters with `with_unpublished`, which is true for another status than that of what visitors see."""
    return st.builds(
        lambda given, asked: given | {"with_unpublished": asked or given.get("status", public) != public},
        filters,
        st.booleans(),
    )


LISTINGS = seen(
    some(
        status=st.sampled_from(["pending_review", "active", "suspended", "archived", "draft"]),
        category=st.sampled_from([*(f"service-category-{n}" for n in range(1, 12)), "nothing"]),
        organization=st.sampled_from([*(f"blog-organization-{n}" for n in range(1, 9)), "nothing"]),
        provider_id=st.sampled_from([*(f"user-{n}" for n in range(1, 40, 3)), "gone", "nobody"]),
        price_type=st.sampled_from(["hourly", "fixed", "free", "negotiable"]),
        is_featured=_flag,
        display_in_home=_flag,
        is_mobile=_flag,
        language=st.sampled_from(["fr", "en", "ar", "zh", "pt-BR", "xx"]),
    ),
    "active",
)

CATEGORIES = some(
    parent=st.sampled_from([*(f"service-category-{n}" for n in (1, 2, 6, 7, 10)), "nothing"]),
    display_in_menu=_flag,
    display_in_home=_flag,
    is_active=_flag,
    is_featured=_flag,
)

_days = st.dates(date(2025, 12, 25), date(2026, 3, 1)).map(date.isoformat)

BOOKINGS = some(
    service_id=st.sampled_from(["listing-1", "listing-2", "listing-14", "listing-20", "nothing"]),
    customer_id=st.sampled_from(["user-1", "user-9", "user-25", "gone", "nobody"]),
    provider_id=st.sampled_from(["user-1", "user-20", "gone", "nobody"]),
    status=st.sampled_from(
        ["pending", "confirmed", "completed", "cancelled_by_client", "cancelled_by_provider", "no_show"]
    ),
    from_date=_days,
    to_date=_days,
)

SEEN_REVIEWS = [
    (None, False),
    (None, True),
    ("approved", False),
    *((status, True) for status in ("pending", "approved", "rejected")),
]
"""A status to ask for, and whether to read with what visitors do not see."""
