"""`buslens record` before real servers: each of their workers is seen, however the server starts it."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bus.programs.collecting import whole
from bus.trace import Trace
from tests.helpers.patience import PATIENCE_S, wait_until
from tests.helpers.ports import free_port
from tests.helpers.program import Program
from tests.helpers.seen import seen
from tests.helpers.streams import events, followed

APP = """
import os
from pyee.base import EventEmitter

bus = EventEmitter()
WORD = "first"

def wsgi(environ, start):
    bus.emit(WORD)
    start("200 OK", [("Content-Type", "text/plain")])
    return [f"{WORD} {os.getpid()}".encode()]

async def asgi(scope, receive, send):
    if scope["type"] == "http":
        bus.emit(WORD)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": f"{WORD} {os.getpid()}".encode()})
"""


class Server:
    """One under `buslens record`, and what came of it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.answers: list[str] = []

    def ask(self) -> str:
        """What it answers; empty while it does not."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=PATIENCE_S) as answer:
                self.answers.append(answer.read().decode())
                return self.answers[-1]
        except OSError:
            return ""

    def workers(self) -> set[str]:
        """The numbers of the processes that have answered."""
        return {answer.split()[1] for answer in self.answers}

    def recorded(self) -> dict[str, Trace]:
        """What each process has recorded so far, by its number."""
        found = [followed(head.parent) for head in (self.folder / "x.buslens.streams").glob("*/head")]
        for _, follower in found:
            follower.close()
        return {str(follower.header.pid): trace for trace, follower in found if len(trace.dispatches)}

    def events(self) -> list[str]:
        """Of all processes of the launch."""
        return sorted(event for trace in self.recorded().values() for event in events(trace))

    def until(self, is_so: Callable[[], object]) -> None:
        wait_until(lambda: bool(is_so()), lambda: (self.answers, self.events(), (self.folder / "log").read_text()))


@contextmanager
def serving(folder: Path, *command: str) -> Iterator[Server]:
    (folder / "shop.py").write_text(APP)
    (folder / "run").mkdir(mode=0o700)
    server = Server(folder, free_port())
    words = [word.format(port=server.port) for word in command]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-m", "buslens", "record", "-q", "-o", "x.buslens", "--", sys.executable, "-m", *words],
            cwd=folder,
            env=Program(folder).environment(XDG_RUNTIME_DIR=str(folder / "run"), HOME=str(folder)),
            stdout=log,
            stderr=log,
        ) as process,
    ):
        try:
            server.until(server.ask)
            yield server
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


SERVERS = {
    "uvicorn": ("uvicorn", "--port", "{port}", "shop:asgi"),
    "uvicorn with workers": ("uvicorn", "--workers", "2", "--port", "{port}", "shop:asgi"),
    "gunicorn": ("gunicorn", "-w", "2", "-b", "127.0.0.1:{port}", "shop:wsgi"),
    "gunicorn preloaded": ("gunicorn", "--preload", "-w", "2", "-b", "127.0.0.1:{port}", "shop:wsgi"),
}


@pytest.mark.parametrize("name", SERVERS)
def test_every_request_is_seen_in_the_worker_that_answered(tmp_path: Path, name: str) -> None:
    pytest.importorskip(SERVERS[name][0])
    with serving(tmp_path, *SERVERS[name]) as server:
        server.until(lambda: server.ask() and len(server.workers()) >= (1 if name == "uvicorn" else 2))
        server.until(lambda: server.events() == ["first"] * len(server.answers))
        assert set(server.recorded()) == server.workers()
    found = seen(whole(tmp_path / "x.buslens", pytest.fail))
    assert found.events == ["first"] * len(server.answers)
    assert all(bus.startswith("EventEmitter at shop.py:5") for bus in found.buses)


def test_a_server_that_reloads_is_seen_before_and_after(tmp_path: Path) -> None:
    pytest.importorskip("uvicorn")
    with serving(tmp_path, "uvicorn", "--reload", "--port", "{port}", "shop:asgi") as server:
        server.until(lambda: server.events())
        times = itertools.count(time.time() + 10, 10)  # the time of a file may be as coarse as a second

        def reloaded() -> bool:
            """uvicorn does not see what changed before it has looked for the first time: changed again until it has."""
            later = next(times)
            os.utime(tmp_path / "shop.py", (later, later))
            return server.ask().startswith("second")

        (tmp_path / "shop.py").write_text(APP.replace('"first"', '"second"'))
        server.until(reloaded)
        server.until(lambda: {*server.events()} == {"first", "second"})
        assert len(server.workers()) >= 2, "one more for each time that it has seen a change"
