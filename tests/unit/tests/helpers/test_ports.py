"""Two test sessions on one machine never share a port."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.ports import free_port

ROOT = Path(__file__).resolve().parents[4]
PORTS = range(28_000, 29_000, 11)
"""Where no broker of a test that runs beside us listens."""

ASK = (
    "import sys; from tests.helpers.ports import free_port; "
    f"print(free_port(1, among={PORTS}), flush=True); sys.stdin.read()"
)


@pytest.fixture(autouse=True)
def own_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def test_a_port_belongs_to_one_process_until_it_ends() -> None:
    asked = [sys.executable, "-c", ASK]
    with subprocess.Popen(asked, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        theirs = int(other.stdout.readline())
        ours = free_port(1, among=PORTS)
        assert not {ours, ours + 1} & {theirs, theirs + 1}
        other.communicate("")
    assert free_port(1, among=PORTS) == theirs


def test_a_port_that_somebody_listens_beside_is_not_given() -> None:
    following = free_port(1, among=PORTS) + PORTS.step
    with socket.socket() as listener:
        with contextlib.suppress(OSError):  # somebody does already
            listener.bind(("127.0.0.1", following + 1))
        assert free_port(1, among=PORTS) != following
