"""Queries made of the texts of requests."""

from typing import Any

import pytest

from concordia_sql import (
    ParameterError,
    QuerierError,
    Statement,
    auth,
    blog,
    from_json,
    make_converter,
    profile,
    services,
)
from concordia_sql.web import fastapi, litestar
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


NAMES = ["author_name", "author_email", "content", "in_language"]
BODY = b'{"author_name": "Ada", "author_email": "ada@example.org", "content": "Yes.", "in_language": "en"}'
COMMANDS: list[type[Statement[Any]]] = [
    each
    for domain in (auth, profile, blog, services)
    for name in domain.__all__
    if isinstance(each := getattr(domain, name), type) and issubclass(each, Statement) and each.writes
]


def test_a_command_takes_the_fields_that_are_named() -> None:
    made = from_json(blog.AddComment, NAMES, BODY, {"post_id": "post-1"}, {"status": "pending", "id": "c"})
    expected = blog.AddComment(
        id="c",
        post_id="post-1",
        status="pending",
        author_name="Ada",
        author_email="ada@example.org",
        content="Yes.",
        in_language="en",
    )
    assert made == expected
    for more in (b', "status": "approved"}', b', "id": "of another"}', b', "nothing": 1}'):
        with pytest.raises(ParameterError, match="unknown fields"):
            from_json(blog.AddComment, NAMES, BODY[:-1] + more, {"post_id": "post-1"}, {"status": "pending"})


@pytest.mark.parametrize("cls", COMMANDS, ids=lambda cls: cls.query_name)
def test_the_converter_makes_no_command(cls: type[Statement[Any]]) -> None:
    with pytest.raises(QuerierError, match=f"^{cls.query_name} is a command"):
        make_converter().structure({}, cls)


def test_the_clock_is_never_a_visitors() -> None:
    """By whatever way a request is read; a route's author who names it is told at once."""
    given = {"service_id": ["l"], "now": ["2000-01-01T00:00:00"]}
    readers: list[Any] = [fastapi.arguments, litestar.arguments, lambda cls, *names: from_texts(cls, names, given)]
    for make in readers:
        with pytest.raises(ValueError, match="services.ListFreeSlots: now never comes from a request"):
            make(services.ListFreeSlots, "service_id", "now")
    bodies: list[Any] = [fastapi.body, litestar.body, lambda cls, *names: from_json(cls, names, b"{}")]
    for make in bodies:
        with pytest.raises(ValueError, match="auth.UseVerification: now never comes from a request"):
            make(auth.UseVerification, "value", "now")
    used = from_json(
        auth.UseVerification, ["value"], b'{"value": "v"}', {"identifier": "i", "now": "2000-01-01T00:00:00"}
    )
    assert used.now is None
