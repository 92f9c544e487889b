"""A table of statistics: one row for each event or handler, over the same model as every other table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from bus.analysis.statistics import Span, Statistic
from bus.number_words import tip
from bus.session import Session
from bus.trace.trace import Trace
from ui.number_text import count, span
from ui.panels.tables.view import RecordTable
from ui.table_model import Column, TableModel
from ui.theme import ThemeSource


class Aggregates(QObject):
    """One table of statistics; its rows are numbers into the list that was counted last."""

    def __init__(
        self,
        title: str,
        counted: Callable[[Trace, Span | None], Sequence[Statistic]],
        session: Session,
        themes: ThemeSource,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._counted = counted
        self._session = session
        self._list: Sequence[Statistic] = ()
        self._seconds = 0.0
        """That were counted."""

        self._order: tuple[int, bool] | None = None
        self.model = TableModel(self._columns(title), themes, self)
        self.view = RecordTable(self.model, themes, f"Statistics by {title.lower()}", parent)
        self.view.set_following(False)
        self.view.hint = "No statistics yet. They are counted while the bus runs."
        self.view.order_wanted.connect(self._order_wanted)

    @property
    def chosen_name(self) -> str:
        """The event or handler of the current row, "" for none."""
        row = self.model.trace_row(self.view.currentIndex().row())
        return self._list[row].name if 0 <= row < len(self._list) else ""

    def refresh(self, stretch: Span | None = None) -> None:
        """Count again, in a stretch of time or in all of it; columns of what is seldom come where there is some."""
        chosen = self.chosen_name
        first, last = stretch or self._session.trace.span_ns
        self._seconds = (last - first) / 1e9
        self._list = self._counted(self._session.trace, stretch)
        for place, column in enumerate(self.model.columns):
            self.view.setColumnHidden(place, column.wanted is not None and not column.wanted())
        self._show(chosen)

    def _show(self, chosen: str) -> None:
        rows = np.arange(len(self._list), dtype=np.int64)
        names = [each.name for each in self._list]
        self.view.show_rows(self.model.in_order(rows, self._order), names.index(chosen) if chosen in names else -1)

    def _order_wanted(self, column: int, descending: bool) -> None:
        self._order = (column, descending) if column >= 0 else None
        self._show(self.chosen_name)

    def _rate(self, number: int) -> str:
        if self._seconds <= 0:
            return "–"
        rate = number / self._seconds
        return f"{count(round(rate))}/s" if rate >= 100 else f"{rate:.3g}/s"

    def value(self, row: int, field: str) -> Any:
        """One field of one row; `duration.p99` looks inside."""
        return attrgetter(field)(self._list[row]) if 0 <= row < len(self._list) else 0

    def values(self, field: str) -> npt.NDArray[Any]:
        """One field of every row, to sort by; what was not measured is less than everything."""
        found = [attrgetter(field)(each) for each in self._list]
        return np.array([-1 if value is None else value for value in found])

    def _columns(self, title: str) -> tuple[Column, ...]:
        quantiles = [
            Measure(self, f"{word}\n{quantile}", f"{field}.{quantile}", span, tip).column(6)
            for word, field, tip in (
                ("Queue", "queue_delay", "Call start minus emit"),
                ("Duration", "duration", "Call end minus call start"),
            )
            for quantile in ("p50", "p90", "p99", "max")
        ]
        lost = [Measure(self, "Lost", "lost", count, tip("lost"), "lost").column(8)]
        if title != "Event":
            lost = []  # a handler that is called heard its event
        return (
            Measure(self, title, "name", str, "").column(12, number=False),
            Measure(self, "Count", "count", count, "").column(5),
            Measure(self, "Rate", "count", self._rate, "A second, from the first record to the last").column(6),
            Measure(self, "Failed", "failed", count, tip("failed"), "failed").column(7),
            Measure(self, "Never ran", "never_ran", count, tip("never_ran"), "never-ran").column(8, seldom=True),
            *lost,
            *quantiles,
        )


class Measure:
    """One field of the rows as a column."""

    def __init__(
        self, owner: Aggregates, title: str, field: str, words: Callable[[Any], str], tip: str, look: str = ""
    ) -> None:
        self._owner = owner
        self._title = title
        self._field = field
        self._words = words
        self._tip = tip
        self._look = look

    def column(self, characters: int, *, number: bool = True, seldom: bool = False) -> Column:
        """What the table model wants to know. seldom: shown only where some row has more than zero of it."""
        wanted = self._any if seldom else None
        return Column(
            self._title, characters, self._text, self._keys,
            number=number, state=self._state, tip=self._tip, wanted=wanted,
        )  # fmt: skip

    def _any(self) -> bool:
        return bool(np.any(self._keys() > 0))

    def _text(self, row: int) -> str:
        value = self._owner.value(row, self._field)
        return "–" if value is None else self._words(value)

    def _keys(self) -> npt.NDArray[Any]:
        return self._owner.values(self._field)

    def _state(self, row: int) -> str:
        """Colour only where there is something to say: a zero is not a failure."""
        return self._look if self._look and self._owner.value(row, self._field) else ""
