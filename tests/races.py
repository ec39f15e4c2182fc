"""Many writers at once: each in a thread of its own, with a connection of its own, let go together."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, TypeAlias

import psycopg

from concordia_sql import Querier

Call: TypeAlias = Callable[[Querier], Any]


class Racers:
    """Queriers on connections that stay open from one race to the next."""

    def __init__(self, queriers: Sequence[Querier]) -> None:
        self._queriers = queriers

    def race(self, *calls: Call) -> list[Any]:
        """What the calls returned or raised, in their order; they begin together."""
        outcomes: list[Any] = [None] * len(calls)
        barrier = threading.Barrier(len(calls))

        def run(place: int) -> None:
            try:
                barrier.wait()
                outcomes[place] = calls[place](self._queriers[place])
            except Exception as error:  # noqa: BLE001 - it is an outcome
                outcomes[place] = error

        threads = [threading.Thread(target=run, args=[place]) for place in range(len(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes


@contextmanager
def racers(url: str, number: int) -> Iterator[Racers]:
    """As many queriers as there are to be calls in a race."""
    with ExitStack() as stack:
        connections = [stack.enter_context(psycopg.connect(url, autocommit=True)) for _ in range(number)]
        yield Racers([Querier(connection) for connection in connections])
