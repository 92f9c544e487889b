"""The status bar: what the engine does, how fast, what went wrong, and while it is paused what comes next."""

from __future__ import annotations

import html
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from bus.capture.writer import who_recorded
from bus.number_words import tip
from bus.runtime.state import LATE_WORDS
from bus.session import Session
from bus.sharing.owner import WorkerStatus
from bus.trace import Trace
from buslens.records import Outcome
from ui.filter_state import FilterState
from ui.icons import icon
from ui.number_text import count, span
from ui.state import LIVE
from ui.theme import ThemeSource
from ui.widgets.elided_label import ElidedLabel
from ui.widgets.filter_chip import FilterChip
from ui.widgets.link_label import LinkLabel
from ui.widgets.lost_count import LostCount
from ui.widgets.rate import RateMeter

EVERY_MS = 250
"""Numbers that change faster cannot be read."""

MOST_TOLD = 20
"""Workers that a tip names."""

TOLD_MS = 15_000
"""How long it is said that a file is complete; the pointer's own words end it sooner."""

LEAST_WIDTH = 240
"""Asked of the window, whatever there is to say: what has no room is cut, and zeros go first."""

ENGINE_TIP = "What the engine does"
STILL_TIP = (
    "Nothing can happen any more, though something is open: Problems and Pending say what waits for what. An emit by "
    "hand may let it go on."
)
EVENTS_TIP = "Events put on the bus during the last second"
RECORDS_TIP = "Dispatches and calls that the program wrote, a second, of late"
LATE_TIP = f"{LATE_WORDS[0].upper()}{LATE_WORDS[1:]}. A lower speed, or max, helps."
BEHIND_TIP = (
    "The programs record faster than the window takes it in: what they did last is not shown yet. Their streams hold it"
)
BEHIND_NS = 1_000_000_000
"""From so far behind on it is said."""

FOLLOWED_S = 5.0
"""A program that is very busy writes what it recorded seldom, and then much."""

ZEROS_SHARE = 0.7
"""Of the bar's width: what says more than zeros may fill it so far before they go."""

FAILED = "outcome:failed OR outcome:timed_out"
LOST = "fate:lost"
"""Search lines of the numbers that are links."""

SIGNS = {
    "running": "run",
    "paused": "pause",
    "failed": "failed",
    "starting": "running",
    "stopping": "running",
    "following": "follow",
}
"""Icons of the engine's states; an engine at rest is `stop`."""


