"""concordia_sql on asyncio: `ours`, awaited."""

from functools import partial
from typing import Any

from benchmarks.peers.plain import plain
from benchmarks.queries import make_query
from benchmarks.workloads import WORKLOADS
from concordia_sql import AsyncDatabase, Command


class Peer:
    """Serves the workloads."""

    plain = staticmethod(plain)

    def __init__(self, url: str, parameters: dict[str, Any], connections: int) -> None:
        self._parameters = parameters
        self._database = AsyncDatabase(url, min_size=connections, max_size=connections)
        self.calls = {name: partial(self._run, name) for name in WORKLOADS}

    async def open(self) -> None:
        """Connect."""
        await self._database.open()

    async def close(self) -> None:
        """Disconnect."""
        await self._database.close()

    async def _run(self, workload: str) -> Any:
        query = make_query(workload, self._parameters)
        return await (self._database.execute(query) if isinstance(query, Command) else self._database.fetch(query))
