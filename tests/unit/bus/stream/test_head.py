"""Whose a stream is and how its process is, told from its first page; one that cannot be read is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bus.errors import UserError
from bus.stream.head import StreamHead, StreamState
from buslens.stream import StreamRecorder, layout
from buslens.wire import Header

ROOT = Path(__file__).resolve().parents[4]

PROGRAM = """
import os, sys
from buslens.stream import StreamRecorder
kept = StreamRecorder.into(sys.argv[1])
"""


def head(folder: Path, header: Header) -> StreamHead:
    folder.mkdir(exist_ok=True)
    (folder / "head").write_bytes(layout.pack_page(header))
    return StreamHead(folder)


def test_a_process_that_lives_is_told_from_one_that_ended(tmp_path: Path) -> None:
    recorder = StreamRecorder.into(tmp_path, "shop")
    found = StreamHead(Path(recorder.path))
    assert (found.header.process, found.header.pid, found.state()) == ("shop", os.getpid(), StreamState.LIVES)
    recorder.close()
    assert found.state() is StreamState.ENDED


@pytest.mark.parametrize(("how", "state"), [("sys.exit(3)", "ended"), ("os._exit(0)", "ended"), ("os.abort()", "died")])
def test_a_process_that_came_to_its_end_is_told_from_one_that_crashed(tmp_path: Path, how: str, state: str) -> None:
    subprocess.run([sys.executable, "-c", PROGRAM + how, str(tmp_path)], cwd=ROOT, timeout=60, capture_output=True)
    assert StreamHead(next(tmp_path.iterdir())).state().value == state


def test_another_process_with_the_number_of_one_that_is_gone_is_not_taken_for_it(tmp_path: Path) -> None:
    here = Header.here()
    assert head(tmp_path, here._replace(pid=os.getppid(), extra={"start_ticks": 1})).state() is StreamState.DIED


def test_what_runs_on_another_machine_is_unknown(tmp_path: Path) -> None:
    assert head(tmp_path, Header.here()._replace(host="elsewhere")).state() is StreamState.UNKNOWN


@pytest.mark.parametrize(
    ("at", "bytes_", "says"),
    [
        (0, b"BUSLENS", "not the first page"),
        (8, b"\x09", "version 9"),
        (30, b"\xff", "damaged"),
        (13, b"\xff", "damaged"),
    ],
)  # fmt: skip
def test_a_garbled_page_is_refused_in_one_sentence(tmp_path: Path, at: int, bytes_: bytes, says: str) -> None:
    page = bytearray(layout.pack_page(Header.here()))
    page[at : at + len(bytes_)] = bytes_
    (tmp_path / "head").write_bytes(page)
    with pytest.raises(UserError, match=says):
        StreamHead(tmp_path)


def test_a_short_page_and_no_page_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no `head`"):
        StreamHead(tmp_path)
    (tmp_path / "head").write_bytes(layout.pack_page(Header.here())[:100])
    with pytest.raises(UserError, match="not the first page"):
        StreamHead(tmp_path)
