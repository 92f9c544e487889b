"""The flow of one difference in both traces side by side."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from bus.analysis.diff import Line, words
from bus.analysis.diff.side_by_side import MOST_LINES
from ui.diff.list import sign_colours
from ui.theme import Theme

EM_SPACE = "\u2003"
WHERE = Qt.ItemDataRole.UserRole


class FlowList(QTreeWidget):
    """A line for each emit and call. Choosing one asks for what it is in B."""

    item_wanted = Signal(str, object)
    """Kind ("dispatch" or "call") and id."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Side by side")
        self.setHeaderLabels(["", *words.AB])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(True)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(28)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.currentItemChanged.connect(self._chosen)

    def show_flow(self, lines: Sequence[Line], theme: Theme) -> None:
        """Show this flow instead of any other."""
        colours = sign_colours(theme)
        blocked = self.blockSignals(True)
        self.clear()
        self.addTopLevelItems([_item(line, colours) for line in lines])
        if len(lines) >= MOST_LINES:
            self.addTopLevelItem(QTreeWidgetItem(["", f"… the first {MOST_LINES} emits and calls are shown"]))
        self.blockSignals(blocked)

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        where = item.data(0, WHERE) if item is not None else None
        if where is not None:
            self.item_wanted.emit(*where)


def _item(line: Line, colours: dict[str, str]) -> QTreeWidgetItem:
    sign = words.sign(line.what)
    texts = ["" if side is None else _moved_in(words.side_text(line, side)) for side in line.sides]
    item = QTreeWidgetItem([sign, *texts])
    item.setTextAlignment(0, Qt.AlignmentFlag.AlignCenter)
    for column in range(3):
        if sign:
            item.setForeground(column, QColor(colours[sign]))
        if column:
            item.setToolTip(column, texts[column - 1].strip())
    in_b = line.sides[1]
    item.setData(0, WHERE, (in_b.kind, in_b.id) if in_b is not None else None)
    return item


def _moved_in(text: str) -> str:
    """Two blanks in front are hardly to be seen between letters of different width: as wide as an M instead."""
    name = text.lstrip()
    return EM_SPACE * ((len(text) - len(name)) // 2) + name
