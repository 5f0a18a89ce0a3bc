"""A PostgreSQL that can be taken away and given back: a door before the real one."""

import contextlib
import socket
import threading
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class Door:
    """A unix socket that leads to the server of a conninfo while it is open."""

    def __init__(self, folder: Path, conninfo: str) -> None:
        self.folder = folder
        self._behind = conninfo_to_dict(conninfo)
        self._path = folder / ".s.PGSQL.5432"
        self._through: list[socket.socket] = []
        self._listener: socket.socket | None = None

    def url(self, conninfo: str) -> str:
        """The same conninfo through this door."""
        return make_conninfo(conninfo, host=str(self.folder), port=5432, hostaddr=None)

    def open(self) -> None:
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self._path))
        self._listener.listen(50)
        threading.Thread(target=self._serve, args=[self._listener], daemon=True).start()

    def close(self) -> None:
        """Nobody gets in, and whoever is inside is thrown out."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self._path.unlink(missing_ok=True)
        for one in self._through:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._through.clear()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            server = self._reach()
            self._through += [client, server]
            for source, target in ((client, server), (server, client)):
                threading.Thread(target=_carry, args=[source, target], daemon=True).start()

    def _reach(self) -> socket.socket:
        host, port = str(self._behind["host"]), int(self._behind.get("port") or 5432)
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server


def _carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
    source.close()
