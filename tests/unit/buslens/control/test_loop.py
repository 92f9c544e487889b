"""The thread that takes commands: whoever comes with whatever, it goes on, and serves its own user alone."""

from __future__ import annotations

import os
import time

import pytest

from buslens.control import loop
from buslens.control.loop import MOST_A_SECOND, MOST_CALLERS
from tests.helpers.controlled import Running
from tests.helpers.patience import wait_until


def answers(process: Running) -> bool:
    return bool(process.ask("look")["ok"])


@pytest.mark.parametrize(
    "garbage",
    [b"\0\xff\xfe\n", b"GET / HTTP/1.1\r\n\r\n", b"[]\n", b"{}\n", b'{"do": "exec"}\n', b"null\n", b"{" * 5000 + b"\n"],
)
def test_garbage_is_answered_with_a_sentence(process: Running, garbage: bytes) -> None:
    raw = process.raw()
    assert raw.line()["buslens"] == 1
    raw.send(garbage)
    told = raw.line()
    assert told["ok"] is False
    assert told["why"]
    raw.close()
    assert answers(process)


def test_a_line_that_is_too_long_ends_the_connection(process: Running) -> None:
    raw = process.raw()
    raw.line()
    try:
        raw.send(b"x" * 300_000)
    except ConnectionError:
        pass
    assert "at most" in raw.line().get("why", "at most")
    assert raw.line() == {}
    raw.close()
    assert answers(process)


def test_who_sends_half_a_line_and_goes_disturbs_nobody(process: Running) -> None:
    for _ in range(20):
        raw = process.raw()
        raw.send(b'{"do": "tune", "payloads": "off"')
        raw.close()
    assert process.ask("look")["payloads"] == "full"


def test_a_thousand_connections_are_refused_but_for_a_few(process: Running) -> None:
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    held = [process.raw() for _ in range(MOST_CALLERS)]
    assert all(raw.line()["buslens"] == 1 for raw in held)
    for _ in range(1000):
        process.raw().close()
    raw = process.raw()
    assert raw.line() == {"ok": False, "why": f"{MOST_CALLERS} others are connected already"}
    raw.close()
    for raw in held:
        raw.close()
    wait_until(lambda: _is_free(process), lambda: "a place")
    if before:
        wait_until(lambda: len(os.listdir("/proc/self/fd")) <= before, lambda: os.listdir("/proc/self/fd"))


def _is_free(process: Running) -> bool:
    raw = process.raw()
    try:
        return "buslens" in raw.line()
    finally:
        raw.close()


def test_another_user_is_refused(process: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "peer", lambda _: (1, os.geteuid() + 1))
    raw = process.raw()
    assert raw.line() == {"ok": False, "why": "this program takes commands from its own user alone"}
    assert raw.line() == {}
    raw.close()


def test_where_nobody_can_say_who_asks_nobody_is_served(process: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: object) -> None:
        raise OSError("no")

    monkeypatch.setattr(loop, "peer", fails)
    raw = process.raw()
    assert raw.line()["ok"] is False
    raw.close()


def test_more_than_so_many_requests_a_second_are_refused(process: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.monotonic_ns()
    monkeypatch.setattr(loop, "monotonic_ns", lambda: now)
    raw = process.raw()
    raw.line()
    raw.send(b'{"do": "look"}\n' * (MOST_A_SECOND + 1))
    told = [raw.line() for _ in range(MOST_A_SECOND + 1)]
    assert [each["ok"] for each in told] == [True] * MOST_A_SECOND + [False]
    assert "too many requests" in told[-1]["why"]
    raw.close()


def test_where_the_program_closes_its_descriptors_ours_is_given_up(process: Running) -> None:
    command_loop = process.control._loop
    assert command_loop is not None
    os.close(command_loop._listener.fileno)
    command_loop.wake()
    wait_until(lambda: process.control.path == "", lambda: process.control.path)
    assert any("takes no commands: from here on" in mark for mark in process.marks)
