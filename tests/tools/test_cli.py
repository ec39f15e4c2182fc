"""The command line, as a user types it."""

import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path

import attrs
import click
import psycopg
import pytest
from click.testing import CliRunner, Result
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from concordia_sql import Affected, Many
from concordia_sql.engine.compose import Composed
from concordia_sql.tools import cli, embedded, sample
from concordia_sql.tools.cli import queries
from concordia_sql.tools.sample.loader import TABLES
from tests.engine.test_urls import SECRET, WRONG
from tests.support.catalog import command_classes, query_classes
from tests.support.rows import insert
from tests.support.statements import command, query, write

Connection = psycopg.Connection[TupleRow]


def run(*arguments: str, url: str | None = None) -> Result:
    return CliRunner().invoke(cli.main, arguments, env={"DATABASE_URL": url}, catch_exceptions=False)


CLASSES = [*query_classes(), *command_classes()]


def psql(url: str, *texts: str) -> str:
    command = [str(embedded.bin_folder() / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", url]
    done = subprocess.run(command, input="\n".join(texts), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-200:] + done.stderr
    return str(done.stdout)


def test_list_shows_every_query_on_two_lines() -> None:
    lines = run("list").output.splitlines()
    assert [line.split("  ")[0] for line in lines[::2]] == sorted(cls.query_name for cls in CLASSES)
    shown = dict(zip(lines[::2], lines[1::2], strict=True))
    assert (
        shown["blog.GetPost  Maybe[PostDetails]  sql/blog/get_post.sql"]
        == "    The published post with this slug and everything that belongs to it, or None."
    )
    assert "blog.GetCommentThread  Tree[CommentNode]  sql/shared/list_threads.sql (with $node as blog/comment)" in shown
    assert "blog.CountPosts  One[Count]  sql/shared/count.sql (with $chosen as blog/counted_post)" in shown


def test_show_is_ready_for_psql(sample_url: str) -> None:
    """Every query, with none and with all of its optional fields; but a command's statements are only described."""
    texts = []
    for cls in CLASSES:
        shown = [run("show", cls.query_name, *fields).stdout for fields in ((), tuple(cls._optional))]
        if cls.writes:
            shown = [re.sub(r";$", r" \\gdesc", text, flags=re.MULTILINE) for text in shown]
        texts += [f"\\echo {cls.query_name}", *shown]
    printed = psql(sample_url, *texts).splitlines()
    assert [cls.query_name for cls in CLASSES if cls.query_name not in printed] == []


def test_show_gives_what_the_query_gives(sample_url: str) -> None:
    shown = run("show", "blog.ListPosts", "slug_contains").stdout
    assert "\\set slug_contains '<slug_contains>'\n" in shown
    assert "\\set limit '50'\n" in shown
    given = shown.replace("'<slug_contains>'", "'MY-po'").replace("\\set limit '50'", "\\set limit 1")
    assert psql(sample_url, given).split("|")[1] == sample.MY_POST_SLUG


def test_show_quotes_for_psql(sample_url: str) -> None:
    for value in ("it's", "a\\nb", ":x", '"'):
        assert psql(sample_url, f"\\set value {queries._quoted(value)}\nSELECT :'value';") == f"{value}\n"


def test_show_leaves_strings_alone() -> None:
    composed = Composed("SELECT '$1', 'it''s $1', $1, $10 FROM \"x\"", tuple("abcdefghij"), ("",) * 10)
    assert queries._with_variables(composed) == "SELECT '$1', 'it''s $1', :'a', :'j' FROM \"x\""


def test_explain_runs_the_query(sample_url: str) -> None:
    for slug, rows in (("my-post", 1), ("no-post", 0)):
        output = run("explain", "blog.GetPost", f"slug={slug}", url=sample_url).output
        assert re.search(rf"^.* on blog_posts .*actual time=\S+ rows={rows}\b", output)
        assert "(slug = $1)" in output
        assert "Buffers: " in output


def test_explain_reads_values_as_the_fields_take_them(sample_url: str) -> None:
    for values in (["languages=fr,ar", "slug=1"], ["slug=my-post", "comment_status=approved"]):
        assert "actual time" in run("explain", "blog.GetPost", *values, url=sample_url).output
    values = ["limit=2", "is_featured=true", 'after=["2026-01-01T00:00:00","x"]', "status=published", "category=true"]
    assert "actual time" in run("explain", "blog.ListPosts", *values, url=sample_url).output


def test_explain_without_values_is_the_plan_alone(sample_url: str) -> None:
    output = run("explain", "blog.GetPost", url=sample_url).output
    assert "(slug = $1)" in output
    assert "actual time" not in output


def test_explain_runs_a_query_that_needs_no_values(sample_url: str) -> None:
    assert "actual time" in run("explain", "auth.ListUsers", url=sample_url).output


@pytest.fixture
def retire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> type[Affected]:
    """A command that the command line knows as one of the library's."""
    text = '-- Removes the users of a role.\nDELETE FROM "user"\nWHERE role = :role'
    path = write(tmp_path, "mine/retire.sql", text)

    @command(path)
    class Retire(Affected):
        role: str

    monkeypatch.setattr(queries, "_queries", lambda _: [Retire])
    return Retire


def test_explain_rolls_a_command_back(retire: type[Affected], connection: Connection, database_url: str) -> None:
    insert(connection, "user", {"role": "clerk"})
    output = run("explain", retire.query_name, "role=clerk", url=database_url).output
    assert re.search(r"Delete on \"user\" .*actual time", output)
    assert connection.execute('SELECT count(*) FROM "user"').fetchone() == (1,)


def test_show_gives_a_command_as_it_is_run(retire: type[Affected], connection: Connection, database_url: str) -> None:
    insert(connection, "user", {"role": "<role>"})
    psql(database_url, run("show", retire.query_name).stdout)
    assert connection.execute('SELECT count(*) FROM "user"').fetchone() == (0,)


def test_show_gives_arrays_and_a_variable_for_each_parameter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    text = (
        "SELECT concat_ws(' ', :rows.n::int[], :rows.day::date[], :times::timestamp[], :notes::jsonb[], :rows_n) AS r"
    )
    row = attrs.make_class("Row", {"n": attrs.field(type=int), "day": attrs.field(type=date)})

    @query(write(tmp_path, "mine/ask.sql", f"-- A.\n{text}"))
    class Ask(Many[str]):
        rows: Sequence[row]  # type: ignore[valid-type]
        times: Sequence[datetime]
        notes: Sequence[dict[str, str]]
        rows_n: str

    monkeypatch.setattr(queries, "_queries", lambda _: [Ask])
    expected = '{1} {2026-01-01} {"2026-01-01 00:00:00"} {[]} <rows_n>\n'
    assert psql(database_url, run("show", Ask.query_name).stdout) == expected


def test_seed_fills_an_empty_database_once(database_url: str) -> None:
    result = run("seed", "--scale", "2", "--database", database_url.replace("postgresql:", "postgresql+psycopg:"))
    assert result.exit_code == 0
    with psycopg.connect(database_url) as connection:
        counts = [
            connection.execute(SQL("SELECT count(*) FROM {}").format(Identifier(table))).fetchone() for table in TABLES
        ]
    total = sum(count for (count,) in filter(None, counts))
    assert result.stderr == f"Loaded {total:,} rows into {len(TABLES)} tables.\n"
    again = run("seed", url=database_url)
    assert (again.exit_code, again.stderr) == (
        1,
        "the table user holds rows; the sample goes into an empty database only\n",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "blog.GetPosts"], "There is no query blog.GetPosts in Concordia; did you mean blog.GetPost?"),
        (["show", "nothing"], "There is no query nothing in Concordia; see: concordia-sql list"),
        (["show", "auth.GetUser", "slug"], "auth.GetUser has no field slug; it has id"),
        (["explain", "auth.GetUser", "slug=1"], "auth.GetUser has no field slug; it has id"),
        (["explain", "blog.GetPost", "languages=fr"], "blog.GetPost needs slug=… too"),
        (["explain", "auth.ListUsers", "limit=0"], "auth.ListUsers: limit: Expected `int` >= 1"),
        (["explain", "auth.ListUsers", "limit=two"], "auth.ListUsers: limit: Expected `int`, got `str`"),
    ],
)
def test_a_mistake_is_one_line(sample_url: str, arguments: list[str], message: str) -> None:
    result = run(*arguments, url=sample_url)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"{message}\n")