class Status(QStatusBar):
    """The status bar: reads the session, four times a second while an engine lives."""

    rows_wanted = Signal(str, str)
    """A table and a search line: what a number counts."""

    expectations_wanted = Signal()
    problems_wanted = Signal()

    def __init__(
        self, session: Session, filter_state: FilterState, themes: ThemeSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._rate = RateMeter()
        self._records = RateMeter(FOLLOWED_S)
        """Of a capture that is followed: of its records rather than its events."""

        self.setSizeGripEnabled(False)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setContentsMargins(2, 0, 6, 0)
        self.setAccessibleName("Status")
        self._themes = themes
        self._sign = QLabel(self)
        self._sign.setAccessibleName("Engine's state")
        self._sign_shown = ("", "")
        self.addWidget(self._sign)
        self.engine = self._part("Engine", ENGINE_TIP)
        self.workers = self._part("Workers", "Who does a share of the calls from elsewhere")
        self.rate = self._part("Events per second", EVENTS_TIP)
        self.failed = self._link("Failed calls", tip("failed"))
        self.lost = self._link("Lost events", tip("lost"))
        self.failed.clicked.connect(self._show_failed)
        self.lost.clicked.connect(self._show_lost)
        self.problems = self._link("Problems", "What detectors found, hints and what is muted left out")
        self.problems.clicked.connect(self.problems_wanted)
        self.problems.hide()
        self.expectations = self._link("Expectations", "Whether the run did what its scenario expects")
        self.expectations.clicked.connect(self.expectations_wanted)
        self.dropped = self._part("Records dropped", "Records that came faster than they could be kept")
        self.forgotten = self._part(
            "Forgotten records",
            "The oldest dispatches and calls; memory had no room for them, a saved capture has",
        )
        self.clock = self._part("Virtual time", "The engine's own clock")
        self.late = self._part("Late", LATE_TIP)
        _alarm(self.late, "warning")
        self.next = self._part("What comes next", "Where the engine stands, and how many wait")
        self.hover = ElidedLabel(self, most_letters=0)
        self.hover.setAccessibleName("Under the pointer")
        self.hover.setProperty("muted", True)
        self.addWidget(self.hover, 1)
        # A forgotten filter looks like a broken tool, so it is in sight also where the tables are closed.
        self.chip = FilterChip(filter_state, themes, self)
        themes.changed.connect(self.chip.refresh_theme)
        themes.changed.connect(self.refresh)
        self.addPermanentWidget(self.chip)
        self._told = QTimer(self)
        self._told.setSingleShot(True)
        self._told.setInterval(TOLD_MS)
        self._told.timeout.connect(self.hover.clear)
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.refresh)
        self._lost = LostCount()
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self.refresh)
        self.refresh()

    def refresh_engine(self) -> None:
        """Show the engine's state, which has changed."""
        self._records = RateMeter(FOLLOWED_S)  # reading what was there already was not a rate
        if self._session.engine_state.phase in LIVE:
            self._timer.start()
        else:
            self._timer.stop()
        self.refresh()

    def refresh_records(self) -> None:
        """Records came; where an engine lives they are counted at its next beat."""
        if not self._timer.isActive():
            self.refresh()

    def refresh_trace(self) -> None:
        """Another trace has other numbers."""
        self.refresh()

    def show_expectations(self, text: str, *, alarm: bool) -> None:
        """How many are met; "" where nothing was judged."""
        self.expectations.setText(text)
        self.expectations.set_leads(bool(text))
        self.expectations.setVisible(bool(text))
        _alarm(self.expectations, "failed" if alarm else "")
        self._leave_out_zeros()

    def show_problems(self, text: str, tip: str, *, alarm: str) -> None:
        """How many were found; "" where nothing was looked at. tip: of when that is. alarm: as `alarm` of a label."""
        self.problems.setText(text)
        self.problems.setToolTip(f"{tip}\nClick to see them")
        self.problems.set_leads(bool(text))
        self.problems.setVisible(bool(text))
        _alarm(self.problems, alarm)
        self._leave_out_zeros()

    def show_written(self, path: Path) -> None:
        """Say that a file is complete."""
        self.hover.setText(f"wrote {path}")
        self._told.start()

    def show_hover(self, text: str) -> None:
        """Names and numbers under the pointer, in whatever room the rest leaves."""
        if text or not self._told.isActive():
            self._told.stop()
            self.hover.setText(text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._leave_out_zeros()

    def refresh(self) -> None:
        """Write all parts of the bar anew."""
        state, trace = self._session.engine_state, self._session.trace
        now, events = time.monotonic(), len(trace.dispatches)
        self._rate.tell(now, events)
        self._records.tell(now, events + len(trace.calls) + trace.forgotten)
        live, follows = state.phase in LIVE, state.phase == "following"
        self._show_sign("lost" if state.trouble else SIGNS.get(state.phase, "stop"))
        self.engine.setText(self._engine_text())
        tip = STILL_TIP if state.stands_still else _writer_of(trace) if follows else ENGINE_TIP
        self.engine.setToolTip(state.trouble or state.waits_for or tip)
        warns = state.trouble or state.stands_still
        _alarm(self.engine, "failed" if state.phase == "failed" else "warning" if warns else "")
        rate, of = (self._records, "records") if follows else (self._rate, "events")
        self.rate.setText(
            f"{count(round(rate.per_second(now)))} {of}/s"
            if live
            else f"{count(events)} {'event' if events == 1 else 'events'}"
        )
        self.rate.setToolTip(RECORDS_TIP if follows else EVENTS_TIP)
        outcomes = trace.calls.outcome
        bad = int(np.count_nonzero((outcomes == Outcome.FAILED) | (outcomes == Outcome.TIMED_OUT)))
        self._number(self.failed, bad, f"failed ({_share(bad, len(trace.calls))})" if bad else "failed", "failed")
        self._number(self.lost, self._lost.of(trace, now), "lost", "warning")
        if wait_ms := self._lost.wait_ms(trace, now):
            self._again.start(wait_ms)
        self._number(self.dropped, trace.dropped, "records dropped", "warning")
        shows_clock = (live or state.virtual_ns) and not follows
        self.clock.setText(f"virtual {span(state.virtual_ns)}" if shows_clock else "")
        if follows:
            behind = self._session.opening.behind()
            is_behind = behind.ns >= BEHIND_NS
            self.late.setText(f"{span(behind.ns)} behind, {count(behind.facts)} facts" if is_behind else "")
            self.late.setToolTip(BEHIND_TIP)
        else:
            self.late.setText(f"up to {span(state.late_ns)} late" if state.is_late else "")
            self.late.setToolTip(LATE_TIP)
        self.next.setText(self._next_text())
        self.forgotten.setText(f"{count(trace.forgotten)} forgotten" if trace.forgotten else "")
        self._show_workers(state.workers)
        for part in (self.forgotten, self.clock, self.late, self.next, self.workers):
            part.setVisible(bool(part.text()))
        self._leave_out_zeros()

    def _leave_out_zeros(self) -> None:
        """Where there is no room for everything, what did not happen is not said."""
        numbers = [part for part in (self.failed, self.lost, self.problems, self.dropped) if part.text()]
        zeros = [part for part in numbers if part.text().startswith("0 ")]
        for part in set(numbers) - set(zeros):
            part.show()
        others = [part for part in self.findChildren(QLabel) if part not in zeros and part.isVisibleTo(self)]
        needed = sum(part.sizeHint().width() for part in (*others, *zeros))
        for part in zeros:
            part.setVisible(needed <= self.width() * ZEROS_SHARE)

    def _engine_text(self) -> str:
        state = self._session.engine_state
        if state.phase == "idle":
            return "no engine runs"
        if state.phase == "following":
            return f"live: {state.engine}"
        if state.trouble:
            return state.trouble
        recording = "" if self._session.recording else ", not recording"
        waits = f", {state.waits_for}" if state.waits_for else ""
        what = "stands still" if state.stands_still else state.phase
        return f"{state.engine} {what}{recording}{waits}".strip()

    def _show_workers(self, joined: tuple[WorkerStatus, ...]) -> None:
        gone = sum(each.is_gone for each in joined)
        there = len(joined) - gone
        parts = [f"{count(there)} {'worker' if there == 1 else 'workers'}"] * bool(joined)
        self.workers.setText(", ".join(parts + [f"{count(gone)} gone"] * bool(gone)))
        lines = [f"{each.title}: {'gone' if each.is_gone else each.clock}" for each in joined[:MOST_TOLD]]
        more = [f"and {count(len(joined) - MOST_TOLD)} more"] * (len(joined) > MOST_TOLD)
        self.workers.setToolTip("\n".join(lines + more))
        _alarm(self.workers, "warning" if gone else "")

    def _next_text(self) -> str:
        state = self._session.engine_state
        if state.phase != "paused":
            return ""
        waiting = f"  ·  {count(len(state.queue))} waiting" if state.queue else ""
        stop = state.next_stop
        if stop is None:
            return f"next: nothing yet{waiting}"
        what = f"call {stop.handler} ← {stop.event}" if stop.kind == "call" else f"dispatch {stop.event}"
        return f"next: {what}{waiting}"

    def _show_sign(self, name: str) -> None:
        theme = self._themes.theme
        if (name, theme.name) != self._sign_shown:
            self._sign_shown = (name, theme.name)
            self._sign.setPixmap(icon(name, theme).pixmap(QSize(14, 14), self.devicePixelRatioF()))

    def _show_failed(self) -> None:
        self.rows_wanted.emit("failures", FAILED)

    def _show_lost(self) -> None:
        self.rows_wanted.emit("dispatches", LOST)

    def _number(self, part: QLabel, number: int, word: str, alarm: str) -> None:
        part.setText(f"{count(number)} {word}")
        _alarm(part, alarm if number else "")
        if isinstance(part, LinkLabel):
            part.set_leads(number > 0)

    def _link(self, name: str, tip: str) -> LinkLabel:
        label = LinkLabel(self)
        label.setAccessibleName(name)
        label.setToolTip(f"{tip}\nClick to see them")
        self.addWidget(label)
        return label

    def _part(self, name: str, tip: str) -> ElidedLabel:
        label = ElidedLabel(self)
        label.setAccessibleName(name)
        label.setToolTip(tip)
        self.addWidget(label)
        return label


def _writer_of(trace: Trace) -> str:
    header = trace.header
    who = who_recorded(header) if header else "A program"
    # A tip that looks like HTML is taken for it, and a capture may say anything.
    return f"<qt>{html.escape(who)} writes this capture, and it is followed. Shift+F5 stops that.</qt>"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "0 %"


def _alarm(label: QLabel, alarm: str) -> None:
    """Colour beside words that say the same."""
    if label.property("alarm") != alarm:
        label.setProperty("alarm", alarm)
        label.style().unpolish(label)
        label.style().polish(label)
