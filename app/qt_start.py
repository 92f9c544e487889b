"""Qt ends the process with a core dump where it cannot start; before it does, this says why in one sentence.

The reasons stand in its messages, the fatal one last: a platform plugin that does not exist or lacks a library, or a
display that refuses us.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication

from app import qt_messages
from app.cli_output import complain
from bus.errors import UserError

CANNOT_START = 2


@contextmanager
def told() -> Iterator[None]:
    """While Qt starts: what would abort the process ends it with one sentence and exit code 2."""
    messages: list[str] = []

    def listen(kind: QtMsgType, _where: QMessageLogContext, text: str) -> None:
        messages.append(text)
        if kind == QtMsgType.QtFatalMsg:
            complain(str(qt_messages.why(messages)))
            os._exit(CANNOT_START)  # Qt aborts as soon as this returns

    before = qInstallMessageHandler(listen)
    try:
        yield
    finally:
        qInstallMessageHandler(before)
    for text in messages:
        if sys.stderr is not None:
            print(text, file=sys.stderr)


def check_screen() -> None:
    """Some plugins start without a screen, and crash at the first window. Raises UserError."""
    if QGuiApplication.primaryScreen() is None:
        name = QGuiApplication.platformName()
        raise UserError(
            f"Qt's platform plugin {name} finds no screen", hint=qt_messages.chosen() or "buslens run works without"
        )
