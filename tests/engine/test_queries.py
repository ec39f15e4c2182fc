"""Queries are values that refuse what does not fit, and say so without the value."""

import copy
import datetime
import types
from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, cast

import attrs
import psycopg
import pytest

from concordia_sql import (
    UNSET,
    Affected,
    JsonObject,
    Limit,
    Many,
    Maybe,
    NotFound,
    One,
    ParameterError,
    Querier,
    ResultError,
    ReturningOne,
    StatementError,
    UnsetType,
    auth,
    cursor,
)
from tests.support.statements import command, query, said, write

MARKER = "5ecret"
NOON = datetime.datetime(2026, 3, 15, 12)


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[Querier]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        yield Querier(connection)


@attrs.frozen
class Row:
    slug: str
    n: int


@attrs.frozen
class Slug:
    slug: str


class Mood(StrEnum):
    GOOD = "good"


class Money:
    """A type that msgspec does not know."""


def percent(value: object) -> Any:
    """A converter as users write them: what it raises holds the value."""
    if value == MARKER:
        raise ValueError(f"{value} is no percentage")
    return 50 if value == "half" else value


PARAMETERS = """-- Numbers.
SELECT
    'a' AS slug,
    numbers.n
FROM (VALUES (1), (2), (3)) AS numbers (n)
WHERE
    TRUE
    AND numbers.n > :above -- when :above
    AND :language = any(:languages::text[]) -- when :languages
    AND :language::text IS NOT NULL
    AND numbers.n <= :most
    AND :status::text = 'published' -- when :status
    AND :since::timestamp < '2026-03-15 13:00' -- when :since
    AND :token::text = 'x' -- when :token
    AND :data::jsonb ->> 'a' = 'b' -- when :data
    AND :price::numeric = 1.5 -- when :price
    AND :share::int = 50 -- when :share
    AND :after::json ->> 1 = 'x' -- when :after
    AND :amount::text IS NULL -- when :amount
LIMIT :limit
"""


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> type[Any]:
    @query(write(tmp_path_factory.mktemp("sql"), "mine/ask.sql", PARAMETERS))
    class Ask(Many[Row]):
        language: str
        languages: Sequence[str] | None = None
        above: int | None = None
        most: int = 3
        status: Literal["draft", "published"] | None = None
        since: datetime.datetime | None = None
        token: str | None = attrs.field(default=None, repr=False)
        data: JsonObject | None = None
        price: Decimal | None = None
        share: int | None = attrs.field(default=None, converter=percent)
        limit: Limit = 50
        after: str | None = attrs.field(default=None, converter=cursor(datetime.datetime, str))
        amount: Money | None = None

    return Ask


def test_a_query_is_a_value(ask: type[Any]) -> None:
    one, same, other = ask(language="fr", limit=5), ask(limit=5, language="fr"), ask(language="en", limit=5)
    assert one == same != other
    assert hash(one) == hash(same)
    assert len({one, same, other}) == 2
    assert attrs.evolve(one, language="en") == other
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        one.language = "en"
    with pytest.raises(TypeError, match="positional"):
        ask("fr")
    with pytest.raises(TypeError, match="language"):
        ask()


def test_a_sequence_becomes_a_tuple(ask: type[Any]) -> None:
    for languages in (["fr", "en"], ("fr", "en")):
        assert ask(language="fr", languages=languages).languages == ("fr", "en")
    assert hash(ask(language="fr", languages=["fr"])) == hash(ask(language="fr", languages=("fr",)))


def test_a_default_is_checked_as_the_class_is_made(tmp_path: Path) -> None:
    path = write(tmp_path, "mine/ask.sql", "-- Rows.\nSELECT slug FROM unnest(:slugs::text[]) AS slug")

    @query(path)
    class Ask(Many[Slug]):
        slugs: Sequence[str] = attrs.field(default=["a", "b"])

    assert Ask().slugs == ("a", "b")
    with pytest.raises(ParameterError, match=r"^mine.Wrong: slugs: Expected `str`, got `int` at \$\[1\]$"):

        @query(path)
        class Wrong(Many[Slug]):
            slugs: Sequence[str] = attrs.field(default=cast("list[str]", ["a", 1]))


def test_the_repr_holds_no_secret(ask: type[Any]) -> None:
    asked = ask(language="fr", token=MARKER, limit=1)
    assert repr(asked) == (
        "Ask(language='fr', languages=None, above=None, most=3, status=None, since=None, data=None, price=None, "
        "share=None, limit=1, after=None, amount=None)"
    )
    assert MARKER not in repr(asked.into(Slug))
    assert MARKER not in repr(auth.GetSession(token=MARKER))


