"""Letters of another size, chosen while the window is shown: whatever was measured in the old ones is measured anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ui.widgets.palette import Choice, Palette

LARGEST = 16.0


def enlarge(window: Any, points: float = LARGEST) -> None:
    window.wiring.appearance.apply_settings(replace(window.store.read(), font_points=points))


def test_rows_and_columns_of_a_table_grow_with_its_letters(window: Any) -> None:
    view = window.tables.dispatches.view
    view.setColumnWidth(2, 200)
    digit = view.fontMetrics().horizontalAdvance("0")
    enlarge(window)
    assert view.verticalHeader().defaultSectionSize() >= view.fontMetrics().height()
    grown = view.fontMetrics().horizontalAdvance("0") / digit
    assert grown > 1
    assert abs(view.columnWidth(2) - 200 * grown) <= 1


def test_a_column_that_is_hidden_meanwhile_has_room_when_it_comes(window: Any) -> None:
    view = window.tables.dispatches.view
    titles = [column.title for column in window.tables.dispatches.model.columns]
    bus = titles.index("Bus")
    assert view.isColumnHidden(bus)
    enlarge(window)
    window.tables.dispatches.show_column(bus, True)
    assert view.columnWidth(bus) >= view.fontMetrics().horizontalAdvance("0" * 20)


def test_code_and_titles_are_as_large_as_the_rest(window: Any) -> None:
    enlarge(window)
    for widget in (window.emit_panel.form.payload, window.inspector.head.name, window.tables.sql.text):
        assert widget.font().pointSizeF() >= LARGEST - 0.1, widget


def test_the_filter_has_room_beside_the_largest_letters(window: Any) -> None:
    window.resize(1366, 768)
    enlarge(window)
    search = window.toolbar.search
    assert search.isVisible()
    assert window.toolbar.rect().contains(search.geometry())


def test_rows_of_the_palette_are_as_high_as_their_letters(window: Any) -> None:
    enlarge(window)
    palette = Palette("Commands", [Choice("a", "First"), Choice("b", "Second")], window.themes, window)
    palette.show()
    assert palette.view.sizeHintForRow(0) > palette.view.fontMetrics().height()
    palette.close()
