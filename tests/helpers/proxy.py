"""A wire that can be cut: passes bytes on between clients and a server on loopback, until it is told otherwise."""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Self

from tests.helpers.patience import PATIENCE_S

_BYTES = 65_536


class Proxy:
    """Listens on a port of its own; used with `with`."""

    def __init__(self, to: int, host: str = "127.0.0.1") -> None:
        self._to = to
        self.lives: deque[int] = deque()
        """Of the next connections: how many bytes the server says before it is cut, in the middle of a frame or not."""

        self._listener = socket.create_server((host, 0))
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        """Connections so far."""

        self._sockets: set[socket.socket] = set()
        self._flowing = threading.Event()
        self._flowing.set()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._listen, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._flowing.set()
        self.cut()
        for thread in self._threads:
            thread.join(PATIENCE_S)

    def cut(self) -> None:
        """End all connections as a broken cable would: what is on its way is gone."""
        with self._lock:
            cut, self._sockets = self._sockets, set()
        for each in cut:
            with suppress(OSError):
                each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Nothing comes through meanwhile, and nobody is told."""
        self._flowing.clear()
        try:
            yield
        finally:
            self._flowing.set()

    def _listen(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            self.accepted += 1
            try:
                far = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                near.close()
                continue
            with self._lock:
                self._sockets |= {near, far}
            life = self.lives.popleft() if self.lives else None
            for way in ((near, far, None), (far, near, life)):
                self._threads.append(threading.Thread(target=self._pass_on, args=way, daemon=True))
                self._threads[-1].start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, left: int | None) -> None:
        with suppress(OSError):
            while left != 0 and (said := source.recv(_BYTES if left is None else left)):
                self._flowing.wait()
                sink.sendall(said)
                left = None if left is None else left - len(said)
        for each in (source, sink):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
