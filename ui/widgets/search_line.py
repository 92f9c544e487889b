"""The one search line: what is typed filters timeline and tables, completed over fields and names."""

from __future__ import annotations

from PySide6.QtCore import QStringListModel, Qt, QTimer
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget

from bus.session import Session
from ui.filter_state import FilterState
from ui.icons import icon
from ui.theme import ThemeSource
from ui.widgets.caret_note import CaretNote
from ui.widgets.completions import completions, word_at

_PAUSE_MS = 200
"""A filter is applied when the person pauses: half a word is not a mistake yet."""


class SearchLine(QLineEdit):
    """The field of the filter: Enter applies at once, Escape clears."""

    def __init__(
        self, session: Session, filter_state: FilterState, themes: ThemeSource, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._state = filter_state
        self.setPlaceholderText("event:order.* outcome:failed duration>50ms text")
        self._themes = themes
        # Qt's own clear button has an icon that no theme colours.
        self._clear = QAction("Clear the filter", self)
        self._clear.triggered.connect(self._clear_all)
        self._clear.setVisible(False)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self.textChanged.connect(self._show_clear)
        themes.changed.connect(self.refresh_theme)
        self.refresh_theme()
        self.setAccessibleName("Filter")
        self.setToolTip(
            "Filter dispatches and calls by fields, names, and words in errors, notes and payloads (/)\n"
            "Enter applies, Escape clears"
        )
        self.note = CaretNote(self, themes)
        self._words = QStringListModel(self)
        self._completer = QCompleter(self._words, self)
        self._completer.setWidget(self)
        self.proposals = QListView(self)
        self.proposals.setObjectName("proposals")
        self.proposals.setAccessibleName("Proposals for the filter")
        self._completer.setPopup(self.proposals)
        self._completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.activated.connect(self._insert)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.apply)
        self.textEdited.connect(self._edited)
        self.returnPressed.connect(self._entered)
        filter_state.changed.connect(self.refresh)

    def apply(self) -> None:
        """Filter by what stands in the line now."""
        self._pause.stop()
        self._state.set_text(self.text())
        self.refresh()

    def refresh(self) -> None:
        """Show what the state says; the person's own unfinished text stays as it is."""
        if self._pause.isActive():
            return
        if self.text().strip() != self._state.text:
            self.setText(self._state.text)
        error = self._state.error
        if error is None or not self.text() or self.proposals.isVisible():
            self.note.hide()  # what is proposed may be what is missing
        else:
            words = f"{error.problem} – {error.hint}" if error.hint else error.problem
            self.note.show_at(error.at.column if error.at else 1, words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape clears, the proposals first; while they are shown, the keys that choose one belong to them.

        Enter chooses only what is highlighted: without, it means the words as they were typed.
        """
        proposed, chosen = self.proposals.isVisible(), self.proposals.selectionModel().hasSelection()
        if proposed and event.key() == Qt.Key.Key_Escape:
            self._entered()
        elif proposed and event.key() == Qt.Key.Key_Tab:
            event.ignore()
        elif proposed and chosen and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self._clear_all()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving the line applies what was typed."""
        super().focusOutEvent(event)
        if self._pause.isActive() and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.apply()

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self._clear.setIcon(icon("close", self._themes.theme))

    def _entered(self) -> None:
        self.proposals.hide()
        self.apply()

    def _clear_all(self) -> None:
        self.clear()
        self.apply()

    def _show_clear(self) -> None:
        self._clear.setVisible(bool(self.text()))

    def _edited(self) -> None:
        self.note.hide()
        self._pause.start()
        self._propose()

    def _propose(self) -> None:
        found = completions(self._session.trace.names, self.text()[: self.cursorPosition()])
        self._words.setStringList(found)
        if found:
            self._completer.complete()
        else:
            self.proposals.hide()

    def _insert(self, proposal: str) -> None:
        text, caret = self.text(), self.cursorPosition()
        start = caret - len(word_at(text[:caret]))
        # A field waits for its value; a finished term for the next one.
        blank = "" if proposal[-1:] in ":<>=" or text[caret : caret + 1] == " " else " "
        self.setText(text[:start] + proposal + blank + text[caret:])
        self.setCursorPosition(start + len(proposal) + len(blank))
        self._pause.start()
