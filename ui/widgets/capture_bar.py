"""What a person must know of the capture in view: how far it is open, and that it is damaged or not all there."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from bus.capture import completeness
from bus.session import Session
from ui.icons import icon
from ui.theme import ThemeSource

STEPS = 1000


class CaptureBar(QFrame):
    """A bar that tells what is missing of the capture; hidden while it is whole."""

    def __init__(self, session: Session, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("capture_bar")
        self.setAccessibleName("Capture")
        self._session, self._themes = session, themes
        self._dismissed = ""
        self._icon = QLabel(self)
        self.says = QLabel(self)
        self.says.setTextFormat(Qt.TextFormat.PlainText)
        self.says.setWordWrap(True)
        self.progress = QProgressBar(self)
        self.progress.setRange(0, STEPS)
        self.progress.setFixedWidth(240)
        self.progress.setAccessibleName("How much of the capture is open")
        self.cancel = QPushButton("Cancel", self)
        self.cancel.setAccessibleName("Stop opening the capture")
        self.cancel.setToolTip("Keep what is there, and read no further")
        self.dismiss = QPushButton("Dismiss", self)
        self.dismiss.setAccessibleName("Hide this message")
        self.dismiss.setToolTip("Hide this message")
        self.cancel.clicked.connect(self._cancel)
        self.dismiss.clicked.connect(self._dismiss)
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 5, 8, 5)
        line.setSpacing(6)
        line.addWidget(self._icon)
        line.addWidget(self.says, 1)
        line.addWidget(self.progress)
        line.addWidget(self.cancel)
        line.addWidget(self.dismiss)
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()
        self.hide()

    def refresh_records(self) -> None:
        """More of it is there, or all."""
        loading, damage = self._session.loading, self._message()
        if loading is not None:
            self.says.setText(f"Opening {loading.path.name}: what is there is shown already.")
            self.progress.setValue(round(loading.share * STEPS))
        else:
            self.says.setText(damage)
        if not damage:
            self._dismissed = ""
        self.progress.setVisible(loading is not None)
        self.cancel.setVisible(loading is not None)
        self.dismiss.setVisible(loading is None)
        self._icon.setVisible(loading is None)
        self.setVisible(loading is not None or (damage != "" and damage != self._dismissed))

    def refresh_theme(self) -> None:
        """The icon in the theme's amber."""
        self._icon.setPixmap(icon("untrusted", self._themes.theme).pixmap(16, 16))

    def _message(self) -> str:
        session, trace = self._session, self._session.trace
        if trace.raw.path is None or session.loading is not None or session.following is not None:
            trouble = session.engine_state.trouble if session.following is not None else ""
            return trace.damage or trace.raw.problem or trouble  # a run, or more comes
        return " ".join(completeness.warnings(trace))

    def _cancel(self) -> None:
        self._session.cancel_loading()

    def _dismiss(self) -> None:
        self._dismissed = self._message()
        self.refresh_records()
