"""What Qt says before it would abort, as the sentence that a person reads."""

from __future__ import annotations

import pytest

from app import qt_messages, system_libraries

FATAL = (
    "This application failed to start because no Qt platform plugin could be initialized. Reinstalling the "
    "application may fix this problem.\n\nAvailable platform plugins are: minimal, xcb, offscreen.\n"
)


@pytest.fixture(autouse=True)
def nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(system_libraries, "missing", lambda: [])


def test_a_plugin_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "nonsense")
    said = str(qt_messages.why(['Could not find the Qt platform plugin "nonsense" in ""', FATAL]))
    assert said == (
        "Qt has no platform plugin 'nonsense'; there are minimal, offscreen, xcb "
        "(QT_QPA_PLATFORM says nonsense: unset it)"
    )


def test_a_display_that_refuses() -> None:
    said = ["could not connect to display :77", 'Could not load the Qt platform plugin "xcb" in "" even though', FATAL]
    assert str(qt_messages.why(said)) == "Qt cannot connect to the display :77"
    assert str(qt_messages.why(["could not connect to display ", FATAL])) == "there is no display: DISPLAY is not set"


def test_a_library_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_libraries, "missing", lambda: ["libxcb-cursor.so.0"])
    said = str(qt_messages.why(['Could not load the Qt platform plugin "xcb" in "" even though it was found.', FATAL]))
    assert "libxcb-cursor.so.0 is missing" in said
    assert "sudo apt-get install libxcb-cursor0" in said


def test_anything_else_is_said_in_qts_words() -> None:
    assert str(qt_messages.why(["Could not initialize egl display"])) == (
        "Qt cannot start: Could not initialize egl display"
    )
    assert "does not say why" in str(qt_messages.why([]))
