"""The kinds of values: which are taken, in which form they are stored, and that no index is too narrow for them."""

import datetime
import re
import types
import typing
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal, Union

import attrs
import psycopg
import pytest

from concordia_sql import (
    UNSET,
    Bounds,
    Convert,
    ParameterError,
    StatementError,
    UnsetType,
    auth,
    blog,
    services,
    values,
)
from concordia_sql.engine.bounds import DEFAULT, bounds_check
from concordia_sql.engine.conversions import conversion
from tests.support.catalog import command_classes, example, query_classes
from tests.support.statements import text_of

LONG = "x" * 5000
KINDS: dict[str, tuple[dict[str, str], list[str]]] = {
    "Id": ({"x": "x", "é 👋\n": "é 👋\n", "x" * 255: "x" * 255}, ["", "x" * 256]),
    "Secret": ({"x" * 512: "x" * 512, "reset-password:é": "reset-password:é"}, ["", "x" * 513]),
    "Slug": ({"my-post": "my-post", "Été_1.x": "Été_1.x"}, ["", "a b", "a/b", "a?b", "a#b", "a\n", "\u00a0", LONG]),
    "Email": (
        {"Ada@Example.com": "ada@example.com", "JÖRG@X": "jÖrg@x", "\u212aate@x": "\u212aate@x"},
        ["", "a b@c", "a@b\n", LONG],
    ),
    "Username": ({"AdaL": "AdaL"}, ["", LONG]),
    "Role": ({"owner": "owner", "owner,editor": "owner,editor"}, ["", "owner, editor", ",owner", "a,,b", LONG]),
    "Language": (
        {each: each for each in ("fr", "pt-BR", "pt_BR", "zh-Hant-TW", "x-klingon", "de-CH-1996")},
        ["", "f r", "fr-", "-fr", "français", "toolongaword", "fr\n", "12", "a-" * 20 + "a"],
    ),
    "Price": (
        {each: each for each in ("50.00", "0", "007", "0.5", "9" * 30)},
        ["", "abc", "NaN", "Infinity", "-5", "+5", "50,00", "1e3", " 5", "5 ", "5.", ".5", "\u0665", "5\n", "9" * 31],
    ),
    "Currency": ({"EUR": "EUR"}, ["", "eur", "EURO", "€", "ÄÖÜ", "EUR\n"]),
    "Position": ({each: each for each in ("0", "2", "10", "999999999")}, ["", "x", "-1", "01", "1.5", "²", "1" * 10]),
    "Url": (
        {
            each: each
            for each in (
                *("https://a.example/b?c=d:e#f", "HTTP://a.example", "//a.example/b", "/b/a.jpg"),
                *("a.jpg", "../a.jpg", "?a=b:c", "#top", "data:image/png;base64,iVBORw0KGgo="),
            )
        },
        ["", "a b", "javascript:alert(1)", "JavaScript:x", "java\nscript:x", " https://a", "data:text/html,x", "ftp://a"],
    ),
    "TimeOfDay": (
        {each: each for each in ("00:00", "09:00", "23:59")},
        ["", "9:00", "09:00:00", "24:00", "10:60", "10:00 ", "10:00\n", "10h", "\u0660\u0669:00"],
    ),
    "ClosingTime": ({each: each for each in ("00:00", "17:00", "24:00")}, ["", "24:01", "25:00", "9:00", "17:00\n"]),
    "Day": (
        {each: each for each in ("2026-03-15", "2024-02-29", "0001-01-01", "9999-12-31")},
        ["", "2026-3-15", "2026-02-30", "2023-02-29", "0000-01-01", "20260315", "2026-W11-7", "2026-03-15\n"],
    ),
    "SoughtEmail": ({"": "", "Ada@B": "ada@b", "\u212aÀ@B": "\u212aÀ@b"}, [LONG]),
    "LowerCase": ({"": "", "ÀB c": "àb c"}, []),
}  # fmt: skip


def taken(kind: Any) -> Callable[[Any], Any]:
    """The value of a kind as it is sent, or ParameterError."""
    check, convert = bounds_check(kind, DEFAULT), conversion(kind)
    assert convert is not None

    def take(value: Any) -> Any:
        if check:
            check(value)
        return convert(value)

    return take


def test_every_kind_of_text_is_here() -> None:
    kinds = {name for name in vars(values) if name[0].isupper() and conversion(getattr(values, name))}
    assert kinds - {"Asked", "Bounds", "Convert", "ParameterError", "WallClock"} == {*KINDS}


def test_not_to_ask_for_more_is_as_if_it_were_not_given() -> None:
    """So that a caller who passes `with_unpublished=is_moderator` gets the statement that reads less."""
    asking = [
        (query_class, name)
        for query_class in query_classes()
        for name in ("of_deleted", "with_hidden", "with_unpublished")
        if name in query_class._fields
    ]
    assert len(asking) > 80
    for query_class, name in asking:
        shown = {"status": "approved"} if query_class.query_name.endswith("ByStatus") else {}
        nothing, no, yes = (
            attrs.evolve(example(query_class), **shown, **{name: given})  # type: ignore[misc]
            for given in (None, False, True)
        )
        assert no == nothing != yes


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [(kind, value, stored) for kind, (good, _) in KINDS.items() for value, stored in good.items()],
)
def test_a_value_of_the_kind_is_taken_in_its_form(kind: str, value: str, stored: str) -> None:
    convert = taken(getattr(values, kind))
    assert convert(value) == stored
    assert convert(stored) == stored


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, (_, bad) in KINDS.items() for value in bad])
def test_a_value_of_no_kind_is_refused(kind: str, value: str) -> None:
    convert = taken(getattr(values, kind))
    with pytest.raises(ParameterError) as caught:
        convert(value)
    assert len(value) < 5 or value not in str(caught.value)