@pytest.mark.parametrize(
    ("given", "slugs"),
    [
        ({}, 3),
        ({"above": 1}, 2),
        ({"most": 1}, 1),
        ({"above": 1, "limit": 1}, 1),
        ({"languages": ["fr", "en"]}, 3),
        ({"languages": []}, 0),
        ({"languages": ["é 👋", 'a"b,{}\\']}, 0),
        ({"status": "published"}, 3),
        ({"status": "draft"}, 0),
        ({"since": NOON}, 3),
        ({"since": "2026-03-15T12:00:00"}, 3),
        ({"since": NOON.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=-2)))}, 0),
        ({"token": "x"}, 3),
        ({"data": {"a": "b", "c": [{}, None]}}, 3),
        ({"data": {}}, 0),
        ({"price": Decimal("1.50")}, 3),
        ({"price": "1.50"}, 3),
        ({"share": "half"}, 3),
        ({"share": 49}, 0),
        ({"after": '["2026-03-15T12:00:00", "x"]'}, 3),
        ({"amount": None}, 3),
    ],
)
def test_values_arrive_as_they_are(ask: type[Any], server: Querier, given: dict[str, Any], slugs: int) -> None:
    assert len(server.fetch(ask(language="fr", **given))) == slugs


def test_a_member_of_an_enumeration_of_texts_is_its_text(ask: type[Any], server: Querier) -> None:
    asked = ask(language=Mood.GOOD, languages=[Mood.GOOD, "bad"])
    assert asked == ask(language="good", languages=["good", "bad"])
    assert len(server.fetch(asked)) == 3


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("language", 5, "Expected `str`, got `int`"),
        ("language", None, "Expected `str`, got `null`"),
        ("language", b"fr", "Expected `str`, got `bytes`"),
        ("language", [MARKER], "Expected `str`, got `array`"),
        ("language", f"{MARKER}\0", "a text with a NUL character, which PostgreSQL cannot hold"),
        ("language", f"{MARKER}\ud800", "a text with half of a surrogate pair, which is not a character"),
        ("languages", MARKER, "Expected `array | null`, got `str`"),
        ("languages", [MARKER, 5], "Expected `str`, got `int` at $[1]"),
        ("languages", [MARKER, None], "Expected `str`, got `null` at $[1]"),
        ("languages", ["fr", f"{MARKER}\0"], "a text with a NUL character, which PostgreSQL cannot hold"),
        ("languages", {"fr": MARKER}, "Expected `array | null`, got `object`"),
        ("above", MARKER, "Expected `int | null`, got `str`"),
        ("above", "1", "Expected `int | null`, got `str`"),
        ("above", True, "Expected `int | null`, got `bool`"),
        ("above", 1.5, "Expected `int | null`, got `float`"),
        ("status", MARKER, "Expected Optional[Literal['draft', 'published']]"),
        ("status", 1, "Expected `str | null`, got `int`"),
        ("since", MARKER, "Expected datetime.datetime | None"),
        ("since", 5, "Expected `datetime | null`, got `int`"),
        ("since", NOON.date(), "Expected `datetime | null`, got `date`"),
        ("data", MARKER, "Expected `object | null`, got `str`"),
        ("data", {"a": [{"b": f"{MARKER}\0"}]}, "a text with a NUL character, which PostgreSQL cannot hold"),
        ("data", {f"{MARKER}\0": 1}, "a text with a NUL character, which PostgreSQL cannot hold"),
        ("data", {MARKER: "\0"}, "a text with a NUL character, which PostgreSQL cannot hold"),
        ("data", {MARKER: "a\n\ud800"}, "a text with half of a surrogate pair, which is not a character"),
        ("price", MARKER, "Expected decimal.Decimal | None"),
        ("share", MARKER, "Expected int | None"),
        ("share", "third", "Expected `int | null`, got `str`"),
        ("limit", 0, "Expected `int` >= 1"),
        ("limit", -1, "Expected `int` >= 1"),
        ("limit", 501, "Expected `int` <= 500"),
        ("limit", True, "Expected `int`, got `bool`"),
        ("limit", None, "Expected `int`, got `null`"),
        ("limit", "50", "Expected `int`, got `str`"),
        ("after", MARKER, "not a cursor; pass the cursor of the last row as it came"),
        ("amount", MARKER, "Expected `Money`, got `str`"),
    ],
)
def test_a_value_that_does_not_fit(ask: type[Any], name: str, value: object, problem: str) -> None:
    with pytest.raises(ParameterError) as caught:
        ask(**{"language": "fr", name: value})
    assert str(caught.value) == f"mine.Ask: {name}: {problem}"
    assert MARKER not in said(caught.value)
    with pytest.raises(ValueError, match=f"mine.Ask: {name}"):
        attrs.evolve(ask(language="fr"), **{name: value})


