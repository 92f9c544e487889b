"""Whoever opens a capture is told where it is damaged, was never finished or holds nothing; of a whole one, nothing."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest

from app.cli_files import export_capture
from app.cli_query import print_answer
from bus.capture import completeness
from bus.capture.capture import load
from buslens.recorder import Recorder
from buslens.wire import END_MARK, Header
from tests.helpers.make_trace import shop_bytes


def said(tmp_path: Path, data: bytes) -> list[str]:
    path = tmp_path / "trace.buslens"
    path.write_bytes(data)
    return completeness.warnings(load(path))


def test_of_a_whole_capture_nothing_is_said(tmp_path: Path) -> None:
    assert said(tmp_path, shop_bytes(3) + END_MARK) == []


def test_a_killed_program_is_named(tmp_path: Path) -> None:
    (sentence,) = said(tmp_path, shop_bytes(3))
    assert "has no end mark: shop.py (process 4711 on desk) was killed, or writes it still" in sentence


def test_whoever_has_made_it_needs_no_end_mark(tmp_path: Path) -> None:
    path = tmp_path / "trace.buslens"
    path.write_bytes(shop_bytes(3))
    assert completeness.warnings(load(path), end_is_known=True) == []
    path.write_bytes(shop_bytes(3)[:-1])
    (sentence,) = completeness.warnings(load(path), end_is_known=True)
    assert "end mark" not in sentence, "but that it is cut is said"


@pytest.mark.skipif(sys.platform == "win32", reason="there a living program cannot be seen")
def test_a_living_program_is_said_to_write(tmp_path: Path) -> None:
    recorder = Recorder(header=Header.here()._replace(pid=os.getppid()))
    recorder.dispatch(1, 0, recorder.event("a"), 0, 0, None)
    (sentence,) = said(tmp_path, recorder.take())
    assert f"(process {os.getppid()} on {socket.gethostname()}) is still writing this capture" in sentence


def test_damage_is_said_alone_and_a_capture_without_events_as_that(tmp_path: Path) -> None:
    (sentence,) = said(tmp_path, shop_bytes(3)[:-5])
    assert "damaged" in sentence
    recorder = Recorder(header=Header("shop", 1, "desk", 0, 0, "virtual"))
    recorder.handler_added(recorder.handler("f"), recorder.event("a"))
    assert said(tmp_path, recorder.take() + END_MARK) == [
        "This capture holds no events: nothing was emitted while it was written. It has 1 subscription."
    ]


def test_without_an_end_mark_nobody_knows_that_nothing_was_emitted(tmp_path: Path) -> None:
    recorder = Recorder(header=Header.here()._replace(pid=2**30))
    recorder.handler_added(recorder.handler("f"), recorder.event("a"))
    killed, empty = said(tmp_path, recorder.take())
    assert "was killed" in killed
    assert empty.startswith("This capture holds no events: none had been written when it was read.")


def test_the_command_line_says_it_beside_every_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "killed.buslens"
    path.write_bytes(shop_bytes(3))
    print_answer(path, "SELECT count(*) AS n FROM dispatches", "csv", 10.0)
    export_capture(path, "csv", tmp_path / "calls.csv")
    told = capsys.readouterr()
    assert told.err.count("killed.buslens: This capture has no end mark") == 2
    assert told.out.startswith("n\n")
