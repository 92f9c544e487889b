"""The window is opened by the application, where there is a display."""

from __future__ import annotations

import sys

import pytest

from buslens.launching.window import command_for, why_none


def test_without_a_display_it_is_said_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("buslens.application.why_not", lambda: None)
    assert why_none({}, "linux") == "--window needs a display, and none is set here (DISPLAY, WAYLAND_DISPLAY)"
    assert why_none({"DISPLAY": ":0"}, "linux") == why_none({}, "darwin") == ""
    monkeypatch.setattr("buslens.application.why_not", lambda: "the application is needed")
    assert why_none({"DISPLAY": ":0"}, "linux") == "the application is needed"


def test_it_is_opened_by_the_application() -> None:
    assert command_for("/tmp/x.buslens") == [sys.executable, "-m", "buslens", "open", "/tmp/x.buslens"]
