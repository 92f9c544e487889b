"""A program that writes a capture is followed like a run: live, bounded, under the flight recorder, until it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bus.capture import capture
from bus.errors import UserError
from bus.flight.recorder import FlightRecorder
from bus.session import Session
from bus.settings import FlightSettings, Settings
from tests.helpers.growing import Growing
from tests.helpers.live import Live
from tests.helpers.make_trace import make_trace
from tests.helpers.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]

PROGRAM = """
import sys, buslens
from pyee import EventEmitter
bus = EventEmitter()
buslens.attach(bus, to=sys.argv[1], name="shop")
bus.on("order", lambda n: 1 / n)
bus.on("error", lambda e: None)
for line in sys.stdin:
    for _ in range(int(line)):
        bus.emit("order", 1)
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    session = Session(Settings(), trusted=str.isalnum)
    session.flight = FlightRecorder(FlightSettings(after_s=0.0), tmp_path / "flights")
    yield session
    session.close()


class Shop:
    """The program above, in a process of its own; told how often to emit."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(path)], stdin=subprocess.PIPE, text=True, cwd=ROOT
        )
        self.path = path

    def emit(self, times: int) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{times}\n")
        self.process.stdin.flush()

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(PATIENCE_S)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path / "trace.buslens")
    yield shop
    shop.process.kill()
    shop.end()


def opened(session: Session, path: Path) -> None:
    Live.until(session, lambda: path.exists() and path.stat().st_size > 0)
    session.open(path)
    Live.until(session, lambda: session.loading is None)
    assert session.engine_state.phase == "following"
    assert session.engine_state.engine == path.name


@pytest.mark.skipif(sys.platform == "win32", reason="a program cannot be asked for there")
def test_a_program_is_followed_until_it_ends(session: Session, shop: Shop) -> None:
    opened(session, shop.path)
    shop.emit(3)
    Live.until(session, lambda: len(session.trace.calls) == 3)
    assert session.engine_state.virtual_ns > 0, "its clock is known"
    assert not session.wait(0.0)
    shop.emit(500)
    shop.end()
    assert session.wait(PATIENCE_S)
    assert len(session.trace.calls) == 503
    assert (session.engine_state.phase, session.trace.damage, session.following) == ("finished", "", None)
    assert session.trace.raw.path == shop.path


@pytest.mark.skipif(sys.platform == "win32", reason="a program cannot be asked for there")
def test_a_program_that_is_killed_is_said(session: Session, shop: Shop) -> None:
    opened(session, shop.path)
    shop.emit(3)
    Live.until(session, lambda: len(session.trace.calls) == 3)
    shop.process.kill()
    assert session.wait(PATIENCE_S)
    assert session.engine_state.phase == "idle"
    assert "ended without closing its capture" in session.trace.damage
    assert len(session.trace.calls) == 3


def test_the_newest_are_kept_while_it_is_opened_and_while_it_grows(session: Session, tmp_path: Path) -> None:
    growing = Growing(tmp_path / "shop.buslens", 400)
    growing.write_share(0.6)
    session.most_records = 500
    opened(session, growing.path)
    trace = session.trace
    assert 0 < trace.forgotten
    for share in (0.7, 0.8, 0.9):
        growing.write_share(share)
        Live.until(session, lambda: session.following is not None and session.trace.whole > growing.at - 10_000)
        assert len(session.trace.dispatches) + len(session.trace.calls) <= 500 * 1.26
    growing.end()
    assert session.wait(PATIENCE_S)
    whole = make_trace(400)
    held = len(session.trace.dispatches) + len(session.trace.calls)
    assert session.trace.forgotten == len(whole.dispatches) + len(whole.calls) - held
    assert session.trace.calls.id[-1] == whole.calls.id[-1]
    assert session.trace.raw is trace.raw
    session.export("capture", tmp_path / "copy.buslens")
    copy = capture.load(tmp_path / "copy.buslens")
    assert copy.calls.id.tolist() == whole.calls.id.tolist(), "the file has them all"
    copy.raw.close()


def test_a_person_may_stop_and_follow_again(session: Session, tmp_path: Path) -> None:
    growing = Growing(tmp_path / "shop.buslens")
    growing.write_share(0.5)
    opened(session, growing.path)
    calls = len(session.trace.calls)
    session.stop()
    session.pump()
    assert session.engine_state.phase == "idle"
    assert session.trace.damage.startswith("Following was stopped: what is written to shop.buslens from here on")
    growing.write_share(0.7)
    assert session.wait(PATIENCE_S)
    assert len(session.trace.calls) == calls
    opened(session, growing.path)
    assert len(session.trace.calls) > calls
    assert session.trace.damage == ""
    growing.end()
    assert session.wait(PATIENCE_S)
    assert len(session.trace.calls) == len(make_trace(60).calls)


def test_what_is_shown_may_be_cleared_while_it_goes_on(session: Session, tmp_path: Path) -> None:
    growing = Growing(tmp_path / "shop.buslens")
    growing.write_share(0.5)
    opened(session, growing.path)
    session.clear()
    assert len(session.trace.dispatches) == len(session.trace.calls) == 0
    growing.end()
    assert session.wait(PATIENCE_S)
    assert 0 < len(session.trace.calls) < len(make_trace(60).calls)
    assert session.trace.calls.id[-1] == make_trace(60).calls.id[-1]


def test_a_program_on_another_machine_is_followed_where_somebody_says_so(session: Session, tmp_path: Path) -> None:
    growing = Growing(tmp_path / "shop.buslens", host="another")
    growing.write_share(0.5)
    session.open(growing.path)
    session.wait(PATIENCE_S)
    assert session.engine_state.phase == "idle"
    session.open_capture(growing.path, follow=True)
    Live.until(session, lambda: session.loading is None)
    assert session.engine_state.phase == "following"
    assert session.engine_state.virtual_ns == 0, "its clock is not ours"
    growing.end()
    assert session.wait(PATIENCE_S)
    assert len(session.trace.calls) == len(make_trace(60).calls)


def test_what_is_exported_meanwhile_is_complete_by_itself(session: Session, tmp_path: Path) -> None:
    growing = Growing(tmp_path / "shop.buslens")
    growing.write_share(0.5)
    opened(session, growing.path)
    session.export("capture", tmp_path / "copy.buslens")
    copy = capture.load(tmp_path / "copy.buslens")
    assert copy.ended
    assert copy.damage == ""
    assert copy.calls.id.tolist() == session.trace.calls.id.tolist()
    copy.raw.close()
    session.open(tmp_path / "copy.buslens")
    assert session.following is None


def test_notes_are_saved_into_it_only_when_it_is_complete(session: Session, tmp_path: Path) -> None:
    growing = Growing(tmp_path / "shop.buslens")
    growing.write_share(0.5)
    opened(session, growing.path)
    session.trace.notes.add(session.trace.span_ns[0], "look")
    with pytest.raises(UserError, match="a program still writes"):
        session.lend_notes()
    session.stop()
    session.pump()
    with pytest.raises(UserError, match="a program still writes"):
        session.lend_notes()
    opened(session, growing.path)  # the note is still there
    growing.end()
    assert session.wait(PATIENCE_S)
    session.lend_notes()(None)
    session.release()
    again = capture.load(growing.path)
    assert (again.ended, [note.text for note in again.notes.all]) == (True, ["look"])
    assert len(again.calls) == len(make_trace(60).calls)
    again.raw.close()


def test_notes_are_not_saved_over_another_file(session: Session, tmp_path: Path) -> None:
    growing, other = Growing(tmp_path / "shop.buslens"), tmp_path / "other"
    growing.end()
    session.open(growing.path)
    session.wait(PATIENCE_S)
    other.write_bytes(b"something else")
    other.replace(growing.path)
    with pytest.raises(UserError, match="not the file any more"):
        session.lend_notes()


def test_the_flight_recorder_watches_it(session: Session, tmp_path: Path) -> None:
    growing = Growing(tmp_path / "shop.buslens", 200)
    growing.write_share(0.5)
    opened(session, growing.path)
    assert session.flight is not None
    assert not session.flight.waiting
    for size in growing.sizes(3, 2_000):
        growing.write(size)
        session.pump()
    growing.end()
    assert session.wait(PATIENCE_S)
    flight = session.flight
    Live.until(session, lambda: bool(flight.written))
    assert flight.written[0].why.startswith("charge_card failed: ")
    part = capture.load(flight.written[0].path)
    assert part.ended
    assert part.names.text(int(part.dispatches.event[0])) in ("order.placed", "stock.reserved", "order.paid", "audit")
    part.raw.close()


FORKS = """
import os
from pyee import EventEmitter
bus = EventEmitter()
bus.on("order", lambda who: None)
child = os.fork()
bus.emit("order", "child" if child == 0 else "parent")
if child:
    os.waitpid(child, 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_all_processes_of_a_session_are_followed_as_one(session: Session, tmp_path: Path) -> None:
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}
    tmp_path.chmod(0o700)
    script = tmp_path / "shop.py"
    script.write_text(FORKS)
    command = [sys.executable, "-m", "buslens", "record", "-q", "--", sys.executable, str(script)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    (folder,) = (tmp_path / "buslens").iterdir()
    session.open(folder)
    assert session.engine_state.phase == "following"
    assert session.wait(PATIENCE_S)
    assert session.engine_state.phase == "finished"
    assert len(session.trace.dispatches) == 2
    lanes = {session.trace.names.text(int(lane)) for lane in session.trace.dispatches.lane}
    assert len(lanes) == 2
    assert session.runs.view.title.startswith("shop.py ")
    saved = tmp_path / "saved.buslens"
    session.export("capture", saved)
    assert len(capture.load(saved).dispatches) == 2
