"""One line of the palette: icon, title, a quieter word more, and the shortcut at the right."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QIcon, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from ui.theme import ThemeSource

MORE_ROLE = Qt.ItemDataRole.UserRole + 1
KEYS_ROLE = Qt.ItemDataRole.UserRole + 2
ICON, GAP = 16, 8


class PaletteRow(QStyledItemDelegate):
    """Paints only; the palette decides."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Title first: what is too long is cut from the quieter word."""
        theme = self._themes.theme
        enabled = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        chosen = option.state & QStyle.StateFlag.State_Selected
        area: QRect = option.rect
        if chosen:
            painter.fillRect(area, QColor(theme.selection))
        area = area.adjusted(GAP, 0, -GAP, 0)
        picture = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(picture, QIcon):
            mode = QIcon.Mode.Normal if enabled else QIcon.Mode.Disabled
            picture.paint(painter, QRect(area.left(), area.center().y() - ICON // 2 + 1, ICON, ICON), mode=mode)
        words = area.adjusted(ICON + GAP, 0, 0, 0)
        # The quieter colour is only quiet on the plain ground; on the selection it would be too faint.
        quiet = QColor(theme.text if chosen else theme.muted)
        keys = str(index.data(KEYS_ROLE) or "")
        painter.setPen(quiet)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, keys)
        words.setRight(words.right() - painter.fontMetrics().horizontalAdvance(keys) - (GAP if keys else 0))
        used = self._draw(painter, words, str(index.data()), QColor(theme.text if enabled else theme.control))
        words.setLeft(words.left() + used + GAP)
        self._draw(painter, words, str(index.data(MORE_ROLE) or ""), quiet if enabled else QColor(theme.control))

    def _draw(self, painter: QPainter, area: QRect, text: str, colour: QColor) -> int:
        if area.width() <= GAP:
            return 0
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.setPen(colour)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        return painter.fontMetrics().horizontalAdvance(shown)
