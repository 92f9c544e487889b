"""A capture file of a watched program: written while it runs, whole at its end, its trouble nobody's but ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pyee import EventEmitter

import buslens
from buslens import wire

ROOT = Path(__file__).resolve().parents[3]


def frames_in(path: Path) -> list[int]:
    data = path.read_bytes()
    found = wire.unpack_header(data)
    assert found is not None
    kinds = list(wire.frames(data, found[1]))
    assert kinds[-1][2] == len(data), "the file ends with a whole frame"
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
    assert frames_in(path) == [wire.NAMES, wire.BLOBS, wire.FACTS]


def test_a_wrong_path_is_told_where_it_was_given(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        buslens.attach(EventEmitter(), to=tmp_path / "no" / "such" / "folder.buslens")
