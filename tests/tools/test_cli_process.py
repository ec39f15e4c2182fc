"""The command line as a process: its output, its end, and what it does not print."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from concordia_sql.testing import new_database
from concordia_sql.tools import cli

Connection = psycopg.Connection[TupleRow]
SCRIPT = str(Path(sys.executable).with_name("concordia-sql"))
ROOT = Path(__file__).parents[2]


def run(*arguments: str, command: tuple[str, ...] = (SCRIPT,), cwd: Path = ROOT, url: str = "") -> tuple[int, str, str]:
    environment = os.environ | {"DATABASE_URL": url}
    done = subprocess.run(
        [*command, *arguments], capture_output=True, text=True, check=False, cwd=cwd, env=environment, timeout=600
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("command", [(SCRIPT,), (sys.executable, "-m", "concordia_sql")], ids=["script", "module"])
def test_the_version_and_the_list_of_commands(command: tuple[str, ...]) -> None:
    assert run("--version", command=command) == (0, f"concordia-sql {version('concordia-sql')}\n", "")
    code, help_text, _ = run("--help", command=command)
    assert code == 0
    assert [line.split()[0] for line in help_text.partition("Commands:\n")[2].partition("\n\n")[0].splitlines()] == [
        *cli.MODULES
    ]
    assert "Exit status: 0 done; 1 failed" in help_text


def test_a_version_and_a_wrong_command_load_no_query() -> None:
    code = "import sys; from concordia_sql.tools import cli; cli.main(['--version'], standalone_mode=False)"
    loaded = run(command=(sys.executable, "-c", f"{code}; print(*sys.modules)"))[1].split()
    assert "concordia_sql.tools.cli" in loaded
    assert {"concordia_sql.blog", "concordia_sql.tools.cli.queries", "rich", "yoyo"} & {*loaded} == set()


def test_a_reader_that_stops_to_read_is_no_error() -> None:
    pipeline = f"set -o pipefail; {SCRIPT} list | head -1"
    done = subprocess.run(["bash", "-c", pipeline], capture_output=True, text=True, check=False, timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("auth.")


def test_what_is_wrong_is_told_by_the_exit_status_though_nobody_reads(
    connection: Connection, database_url: str
) -> None:
    connection.execute("ALTER TABLE profile DROP COLUMN bio")
    pipeline = f"set -o pipefail; {SCRIPT} check concordia_sql.profile | true"
    environment = os.environ | {"DATABASE_URL": database_url}
    done = subprocess.run(
        ["bash", "-c", pipeline], capture_output=True, text=True, check=False, timeout=600, env=environment
    )
    assert (done.returncode, done.stderr) == (1, "")


def test_a_full_disk_is_one_line() -> None:
    done = subprocess.run(
        ["bash", "-c", f"{SCRIPT} list > /dev/full"], capture_output=True, text=True, check=False, timeout=600
    )
    assert (done.returncode, done.stderr) == (1, "[Errno 28] No space left on device\n")


INTERRUPT = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path, target=None):
        if name == MODULE:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
from concordia_sql_main import main
sys.argv[1:] = ["demo"]
main()
"""


@pytest.mark.parametrize("module", ["psycopg", "concordia_sql.engine.errors", "concordia_sql.tools.cli", "click"])
def test_ctrl_c_while_modules_are_loaded_ends_without_a_word(module: str) -> None:
    code = INTERRUPT.replace("MODULE", repr(module))
    assert run(command=(sys.executable, "-c", code)) == (-signal.SIGINT, "", "")


@pytest.mark.parametrize(
    "module",
    [
        "concordia_sql.tools.cli.servers",
        "concordia_sql.engine.session",
        "concordia_sql.tools.demo",
        "concordia_sql.blog",
    ],
)
def test_ctrl_c_while_a_command_is_loaded_is_one_word(module: str) -> None:
    code, out, errors = run(command=(sys.executable, "-c", INTERRUPT.replace("MODULE", repr(module))))
    assert (code, out, errors.strip()) == (1, "", "Aborted!")


