"""Tokens are the text again, and parameters are found where PostgreSQL would find them."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from psycopg import pq
from psycopg.rows import TupleRow

import concordia_sql
from concordia_sql import StatementError
from concordia_sql.engine.lexer import Token, tokenize

Connection = psycopg.Connection[TupleRow]


def joined(tokens: list[Token]) -> str:
    return "".join(token.text for token in tokens)


def parameters(tokens: list[Token]) -> list[str]:
    return [token.text[1:] for token in tokens if token.kind == "parameter"]


def numbered(text: str) -> tuple[str, int]:
    """The text with `$1`, `$2`, … for the names of parameters, and how many names there are."""
    tokens = tokenize(text, "x.sql")
    names = list(dict.fromkeys(parameters(tokens)))
    pieces = [f"${names.index(token.text[1:]) + 1}" if token.kind == "parameter" else token.text for token in tokens]
    return "".join(pieces), len(names)


@pytest.fixture(scope="module")
def server(server_url: str) -> Iterator[Connection]:
    with psycopg.connect(server_url, autocommit=True) as connection:
        yield connection


def expected_parameters(server: Connection, text: str) -> int:
    """How many parameters PostgreSQL finds in the text."""
    for result in (server.pgconn.prepare(b"", text.encode()), server.pgconn.describe_prepared(b"")):
        assert result.status == pq.ExecStatus.COMMAND_OK, result.get_error_message()
    return result.nparams


# What may stand for itself in SQL: a text with the parameters that it holds.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
TAGS = st.from_regex(r"[A-Za-zé_][A-Za-zé_0-9]{0,3}|", fullmatch=True)
NAMES = st.sampled_from(["slug", "languages", "after_1", "_x", "été"])


def dollar_quoted(tag: str, text: str) -> str:
    return f"${tag}$" + text.replace("$", "") + f"${tag}$"


STRINGS = st.one_of(
    TEXTS.map(lambda text: "'" + text.replace("'", "''") + "'"),
    TEXTS.map(lambda text: "E'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"),
    TEXTS.map(lambda text: "e'" + text.replace("\\", "\\\\").replace("'", "''") + "'"),
    st.builds(dollar_quoted, TAGS, TEXTS),
)
COMMENTS = st.one_of(
    TEXTS.map(lambda text: "--" + re.sub(r"[\r\n]", "", text) + "\n"),
    TEXTS.map(lambda text: "/*" + text.replace("*", "").replace("/", "") + "*/"),
    TEXTS.map(lambda text: "/* a /* :b " + text.replace("*", "").replace("/", "") + "*/ :c */"),
)
QUOTED = TEXTS.filter(bool).map(lambda text: '"' + text.replace('"', '""') + '"')
PIECES = st.one_of(
    STRINGS.map(lambda text: (text, 0)),
    COMMENTS.map(lambda text: (text, 0)),
    QUOTED.map(lambda text: (text, 0)),
    NAMES.map(lambda name: (f":{name}", 1)),
    NAMES.map(lambda name: (f"ARRAY[:{name}, :{name}][1:2]", 2)),
    NAMES.map(lambda name: (f"ARRAY[[:{name}], [:{name}]]", 2)),
    NAMES.map(lambda name: (f"tags[1:{name}]", 0)),
    NAMES.map(lambda name: (f"tags[:{name}]", 0)),
    NAMES.map(lambda name: (f"tags[(:{name}):(:{name})]", 2)),
    NAMES.map(lambda name: (f"f({name} := :{name})", 1)),
    NAMES.map(lambda name: (f":{name}::text", 1)),
    NAMES.map(lambda name: (f":rows.{name}::text[]", 1)),
    st.sampled_from(
        ["a$b$c", "1.5e-3", "a::text", "->>", "#>", "?|", "@>", "!=", "- -", "a.b", "\n", "😀", "\u00a0"]
    ).map(lambda text: (text, 0)),
)


@given(st.text(st.sampled_from(list("abE'\"$t/*-: \n[]():=;\\é1\r\0")), max_size=30) | st.text())
@example("$a$ x $b$a$ y")
@example("E'a\\")
def test_tokens_joined_are_the_text(text: str) -> None:
    with contextlib.suppress(StatementError):
        tokens = tokenize(text, "x.sql")
        assert joined(tokens) == text
        assert [token.line for token in tokens] == [
            joined(tokens[:index]).count("\n") + 1 for index in range(len(tokens))
        ]


@given(st.lists(PIECES))
def test_parameters_are_found_between_everything_else(pieces: list[tuple[str, int]]) -> None:
    text = ", ".join(piece for piece, _ in pieces)
    tokens = tokenize(text, "x.sql")
    assert joined(tokens) == text
    assert len(parameters(tokens)) == sum(count for _, count in pieces)


@given(strings=st.lists(STRINGS, min_size=1), comments=st.lists(COMMENTS, min_size=1))
def test_postgresql_ends_strings_and_comments_at_the_same_places(
    server: Connection, strings: list[str], comments: list[str]
) -> None:
    """PostgreSQL sees a column and a parameter after each string: it would not, were the string longer or shorter."""
    items = [f"{string} {comment}, :{'p' * (index + 1)}::text" for index, (string, comment) in enumerate(
        zip(strings, comments, strict=False))]  # fmt: skip
    text, count = numbered(f"SELECT {', '.join(items)}")
    assert count == len(items)
    assert expected_parameters(server, text) == count


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SELECT :a::int", ["a"]),
        ("SELECT :a.b, :a.été::int[], (:a::pg_stats).attname, :_.x1||:a.b", ["a.b", "a.été", "a", "_.x1", "a.b"]),
        ("SELECT :a::int+:b::int", ["a", "b"]),
        ("SELECT ':a', E':a\\':b', U&':a', B'1', x'1F', N':a'", []),
        ("SELECT 'it''s :a' || :b::text", ["b"]),
        ("SELECT E'a\\\\' || :b::text", ["b"]),
        ("SELECT 'a\\' || :b::text", ["b"]),
        ("SELECT E'a'\n  'b\\':c'", []),
        ("SELECT $$:a$$, $t$:a $$ :b $t$, $é1$:a$é1$, $a$ $b$ :c $a$", []),
        ('SELECT 1 AS ":a", 1 AS "b"":c"', []),
        ("SELECT 1 -- :a 'x\n + :b::int", ["b"]),
        ("SELECT 1 /* :a /* ' */ $x$ */ + :b::int", ["b"]),
        ("SELECT (ARRAY[:a::int, :b::int])[1:2]", ["a", "b"]),
        ("SELECT (ARRAY [:a, 2])[:1]", ["a"]),
        ("SELECT ARRAY[[1, :a::int], [:b::int, 2]]", ["a", "b"]),
        ("SELECT (array[1, 2])[(:a):(:b)]", ["a", "b"]),
        ("SELECT t.v[1:n], t.v[:n], t.v[n:] FROM (SELECT ARRAY[1] AS v, 1 AS n) AS t", []),
        ("SELECT t.v[:n][1:n] FROM (SELECT ARRAY[[1]] AS v, 1 AS n) AS t", []),
        ("SELECT make_interval(days := :a, hours => :b)", ["a", "b"]),
        ("SELECT '{}'::json ->> :a", ["a"]),
        ("SELECT '{}'::json #> :a, '{}'::jsonb #>> ARRAY[:b]", ["a", "b"]),
        ("SELECT '{}'::jsonb ? :a, '{}'::jsonb ?| :b, '{}'::jsonb ?& ARRAY[:c]", ["a", "b", "c"]),
        ("SELECT '{}'::jsonb @> :a, '{}'::jsonb <@ :b", ["a", "b"]),
        ("SELECT '[1]'::jsonb @? '$[*] ? (@ > 1)', '{\"a\": 1}'::jsonb - :a::text", ["a"]),
        ("SELECT jsonb_path_exists('[1]', '$[0 to 1]', :a)", ["a"]),
        ("SELECT t.a$b, t.c$1$d, :e::text FROM (SELECT 1 AS a$b, 2 AS c$1$d) AS t", ["e"]),
        ("SELECT t.v😀, :e::text FROM (SELECT 1 AS v😀) AS t", ["e"]),
        ("SELECT 1 AS \u00a0x, date'2026-01-01' + :a::int", ["a"]),
        ("SELECT :a::timestamp AT TIME ZONE 'UTC', interval '1' HOUR * :b", ["a", "b"]),
        ("SELECT :limit::int - 1, :limit::int", ["limit", "limit"]),
        ("SELECT -:a::int, @:b::int, 2*:c::int", ["a", "b", "c"]),
        ("SELECT '10:30'::time, :time::time", ["time"]),
        ("SELECT JSON_OBJECT('a':t.b, $$c$$ :t.d, 'e' : :f::int) FROM (VALUES (1, 2)) AS t (b, d)", ["f"]),
    ],
)  # fmt: skip
def test_postgresql_finds_the_same_parameters(server: Connection, text: str, names: list[str]) -> None:
    tokens = tokenize(text, "x.sql")
    assert joined(tokens) == text
    assert parameters(tokens) == names
    if "JSON_OBJECT" in text and server.info.server_version < 160000:
        with pytest.raises(AssertionError, match="syntax error"):  # it is of PostgreSQL 16
            expected_parameters(server, numbered(text)[0])
        return
    assert expected_parameters(server, numbered(text)[0]) == len(set(names))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SELECT 1\n+ $1", "2: a parameter by number; write it by name, as :slug"),
        ("SELECT 'a\n\n", "1: unterminated string"),
        ("SELECT\n\n'it''", "3: unterminated string"),
        ("SELECT 'a''b''c", "1: unterminated string"),
        ("SELECT\nE'a\\'", "2: unterminated string"),
        ("SELECT\nE'a\\''", None),
        ("SELECT E'a'\n'b\\'", "1: unterminated string"),
        ("SELECT U&'a", "1: unterminated string"),
        ('SELECT\na.U&"bi\\006f"', "2: a name with escapes; write it as it is, without U&"),
        ('SELECT u&"a"', "1: a name with escapes; write it as it is, without U&"),
        ('SELECT\n"a', "2: unterminated quoted name"),
        ('SELECT\n"a""', "2: unterminated quoted name"),
        ("SELECT\n$$a", "2: unterminated dollar-quoted string"),
        ("SELECT $a$ b $A$", "1: unterminated dollar-quoted string"),
        ("SELECT\n/* a /* b */", "2: unterminated comment"),
        ("SELECT\n1 -- a\0b", "2: a NUL character"),
        ("SELECT\n'a\n\0'", "3: a NUL character"),
        ("\0", "1: a NUL character"),
    ],
)  # fmt: skip
def test_what_cannot_be_sent_is_refused_with_file_and_line(text: str, problem: str | None) -> None:
    if problem is None:
        assert joined(tokenize(text, "blog/x.sql")) == text
    else:
        with pytest.raises(StatementError, match=re.escape(f"blog/x.sql:{problem}")):
            tokenize(text, "blog/x.sql")


@pytest.mark.parametrize(
    ("text", "name", "keyword"),
    [
        ("Slug", "slug", "slug"),
        ('"userName"', "userName", ""),
        ('"a""b"', 'a"b', ""),
        ('"from"', "from", ""),
        ("FROM", "from", "from"),
        ("ÉTÉ_Slug", "ÉtÉ_slug", "ÉtÉ_slug"),
        ("é" * 40, "é" * 31, "é" * 31),
        (f'"{"A" * 70}"', "A" * 63, ""),
        ("'from'", "", ""),
        (":from", "", ""),
        ("1", "", ""),
    ],
)
def test_the_name_that_a_token_spells(text: str, name: str, keyword: str) -> None:
    (token,) = tokenize(text, "x.sql")
    assert (token.name, token.keyword) == (name, keyword)


def test_no_pattern_repeats_a_group_possessively() -> None:
    """CPython 3.11.0 to 3.11.4 matches those wrongly (gh-106052), without an error: `(?>(…)*)` is right on all."""
    for path in Path(concordia_sql.__file__).parent.rglob("*.py"):
        assert not re.search(r"\)[*+?]\+|\)\{[\d,]+\}\+", path.read_text("utf-8")), path
