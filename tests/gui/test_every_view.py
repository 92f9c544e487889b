"""Every panel, tab and dialog at the sizes and letters that people have: no text is cut, nothing lies outside."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from tests.helpers.looking import offences
from tests.helpers.walking import views

SCREENS = {"1366x768": (1364, 736), "1000x600": (998, 568), "1366x768 at 150 dpi": (908, 480)}
"""What a screen leaves to a window, in Qt's pixels."""

LETTERS = (8.0, 9.5, 13.0, 16.0)
"""Points: small, usual, large, and the largest that the settings take."""


@pytest.mark.parametrize(("screen", "points"), [*product(SCREENS, LETTERS)])
def test_nothing_is_cut_and_nothing_lies_outside(window: Any, screen: str, points: float) -> None:
    window.wiring.appearance.apply_settings(replace(window.store.read(), font_points=points))
    window.resize(*SCREENS[screen])
    window.panels.reset()
    found = [f"{name}: {offence}" for name, widget in views(window) for offence in offences(widget)]
    assert (window.width(), window.height()) == SCREENS[screen], "something widened the window"
    assert window.timeline.height() >= window.timeline.minimumSizeHint().height(), "no room for lanes"
    assert window.toolbar.search.isVisible(), "the filter fell off the toolbar"
    assert not found, "\n".join(found)


def test_what_is_wrong_is_found(qtbot: Any, clean_qt: None) -> None:
    """The look itself: a cut label and button, one over the other, and one beside the edge."""
    top = QWidget()
    top.resize(400, 200)
    line = QHBoxLayout(top)
    label, button, other = QLabel("a text with no room at all", top), QPushButton("no room", top), QLabel("b", top)
    line.addWidget(label)
    line.addWidget(button)
    line.addWidget(other)
    top.show()
    qtbot.waitExposed(top)
    assert offences(top) == []
    label.setGeometry(0, 0, 40, 20)
    button.setGeometry(30, 0, 20, 20)
    other.setGeometry(390, 0, 60, 20)
    found = "\n".join(offences(top))
    assert "cut: 'a text with no room at all'" in found
    assert "cut: 'no room'" in found
    assert "outside: QLabel" in found
    assert "overlap: " in found
    top.close()