MIGRATION = """-- Notices.
DO $$ BEGIN RAISE NOTICE 'a notice'; RAISE WARNING 'a warning'; END $$;
CREATE TABLE IF NOT EXISTS sales (id int PRIMARY KEY);
"""
PACKAGE = """
from pathlib import Path

import attrs

from concordia_sql import Library, Many, query

LIBRARY = Library(Path(__file__).parent / "sql", migrations=Path(__file__).parent / "migrations")


@attrs.frozen
class Sale:
    id: int


@query("reports/list_sales.sql", library=LIBRARY)
class ListSales(Many[Sale]):
    '''Sales, by id.'''

    least: int = 0
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A folder with a package of somebody's own."""
    files = {
        "mine/__init__.py": PACKAGE,
        "mine/sql/reports/list_sales.sql": "-- Sales.\nSELECT id FROM sales WHERE id >= :least ORDER BY id\n",
        "mine/migrations/0001.sales.sql": MIGRATION,
        "mine/migrations/0001.sales.rollback.sql": "DROP TABLE sales;\n",
        "broken.py": "import mine\nraise RuntimeError('as it is loaded')\n",
        "empty.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """The URL of a database without tables."""
    with new_database(server_url) as url:
        yield url


def test_every_command_works_on_a_module_of_ones_own(mine: Path, empty_url: str) -> None:
    """From the folder that holds it, and nothing that the server or a library says is printed."""

    def own(*arguments: str) -> tuple[int, str, str]:
        return run(*arguments, cwd=mine, url=empty_url)

    missing = 'reports.ListSales: relation "sales" does not exist; migrations: none is applied. '
    assert own("explain", "reports.ListSales", "-m", "mine") == (1, "", f"{missing}Run: concordia-sql migrate mine\n")
    code, out, _ = own("check", "mine")
    assert (code, out) == (1, "error: migrations: none is applied. Run: concordia-sql migrate mine\n")
    code, out, _ = own("migrate", "mine", "--dry-run")
    assert (code, out) == (0, f"-- 0001.sales\n{MIGRATION}\n")
    assert own("migrate", "mine") == (0, "", "0001.sales (1 of 1)\nApplied 1.\n")
    assert own("check", "mine") == (0, "The database fits.\n", "")
    listed = "reports.ListSales  Many[Sale]  sql/reports/list_sales.sql\n    Sales, by id.\n"
    assert own("list", "-m", "mine") == (0, listed, "")
    assert "FROM sales WHERE id >= :'least'" in own("show", "reports.ListSales", "--module", "mine")[1]
    assert "on sales" in own("explain", "reports.ListSales", "least=3", "-m", "mine")[1]
    assert "Seq Scan" not in own("explain", "reports.ListSales", "--format", "yaml", "-m", "mine")[2]
    assert 'GRANT SELECT, INSERT, UPDATE, DELETE ON "public"."sales" TO "web";' in own("grants", "web", "mine")[1]
    assert "class ListSales(Many[int]):" in own("new", "mine/sql/reports/list_sales.sql")[1]
    assert own("migrate", "mine", "--rollback", "0001.sales")[0] == 0


def test_a_module_that_is_no_use_is_named(mine: Path) -> None:
    for command in (("list", "-m"), ("check",), ("migrate",), ("grants", "web")):
        status = 2 if command == ("check",) else 1
        for module, said in (
            ("none", "none cannot be imported: ModuleNotFoundError: No module named 'none'"),
            ("broken", "broken cannot be imported: RuntimeError: as it is loaded"),
            ("mine/queries.py", "mine/queries.py is not the name of a module, as in myapp.queries"),
            ("empty", "empty names no query or command"),
        ):
            assert run(*command, module, cwd=mine, url="postgresql://x:secret@/x") == (status, "", f"{said}\n")


def test_serve_has_the_tables_of_a_module_of_ones_own(mine: Path) -> None:
    with subprocess.Popen(
        [SCRIPT, "serve", "mine"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=mine
    ) as process:
        assert process.stdout is not None
        try:
            with psycopg.connect(process.stdout.readline().strip()) as connection:
                tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ 'yoyo'"
                assert connection.execute(tables).fetchall() == [("sales",)]
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=600)
    assert process.returncode == 0
