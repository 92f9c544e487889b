"""The Why tab: what can be asked about what is selected, and the answer, each link a sentence that can be clicked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QSplitter,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from bus.analysis.why import Answer, Offer, PathPart, Reason, Subject, Sure, ask, questions_for
from bus.trace import Trace
from ui.job import JobChannel
from ui.number_text import moment
from ui.panels.tab import Tab, TabParts
from ui.panels.tables.why_path import PathBar
from ui.row_search import RowSearch
from ui.timeline.path_lane import ShownPath
from ui.widgets.breaking_label import BreakingLabel
from ui.widgets.empty_hint import EmptyHint
from ui.widgets.tip_button import tip_button

NOTHING_ASKED = (
    "Ask why",
    "Select an emit or a call and press Y, or right-click anything on the timeline: why it failed, why it was late, "
    "why a handler did not run, what it waits for.",
)
GONE = "Nothing can be asked", "What was asked about is not in this capture any more."
LOOKING = "Looking…", "The answer comes when the trace has been looked through."
CANCELLED = "Cancelled", "The search was ended before it had an answer. Ask again, or ask something else."
LISTENERS = "listeners"
"""The question whose answer can be seen as bars."""

SURE = {Sure.CERTAIN: "", Sure.INFERRED: "  (inferred)", Sure.UNKNOWN: "  (cannot be told)"}


@dataclass(frozen=True, slots=True)
class Found:
    """What came of asking about a subject."""

    subject: Subject
    offers: tuple[Offer, ...]
    asked: int
    """Which of them is answered."""

    answer: Answer | None
    path: tuple[tuple[PathPart, int], ...]
    """Each part with the id of its call, 0 for none."""

    begin_ns: int


def look(subject: Subject, question: str, other: int, beside: JobChannel, trace: Trace) -> Found:
    """What can be asked about a subject, and the answer to one question; "": the most pressing. On whatever thread.

    Raises StoppedError where nobody waits for it any more.
    """
    beside.end_if_stopped()
    offers = tuple(questions_for(trace, subject))
    wanted = [at for at, each in enumerate(offers) if (each.question, each.other) == (question, other)]
    asked = wanted[0] if wanted else 0
    offer = offers[asked] if offers else None
    answer = ask(trace, subject, offer.question, offer.other, beside.end_if_stopped) if offer is not None else None
    path = answer.path if answer is not None else ()
    with_ids = tuple((part, int(trace.calls.id[part.call]) if part.call >= 0 else 0) for part in path)
    return Found(subject, offers, asked, answer, with_ids, trace.span_ns[0])


class WhyTab(Tab):
    """Questions on the left, the answer on the right; nothing is asked before a person does."""

    name = "Why"
    tip = "Why something happened, or did not (Y on the timeline)"

    timeline_wanted = Signal()
    """What is selected now is to be seen on the timeline."""

    source_wanted = Signal(str, int)

    listeners_wanted = Signal(object)
    """A Subject: who listened then is to be seen as bars."""

    path_found = Signal(object)
    """The ShownPath of the answer that is shown; None where it has none."""

    def __init__(self, parts: TabParts) -> None:
        super().__init__(parts.parent)
        self._session, self._themes = parts.session, parts.themes
        self._shown: Found | None = None
        self._search = RowSearch(parts.session, self)
        self._search.found.connect(self._show)
        self._search.failed.connect(self._broke)
        self._asked = JobChannel()
        """That of the newest question."""

        self.questions = QListWidget(self)
        self.questions.setAccessibleName("What can be asked")
        self.questions.itemClicked.connect(self._ask_item)
        self.questions.itemActivated.connect(self._ask_item)
        self.short = BreakingLabel(self)
        self.short.setObjectName("inspector_name")
        self.short.setAccessibleName("The answer in one sentence")
        self.path = PathBar(parts.themes, self)
        self.path.call_wanted.connect(self._call_wanted)
        self.as_bars = tip_button("Show as Bars", "From when to when each of them listened, in the tab Listeners", self)
        self.as_bars.clicked.connect(self._show_listeners)
        self.reasons = QListWidget(self)
        self.reasons.setAccessibleName("The answer, link by link")
        self.reasons.itemClicked.connect(self._follow_item)
        self.reasons.itemActivated.connect(self._follow_item)
        for each in (self.questions, self.reasons):
            each.setWordWrap(True)
            each.setResizeMode(QListWidget.ResizeMode.Adjust)
            each.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            each.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.hint = EmptyHint(*NOTHING_ASKED, parent=self)
        self.cancel = tip_button("Cancel", "End the search for an answer", self.hint)
        self.cancel.clicked.connect(self._cancel)
        self.hint.put_below(self.cancel)
        self.cancel.hide()
        self._place()

    @property
    def shown(self) -> Found | None:
        """What is on the screen; None where nothing was asked, or the answer is still to come."""
        return self._shown

    @property
    def busy(self) -> bool:
        """Whether an answer is being looked up."""
        return self._search.busy

    def ask(self, subject: Subject, question: str = "", other: int = 0) -> None:
        """Ask about something. question, other: of an Offer; "": the most pressing question that can be asked."""
        self._asked.stop()
        self._asked = JobChannel()
        wanted = partial(look, subject, question, other, self._asked)
        if self._search.pays or self._search.busy:
            self._say(LOOKING)
            self.cancel.show()
            self._search.start(wanted)
        else:
            self._show(wanted(self._session.trace))

    def refresh_trace(self) -> None:
        """Another trace may know the same ids for other things."""
        self._end_search()
        self._say(NOTHING_ASKED)

    def refresh_theme(self) -> None:
        """Take the colours of the theme that is shown now."""
        self.path.update()
        for place in range(self.reasons.count()):
            self._paint(self.reasons.item(place))

    def _place(self) -> None:
        answer = QWidget(self)
        rows = QVBoxLayout(answer)
        rows.setContentsMargins(8, 6, 8, 0)
        rows.setSpacing(4)
        rows.addWidget(self.short)
        rows.addWidget(self.path)
        rows.addWidget(self.as_bars, 0, Qt.AlignmentFlag.AlignLeft)
        rows.addWidget(self.reasons, 1)
        self._both = QSplitter(Qt.Orientation.Horizontal, self)
        self._both.setChildrenCollapsible(False)
        self._both.addWidget(self.questions)
        self._both.addWidget(answer)
        self._both.setStretchFactor(1, 1)
        self._both.setSizes([260, 740])
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.hint)
        self._stack.addWidget(self._both)

    def _cancel(self) -> None:
        self._end_search()
        self._say(CANCELLED)

    def _end_search(self) -> None:
        """Nobody waits for an answer; what looks for one ends at its next step."""
        self._asked.stop()
        self._search.forget()

    def _say(self, hint: tuple[str, str]) -> None:
        self._shown = None
        self.cancel.hide()
        self.hint.set_text(*hint)
        self._stack.setCurrentWidget(self.hint)
        self.path_found.emit(None)

    def _show(self, found: Found) -> None:
        if found.answer is None:
            self._say(GONE)
            return
        self._shown = found
        self.questions.clear()
        for offer in found.offers:
            self.questions.addItem(offer.title)
        self.questions.setCurrentRow(found.asked)
        self.short.setText(found.answer.short)
        self.as_bars.setVisible(found.answer.question == LISTENERS)
        self.path.show_path(found.path)
        subject, answer = found.subject, found.answer
        path = ShownPath(subject.kind, subject.id, answer.title, answer.short, found.path) if found.path else None
        self.path_found.emit(path)
        self.reasons.clear()
        for number, reason in enumerate(found.answer.reasons, 1):
            item = QListWidgetItem(f"{number}.  {reason.text}{SURE[reason.sure]}")
            item.setData(Qt.ItemDataRole.UserRole, number - 1)
            item.setToolTip(_tip(reason, found.begin_ns))
            self.reasons.addItem(item)
            self._paint(item)
        self._stack.setCurrentWidget(self._both)

    def _paint(self, item: QListWidgetItem) -> None:
        reason = self._reason(item)
        theme = self._themes.theme
        is_told = reason is None or reason.sure is not Sure.UNKNOWN
        item.setForeground(QColor(theme.text if is_told else theme.muted))

    def _reason(self, item: QListWidgetItem) -> Reason | None:
        if self._shown is None or self._shown.answer is None:
            return None
        return self._shown.answer.reasons[int(item.data(Qt.ItemDataRole.UserRole))]

    def _ask_item(self, item: QListWidgetItem) -> None:
        if self._shown is not None:
            offer = self._shown.offers[self.questions.row(item)]
            self.ask(self._shown.subject, offer.question, offer.other)

    def _follow_item(self, item: QListWidgetItem) -> None:
        """What a sentence rests on: its record, else its place in the code."""
        reason = self._reason(item)
        if reason is not None and reason.kind:
            self.item_wanted.emit(reason.kind, reason.id)
            self.timeline_wanted.emit()
        elif reason is not None and reason.place is not None:
            self.source_wanted.emit(reason.place.file, reason.place.line)

    def _show_listeners(self) -> None:
        if self._shown is not None:
            self.listeners_wanted.emit(self._shown.subject)

    def _call_wanted(self, ident: int) -> None:
        self.item_wanted.emit("call", ident)
        self.timeline_wanted.emit()

    def _broke(self, _error: Exception) -> None:
        self._say(GONE)


def _tip(reason: Reason, begin_ns: int) -> str:
    told = [str(reason.sure)]
    if reason.time_ns is not None:
        told.append(f"{moment(reason.time_ns - begin_ns)} s")
    if reason.place is not None:
        told.append(str(reason.place))
    does = "Click selects it" if reason.kind else "Click opens the place in the code" if reason.place else ""
    return "\n".join([" · ".join(told), *([does] if does else [])])
