"""A capture file of a watched program: written while it runs, whole at its end, its trouble nobody's but ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pyee import EventEmitter

import buslens
from buslens import wire
from buslens.link import FileLink

ROOT = Path(__file__).resolve().parents[3]


def frames_in(path: Path) -> list[int]:
    data = path.read_bytes()
    found = wire.unpack_header(data)
    assert found is not None
    kinds = list(wire.frames(data, found[1]))
    assert (kinds[-1][2] if kinds else found[1]) == len(data), "the file ends with a whole frame"
    return [kind for kind, _, _ in kinds]


def test_a_program_that_just_ends_leaves_a_whole_file(tmp_path: Path) -> None:
    program = (
        "import sys, buslens\nfrom pyee import EventEmitter\n"
        "ee = EventEmitter()\nbuslens.attach(ee, to=sys.argv[1])\n"
        "ee.on('order', print)\nee.emit('order', {'id': 1})\n"
    )
    path = tmp_path / "trace.buslens"
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == ("{'id': 1}\n", "")
    assert frames_in(path) == [wire.NAMES, wire.NAMES, wire.BLOBS, wire.FACTS, wire.END]


def test_a_wrong_path_is_told_where_it_was_given(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        buslens.attach(EventEmitter(), to=tmp_path / "no" / "such" / "folder.buslens")


def test_the_file_is_a_capture_from_the_first_moment_and_says_when_it_is_complete(tmp_path: Path) -> None:
    emitter, path, copy = EventEmitter(), tmp_path / "trace.buslens", tmp_path / "copy.buslens"
    probe = buslens.attach(emitter, to=path)
    assert wire.END not in frames_in(path)
    emitter.emit("order")
    probe.save(copy)
    assert wire.END not in frames_in(path)
    assert frames_in(copy) == [*frames_in(path), wire.END], "the copy grows no more"
    probe.close()
    probe.close()
    assert frames_in(path).count(wire.END) == 1


def test_behind_half_a_frame_nothing_is_written(tmp_path: Path) -> None:
    link = FileLink(buslens.Recorder(), tmp_path / "trace.buslens")

    class Full:
        """A disk that takes a part and no more."""

        written = b""

        def write(self, data: bytes) -> None:
            self.written += data[:3]
            raise OSError("no space left on device")

        def close(self) -> None:
            """Nothing more."""

    file, link._file = link._file, Full()  # type: ignore[assignment]
    assert file is not None
    file.close()
    full = link._file
    assert isinstance(full, Full)
    with pytest.raises(OSError, match="no space"):
        link.flush()
    link.stop()
    assert full.written == b"BUS"
