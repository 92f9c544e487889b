"""What a GUI test must leave behind: nothing. A widget, timer or thread that outlives its test fails it.

The cyclic collector rests while the test runs: run from inside pytest-qt's event loop it has crashed PySide.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QThread, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

PATIENCE_S = 60.0
Thing = TypeVar("Thing", bound=QObject)


@contextmanager
def leaves_nothing() -> Iterator[None]:
    """Around one GUI test."""
    gc.collect()
    # What is there already is none of this test's: looking through all of it four times would take half a second.
    gc.freeze()
    gc.disable()
    before = {thread.ident for thread in threading.enumerate()}
    timers = {id(timer) for timer in _active_timers()}
    try:
        yield
        _close_everything()
    finally:
        gc.enable()
    left = [
        *(f"widget {_described(widget)}" for widget in QApplication.topLevelWidgets()),
        *(f"timer {_described(timer)}" for timer in _active_timers() if id(timer) not in timers),
        *(f"thread {thread.name}" for thread in _running_threads(before)),
        *(f"thread {_described(thread)}" for thread in _running_qt_threads()),
    ]
    assert not left, "this test left behind: " + ", ".join(left)


def _close_everything() -> None:
    for widget in QApplication.topLevelWidgets():
        widget.close()
        # A completer deletes its popup itself, and holds a bare pointer to it.
        if widget.windowType() != Qt.WindowType.Popup:
            widget.deleteLater()
    # A deleted object may schedule the deletion of what it owned: a few rounds reach the end.
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
    QThreadPool.globalInstance().waitForDone(int(PATIENCE_S * 1000))


def _active_timers() -> list[QTimer]:
    return [thing for thing in _alive(QTimer) if thing.isActive()]


def _running_qt_threads() -> list[QThread]:
    return [thing for thing in _alive(QThread) if thing.isRunning() and not thing.isMainThread()]


def _running_threads(before: set[int | None]) -> list[threading.Thread]:
    started = [thread for thread in threading.enumerate() if thread.ident not in before]
    for thread in started:
        thread.join(PATIENCE_S)
    return [thread for thread in started if thread.is_alive()]


def _alive(kind: type[Thing]) -> list[Thing]:
    # By their ids: whatever else is alive may be of a class that must not be asked for its hash.
    kinds = {id(each) for each in _with_subclasses(kind)}
    return [thing for thing in gc.get_objects() if id(type(thing)) in kinds and isValid(thing)]


def _with_subclasses(kind: type) -> set[type]:
    return {kind}.union(*map(_with_subclasses, kind.__subclasses__()))


def _described(thing: QObject) -> str:
    return f"{type(thing).__name__} {thing.objectName()}".rstrip()
