"""The scenario panel on a small shop, written into as a person would."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from bus import scenario
from ui.panels.scenario.panel import ScenarioPanel
from ui.theme import ThemeSource

SHOP = """\
buslens: 1
name: Shop
events:
  # what customers do
  order.placed:
    schema: {type: object, required: [id]}
    sample: {id: 1}
  order.paid: {}
handlers:
  charge_card:
    on: order.placed
    do:
      - wait: 20ms  # the bank
      - emit: order.paid
script:
  - emit: order.placed
"""


def opened_in(folder: Path) -> Any:
    """As much of a session as the panel asks for: the shop is open, from a file."""
    path = folder / "shop.yaml"
    path.write_text(SHOP, encoding="utf-8")
    return SimpleNamespace(document=scenario.load(path))


def shown(qtbot: Any, session: Any, width: int, height: int) -> ScenarioPanel:
    """The panel, of this size."""
    panel = ScenarioPanel(session, ThemeSource())
    qtbot.addWidget(panel)
    panel.resize(width, height)
    panel.show()
    panel.activateWindow()
    return panel


def write(qtbot: Any, line: QLineEdit, text: str) -> None:
    """In place of what stands there, and Return."""
    line.setFocus()
    line.selectAll()
    qtbot.keyClick(line, Qt.Key.Key_Delete)
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)
