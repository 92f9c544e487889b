"""A capture file of a watched program: written while it runs, whole at its end, its trouble nobody's but ours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyee import EventEmitter

import buslens
from buslens import wire
from tests.helpers.patience import PATIENCE_S

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
        [sys.executable, "-c", program, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
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


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_ends_the_watching_with_one_line_and_not_the_program(caplog: pytest.LogCaptureFixture) -> None:
    emitter, heard = EventEmitter(), []
    emitter.on("order", heard.append)
    probe = buslens.attach(emitter, to="/dev/full")
    for number in range(3):
        emitter.emit("order", number)
    assert heard == [0, 1, 2]
    assert not probe.attached
    probe.close()
    assert [record.message for record in caplog.records if "cannot write" in record.message] == [
        "buslens cannot write /dev/full any more, and stops recording: [Errno 28] No space left on device"
    ]
    assert not probe.recorder.pending, "nobody could read it"


FILLING = """
import resource, sys, buslens
from pyee import EventEmitter
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
ee = EventEmitter()
probe = buslens.attach(ee, to=sys.argv[1])
link = probe._link
for number in range(50):
    ee.emit("order", {"id": number, "text": "x" * 100})
    link.write_rest()
print(probe.attached)
"""


def test_a_disk_that_fills_up_leaves_what_fitted_as_whole_frames(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    path = tmp_path / "trace.buslens"
    done = run(FILLING, path)
    assert done.stdout == "False\n"
    assert done.stderr.count("cannot write") == 1
    kinds = frames_in(path)
    assert kinds.count(wire.FACTS) > 1
    assert wire.END not in kinds, "it is not complete, and does not say so"


FORKING = """
import os, sys, threading, buslens
from pyee import EventEmitter
ee = EventEmitter()
probe = buslens.attach(ee, to=sys.argv[1], name="shop")
ee.on("order", lambda order: order)
ee.emit("order", {"by": "parent"})
probe.recorder._lock.acquire(); probe._link._lock.acquire()  # another thread may hold them
held = threading.Thread(target=probe.recorder._lock.acquire)
held.start()
pid = os.fork()
if not pid:
    ee.emit("order", {"by": "child"})
    grandchild = os.fork()
    if not grandchild:
        ee.emit("order", {"by": "grandchild"})
        sys.exit()
    os.waitpid(grandchild, 0)
    print(os.getpid(), grandchild, flush=True)
    sys.exit()
probe._link._lock.release(); probe.recorder._lock.release()
held.join()
os.waitpid(pid, 0)
silent = os.fork()
if not silent:
    os._exit(0)
os.waitpid(silent, 0)
ee.emit("order", {"by": "parent again"})
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_goes_on_in_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "trace.buslens"
    done = run(FORKING, path)
    child, grandchild = done.stdout.split()
    assert done.stderr.count("forked from") == 2
    own = [path, tmp_path / f"trace.{child}.buslens", tmp_path / f"trace.{grandchild}.buslens"]
    assert sorted(tmp_path.iterdir()) == sorted(own), "a child that records nothing makes no file"
    for file, said in zip(own, (b"parent", b"child", b"grandchild"), strict=True):
        assert frames_in(file)[-1] == wire.END
        assert file.read_bytes().count(b'{"by":') == (2 if said == b"parent" else 1)
        assert b'{"by":"' + said in file.read_bytes()
    header = wire.unpack_header(own[1].read_bytes())
    first = wire.unpack_header(path.read_bytes())
    assert header is not None
    assert first is not None
    assert (header[0].process, header[0].pid) == ("shop", int(child))
    assert header[0].extra["parent_pid"] == first[0].pid


def test_a_file_that_another_process_writes_is_left_to_it(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    program = (
        "import os, sys, buslens\nfrom pyee import EventEmitter\n"
        "buslens.attach(EventEmitter(), to=sys.argv[1])\nprint(os.getpid())\n"
    )
    path, emitter = tmp_path / "trace.buslens", EventEmitter()
    with buslens.attach(emitter, to=path):
        done = run(program, path)
        emitter.emit("order")
    assert "another process writes" in done.stderr
    assert frames_in(path)[-1] == frames_in(tmp_path / f"trace.{done.stdout.strip()}.buslens")[-1] == wire.END


def run(program: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_S,
    )
