"""The flow of one difference with both traces over each other: one axis of time since the flow began, A above B."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from bus.analysis.diff import Line, words
from bus.analysis.diff.side_by_side import MOST_LINES, Side
from ui.diff.list import sign_colours
from ui.number_text import span
from ui.theme import Theme
from ui.timeline.colours import blend, diamond

EM_SPACE = "\u2003"
WHERE = Qt.ItemDataRole.UserRole
STRIPES = Qt.ItemDataRole.UserRole + 1
"""What Stripes are painted in the cell, and in which Theme."""

BARS = 2
"""The column of the bars."""

MARGIN_X, MARGIN_Y = 8, 2
LEAST = 2.0
"""Pixels: what took no time is seen too."""


@dataclass(frozen=True, slots=True)
class Stripes:
    """One emit or call of both traces on the flow's axis."""

    sides: tuple[Side | None, Side | None]
    whole_ns: int
    """How long the axis is."""


class OverlayList(QTreeWidget):
    """A line for each emit and call. Choosing one asks for what it is in B."""

    item_wanted = Signal(str, object)
    """Kind ("dispatch" or "call") and id."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Over each other")
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setItemDelegateForColumn(BARS, StripesCell(self))
        self.setHeaderLabels(["", "Emit or Call", ""])
        header = self.header()
        header.setMinimumSectionSize(28)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.setColumnWidth(1, 280)
        self.currentItemChanged.connect(self._chosen)

    def show_flow(self, lines: Sequence[Line], theme: Theme) -> None:
        """Show this flow instead of any other."""
        colours, whole = sign_colours(theme), whole_of(lines)
        a, b = words.AB
        self.headerItem().setText(BARS, f"{a} above, {b} below; from the first emit on, {span(whole)} in all")
        blocked = self.blockSignals(True)
        self.clear()
        self.addTopLevelItems([_item(line, whole, colours, theme) for line in lines])
        if len(lines) >= MOST_LINES:
            self.addTopLevelItem(QTreeWidgetItem(["", f"… the first {MOST_LINES} emits and calls are shown"]))
        self.blockSignals(blocked)

    def _chosen(self, item: QTreeWidgetItem | None) -> None:
        where = item.data(0, WHERE) if item is not None else None
        if where is not None:
            self.item_wanted.emit(*where)


class StripesCell(QStyledItemDelegate):
    """Paints the STRIPES of an item."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        found = index.data(STRIPES)
        if found is not None:
            stripes, theme = found
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            paint_stripes(painter, QRectF(option.rect), stripes, theme)
            painter.restore()


def whole_of(lines: Sequence[Line]) -> int:
    """How long the axis is: until the last that is known to have ended or begun in either flow."""
    sides = [side for line in lines for side in line.sides if side is not None]
    return max((side.since_ns + max(0, side.duration_ns) for side in sides), default=0)


def paint_stripes(painter: QPainter, cell: QRectF, stripes: Stripes, theme: Theme) -> None:
    """A in the upper half, hollow; B in the lower half, filled. An emit is a diamond; what failed is red."""
    area = cell.adjusted(MARGIN_X, MARGIN_Y, -MARGIN_X, -MARGIN_Y)
    half = area.height() / 2
    painter.setPen(QPen(QColor(theme.border), 1))
    painter.drawLine(QLineF(area.left(), area.center().y(), area.right(), area.center().y()))
    for number, side in enumerate(stripes.sides):
        if side is not None:
            room = QRectF(area.left(), area.top() + number * half, area.width(), half)
            _paint_side(painter, room, side, stripes.whole_ns, theme, filled=number == 1)


def _paint_side(painter: QPainter, room: QRectF, side: Side, whole_ns: int, theme: Theme, *, filled: bool) -> None:
    scale = (room.width() - LEAST) / max(1, whole_ns)
    left = room.left() + side.since_ns * scale
    is_wrong = bool(side.says)
    ink = QColor(theme.accent if side.kind == "dispatch" else theme.ok)
    if is_wrong:
        ink = QColor(theme.warning if side.kind == "dispatch" else theme.failed)
    painter.setPen(QPen(ink, 1.2))
    painter.setBrush(ink if filled else QColor(theme.background))
    if side.kind == "dispatch":
        painter.drawPolygon(diamond(left + 1, room.center().y(), room.height() / 2))
        return
    goes_on = side.duration_ns < 0
    right = room.right() if goes_on else left + max(LEAST, side.duration_ns * scale)
    bar = QRectF(left, room.top() + 0.5, right - left, room.height() - 1)
    if goes_on:
        painter.setPen(QPen(ink, 1.2, Qt.PenStyle.DotLine))
        painter.setBrush(blend(ink, QColor(theme.background), 0.7))
    painter.drawRect(bar)


def _item(line: Line, whole: int, colours: dict[str, str], theme: Theme) -> QTreeWidgetItem:
    sign = words.sign(line.what)
    name = next(side.name for side in line.sides if side is not None)
    item = QTreeWidgetItem([sign, EM_SPACE * line.depth + name])
    item.setTextAlignment(0, Qt.AlignmentFlag.AlignCenter)
    for column in (0, 1):
        if sign:
            item.setForeground(column, QColor(colours[sign]))
    said = [
        f"{of}  {words.side_text(line, side).strip()}" for of, side in zip(words.AB, line.sides, strict=True) if side
    ]
    for column in (1, BARS):
        item.setToolTip(column, "\n".join(said))
    item.setData(BARS, STRIPES, (Stripes(line.sides, whole), theme))
    in_b = line.sides[1]
    item.setData(0, WHERE, (in_b.kind, in_b.id) if in_b is not None else None)
    return item