def test_what_a_clock_shows_has_no_zone() -> None:
    convert = conversion(values.WallClock)
    noon = datetime.datetime(2026, 3, 15, 12)
    assert convert is not None
    assert convert(noon.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=9)))) == noon


def test_the_error_names_query_field_and_place() -> None:
    with pytest.raises(ParameterError, match=r"^blog\.CreatePost: slug: Expected a slug, without blanks or / \? #,$"):
        blog.CreatePost(slug="5ecret slug", status="draft", in_language="fr")
    with pytest.raises(
        ParameterError, match=r"^services\.ChangeListing: base_price: Expected a price as \"50\.00\", not"
    ):
        services.ChangeListing(id="l", base_price="5ecret")
    new = [new_comment(), new_comment(author_email="5 ecret")]
    with pytest.raises(
        ParameterError, match=r"^blog\.AddComments: comments: Expected an e-mail .* at \$\[1\]\.author_email$"
    ):
        blog.AddComments(comments=new)
    with pytest.raises(ParameterError, match=r"^blog\.CreatePost: author_ids: Expected an id, not empty, at \$\[1\]$"):
        blog.CreatePost(slug="s", status="draft", in_language="fr", author_ids=["a", ""])
    with pytest.raises(ParameterError, match=r"of at most 255 characters at \$\[0\]\.media_id$"):
        blog.ReplacePostMedia(post_id="p", media=[blog.NewPostMedium(media_id=LONG, type="cover")])


def new_comment(**given: Any) -> blog.NewComment:
    kept: dict[str, Any] = {"post_id": "p", "author_name": "n", "author_email": "e", "content": "c"}
    return blog.NewComment(**{**kept, "status": "approved", "in_language": "fr", **given})


def test_rows_are_stored_in_their_form_and_none_stays_none() -> None:
    (added,) = blog.AddComments(comments=[new_comment(author_email="A@B")]).comments
    assert added == attrs.evolve(new_comment(id=added.id), author_email="a@b")
    assert auth.ChangeUser(id="u", image=None).image is None
    assert auth.ListInvitations(email="A@B").email == "a@b"


def test_of_two_kinds_nothing_says_which_is_meant() -> None:
    hint = Union[Annotated[str, Convert(str)], Annotated[int, Convert(int)], None]  # noqa: UP007 - pyright: no | here
    with pytest.raises(StatementError, match="^a union of two types with a Convert"):
        conversion(hint)


@pytest.mark.parametrize("given", [None, "", "Ada"])
def test_a_username_keeps_the_spelling_of_its_owner(given: str | None) -> None:
    created = auth.CreateUser(name="n", email="e", username="AdaL", display_username=given)
    assert (created.username, created.display_username) == ("adal", "AdaL" if given is None else given)
    changed = auth.ChangeUser(id="u", username="AdaL", display_username=UNSET if given is None else given)
    assert (changed.username, changed.display_username) == (created.username, created.display_username)
    assert auth.CreateUser(name="n", email="e").display_username is None


LARGEST_KEY = 2704
"""The bytes of a key of a B-tree, by PostgreSQL's `btree` documentation: a third of a page."""


def test_no_value_is_too_long_for_its_index(connection: psycopg.Connection[Any]) -> None:
    """Every text that a command writes into an indexed column has a limit, and those of one index fit together."""
    limits: dict[tuple[str, str], int] = {}
    for command_class in command_classes():
        statement = text_of(command_class.source)
        for verb, table in re.findall(r'^ *(INSERT INTO|UPDATE) "?(\w+)', statement, re.MULTILINE):
            for name, hint in fields_of(command_class):
                if verb == "INSERT INTO" or UnsetType in typing.get_args(hint):
                    limits[table, name] = max(limits.get((table, name), 0), longest(hint))
    indexed = connection.execute(_INDEXED).fetchall()
    assert len(indexed) > 100
    sizes: dict[str, int] = {}
    for index, table, column in indexed:
        sizes[index] = sizes.get(index, 16) + 4 * limits.get((table, column), 0)
    assert {index: size for index, size in sizes.items() if size > LARGEST_KEY} == {}


_INDEXED = """
SELECT pg_index.indexrelid::regclass::text, trim(BOTH '"' FROM pg_index.indrelid::regclass::text), pg_attribute.attname
FROM pg_index
INNER JOIN pg_attribute ON pg_attribute.attrelid = pg_index.indrelid AND pg_attribute.attnum = ANY (pg_index.indkey)
INNER JOIN pg_class ON pg_class.oid = pg_index.indrelid AND pg_class.relnamespace = 'public'::regnamespace
WHERE pg_attribute.atttypid = 'text'::regtype
"""


def fields_of(cls: type[Any]) -> Iterator[tuple[str, Any]]:
    """The fields of a command and of the rows in it, with their types; but for the id of a row that is there."""
    hints = typing.get_type_hints(cls, include_extras=True)
    for field in attrs.fields(cls):
        if (field.name, field.default) != ("id", attrs.NOTHING):
            yield field.name, hints[field.name]
        for argument in typing.get_args(hints[field.name]):
            if attrs.has(argument):
                yield from fields_of(argument)


def longest(hint: Any) -> int:
    """How many characters a text of this type may have: without a limit, more than fit into any index."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return max(longest(each) for each in arguments)
    if origin is Literal:
        return max(len(each) for each in arguments)
    if origin is Annotated and arguments[0] is str:
        own = [each.text for each in hint.__metadata__ if isinstance(each, Bounds)]
        return own[0] or 0 if own else 10 if conversion(hint) else LARGEST_KEY  # a day
    return LARGEST_KEY if hint is str else 0
