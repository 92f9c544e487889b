"""`buslens record --expect`: what CI gets of a program that is judged by what it did on its bus."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from buslens.launching.command import WRONG_USE, record
from buslens.launching.judging import judged, named, why_none
from buslens.wire import MAGIC
from tests.helpers.patience import PATIENCE_S
from tests.helpers.program import Program

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="buslens record needs Linux or macOS")

EXPECTED = """buslens: 1
events: {order.placed: {}, order.shipped: {}, order.refunded: {}}
expect: [{each: order.placed, ends_in: [order.shipped, order.refunded], by: id}]
"""
PROGRAM = """
import signal, sys, time
from pyee.base import EventEmitter
bus = EventEmitter()
bus.on("order.placed", lambda order: bus.emit("order.shipped", order))
bus.emit("order.placed", {"id": 1})
if "twice" in sys.argv:
    bus.emit("order.refunded", {"id": 1})
print("done", flush=True)
if "waits" in sys.argv:
    time.sleep(1000)
sys.exit(3 * ("fails" in sys.argv))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "expected.yaml").write_text(EXPECTED, encoding="utf-8")
    (tmp_path / "app.py").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "run").mkdir(mode=0o700)
    return tmp_path


def started(folder: Path, *command: str, **said: int) -> subprocess.Popen[str]:
    options = ["-q", "--expect", "expected.yaml", "--junit", "found.xml"]
    return subprocess.Popen(
        [sys.executable, "-m", "buslens", "record", *options, "--", *command],
        cwd=folder, env=Program(folder).environment(XDG_RUNTIME_DIR=str(folder / "run")), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **said,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "failures"), [((), 0, 0), (("fails",), 3, 0), (("twice",), 1, 1), (("twice", "fails"), 3, 1)]
)
def test_the_exit_code_is_the_programs_own_unless_it_went_well_and_what_is_expected_did_not(
    arguments: tuple[str, ...], code: int, failures: int, folder: Path
) -> None:
    program = started(folder, sys.executable, "app.py", *arguments)
    out, told = program.communicate(timeout=PATIENCE_S)
    assert (program.returncode, out) == (code, "done\n"), told
    assert ("NOT MET" in told) is bool(failures)
    assert f'failures="{failures}"' in (folder / "found.xml").read_text()


def test_a_capture_that_nobody_asked_for_is_not_named(folder: Path) -> None:
    program = subprocess.run(
        [sys.executable, "-m", "buslens", "record", "--expect", "expected.yaml", "--", sys.executable, "app.py"],
        cwd=folder, env=Program(folder).environment(XDG_RUNTIME_DIR=str(folder / "run")), text=True,
        capture_output=True, check=False,
    )  # fmt: skip
    assert program.returncode == 0, program.stderr
    assert "buslens: recording, to judge by expected.yaml, from the first import of" in program.stderr
    assert "recorded.buslens" not in program.stderr


def test_a_program_that_used_no_bus_has_not_done_what_is_expected(folder: Path) -> None:
    program = started(folder, "true")
    _, told = program.communicate(timeout=PATIENCE_S)
    assert program.returncode == 1
    assert "nothing was recorded, so that nothing that is expected is known" in told


def test_a_signal_ends_the_program_and_what_it_did_is_judged(folder: Path) -> None:
    program = started(folder, sys.executable, "app.py", "waits", bufsize=1)
    assert program.stdout is not None
    assert program.stdout.readline() == "done\n"
    program.send_signal(signal.SIGTERM)
    _, told = program.communicate(timeout=PATIENCE_S)
    assert program.returncode == 128 + signal.SIGTERM
    assert "all 1" in told


def test_what_cannot_be_judged_is_said_before_the_program_runs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert record(["--expect", str(folder / "nowhere.yaml"), "--", "true"]) == WRONG_USE
    assert "there is no file" in capsys.readouterr().err
    (folder / "nothing.yaml").write_text("buslens: 1\nevents: {a: {}}\n", encoding="utf-8")
    assert record(["--expect", str(folder / "nothing.yaml"), "--", "true"]) == WRONG_USE
    assert "nothing.yaml: this scenario expects nothing" in capsys.readouterr().err
    (folder / "some.buslens").write_bytes(MAGIC)
    assert record(["--expect", str(folder / "some.buslens"), "--", "true"]) == WRONG_USE
    assert "some.buslens: this is a capture, and a scenario is asked for" in capsys.readouterr().err
    assert record(["--junit", "a.xml", "--", "true"]) == WRONG_USE
    assert "--junit is about expectations" in capsys.readouterr().err
    assert record(["--expect", "checkout", "--variables"]) == WRONG_USE
    assert "--expect judges when the program has ended" in capsys.readouterr().err


def test_without_the_application_nothing_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buslens.application.why_not", lambda: "the application is needed")
    assert why_none("checkout") == "the application is needed"


def test_a_file_is_called_by_its_whole_path_and_a_sample_by_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert named("expected.yaml") == str(folder / "expected.yaml")
    assert named("checkout") == "checkout"


def test_an_older_capture_is_not_what_is_judged(folder: Path) -> None:
    capture = folder / "old.buslens"
    capture.write_bytes(b"an older one")
    assert judged(lambda: 0, str(folder / "expected.yaml"), str(capture), "") == 1
    assert not capture.exists()
