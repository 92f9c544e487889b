"""Buses that cannot be watched without changing the program that has them: a capture says so, and why."""

from __future__ import annotations

_QT = "buslens does not watch the signals of {}: Qt lets nobody listen without being one of their receivers"

UNWATCHED = {"PySide6": _QT.format("PySide6"), "PyQt6": _QT.format("PyQt6")}
"""By the package that a program imports which has such buses."""
