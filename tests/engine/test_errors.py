"""Errors leave their process whole: pickled, copied, through a pool of processes."""

import copy
import importlib
import multiprocessing
import pickle
import pkgutil
from concurrent.futures import ProcessPoolExecutor

import pytest

import concordia_sql
from concordia_sql import ConcordiaError, Conflict, DeadlineExceeded, MissingReference, Refused

OTHERS = {
    Conflict: Conflict("taken", columns=("a", "b"), row=3, deleted=True),
    MissingReference: MissingReference("missing", columns=("a",), row=0),
    DeadlineExceeded: DeadlineExceeded("late", waited=0.5, ran=1.5),
    Refused: Refused("refused", reason="past", found="draft"),
}


def every_error() -> list[type[ConcordiaError]]:
    """All error classes of the library, of whichever module."""
    for module in pkgutil.walk_packages(concordia_sql.__path__, "concordia_sql."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = [ConcordiaError]
    for each in found:  # grows meanwhile
        found += [cls for cls in each.__subclasses__() if cls.__module__.startswith("concordia_sql.")]
    return sorted({*found}, key=lambda cls: cls.__name__)


CLASSES = every_error()


def test_public_errors_are_found() -> None:
    public = {getattr(concordia_sql, name) for name in concordia_sql.__all__ if name.endswith(("Error", "Exceeded"))}
    assert public <= {*CLASSES}


@pytest.mark.parametrize("cls", CLASSES)
def test_every_error_is_pickled_and_copied_whole(cls: type[ConcordiaError]) -> None:
    error = OTHERS.get(cls) or cls("some words")
    error.add_note("a note")
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(again) is cls
        assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))


def fail() -> None:
    raise Conflict("taken", columns=("slug",), row=1)


def test_a_pool_of_processes_outlives_an_error() -> None:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        error = pool.submit(fail).exception()
        assert isinstance(error, Conflict)
        assert (error.columns, error.row, error.deleted) == (("slug",), 1, False)
        assert pool.submit(int, "1").result() == 1
