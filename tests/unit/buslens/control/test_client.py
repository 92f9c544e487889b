"""Whoever asks is told in one sentence where no answer comes, in time, and nothing is sent to somebody else."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from buslens.control import client
from buslens.control.client import NoAnswer, Program
from buslens.control.places import is_socket, short, socket_of
from tests.helpers.patience import PATIENCE_S

HELLO = b'{"buslens": 1, "now_ns": 5}\n'


@pytest.fixture
def stream(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


@pytest.fixture
def listener(stream: Path) -> Iterator[socket.socket]:
    made = socket.socket(socket.AF_UNIX)
    with short(socket_of(stream)) as path:
        made.bind(path)
    made.listen(4)
    yield made
    made.close()


@pytest.fixture
def serve(listener: socket.socket) -> Iterator[Callable[..., None]]:
    """Answers the first connection with these bytes, and the first command with those."""
    threads: list[threading.Thread] = []

    def serve(hello: bytes, answer: bytes = b"", wait: bool = True) -> None:
        def run() -> None:
            listener.settimeout(PATIENCE_S)
            made, _ = listener.accept()
            with made:
                made.settimeout(PATIENCE_S)
                try:
                    made.sendall(hello)
                    if wait:
                        made.recv(4096)
                        made.sendall(answer)
                except OSError:
                    pass

        threads.append(threading.Thread(target=run))
        threads[-1].start()

    yield serve
    for thread in threads:
        thread.join(PATIENCE_S)


def asked(stream: Path, answer_s: float = PATIENCE_S) -> str:
    with pytest.raises(NoAnswer) as why, Program(stream, 0, answer_s) as program:
        program.ask("look", PATIENCE_S)
    return str(why.value)


def test_what_was_started_without_it_takes_no_commands(stream: Path) -> None:
    assert asked(stream) == "the program takes no commands: it was started without --control"


def test_a_folder_that_others_may_enter_is_not_trusted(stream: Path) -> None:
    stream.chmod(0o755)
    assert "mode 0700" in asked(stream)


def test_the_socket_of_a_program_that_has_ended_is_removed(stream: Path, listener: socket.socket) -> None:
    listener.close()
    assert asked(stream) == "the program has ended"
    assert not is_socket(socket_of(stream))


def test_one_that_says_nothing_is_not_waited_for(stream: Path, listener: socket.socket) -> None:
    assert "does not answer: it is in a call of C" in asked(stream, 0.01)


def test_one_that_is_stopped_is_said_to_be(
    stream: Path, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client.RunningPython, "is_stopped", True)
    with pytest.raises(NoAnswer, match="process 4711 does not answer: it is stopped"):
        Program(stream, 4711, 0.01)


def test_one_that_ends_in_the_middle_is_said_to(stream: Path, serve: Callable[..., None]) -> None:
    serve(HELLO, b'{"id": 1, "o')
    assert "before it answered: what came of it is not known" in asked(stream)


@pytest.mark.parametrize(
    ("hello", "said"),
    [
        (b"{}\n", "another protocol"),
        (b'{"buslens": 1, "now_ns": "x"}\n', "another protocol"),
        (b"[" * 100_000 + b"\n", "what nobody understands"),
        (b"\xff\n", "what nobody understands"),
        (b'{"ok": false, "why": "8 others are connected already"}\n', "refuses: 8 others"),
        (b"x" * 1_200_000, "answers without end"),
    ],
)
def test_whatever_listens_there_is_not_believed(
    stream: Path, serve: Callable[..., None], hello: bytes, said: str
) -> None:
    serve(hello, wait=False)
    assert said in asked(stream)


def test_a_program_of_another_user_is_told_nothing(
    stream: Path, listener: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "peer", lambda _: (1, os.geteuid() + 1))
    assert "of another user" in asked(stream)


def test_what_it_refuses_is_the_reason(stream: Path, serve: Callable[..., None]) -> None:
    serve(HELLO, b'{"id": null, "ok": false, "why": "too many requests"}\n')
    assert asked(stream) == "too many requests"


def test_too_much_is_not_sent(stream: Path, serve: Callable[..., None]) -> None:
    serve(HELLO)
    with Program(stream, 0, PATIENCE_S) as program, pytest.raises(NoAnswer, match="too much for one command"):
        program.ask("emit", args=["x" * 70_000])


def test_the_time_that_a_request_has_is_on_the_clock_of_the_program(stream: Path, listener: socket.socket) -> None:
    seen: list[dict[str, object]] = []

    def run() -> None:
        made, _ = listener.accept()
        with made:
            made.sendall(HELLO)
            seen.append(json.loads(made.recv(4096)))
            made.sendall(b'{"id": 1, "ok": true}\n')

    thread = threading.Thread(target=run)
    thread.start()
    with Program(stream, 0, PATIENCE_S) as program:
        program.ask("look", 3600.0)
    thread.join(PATIENCE_S)
    until_ns = seen[0]["until_ns"]
    assert isinstance(until_ns, int)
    assert 3600 * 10**9 <= until_ns <= 3600 * 10**9 + int(PATIENCE_S * 1e9)
