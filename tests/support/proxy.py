"""A proxy before a server, which can fall silent without closing anything, as a hung host does, or be far away."""

import contextlib
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from time import monotonic, sleep
from typing import TypeAlias
from urllib.parse import quote, urlsplit

from psycopg.conninfo import conninfo_to_dict

_Held: TypeAlias = "SimpleQueue[tuple[float, bytes]]"
"""What was sent, and when it arrives."""


class Proxy:
    """Forwards connections while it is not silent, each way in half of the round trip's seconds."""

    def __init__(self, url: str, folder: Path, round_trip: float = 0) -> None:
        self.lead_to(url)
        self._delay = round_trip / 2
        self._flowing = threading.Event()
        self._flowing.set()
        self.trips = 0
        """How often a client spoke after the server had, on any connection."""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen(64)
        self._sockets = [self._listener]
        self._threads: list[threading.Thread] = []
        self._start(self._accept)
        user = urlsplit(url).netloc.rpartition("@")[0] or "postgres"
        self.url = urlsplit(url)._replace(netloc=f"{user}@", query=f"host={quote(str(folder), safe='')}").geturl()

    def lead_to(self, url: str) -> None:
        """Forward new connections to this server."""
        server = conninfo_to_dict(url)
        self._host, self._port = str(server.get("host") or "localhost"), int(server.get("port") or 5432)

    def fall_silent(self) -> None:
        """Forward no more, in either direction; new connections are accepted, and hear nothing."""
        self._flowing.clear()

    def speak(self) -> None:
        """Forward again."""
        self._flowing.set()

    def close(self) -> None:
        """End all connections."""
        self._flowing.set()
        for each in self._sockets:
            with contextlib.suppress(OSError):  # it has ended already
                each.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for each in self._sockets:
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = self._connect()
                self._sockets += [client, server]
                answered = threading.Event()
                answered.set()
                for source, target in (client, server), (server, client):
                    held: _Held = SimpleQueue()
                    self._start(self._receive, source, held, answered, source is client)
                    self._start(self._deliver, target, held)

    def _connect(self) -> socket.socket:
        if not self._host.startswith("/"):
            return socket.create_connection((self._host, self._port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{self._host}/.s.PGSQL.{self._port}")
        return server

    def _receive(self, source: socket.socket, held: _Held, answered: threading.Event, is_client: bool) -> None:
        data = b"begin"
        while data:
            data = b""
            with contextlib.suppress(OSError):
                data = source.recv(1 << 18)
            self._flowing.wait()
            if not is_client:
                answered.set()
            elif data and answered.is_set():
                answered.clear()
                self.trips += 1
            held.put((monotonic() + self._delay, data))

    def _deliver(self, target: socket.socket, held: _Held) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = held.get()
                sleep(max(0, due - monotonic()))
                if not data:
                    return target.shutdown(socket.SHUT_WR)
                target.sendall(data)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()


@contextlib.contextmanager
def proxied(url: str, round_trip: float = 0) -> Iterator[Proxy]:
    """A proxy before this server, which is so many seconds away."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as name,
        contextlib.closing(Proxy(url, Path(name), round_trip)) as proxy,
    ):
        yield proxy
