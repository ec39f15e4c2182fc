"""A server that is far away: a proxy before it, which delivers what is sent a while later."""

import socket
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import SimpleQueue
from time import monotonic, sleep
from typing import TypeAlias
from urllib.parse import quote, urlsplit

from psycopg.conninfo import conninfo_to_dict

ROUND_TRIP = 0.001
"""Seconds: as far as another zone of a provider's region is."""


Held: TypeAlias = "SimpleQueue[tuple[float, bytes]]"
"""What was sent, and when it arrives."""


class Distance:
    """The proxy, with its URL."""

    def __init__(self, url: str, folder: Path) -> None:
        server = conninfo_to_dict(url)
        self._server = str(server.get("host") or "localhost"), int(server.get("port") or 5432)
        self.trips = 0
        """How often a client spoke after the server had."""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen(64)
        self._sockets = [self._listener]
        self._threads: list[threading.Thread] = []
        self._start(self._accept)
        name = urlsplit(url).netloc.rpartition("@")[0] or "postgres"
        self.url = urlsplit(url)._replace(netloc=f"{name}@", query=f"host={quote(str(folder), safe='')}").geturl()

    def close(self) -> None:
        """End all connections."""
        for each in self._sockets:
            with suppress(OSError):  # it has ended already
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in self._sockets:
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = self._connect()
                self._sockets += [client, server]
                answered = threading.Event()
                for source, target, is_client in ((client, server, True), (server, client, False)):
                    held: Held = SimpleQueue()
                    self._start(self._receive, source, held, answered, is_client)
                    self._start(_deliver, target, held)

    def _connect(self) -> socket.socket:
        host, port = self._server
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def _receive(self, source: socket.socket, held: Held, answered: threading.Event, is_client: bool) -> None:
        data = b"begin"
        while data:
            data = b""
            with suppress(OSError):
                data = source.recv(1 << 18)
            held.put((monotonic() + ROUND_TRIP / 2, data))
            if not is_client:
                answered.set()
            elif data and answered.is_set():
                answered.clear()
                self.trips += 1

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()


def _deliver(target: socket.socket, held: Held) -> None:
    with suppress(OSError):
        while True:
            due, data = held.get()
            sleep(max(0, due - monotonic()))
            if not data:
                return target.shutdown(socket.SHUT_WR)
            target.sendall(data)


@contextmanager
def far(url: str) -> Generator[Distance]:
    """The server behind a proxy."""
    with tempfile.TemporaryDirectory() as folder:
        distance = Distance(url, Path(folder))
        try:
            yield distance
        finally:
            distance.close()
