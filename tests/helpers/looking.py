"""Looks at every widget that is shown, as a person would: is a text cut, is something outside of what it stands in?

`offences(window)` names them. A text may be cut where it says so (an ellipsis of its own) and its tip has all of it,
and whatever lies in a scroll area may lie outside of what is seen of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QCheckBox,
    QComboBox,
    QDockWidget,
    QHeaderView,
    QLabel,
    QRadioButton,
    QScrollArea,
    QSplitterHandle,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionTab,
    QStyleOptionToolButton,
    QTabBar,
    QToolBar,
    QToolButton,
    QWidget,
)

from ui.widgets.elided_label import ElidedLabel
from ui.widgets.fold import Heading
from ui.widgets.link_button import LinkButton

SLACK = 1
"""Pixels that a text may be wider than its room: measures are rounded."""


def offences(top: QWidget) -> list[str]:
    """What is wrong with what is shown in `top`; one line for each."""
    found = [_overlapping(a, b) for a, b in overlaps(top)]
    for widget in shown_in(top):
        cut = cut_text(widget)
        if cut:
            found.append(f"cut: {cut!r} in {described(widget)}")
        if outside(widget):
            found.append(f"outside: {described(widget)} is {rect(widget)} in {described(widget.parentWidget())}")
        found += [_overlapping(a, b) for a, b in overlaps(widget)]
    return found


def _overlapping(one: QWidget, other: QWidget) -> str:
    return f"overlap: {described(one)} {rect(one)} and {described(other)} {rect(other)}"


def shown_in(top: QWidget) -> list[QWidget]:
    """Every widget of ours that can be seen, and nothing that Qt keeps inside its own."""
    return [each for each in top.findChildren(QWidget) if each.isVisible() and each.width() and in_sight(each, top)]


def in_sight(widget: QWidget, top: QWidget) -> bool:
    """Whether it belongs to this window, is no hidden part of one of Qt's, and does not lie behind another panel."""
    above: QWidget | None = widget
    while above is not None and not isinstance(above, QDockWidget):
        above = above.parentWidget()
    behind = above is not None and not above.isFloating() and above.visibleRegion().isEmpty()
    return widget.window() is top.window() and not widget.objectName().startswith("qt_") and not behind


def cut_text(widget: QWidget) -> str:
    """The text of which something is missing, "" where all is well."""
    for kind, look in ((QLabel, _of_label), (QAbstractButton, _of_button), (QComboBox, _of_box), (QTabBar, _of_tabs)):
        if isinstance(widget, kind):
            return look(widget)
    return _of_header(widget) if isinstance(widget, QHeaderView) else ""


def _of_label(label: QLabel) -> str:
    if isinstance(label, ElidedLabel) or not label.text() or label.property("may_be_cut"):
        return ""
    room = label.contentsRect().size()
    if label.wordWrap():
        needed = label.heightForWidth(label.width())
        return label.text() if needed > label.height() + SLACK else ""
    hint = label.sizeHint()
    wide = hint.width() > label.width() + SLACK
    high = label.fontMetrics().height() > room.height() + SLACK
    return label.text() if wide or high else ""


def _of_button(button: QAbstractButton) -> str:
    text = button.text().replace("&&", "&")
    if isinstance(button, LinkButton | Heading) and button.elided and button.toolTip():
        return ""
    if not text or _shows_no_text(button) or ("…" in text and button.toolTip()):
        return ""
    if isinstance(button, QCheckBox | QRadioButton):
        return text if button.sizeHint().width() > button.width() + SLACK else ""
    hint = button.sizeHint()
    line = button.fontMetrics().height()
    return text if hint.width() > button.width() + SLACK or line > button.height() - 2 + SLACK else ""


def _shows_no_text(button: QAbstractButton) -> bool:
    if not isinstance(button, QToolButton):
        return False
    option = QStyleOptionToolButton()
    button.initStyleOption(option)
    return option.toolButtonStyle == Qt.ToolButtonStyle.ToolButtonIconOnly and not button.icon().isNull()


