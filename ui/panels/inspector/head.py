"""The top of the inspector: what is selected, how it ended, and where its handler stands in the source."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from bus.trace.ids import id_text
from ui.panels.inspector.facts import InspectorFacts
from ui.panels.inspector.section import link_button, link_style, plain_label
from ui.panels.state_icons import look
from ui.source.opening import source_exists
from ui.table_model import one_line
from ui.theme import ThemeSource
from ui.widgets.breaking_label import BreakingLabel


class InspectorHead(QWidget):
    """The top of the inspector: name, number, outcome with its icon, and a link to the source."""

    source_wanted = Signal(str, int)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._facts: InspectorFacts | None = None
        self.name = BreakingLabel(self)
        self.name.setObjectName("inspector_name")
        self.number = plain_label(self)
        self.number.setProperty("muted", True)
        self._icon = QLabel(self)
        self.outcome = plain_label(self)
        self.source = link_button(self)
        self.source.clicked.connect(self._open)
        line = QHBoxLayout()
        line.setSpacing(4)
        for part in (self.number, self._icon, self.outcome):
            line.addWidget(part)
        line.addStretch(1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        rows.addWidget(self.name)
        rows.addLayout(line)
        rows.addWidget(self.source)

    def show_head(self, facts: InspectorFacts) -> None:
        """Show the name, number and outcome of what is selected."""
        self._facts = facts
        self.name.setText(one_line(facts.name))
        self.number.setText(f"{facts.kind} #{id_text(facts.id)}")
        self.outcome.setText(facts.outcome)
        self.outcome.setAccessibleName(f"Outcome: {facts.outcome}")
        file, line = facts.place
        self.source.setVisible(bool(file))
        self.source.setEnabled(source_exists(file))
        self.source.setText(f"{PurePath(file).name}:{line}".replace("&", "&&"))
        self.source.setAccessibleName(f"Show the handler's source, {PurePath(file).name} line {line}")
        where = f"{file}:{line}"
        self.source.setToolTip(f"Show {where}" if source_exists(file) else f"{where} is not on this machine")
        self.refresh_theme()

    def refresh_theme(self) -> None:
        """Icon and colour of the outcome in the theme that is shown now."""
        self.source.setStyleSheet(link_style(self._themes.theme))
        shown = look(self._themes.theme, self._facts.state) if self._facts else None
        self._icon.setVisible(shown is not None)
        self.outcome.setStyleSheet(f"color: {shown.colour.name()};" if shown else "")
        if shown is not None:
            self._icon.setPixmap(shown.icon.pixmap(QSize(14, 14), self.devicePixelRatioF()))

    def _open(self) -> None:
        if self._facts is not None:
            self.source_wanted.emit(*self._facts.place)