def test_into_keeps_the_parameters_and_what_comes_back(tmp_path: Path, server: Querier) -> None:
    path = write(tmp_path, "mine/get.sql", "-- A.\nSELECT :slug::text AS slug, 1 AS n WHERE :slug <> ''")

    @query(path)
    class GetOne(One[Row]):
        slug: str = "a"

    @query(path)
    class GetMaybe(Maybe[Row]):
        slug: str = "a"

    @query(path)
    class GetMany(Many[Row]):
        slug: str = "a"

    cases: list[tuple[Any, Any, Any]] = [
        (GetOne, Slug("b"), NotFound),
        (GetMaybe, Slug("b"), None),
        (GetMany, [Slug("b")], []),
    ]
    for cls, found, none in cases:
        into = cls(slug="b").into(Slug)
        assert isinstance(into, cls)
        assert (into.slug, into.query_name, into.result_class) == ("b", f"mine.{cls.__name__}", Slug)
        assert server.fetch(into) == found
        assert into == cls(slug="b").into(Slug) != cls(slug="c").into(Slug)
        assert into != cls(slug="b")
        assert into != cls(slug="b").into(Row)
        assert hash(into) == hash(cls(slug="b").into(Slug))
        assert repr(into) == repr(cls(slug="b"))
        assert server.fetch(into.into(Row).into(Slug)) == found
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            into.slug = "c"
        evolved = attrs.evolve(into, slug="c")
        assert evolved == cls(slug="c").into(Slug)
        assert server.fetch(attrs.evolve(evolved, slug="b")) == found
        empty = attrs.evolve(into, slug="")
        if none is NotFound:
            with pytest.raises(NotFound, match=r"^mine\.GetOne found no row$"):
                server.fetch(empty)
        else:
            assert server.fetch(empty) == none


@pytest.mark.parametrize("values", [{}, {"one": 1}, {"one": 1, "two": None}])
def test_into_copies_any_number_of_values(tmp_path: Path, server: Querier, values: dict[str, object]) -> None:
    conditions = "".join(f"\nAND :{name}::int > 0 -- when :{name}" for name in values)
    path = write(tmp_path, "mine/ask.sql", f"-- A.\nSELECT 'a' AS slug, 1 AS n\nWHERE TRUE{conditions}")
    body = {"__annotations__": dict.fromkeys(values, int | None), **dict.fromkeys(values)}
    made: Any = types.new_class("Ask", (One[Row],), exec_body=lambda names: names.update(body))
    asked: Any = query(path)(made)(**values)
    into = asked.into(Slug)
    assert {name: getattr(into, name) for name in values} == values
    assert server.fetch(into) == Slug("a")
    assert copy.copy(into) == into == asked.into(Slug)


def test_into_and_copies_keep_what_a_query_has_made_of_its_values(tmp_path: Path) -> None:
    @query(write(tmp_path, "mine/ask.sql", "-- A.\nSELECT :slug::text AS slug, 1 AS n"))
    class Ask(One[Row]):
        slug: str

        def __attrs_post_init__(self) -> None:
            object.__setattr__(self, "slug", f"a-{self.slug}")

    into: Any = Ask(slug="b").into(Slug)
    assert [each.slug for each in (into, into.into(Row), copy.copy(into))] == ["a-b"] * 3


@pytest.mark.parametrize("base", [One, Maybe])
def test_more_than_one_row_where_one_was_expected(tmp_path: Path, server: Querier, base: Any) -> None:
    @query(write(tmp_path, "mine/get.sql", "-- A.\nVALUES (1), (2)"))
    class Get(base[attrs.make_class("Row", {"column1": attrs.field(type=int)})]):  # type: ignore[misc]
        pass

    with pytest.raises(ResultError, match=r"^mine\.Get: 2 rows, and at most one was expected$"):
        server.fetch(Get())


def test_a_text_is_composed_once_for_each_set_of_optional_fields(ask: type[Any]) -> None:
    first = ask(language="fr").compose()
    assert ask(language="en", most=1, limit=3).compose() is first
    assert ask(language="fr", above=1).compose() is ask(language="fr", above=2).compose()
    assert ask(language="fr", above=0).compose() is not first
    assert ask(language="fr").into(Slug).compose() is not first


SET = """-- A.
SELECT
    'a'
    || coalesce(:slug::text, 'null') -- when :slug
    AS slug,
    1 AS n
"""


