"""The command line: a module for each group of commands."""

import importlib
import sys

try:
    for package in ("click", "rich.console"):
        importlib.import_module(package)
except ModuleNotFoundError as error:
    sys.exit(f'The command line needs the package {error.name}: pip install "concordia-sql[cli]"')

from concordia_sql.tools.cli import checks, deploys, new, queries, servers
from concordia_sql.tools.cli.group import main

__all__ = ["checks", "deploys", "main", "new", "queries", "servers"]
