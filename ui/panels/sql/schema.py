"""The tables that a query may ask and their columns, beside the editor: a click puts a column into the query."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from bus.sql.query import columns
from bus.sql.tables import ABOUT


class SqlSchema(QTreeWidget):
    """One branch for each table; what it is about stands in its tip."""

    wanted = Signal(str)
    """The name of a column or table."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setHeaderHidden(True)
        self.setAccessibleName("Tables and columns")
        self.setMinimumWidth(90)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIndentation(12)
        for table, names in columns().items():
            branch = QTreeWidgetItem(self, [table])
            branch.setToolTip(0, f"{table}: {ABOUT[table]}. A double click puts its name into the query.")
            for name in names:
                leaf = QTreeWidgetItem(branch, [name])
                leaf.setToolTip(0, f"{table}.{name}: a click puts it into the query")
        self.itemClicked.connect(self._clicked)
        self.itemActivated.connect(self._activated)

    def _clicked(self, item: QTreeWidgetItem) -> None:
        if item.parent() is not None:
            self.wanted.emit(item.text(0))
        else:
            item.setExpanded(not item.isExpanded())

    def _activated(self, item: QTreeWidgetItem) -> None:
        if item.parent() is None:
            self.wanted.emit(item.text(0))