def test_unset_is_not_given_and_none_is_a_value(tmp_path: Path, server: Querier) -> None:
    @command(write(tmp_path, "mine/set.sql", SET))
    class Set(ReturningOne[Row]):
        slug: str | UnsetType | None = UNSET

    assert server.execute(Set()) == Row("a", 1)
    assert server.execute(Set(slug=UNSET)) == Row("a", 1)
    assert server.execute(Set(slug=None)) == Row("anull", 1)
    assert server.execute(Set(slug="b")) == Row("ab", 1)
    with pytest.raises(ParameterError, match=r"^mine\.Set: slug: Expected `str \| null`, got `int`$"):
        Set(slug=1)  # type: ignore[arg-type]


def test_a_command_may_count_the_rows_that_it_wrote(tmp_path: Path, server: Querier) -> None:
    @command(write(tmp_path, "mine/write.sql", "-- A.\nINSERT INTO written (n) SELECT :n"))
    class Write(Affected):
        n: int

    server.connection.execute("CREATE TEMPORARY TABLE written (n int)")
    assert server.execute(Write(n=1)) == 1


# Classes that do not fit their file


def test_a_query_says_what_its_result_is(tmp_path: Path) -> None:
    path = write(tmp_path, "mine/get.sql", "-- A.\nSELECT 1 AS n")
    for base in (One, Maybe, Many):
        with pytest.raises(StatementError) as caught:
            query(path)(cast("type[Any]", type("Get", (base,), {})))
        assert str(caught.value) == (
            "mine.Get: its base does not say what comes back; "
            "derive it from One[…], Maybe[…], Many[…], Tree[…] or Subtree[…]"
        )


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("SELECT 'a' AS slug WHERE :slug = :other AND :third = '' -- when :fourth\n",
         "mine.Get has no field for the parameter fourth, other, third"),
        ("SELECT 'a' AS slug", "no parameter for the field slug of mine.Get"),
        ("SELECT ':slug' AS slug -- :slug", "no parameter for the field slug of mine.Get"),
    ],
)  # fmt: skip
def test_fields_and_parameters_match(tmp_path: Path, body: str, problem: str) -> None:
    path = write(tmp_path, "mine/get.sql", f"-- A.\n{body}")
    with pytest.raises(StatementError) as caught:

        @query(path)
        class Get(Many[Slug]):
            slug: str

    assert str(caught.value) == f"{path}: {problem}"


@pytest.mark.parametrize("name", ["query_name", "source", "result_class", "writes", "compose", "collect", "into"])
def test_a_parameter_cannot_have_the_name_of_what_every_query_has(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, "mine/get.sql", f"-- A.\nSELECT :{name}::text AS slug")
    body = {"__annotations__": {name: str}}
    with pytest.raises(StatementError) as caught:
        query(path)(type("Get", (Many,), {**body, "__orig_bases__": (Many[Slug],)}))
    assert str(caught.value) == f"{path}: {name} is a name that every query has; give the parameter another"


def test_a_parameter_of_a_shape_may_be_a_field_or_not(tmp_path: Path) -> None:
    write(tmp_path, "mine/shapes/one.sql", "-- A.\nSELECT :mood::text AS slug FROM (VALUES (1)) AS t")
    path = write(tmp_path, "mine/get.sql", "-- A.\n-- uses: mine/one\nSELECT mine_one.slug FROM mine_one")

    @query(path)
    class Without(One[Slug]):
        pass

    @query(path)
    class With(One[Slug]):
        mood: str | None = None

    assert Without().compose().parameters == ()
    assert With().compose().parameters == ()
    assert With(mood="good").compose().parameters == ("mood",)


def test_what_is_wrong_with_a_result_class_is_named_with_the_query(tmp_path: Path) -> None:
    @attrs.frozen
    class Wrong:
        slug: str = attrs.field(converter=str)

    @query(write(tmp_path, "mine/get.sql", "-- A.\nSELECT 'a' AS slug"))
    class Get(Many[Slug]):
        pass

    with pytest.raises(StatementError) as caught:
        Get().into(Wrong)
    problem = f"{Wrong.__qualname__}.slug has a converter; a result class is filled as it is"
    assert str(caught.value) == f"mine.Get: {Get.source.path}:2: {problem}"


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), b"x", {1}, Decimal("1.10")])
def test_what_json_would_change_is_refused(ask: type[Any], value: object) -> None:
    with pytest.raises(ParameterError, match=r"^mine\.Ask: data: "):
        ask(language="fr", data={"a": {"b": value}})


def test_a_datetime_whose_utc_is_out_of_range_is_refused(ask: type[Any]) -> None:
    west = datetime.timezone(datetime.timedelta(hours=-5))
    with pytest.raises(ParameterError, match=r"^mine\.Ask: since: a datetime whose UTC is out of range$"):
        ask(language="fr", since=datetime.datetime.max.replace(tzinfo=west))
