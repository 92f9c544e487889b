"""The window as the program makes it, on settings of its own, closed without asking."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from app.collector import Collector
from app.desktop import make_application, make_window
from app.settings_file import SettingsFile
from app.trust import TrustedFiles
from ui.window import Window


@contextmanager
def opened() -> Iterator[Window]:
    """A window that is shown; its engine is stopped and its session closed in the end."""
    make_application()
    window = make_window(SettingsFile(), TrustedFiles())
    window.show()
    try:
        with Collector(window):
            yield window
    finally:
        document = window.session.document
        if document is not None and (document.dirty or document.drafts):
            window.session.new_scenario()  # what is unsaved would be asked about
        for run in window.session.runs.at_stake():
            run.notes.unsaved = False
            run.saved(run.state_to_save())
        window.close()
