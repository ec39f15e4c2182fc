"""Queries made of the texts of requests."""

import pytest

from concordia_sql import ParameterError, blog, services
from concordia_sql.web.requests import from_texts


@pytest.mark.parametrize(
    ("text", "problem"),
    [("501", "Expected `int` <= 500"), ("0", "Expected `int` >= 1"), ("ten", "Expected `int`, got `str`")],
)
def test_a_number_out_of_its_bounds_is_told_from_a_text(text: str, problem: str) -> None:
    with pytest.raises(ParameterError) as caught:
        from_texts(blog.ListPosts, ["limit"], {"limit": [text]})
    assert (caught.value.parameter, caught.value.problem) == ("limit", problem)


def test_texts_become_what_the_fields_take() -> None:
    texts = {"limit": ["3"], "languages": ["fr", "en"], "is_featured": ["true"], "status": ["archived"]}
    query = from_texts(blog.ListPosts, ["limit", "languages", "is_featured"], texts)
    assert query == blog.ListPosts(limit=3, languages=["fr", "en"], is_featured=True)  # the status is not for visitors
    with pytest.raises(ParameterError) as caught:
        from_texts(services.ListFreeSlots, ["service_id"], {})
    assert (caught.value.parameter, caught.value.problem) == ("service_id", "is missing")
