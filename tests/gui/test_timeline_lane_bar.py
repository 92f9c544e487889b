"""The kept picture of the lanes' scroll bar is what the style would draw."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QScrollBar, QWidget

from ui.timeline.lane_bar import LaneBar


def test_it_looks_as_any_other_wherever_it_stands_and_whatever_its_colours(qtbot: Any) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    ours, other = LaneBar(window), QScrollBar(Qt.Orientation.Vertical, window)
    light, dark = window.palette(), QPalette(QColor("#222222"))
    looks = ((0, 50, 300, light), (40, 50, 300, light), (40, 90, 200, light), (40, 90, 200, dark))
    pictures = []
    for value, most, height, palette in looks:
        for bar in (ours, other):
            bar.setPalette(palette)
            bar.setRange(0, most)
            bar.setPageStep(100)
            bar.setValue(value)
            bar.resize(14, height)
        shown, wanted = pixels(ours), pixels(other)
        assert np.abs(shown - wanted).max() <= 2  # blended once more, which rounds
        pictures.append(shown.tobytes())
    assert len(set(pictures)) == len(looks)


def pixels(bar: QScrollBar) -> Any:
    image = bar.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), np.uint8).astype(int)
