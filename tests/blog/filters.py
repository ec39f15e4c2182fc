"""Filters of the lists, at random: values that the sample has, and some that it has not."""

from hypothesis import strategies as st

from tests.services.filters import SEEN_REVIEWS as SEEN_COMMENTS
from tests.services.filters import few, seen, some

__all__ = ["AUTHORS", "CATEGORIES", "ORGANIZATIONS", "POSTS", "SEEN_COMMENTS", "SEEN_POSTS", "few"]

_flag = st.booleans()
SEEN_POSTS = [
    (None, False),
    (None, True),
    ("published", False),
    *((status, True) for status in ("draft", "published", "archived")),
]
"""A status to ask for, and whether to read with what visitors do not see."""

POSTS = seen(
    some(
        status=st.sampled_from(["draft", "published", "archived"]),
        author=st.sampled_from(["john-doe", *(f"author-{number}" for number in range(1, 12)), "nobody"]),
        category=st.sampled_from([*(f"category-{number}" for number in range(1, 14)), "nothing"]),
        organization=st.sampled_from([*(f"blog-organization-{number}" for number in range(1, 11)), "nothing"]),
        is_featured=_flag,
        display_in_home=_flag,
        language=st.sampled_from(["fr", "en", "ar", "zh", "pt-BR", "xx"]),
        slug_contains=st.sampled_from(["my", "THE", "-", "%", "_", "", "' OR TRUE --"]),
    ),
    "published",
)

AUTHORS = some(
    organization=st.sampled_from([*(f"blog-organization-{number}" for number in range(1, 11)), "nothing"]),
    display_in_home=_flag,
    display_in_blog=_flag,
    is_featured=_flag,
)

CATEGORIES = some(
    parent=st.sampled_from([*(f"category-{number}" for number in range(1, 14)), "nothing"]),
    display_in_menu=_flag,
    display_in_home=_flag,
    display_in_blog=_flag,
    is_featured=_flag,
)

ORGANIZATIONS = some(is_active=_flag, is_featured=_flag)
