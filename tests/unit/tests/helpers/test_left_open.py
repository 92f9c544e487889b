"""What a test leaves open is found when it is over, whoever would have collected it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tests.helpers.left_open import left_open_by


def a_socket() -> Any:
    return socket.socket()


def a_loop() -> Any:
    return asyncio.new_event_loop()


def a_pipe() -> Any:
    process = subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE)
    process.wait()
    return process


@pytest.mark.parametrize("opened", [a_socket, a_loop, a_pipe])
def test_what_only_the_collector_finds_is_told(opened: Callable[[], Any]) -> None:
    circle: list[Any] = [opened()]
    circle.append(circle)
    del circle
    assert any("unclosed" in complaint for complaint in left_open_by(SimpleNamespace(funcargs={})))


def test_what_a_fixture_has_given_and_not_closed_is_told() -> None:
    item = SimpleNamespace(funcargs={"connection": a_socket()})
    assert [complaint[:16] for complaint in left_open_by(item)] == ["unclosed <socket"]


def test_what_was_closed_is_not_told() -> None:
    with a_socket() as closed:
        assert left_open_by(SimpleNamespace(funcargs={"connection": closed})) == []
    before = sys.unraisablehook
    assert left_open_by(SimpleNamespace()) == []
    assert sys.unraisablehook is before
