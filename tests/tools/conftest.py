"""The command line, run in the process of the tests."""

import sys

import pytest


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The folders where the commands look for modules: the imports of other tests do not find them."""
    monkeypatch.setattr(sys, "path", [*sys.path])
