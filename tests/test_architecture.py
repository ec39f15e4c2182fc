"""docs/architecture.md says what is: its texts are those that are sent, its modules those that there are."""

import re
from pathlib import Path
from typing import Any

import pytest

import concordia_sql.engine
from concordia_sql import Database, Statement, blog

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")
ENGINE = Path(concordia_sql.engine.__file__).parent


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


def test_the_lines_that_send_and_prune_are_in_the_code() -> None:
    send = "self.pgconn.send_query_prepared(statement.name, self.values(composed, query))"
    for module, line in (("session", send), ("compose", "if name in shapes[shape]")):
        assert line in PAGE
        assert line in (ENGINE / f"{module}.py").read_text("utf-8")


def test_every_module_of_the_engine_is_on_the_map() -> None:
    generated = {path.stem.removeprefix("async_") for path in ENGINE.glob("async_*.py")}
    modules = {path.stem for path in ENGINE.glob("*.py")} - generated - {"__init__"}
    assert set(re.findall(r"\[`(\w+)`\]\(\.\./concordia_sql/engine/\1\.py\)", PAGE)) == modules


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
