"""The sync modules, which are made from the async ones."""

import inspect
from pathlib import Path

import pytest

from concordia_sql import AsyncDatabase, AsyncQuerier, Database, Querier
from tests.support.make_sync import SOURCES, sync_of, target_of, written


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_it_is_what_make_sync_writes(source: Path) -> None:
    assert source.read_text("utf-8") == written(source)
    assert target_of(source).read_text("utf-8") == sync_of(source)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_its_first_line_says_what_it_is_made_from(source: Path) -> None:
    assert target_of(source).read_text("utf-8").splitlines()[0] == (
        f"# Made from {source.name} by `make sync`: change that module, not this one."
    )


@pytest.mark.parametrize(("made", "written"), [(Querier, AsyncQuerier), (Database, AsyncDatabase)])
def test_both_have_the_same_methods_and_the_sync_docs_speak_of_no_task(made: type, written: type) -> None:
    methods = {name for name in dir(made) if not name.startswith("_")}
    assert methods == {name for name in dir(written) if not name.startswith("_")}
    for each in (made, *(getattr(made, name) for name in methods)):
        assert not {"async", "await", "task", "tasks", "asyncio", "cancelled"} & {*(inspect.getdoc(each) or "").split()}
