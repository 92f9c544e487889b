"""One connection: whole lines in, answers out, and what it waits for is withdrawn when it goes."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from buslens.control.caller import IDLE_NS, Caller
from buslens.control.messages import MOST_BYTES, Refused
from buslens.control.peers import OwnSocket


class Request:
    def __init__(self, until_ns: int) -> None:
        self.until_ns = until_ns
        self.is_given_up = False
        self.told: dict[str, Any] | None = None

    def answer(self) -> dict[str, Any] | None:
        return self.told

    def give_up(self) -> dict[str, Any]:
        self.is_given_up = True
        return {"ok": False, "why": "late"}


@pytest.fixture
def pair() -> Iterator[tuple[Caller, socket.socket]]:
    here, there = socket.socketpair()
    caller = Caller(OwnSocket(here))
    yield caller, there
    caller.close()
    there.close()


def test_half_a_line_waits_for_its_end(pair: tuple[Caller, socket.socket]) -> None:
    caller, there = pair
    assert caller.lines() == []
    there.send(b'{"do":')
    assert caller.lines() == []
    there.send(b'"look"}\n\n{"a"')
    assert caller.lines() == [b'{"do":"look"}']
    there.close()
    assert caller.lines() == []
    assert caller.is_over


def test_a_line_without_end_is_refused(pair: tuple[Caller, socket.socket]) -> None:
    caller, there = pair
    there.send(b"x" * MOST_BYTES)
    assert caller.lines() == []
    there.send(b"xx")
    with pytest.raises(Refused, match="at most 65,536 bytes"):
        caller.lines()


def test_who_does_not_read_is_not_read_from_and_gets_all_of_it_later(pair: tuple[Caller, socket.socket]) -> None:
    caller, there = pair
    while not caller.is_behind:
        caller.tell({"said": "x" * 60_000})
    seen = b""
    while caller.is_behind:
        seen += there.recv(1 << 20)
        caller.send()
    while not seen.endswith(b"\n"):
        seen += there.recv(1 << 20)
    assert {len(json.loads(line)["said"]) for line in seen.splitlines()} == {60_000}


def test_what_is_late_is_withdrawn_and_said(pair: tuple[Caller, socket.socket]) -> None:
    caller, there = pair
    late, ready = Request(10), Request(10)
    ready.told = {"ok": True}
    caller.waiting = [(1, late), (2, ready)]
    caller.look(9)
    assert json.loads(there.recv(999)) == {"id": 2, "ok": True}
    caller.look(10)
    assert json.loads(there.recv(999)) == {"id": 1, "ok": False, "why": "late"}
    assert not ready.is_given_up


def test_what_nobody_wants_to_know_any_more_is_withdrawn(pair: tuple[Caller, socket.socket]) -> None:
    caller, _ = pair
    waits = Request(1 << 62)
    caller.waiting = [(1, waits)]
    caller.close()
    assert waits.is_given_up


def test_who_asks_for_nothing_for_long_goes(pair: tuple[Caller, socket.socket]) -> None:
    caller, _ = pair
    caller.look(time.monotonic_ns())
    assert not caller.is_over
    caller.look(time.monotonic_ns() + IDLE_NS + 1)
    assert caller.is_over
