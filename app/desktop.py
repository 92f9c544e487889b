"""The window as a program: application, event loop, fonts, session, and what happens when it ends."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import qasync
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app import qt_start
from app.collector import Collector
from app.crash import CrashReport
from app.flights import flights
from app.settings_file import SettingsFile
from app.trust import TrustedFiles
from bus.engine_process import EngineProcesses
from bus.errors import UserError
from bus.flight.recorder import FlightRecorder
from bus.run.handle import MakeRun
from bus.run.runner import own_run
from bus.session import Session
from bus.session.reader_process import ReaderProcess
from bus.trace.forgetting import usual_most
from bus.workers.worker_talk import command_of
from ui.apply_theme import prepare_theme
from ui.fonts import load_fonts, proportional
from ui.icons import ICONS
from ui.theme import ThemeSource
from ui.window import Window

NAME = "buslens"


class CrashRelay(QObject):
    """Brings what the crash report says, on whatever thread, into the window."""

    reported = Signal(object)

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.reported.connect(window.show_error, Qt.ConnectionType.QueuedConnection)

    def say(self, line: str) -> None:
        """Show one line about a mistake of ours."""
        self.reported.emit(UserError(line))


def run_window(paths: Sequence[Path], store: SettingsFile | None = None, trust: TrustedFiles | None = None) -> int:
    """Show the window with these files until it is closed; the exit code of the program."""
    with qt_start.told():
        app = make_application()
        qt_start.check_screen()
    loop = qasync.QEventLoop(app)
    asyncio.set_event_loop(loop)
    with loop, EngineProcesses(command_of("app.engine_process")) as processes:
        window = make_window(store or SettingsFile(), trust or TrustedFiles(), processes.make_run)
        window.session.opening.follow_programs = ReaderProcess
        with watched(window, loop), Collector(window):
            window.show()
            processes.prepare()
            for path in paths:
                window.open(path)
            loop.run_forever()
        window.deleteLater()
    return 0


def make_application() -> QApplication:
    """The one application, with our name, fonts and a style that looks the same everywhere."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    if app.applicationName() == NAME:
        return app
    app.setApplicationName(NAME)
    app.setApplicationDisplayName("Buslens")
    app.setDesktopFileName("buslens")
    app.setApplicationVersion(_version())
    app.setWindowIcon(QIcon(str(ICONS / "buslens.svg")))
    app.setStyle("Fusion")
    load_fonts()
    app.setFont(proportional())
    return app


def make_window(store: SettingsFile, trust: TrustedFiles, make_run: MakeRun = own_run) -> Window:
    """A window with a session of its own, not yet shown. make_run: where its engines are, else in this process."""
    settings = store.read()
    session = Session(settings, trusted=trust.trusts, make_run=make_run)
    session.runs.set_limits(settings.most_runs, settings.most_runs_gb)
    session.most_records = settings.most_records or usual_most()
    session.flight = FlightRecorder(settings.flight, flights())
    themes = ThemeSource()
    themes.set_setting(settings.theme)
    app = QApplication.instance()
    if isinstance(app, QApplication):
        prepare_theme(app, themes.theme, settings.font_points)
    window = Window(session, themes, store, trust)
    if store.problem:
        window.show_error(UserError(store.problem))
    return window


@contextmanager
def watched(window: Window, loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """While the window lives, mistakes of ours are told in it, and Ctrl+C in the terminal closes it."""
    report = sys.excepthook
    previous = signal.signal(signal.SIGINT, Interrupt(window))
    say_before = report.say if isinstance(report, CrashReport) else None
    if isinstance(report, CrashReport):
        report.say = CrashRelay(window).say
        loop.set_exception_handler(report.of_loop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
        if isinstance(report, CrashReport) and say_before is not None:
            report.say = say_before


class Interrupt:
    """Ctrl+C in the terminal: as if the window were closed."""

    def __init__(self, window: Window) -> None:
        self._window = window

    def __call__(self, _number: int, _frame: object) -> None:
        # Later: a window that closes before the loop runs would leave a loop that nothing ends.
        QTimer.singleShot(0, self._window.close)


def _version() -> str:
    try:
        return version("buslens")
    except PackageNotFoundError:
        return "(not installed)"
