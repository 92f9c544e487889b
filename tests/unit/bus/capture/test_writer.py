"""Whether a capture's program is there is told by its number, its machine and its age."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bus.capture.file_lock import lock
from bus.capture.writer import clock_ns, goes_on, is_alive, who_recorded
from buslens.recorder import CLOCK_NS
from buslens.wire import Header, simulated
from tests.helpers.patience import wait_until

HERE = Header.here()._replace(pid=os.getppid())
S = 1_000_000_000


@pytest.mark.skipif(sys.platform == "win32", reason="nobody can be asked there")
def test_who_is_here_is_alive_and_who_is_elsewhere_is_not_known() -> None:
    assert is_alive(HERE)
    assert not is_alive(Header.here()), "this is not another program"
    assert not is_alive(HERE._replace(host="another"))
    for nonsense in (0, -1, 1 << 31, 1 << 80):
        assert not is_alive(HERE._replace(pid=nonsense))


def test_who_has_ended_is_not_alive_whether_or_not_somebody_has_looked() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as program:
        header = HERE._replace(pid=program.pid, wall_ns=time.time_ns())
        wait_until(lambda: not is_alive(header), lambda: header)
    assert not is_alive(header)


@pytest.mark.skipif(os.name != "posix", reason="there are no locks")
def test_a_capture_may_grow_while_its_program_lives_or_somebody_writes_it(tmp_path: Path) -> None:
    path, gone = tmp_path / "x.buslens", HERE._replace(host="another")
    path.touch()
    assert goes_on(HERE, None)
    assert not goes_on(gone, path)
    with path.open("r+b") as file:
        lock(file.fileno())
        assert goes_on(gone, path)
    assert not goes_on(gone, path)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
def test_a_process_that_is_younger_than_the_capture_did_not_write_it() -> None:
    assert not is_alive(HERE._replace(wall_ns=HERE.wall_ns - 400 * 86_400 * S))


def test_the_clock_of_a_program_here_is_ours_and_any_other_is_not_guessed() -> None:
    assert 0 <= CLOCK_NS() - clock_ns(HERE) < S
    slept = HERE._replace(wall_ns=HERE.wall_ns - 3600 * S)
    assert clock_ns(slept) > 0
    for other in (
        HERE._replace(host="another"),
        HERE._replace(clock="virtual"),
        HERE._replace(mono_ns=0),
        HERE._replace(mono_ns=HERE.mono_ns + 3600 * S),
    ):
        assert clock_ns(other) == 0


def test_who_recorded_is_told_as_far_as_it_is_known() -> None:
    assert who_recorded(HERE._replace(process="shop.py", pid=12, host="desk")) == "shop.py (process 12 on desk)"
    assert who_recorded(simulated()) == "Buslens (a simulated run)"
    assert not is_alive(simulated())
