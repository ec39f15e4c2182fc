"""docs/architecture.md says what is: its texts are those that are sent, its modules those that there are."""

import re
from pathlib import Path
from typing import Any

import pytest

import concordia_sql.engine
from concordia_sql import Database, Statement, blog
from tests.test_rooms import imports_of

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
ENGINE = Path(concordia_sql.engine.__file__).parent
MAP = re.findall(r"^\| \[`\w+`\]\(\.\./concordia_sql/engine/(\w+)", PAGE, re.MULTILINE)
"""The modules of the engine, in the order of the page. `checks` is a folder."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"(?<!<!-- skip -->\n)^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def sent(query: Statement[Any]) -> list[str]:
    composed = query.compose()
    return [each.text for each in (*composed.before, composed)]


def test_the_query_is_sent_as_the_page_shows_it(sample_url: str) -> None:
    names: dict[str, Any] = {"__name__": "architecture"}
    for example in blocks("python"):
        exec(compile(example, "architecture.md", "exec"), names)
    file, text, *_ = blocks("sql")
    assert file == (ROOT / "sql" / "blog" / "get_post.sql").read_text("utf-8")
    assert sent(names["query"]) == [text.rstrip()]
    with Database(sample_url) as database:
        card = database.fetch(names["query"])
    assert card.slug == "my-post"
    assert card.authors


def test_the_command_is_sent_as_the_page_shows_it() -> None:
    _, _, lock, write = blocks("sql")
    first, _, last = sent(blog.MoveCategory(id="a", parent_id="b"))
    assert first == lock.rstrip()
    assert last.startswith(write.rstrip())


LINES = re.findall(r"^\| .+ \| (.*?)`((?:engine|sql)/[\w/]+\.\w+)` \| `(.+)` \|$", PAGE, re.MULTILINE)
"""The function or words before a path, the path, and a line of that file."""


@pytest.mark.parametrize(("where", "path", "line"), LINES)
def test_each_line_is_where_the_page_says(where: str, path: str, line: str) -> None:
    text = (ENGINE.parents[path.startswith("sql/")] / path).read_text("utf-8")
    assert line in text
    for name in re.findall(r"`(?:\w+\.)?(\w+)` in ", where):
        _, after = text.split(f"def {name}(", maxsplit=1)
        assert line in re.split(r"^ *(?:async )?def |^class ", after, maxsplit=1, flags=re.MULTILINE)[0]


def test_the_text_shows_the_lines_that_send_and_prune() -> None:
    (send,) = (line for where, _, line in LINES if where == "`run` in ")
    (prune,) = (line for where, _, line in LINES if where == "`_write_shape` in ")
    assert len(LINES) >= 10
    assert PAGE.count(send) == PAGE.count(prune) == 2


def test_every_module_of_the_engine_is_on_the_map() -> None:
    generated = {path.stem.removeprefix("async_") for path in ENGINE.glob("async_*.py")}
    modules = {path.stem for path in ENGINE.glob("*.py")} - generated - {"__init__"}
    assert {*MAP} == modules | {"checks"}


def test_a_module_imports_only_those_above_it_on_the_map() -> None:
    for place, name in enumerate(MAP):
        for path in [ENGINE / f"{name}.py"] if name != "checks" else (ENGINE / name).glob("*.py"):
            imported = {
                module.split(".")[2] for module in imports_of(path) if module.startswith("concordia_sql.engine.")
            }
            assert imported <= {*MAP[:place], name}, path


NAMES = sorted(set(re.findall(r"`(\w+\.(?!py\b)\w+)`", PAGE)))
"""`compose.compose` is a function of a module, `Session.run` a method of a class."""


@pytest.mark.parametrize("name", NAMES)
def test_functions_on_the_page_exist(name: str) -> None:
    owner, function = name.split(".")
    for path in (each for folder in (ENGINE, ENGINE.parent) for each in folder.glob("*.py")):
        text = path.read_text("utf-8")
        if path.stem == owner or re.search(rf"^class {owner}\b", text, re.MULTILINE):
            found = re.search(rf"def {function}\b", text)
            if found:
                return
    pytest.fail(f"{name} is not in the code")
