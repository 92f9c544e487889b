"""The window as the program makes it, on settings of its own, closed without asking."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.collector import Collector
from app.desktop import make_application, make_window
from app.settings_file import SettingsFile
from app.trust import TrustedFiles
from bus.run.handle import MakeRun
from bus.run.runner import own_run
from ui.window import Window


@contextmanager
def opened(make_run: MakeRun = own_run) -> Iterator[Window]:
    """A window that is shown; its engine is stopped and its session closed in the end.

    make_run: where its engines are; unlike in the program they are on threads of the test's process.
    """
    # Unlike in the program it sets nothing aside: the window is to be collected again, and all else is aside already.
    collector = Collector(make_application(), sets_aside=False)
    with collector:
        window = make_window(SettingsFile(), TrustedFiles(), make_run)
        window.show()
        try:
            yield window
        finally:
            _close(window)
    collector.deleteLater()


def _close(window: Window) -> None:
    document = window.session.document
    if document is not None and (document.dirty or document.drafts):
        window.session.new_scenario()  # what is unsaved would be asked about
    for run in window.session.runs.at_stake():
        run.notes.unsaved = False
        run.saved(run.state_to_save())
    window.close()
