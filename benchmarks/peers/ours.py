"""concordia_sql, as its documentation says: a `Database`, one `fetch` for each workload."""

from functools import partial
from typing import Any

from benchmarks.peers.plain import plain
from benchmarks.queries import make_query
from benchmarks.workloads import WORKLOADS
from concordia_sql import Command, Database


class Peer:
    """Serves the workloads."""

    plain = staticmethod(plain)

    def __init__(self, url: str, parameters: dict[str, Any], connections: int) -> None:
        self._parameters = parameters
        self._database = Database(url, min_size=connections, max_size=connections)
        self.calls = {name: partial(self._run, name) for name in WORKLOADS}

    def open(self) -> None:
        """Connect."""
        self._database.open()

    def close(self) -> None:
        """Disconnect."""
        self._database.close()

    def _run(self, workload: str) -> Any:
        query = make_query(workload, self._parameters)
        return self._database.execute(query) if isinstance(query, Command) else self._database.fetch(query)
