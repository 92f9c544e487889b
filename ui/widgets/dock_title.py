"""The title of a panel with its two buttons, drawn by us so that they can be seen and have names."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from ui.icons import icon
from ui.theme import ThemeSource


class DockTitle(QWidget):
    """The title bar of a panel; dragging it moves the panel."""

    def __init__(self, dock: QDockWidget, themes: ThemeSource) -> None:
        super().__init__(dock)
        self._dock = dock
        self._themes = themes
        self.setObjectName("dock_title")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        title = dock.windowTitle()
        self.detach = self._button(f"Detach {title}", "Make it a window of its own, or dock it again")
        self.close_panel = self._button(f"Close {title}", "Hide this panel; the View menu brings it back")
        self.detach.clicked.connect(self._toggle_floating)
        self.close_panel.clicked.connect(dock.close)
        line = QHBoxLayout(self)
        line.setContentsMargins(9, 2, 4, 2)
        line.setSpacing(1)
        self._title = QLabel(title, self)
        line.addWidget(self._title)
        line.addStretch(1)
        line.addWidget(self.detach)
        line.addWidget(self.close_panel)
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()

    def show_title(self, *, shown: bool) -> None:
        """Where a tab says the title already, it is not said again."""
        self._title.setVisible(shown)

    def refresh_theme(self) -> None:
        """Icons in the theme's colours."""
        self.detach.setIcon(icon("detach", self._themes.theme))
        self.close_panel.setIcon(icon("close", self._themes.theme))

    def _toggle_floating(self) -> None:
        self._dock.setFloating(not self._dock.isFloating())

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setAccessibleName(name)
        button.setToolTip(tip)
        button.setIconSize(QSize(13, 13))
        button.setAutoRaise(True)
        return button