def test_an_error_is_one_red_line(server_url: str) -> None:
    result = CliRunner().invoke(cli.main, ["seed", "--database", server_url], color=True)
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(r"\x1b\[31m.*the database is not migrated.*\x1b\[0m\n", result.stderr)


def test_an_error_of_postgresql_is_one_line(tmp_path: Path) -> None:
    result = run("explain", "auth.ListUsers", url=f"postgresql://x@/x?host={tmp_path}&port=5432")
    assert result.exit_code == 1
    assert re.fullmatch(r"[^\n]*No such file or directory[^\n]*\n", result.stderr)


def test_a_database_that_is_not_migrated_says_so(server_url: str) -> None:
    result = run("explain", "blog.GetPost", "slug=x", url=server_url)
    assert result.exit_code == 1
    missing = 'blog.GetPost: relation "blog_organizations" does not exist; migrations: none is applied. '
    assert result.stderr == f"{missing}Run: concordia-sql migrate\n"
    assert result.stderr.count("\n") == 1


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the user nobody can reach too, unlike tmp_path."""
    with tempfile.TemporaryDirectory(dir=embedded._temporary_parent()) as parent:
        Path(parent).chmod(0o755)
        yield Path(parent) / "data"


def serve(*arguments: str, statement: str, end: signal.Signals) -> tuple[object, str]:
    """The row of a statement run on the server, which is then ended, and what the command writes beside the URL."""
    command = [str(Path(sys.executable).with_name("concordia-sql")), "serve", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            with psycopg.connect(url, autocommit=True) as connection:
                row = connection.execute(statement.encode()).fetchone()
            process.send_signal(end)
            _, errors = process.communicate(timeout=600)
        finally:
            process.kill()
    assert process.returncode == 0, errors
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    return row, errors


def test_serve_gives_the_url_of_a_sample_until_it_is_ended() -> None:
    row, errors = serve("--scale", "2", statement="SELECT count(*) FROM blog_posts", end=signal.SIGINT)
    assert row == (100,)
    assert re.fullmatch(
        r"Loaded [\d,]+ rows into \d+ tables.\nServing until Ctrl-C, with temporary data. Its URL:\n", errors
    )


def test_serve_gives_the_urls_of_standbys() -> None:
    command = [str(Path(sys.executable).with_name("concordia-sql")), "serve", "--replicas", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            urls = [process.stdout.readline().strip() for _ in range(3)]
            asked = "SELECT pg_is_in_recovery(), (SELECT count(*) FROM blog_posts)"
            found = []
            for url in urls:
                with psycopg.connect(url) as connection:
                    found.append(connection.execute(asked).fetchone())
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=600)
        finally:
            process.kill()
    assert found == [(False, 50), (True, 50), (True, 50)]
    assert "Its URL, and those of its standbys:" in errors
    assert process.returncode == 0
    for url in urls:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url)


def test_serve_keeps_a_folder(folder: Path) -> None:
    """What was written stays, and the sample is not loaded again."""
    change = "UPDATE blog_posts SET slug = 'mine' WHERE slug = 'my-post' RETURNING slug"
    row, errors = serve("--folder", str(folder), statement=change, end=signal.SIGTERM)
    assert row == ("mine",)
    assert errors.endswith(f" tables.\nServing until Ctrl-C, data in {folder}. Its URL:\n")
    count = "SELECT count(*), count(*) FILTER (WHERE slug = 'mine') FROM blog_posts"
    row, errors = serve("--folder", str(folder), statement=count, end=signal.SIGTERM)
    assert row == (50, 1)
    assert errors == f"Serving until Ctrl-C, data in {folder}. Its URL:\n"


def test_demo_shows_each_query_with_its_result_on_a_screen_of_80_columns() -> None:
    lines = run("demo").output.splitlines()
    assert [line[0] for line in lines if re.match(r"\d\. ", line)] == list("123456789")
    assert len([line for line in lines if re.fullmatch(r"\d+\.\d\d ms, bare \d+\.\d\d ms", line)]) == 8
    assert "headline={'fr': 'Une matinée au marché'}" in "".join(lines)
    asked = [line for line in lines if line.startswith(">>> ")]
    assert asked
    for line in asked:
        compile(line.removeprefix(">>> "), "demo", "eval")  # not cut


def test_a_missing_library_is_named(tmp_path: Path) -> None:
    """As where the extra is not installed."""
    for package, code in (
        ("click", "import sys; sys.modules['click'] = None; import concordia_sql.tools.cli"),
        (
            "rich.console",
            "import sys; sys.modules['rich.console'] = None; sys.argv[1:] = ['list']; import concordia_sql.__main__",
        ),
    ):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f'The command line needs the package {package}: pip install "concordia-sql[cli]"\n'


def test_a_wrong_url_is_one_line_that_shows_nothing_of_it() -> None:
    for arguments in (("explain", "blog.GetPost"), ("seed",)):
        done = run(*arguments, url="postgresql+asyncpg://app:secret@db/x")
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr == "the URL of the database is wrong: it must begin with postgresql://, in lower case\n"


def test_check_says_that_a_database_fits(database_url: str) -> None:
    result = run("check", "concordia_sql.profile", url=database_url)
    assert (result.exit_code, result.output) == (0, "The database fits.\n")


def test_check_shows_a_cause_on_a_line(connection: Connection, database_url: str) -> None:
    connection.execute("DROP INDEX session_expired_idx")
    result = run("check", "concordia_sql.profile", url=database_url)
    assert result.exit_code == 0
    assert re.fullmatch(r"warning: session: session_expired_idx: the index is missing[^\n]*\n", result.output)
    assert run("check", "concordia_sql.profile", "--strict", url=database_url).exit_code == 1
    connection.execute("ALTER TABLE profile DROP COLUMN bio")
    result = run("check", "concordia_sql.profile", url=database_url)
    assert result.exit_code == 1
    assert [line.split(":")[0] for line in result.output.splitlines()] == ["error", "warning"]


def test_check_gives_json(connection: Connection, database_url: str) -> None:
    assert run("check", "concordia_sql.profile", "--json", url=database_url).output == "[]\n"
    connection.execute("ALTER TABLE profile DROP COLUMN bio")
    result = run("check", "concordia_sql.profile", "--json", url=database_url)
    assert result.exit_code == 1
    (finding,) = json.loads(result.output)
    assert finding == {
        "level": "error",
        "where": "profile.bio",
        "what": "the column is missing",
        "remedy": 'ALTER TABLE "profile" ADD COLUMN "bio" text;',
    }


@pytest.mark.parametrize("module", ["no_such_module", "tests.support.rows"])
def test_check_says_that_it_could_not(module: str, database_url: str, tmp_path: Path) -> None:
    result = run("check", module, url=database_url)
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert module in result.stderr
    result = run("check", "concordia_sql.profile", url=f"postgresql://x:secret@/x?host={tmp_path}")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert "secret" not in result.stderr


OF_A_URL = {
    "adopt": [],
    "check": [],
    "explain": ["blog.GetPost"],
    "migrate": [],
    "new": [str(Path(__file__).parents[2] / "sql" / "blog" / "get_post.sql")],
    "seed": [],
}
"""The commands that take the URL of a database, with what else they need."""


def test_every_command_that_takes_a_url_is_here() -> None:
    commands = {name: cli.main.get_command(click.Context(cli.main), name) for name in cli.MODULES}
    takes = {name for name, each in commands.items() if each and any(own.name == "url" for own in each.params)}
    assert takes == set(OF_A_URL)


UNUSABLE = [*[*WRONG][::6], f"postgresql://app:{SECRET}@127.0.0.1:1/x", f"postgresql://app:{SECRET}@/x?host=/nowhere"]


@pytest.mark.parametrize("name", OF_A_URL)
def test_no_command_shows_a_part_of_a_password(name: str) -> None:
    for given in UNUSABLE:
        for arguments, url in (((), given), (("--database", given), None)):
            if url and "\0" in url:
                continue
            result = run(name, *arguments, *OF_A_URL[name], url=url)
            assert (result.exit_code in (1, 2), result.stdout) == (True, "")
            assert result.stderr.count("\n") == 1
            assert not any(part in result.output for part in ("sEc", "ReT"))
