"""A proxy before the tests' server, which can fall silent without closing anything, as a hung host does."""

import contextlib
import socket
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

from psycopg.conninfo import conninfo_to_dict


class Proxy:
    """Forwards connections while it is not silent."""

    def __init__(self, url: str, folder: Path) -> None:
        server = conninfo_to_dict(url)
        self._host, self._port = str(server["host"]), int(server.get("port") or 5432)
        self._sockets: list[socket.socket] = []
        self._flowing = threading.Event()
        self._flowing.set()
        self.trips = 0
        """How often a client spoke after the server had, on any connection."""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / ".s.PGSQL.5432"))
        self._listener.listen(64)
        threading.Thread(target=self._accept, daemon=True).start()
        self.url = urlsplit(url)._replace(netloc="postgres@", query=f"host={quote(str(folder), safe='')}").geturl()

    def fall_silent(self) -> None:
        """Forward no more, in either direction; new connections are accepted, and hear nothing."""
        self._flowing.clear()

    def speak(self) -> None:
        """Forward again."""
        self._flowing.set()

    def close(self) -> None:
        self._flowing.set()
        for each in [self._listener, *self._sockets]:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = self._connect()
                self._sockets += [client, server]
                heard = threading.Event()
                heard.set()
                for source, target in (client, server), (server, client):
                    arguments = source, target, heard, source is client
                    threading.Thread(target=self._forward, args=arguments, daemon=True).start()

    def _connect(self) -> socket.socket:
        if self._host.startswith("/"):
            server = socket.socket(socket.AF_UNIX)
            server.connect(f"{self._host}/.s.PGSQL.{self._port}")
            return server
        return socket.create_connection((self._host, self._port))

    def _forward(self, source: socket.socket, target: socket.socket, heard: threading.Event, is_client: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._flowing.wait()
                if not is_client:
                    heard.set()
                elif heard.is_set():
                    heard.clear()
                    self.trips += 1
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def proxied(url: str) -> Iterator[Proxy]:
    """A proxy before this server."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name, contextlib.closing(Proxy(url, Path(name))) as proxy:
        yield proxy
