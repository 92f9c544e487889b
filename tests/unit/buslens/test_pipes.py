"""A capture into a named pipe: its reader gets it whole, or the program goes on without."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyee import EventEmitter

import buslens
from buslens import capture_writer, wire

ROOT = Path(__file__).resolve().parents[3]
HANGS = 60
"""Seconds after which a program that should have ended waits for its reader."""

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")

PROGRAM = """
import signal, sys, threading, buslens
from pyee import EventEmitter
signal.signal(signal.SIGPIPE, signal.SIG_DFL)
ee = EventEmitter()
ee.on("order", lambda order: order)
probe = buslens.attach(ee, to=sys.argv[1])
for number in range(int(sys.argv[2])):
    ee.emit("order", {"id": number, "text": "x" * 100})
if sys.argv[3:]:
    while probe.attached:
        ee.emit("order", 0)
        threading.Event().wait(0.01)
print("done")
"""
MUCH = 5000
"""Events whose records are more than a pipe takes at once."""


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    path = tmp_path / "pipe.buslens"
    os.mkfifo(path)
    return path


@pytest.fixture
def reader(pipe: Path) -> Iterator[int]:
    """The pipe, open for reading."""
    end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    yield end
    try:
        os.close(end)
    except OSError:
        pass  # a test has closed it


def wait_for_it(reader: int) -> None:
    assert select.select([reader], [], [], HANGS)[0], "the program writes nothing"


def begun(pipe: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, str(pipe), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_pipe_that_nobody_reads_is_refused_in_one_sentence_and_nothing_is_hooked_in(pipe: Path) -> None:
    emitter = EventEmitter()
    with pytest.raises(OSError, match=r"nobody reads this pipe: start its reader first, or name a file: .*pipe\.bus"):
        buslens.attach(emitter, to=pipe)
    assert type(emitter).emit is EventEmitter.emit
    assert "emit" not in vars(emitter)


def test_a_program_ends_though_the_reader_of_its_pipe_sleeps(pipe: Path, reader: int) -> None:
    said, told = begun(pipe, str(MUCH)).communicate(timeout=HANGS)
    assert said == "done\n"
    assert told.count("\n") == 1
    assert "too slowly" in told, "said by whoever waits for it: the writing thread, or the end of the program"


def test_a_program_goes_on_though_its_reader_leaves_and_sigpipe_ends_programs(pipe: Path, reader: int) -> None:
    program = begun(pipe, "10", "until nobody records")
    wait_for_it(reader)
    os.close(reader)
    said, told = program.communicate(timeout=HANGS)
    assert (program.returncode, said) == (0, "done\n"), told
    assert told.startswith(f"buslens cannot write {pipe} any more, and stops recording: ")


def test_a_reader_gets_all_of_it(pipe: Path, reader: int) -> None:
    program = begun(pipe, str(MUCH))
    wait_for_it(reader)
    os.set_blocking(reader, True)
    data = b""
    while part := os.read(reader, 100_000):
        data += part
    assert program.communicate(timeout=HANGS) == ("done\n", "")
    found = wire.unpack_header(data)
    assert found is not None
    frames = list(wire.frames(data, found[1]))
    assert (frames[-1][0], frames[-1][2]) == (wire.END, len(data))
    assert data.count(b'{"id":') == MUCH


def test_a_probe_whose_reader_sleeps_is_detached_and_closed_at_once(pipe: Path, reader: int) -> None:
    emitter = EventEmitter()
    probe = buslens.attach(emitter, to=pipe)
    for number in range(MUCH):
        emitter.emit("order", {"id": number, "text": "x" * 100})
    probe.detach()
    probe.close()
    assert not probe.attached


def test_a_writer_that_nobody_waits_for_any_more_closes_the_pipe_itself(
    pipe: Path, reader: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_writer, "_PIPE_SECONDS", 0)
    emitter = EventEmitter()
    probe = buslens.attach(emitter, to=pipe)
    for number in range(MUCH):
        emitter.emit("order", {"id": number, "text": "x" * 100})
    wait_for_it(reader)
    probe.close()
    os.set_blocking(reader, True)
    while os.read(reader, 100_000):
        pass  # until its end, which comes when nobody has it open for writing
