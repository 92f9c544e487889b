"""The programs of this user that are watched, live, as a tree of their processes; one is opened with all of them."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QColor
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from bus.errors import UserError
from bus.programs.listing import ListedProcess, ListedSession, listed
from ui.number_text import clock_text, count
from ui.screen import sheet_size
from ui.theme import ThemeSource
from ui.widgets.empty_hint import EmptyHint

SIZE = QSize(760, 460)
LOOK_MS = 1000
FOLDER = Qt.ItemDataRole.UserRole
COLUMNS = ("Program", "Process", "Python", "Buses", "Since", "State")
NOTHING, HOW = "No program is watched", "Start one in a terminal: buslens record -- python app.py"
ABOUT = "What buslens record has started, now and in the last day. Watching shows all processes of a program together."


class ProgramsSheet(QDialog):
    """Looks once a second while it is open. It does not stop the window."""

    open_wanted = Signal(str)
    """The folder of a session."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Programs")
        self.setAccessibleName("Programs")
        about = QLabel(ABOUT, self)
        about.setWordWrap(True)
        about.setProperty("muted", True)
        self.tree = QTreeWidget(self)
        self.tree.setAccessibleName("Programs that are watched")
        self.tree.setColumnCount(len(COLUMNS))
        self.tree.setHeaderLabels(COLUMNS)
        self.tree.setUniformRowHeights(True)
        self.tree.header().setStretchLastSection(True)
        self.tree.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.tree.itemActivated.connect(self._open)
        self.tree.currentItemChanged.connect(self._chosen)
        self.nothing = EmptyHint(NOTHING, HOW, self)
        self.watch = QPushButton("Watch", self)
        self.watch.setToolTip("Show what all processes of this program record, and go on with it")
        self.watch.clicked.connect(self._open)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        line = QHBoxLayout()
        line.addWidget(self.watch)
        line.addStretch(1)
        line.addWidget(buttons)
        rows = QVBoxLayout(self)
        rows.setSpacing(8)
        rows.addWidget(about)
        rows.addWidget(self.tree, 1)
        rows.addWidget(self.nothing, 1)
        rows.addLayout(line)
        self._shown: list[ListedSession] | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(LOOK_MS)
        themes.changed.connect(self._show_anew)
        self.refresh()
        self.resize(sheet_size(SIZE, parent))

    def refresh(self) -> None:
        """Show what is there now, and keep what is chosen."""
        try:
            found, why = listed(), ""
        except UserError as error:
            found, why = [], str(error)
        if found == self._shown:
            return
        chosen = self._folder()
        self._shown = found
        self.tree.clear()
        for session in found:
            for process in session.processes:
                self.tree.addTopLevelItem(_item(process, session, QColor(self._themes.theme.muted)))
        self.tree.expandAll()
        self._choose(chosen)
        self.tree.setVisible(bool(found))
        self.nothing.setVisible(not found)
        self.nothing.set_text(NOTHING, why or HOW)
        self._chosen()

    def _show_anew(self) -> None:
        self._shown = None
        self.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._timer.stop()
        super().closeEvent(event)

    def _choose(self, folder: str) -> None:
        tops = [self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount())]
        same = [item for item in tops if item is not None and item.data(0, FOLDER) == folder]
        first = same or [item for item in tops if item is not None]
        if first:
            self.tree.setCurrentItem(first[0])

    def _folder(self) -> str:
        item = self.tree.currentItem()
        return str(item.data(0, FOLDER)) if item is not None else ""

    def _chosen(self) -> None:
        folder = self._folder()
        can = any(str(each.folder) == folder and each.has_records for each in self._shown or [])
        self.watch.setEnabled(can)

    def _open(self) -> None:
        if self.watch.isEnabled():
            self.open_wanted.emit(self._folder())
            self.close()


def _item(process: ListedProcess, session: ListedSession, ended: QColor) -> QTreeWidgetItem:
    texts = (
        process.title,
        str(process.pid),
        process.python,
        count(process.buses),
        clock_text(process.began_s),
        process.state,
    )
    item = QTreeWidgetItem(list(texts))
    item.setData(0, FOLDER, str(session.folder))
    item.setTextAlignment(3, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    item.setToolTip(0, str(session.folder))
    if not process.is_alive:
        for column in range(len(COLUMNS)):
            item.setForeground(column, ended)
    item.addChildren([_item(child, session, ended) for child in process.children])
    return item
