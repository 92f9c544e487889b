"""Cycles are collected on the Qt thread, whoever makes them."""

from __future__ import annotations

import gc
import threading
import weakref
from typing import Any

from PySide6.QtCore import QObject

from app.collector import Collector

PATIENCE_MS = 60_000


class Knot:
    """A cycle."""

    def __init__(self) -> None:
        self.self = self


def test_only_the_qt_thread_collects(qtbot: Any) -> None:
    threads: set[int] = set()

    def note(phase: str, _: dict[str, int]) -> None:
        threads.add(threading.get_ident())

    parent = QObject()
    gc.callbacks.append(note)
    try:
        with Collector(parent, sets_aside=False):
            threads.clear()
            watched = weakref.ref(Knot())
            stop = threading.Event()

            def make() -> None:
                while not stop.is_set():
                    for _ in range(2_000):
                        Knot()
                    stop.wait(0.001)

            maker = threading.Thread(target=make)
            maker.start()
            qtbot.waitUntil(lambda: watched() is None, timeout=PATIENCE_MS)
            stop.set()
            maker.join()
        assert threads == {threading.get_ident()}
    finally:
        gc.callbacks.remove(note)
        parent.deleteLater()


def test_it_leaves_the_collector_as_it_was() -> None:
    was, parent = gc.isenabled(), QObject()
    for enabled in (False, True):
        gc.enable() if enabled else gc.disable()
        with Collector(parent, sets_aside=False):
            assert not gc.isenabled()
        assert gc.isenabled() is enabled
    gc.enable() if was else gc.disable()
    parent.deleteLater()


def test_what_somebody_else_has_set_aside_stays_there() -> None:
    parent = QObject()
    gc.freeze()
    with Collector(parent, sets_aside=False):
        pass
    assert gc.get_freeze_count() > 0
    gc.unfreeze()
    with Collector(parent):
        pass
    assert gc.get_freeze_count() == 0
    parent.deleteLater()