def _of_box(box: QComboBox) -> str:
    if box.isEditable() or not box.currentText():
        return ""
    option = QStyleOptionComboBox()
    box.initStyleOption(option)
    field = box.style().subControlRect(
        QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, box
    )
    needed = box.fontMetrics().horizontalAdvance(box.currentText())
    return box.currentText() if needed > field.width() + SLACK and not box.toolTip() else ""


def _of_tabs(bar: QTabBar) -> str:
    for place in range(bar.count()):
        option = QStyleOptionTab()
        bar.initStyleOption(option, place)
        if bar.isTabVisible(place) and option.text != bar.tabText(place):
            return bar.tabText(place)
    return ""


def _of_header(header: QHeaderView) -> str:
    model, parent = header.model(), header.parentWidget()
    if model is None or header.orientation() != Qt.Orientation.Horizontal or parent is None:
        return ""
    for section in range(header.count()):
        text = str(model.headerData(section, Qt.Orientation.Horizontal) or "")
        if header.isSectionHidden(section) or not text:
            continue
        wide = max(header.fontMetrics().horizontalAdvance(line) for line in text.splitlines())
        if wide > header.sectionSize(section) + SLACK:
            tip = model.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
            if not tip:
                return text
    return ""


def outside(widget: QWidget) -> bool:
    """Whether something of it lies beside what it stands in, and cannot be scrolled to."""
    parent = widget.parentWidget()
    if parent is None or widget.isWindow() or isinstance(widget, QSplitterHandle):
        return False
    if _scrolls(parent):
        return _never_reached(widget, parent)
    return not parent.rect().adjusted(-SLACK, -SLACK, SLACK, SLACK).contains(widget.geometry())


def _scrolls(parent: QWidget) -> bool:
    """Whether it is the viewport of a scroll area, or moves what is in it for another reason."""
    above = parent.parentWidget()
    moving = isinstance(above, QAbstractScrollArea | QScrollArea) or isinstance(parent, QAbstractItemView | QTabBar)
    return moving or isinstance(parent, QToolBar)  # which has a menu for what has no room


def _never_reached(widget: QWidget, viewport: QWidget) -> bool:
    """Whether it is wider than what is seen of it, and nothing scrolls there."""
    area = viewport.parentWidget()
    off = isinstance(area, QScrollArea) and area.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAlwaysOff
    return off and widget.width() > viewport.width() + SLACK


def overlaps(parent: QWidget) -> Iterator[tuple[QWidget, QWidget]]:
    """Children of a layout that lie over each other."""
    layout = parent.layout()
    if layout is None:
        return
    children = [layout.itemAt(place).widget() for place in range(layout.count())]
    shown = [child for child in children if child is not None and child.isVisible() and child.width()]
    seen = [child for child in shown if in_sight(child, parent)]
    for place, child in enumerate(seen):
        for other in seen[place + 1 :]:
            if child.geometry().intersected(other.geometry()).size().width() > SLACK and _both_ways(child, other):
                yield child, other


def _both_ways(child: QWidget, other: QWidget) -> bool:
    return child.geometry().intersected(other.geometry()).height() > SLACK


def rect(widget: QWidget) -> str:
    """As a reader of a failed test wants it."""
    place = widget.geometry()
    return f"{place.width()}x{place.height()}+{place.x()}+{place.y()}"


def described(widget: QWidget | None) -> str:
    """Its kind, its names, and what of ours it stands in."""
    if widget is None:
        return "nothing"
    name = widget.accessibleName() or widget.objectName()
    above, owner = widget.parentWidget(), ""
    while above is not None and not type(above).__module__.startswith("ui."):
        above = above.parentWidget()
    if above is not None:
        owner = f" of {type(above).__name__}"
    return f"{type(widget).__name__} {name!r}{owner}"


def on_screen(window: QWidget) -> bool:
    """Whether all of it is on its screen."""
    room = window.screen().availableGeometry()
    return QRect(window.mapToGlobal(QPoint(0, 0)), window.size()).width() <= room.width() and (
        window.height() <= room.height()
    )
