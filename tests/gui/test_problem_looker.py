"""Looking for problems beside a trace that grows, is replaced, or is large: the newest look counts, and no other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from bus.analysis.problems.detector import Detector, NotEnough
from bus.analysis.problems.finding import Evidence, Finding, Severity
from bus.analysis.problems.observed import Observed
from tests.gui.shop_trace import Shop
from ui.panels.problems import looker as looker_module
from ui.panels.problems.list import TIMES, TITLE, WHEN, WHERE, ProblemList
from ui.panels.problems.looker import ProblemLooker
from ui.panels.problems.sections import headline, sections_of
from ui.panels.problems.sparkline import heights
from ui.theme import ThemeSource

PATIENCE_MS = 60_000


@pytest.fixture
def shop(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.chdir(tmp_path)
    shop = Shop()
    shop.session.holds = 0
    shop.session.hold = lambda: setattr(shop.session, "holds", shop.session.holds + 1)
    shop.session.release = lambda: setattr(shop.session, "holds", shop.session.holds - 1)
    return shop


@pytest.fixture
def owner(qapp: Any) -> Iterator[QObject]:
    owner = QObject()
    yield owner
    owner.deleteLater()


def looked(looker: ProblemLooker, qtbot: Any) -> Any:
    looker.ask()
    qtbot.waitUntil(lambda: looker.is_current, timeout=PATIENCE_MS)
    return looker.looked


class Slow:
    """A detector that waits until it is let go, and finds one thing."""

    def __init__(self) -> None:
        self.began, self.go = threading.Event(), threading.Event()

    def find(self, _observed: Observed) -> Iterator[Finding | NotEnough]:
        self.began.set()
        assert self.go.wait(60)
        yield Finding("slow", Severity.ERROR, "slow found it", "m", "a", Evidence(1, 0, 0), ("slow",))


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    slow = Slow()
    monkeypatch.setattr(looker_module, "DETECTORS", (Detector("slow", "Slow", slow.find),))
    return slow


def test_nothing_is_looked_at_where_nothing_happened(shop: Shop, owner: QObject) -> None:
    looker = ProblemLooker(shop.session, owner)
    looker.ask()
    assert looker.is_current
    assert looker.looked is None


@pytest.mark.parametrize("small", [0, 1_000], ids=["beside", "here"])
def test_what_came_is_looked_at_and_what_came_since_again(shop: Shop, owner: QObject, qtbot: Any, small: int) -> None:
    looker = ProblemLooker(shop.session, owner, small=small)
    shop.order(1)
    first = looked(looker, qtbot)
    assert (first.problems.calls, first.live) == (3, False)
    shop.unheard()
    again = looked(looker, qtbot)
    assert again.problems.dispatches == first.problems.dispatches + 1
    assert any("order.audited" in each.title for each in again.problems.findings)
    assert shop.session.holds == 0


def test_while_a_run_goes_on_it_says_as_of_when(shop: Shop, owner: QObject, qtbot: Any) -> None:
    looker = ProblemLooker(shop.session, owner)
    shop.session.engine_state = replace(shop.session.engine_state, phase="running")
    shop.order(1)
    found = looked(looker, qtbot)
    assert found.live
    assert headline(found, busy=False).endswith("; as of call 3")
    shop.session.engine_state = replace(shop.session.engine_state, phase="finished")
    assert not looker.is_current, "its end is looked at too"
    assert not headline(looked(looker, qtbot), busy=False).endswith("; as of call 3")


def test_what_was_found_in_a_trace_that_was_replaced_is_dropped(
    shop: Shop, owner: QObject, qtbot: Any, slow: Slow
) -> None:
    looker = ProblemLooker(shop.session, owner, small=0)
    shop.order(1)
    looker.look_now()
    assert slow.began.wait(60)
    assert shop.session.holds == 1
    other = Shop()
    shop.session.trace, shop.session.runs = other.trace, other.session.runs
    looker.forget()
    assert shop.session.holds == 1, "another thread reads the old trace still"
    slow.go.set()
    qtbot.waitUntil(lambda: not looker.busy, timeout=PATIENCE_MS)
    assert shop.session.holds == 0
    assert looker.looked is None


def test_a_window_that_closes_waits_for_the_look_to_end(shop: Shop, owner: QObject, slow: Slow) -> None:
    looker = ProblemLooker(shop.session, owner, small=0)
    shop.order(1)
    looker.look_now()
    assert slow.began.wait(60)
    slow.go.set()
    looker.close()
    assert shop.session.holds == 0
    assert not looker.busy


def test_thousands_of_problems_are_bounded_and_it_is_said(shop: Shop, owner: QObject, qtbot: Any) -> None:
    looker = ProblemLooker(shop.session, owner)
    record = shop.recorder
    for number in range(3_000):
        record.dispatch(record.next_id(), 0, record.event(f"event.{number:07}"), shop.lane, 0, None, False)
    shop.arrive()
    found = looked(looker, qtbot)
    sections = sections_of(found, with_muted=False)
    assert sum(len(section.rows) for section in sections) < 300
    assert sections[-1].title == "Not known"
    assert "Nobody listens: more than the 200 that are named" in {row.text for row in sections[-1].rows}


def test_the_list_keeps_what_is_chosen_through_another_look(shop: Shop, owner: QObject, qtbot: Any) -> None:
    top = QWidget()
    qtbot.addWidget(top)
    tree = ProblemList(ThemeSource(), top)
    looker = ProblemLooker(shop.session, owner)
    shop.unheard()
    tree.show_sections(sections_of(looked(looker, qtbot), with_muted=False))
    told: list[Any] = []
    tree.chosen.connect(told.append)
    tree.step(1)
    assert [row.finding.evidence.count for row in told] == [1]
    shop.unheard()
    tree.show_sections(sections_of(looked(looker, qtbot), with_muted=False))
    assert len(told) == 1, "nobody chose anything"
    assert tree.current is not None
    assert tree.current.finding is not None
    assert tree.current.finding.evidence.count == 2
    tree.show_sections([])
    assert told[1] is None


def test_the_sentence_has_room_before_all_else(qtbot: Any) -> None:
    top = QWidget()
    qtbot.addWidget(top)
    tree = ProblemList(ThemeSource(), top)
    top.show()
    letter = tree.fontMetrics().averageCharWidth()
    hidden = {}
    for letters in (36, 58, 70, 110):
        tree.resize(letter * letters + 2, 200)
        hidden[letters] = [column for column in range(tree.columnCount()) if tree.isColumnHidden(column)]
        assert tree.columnWidth(TITLE) >= letter * 20
    assert hidden == {36: [TIMES, WHERE, WHEN], 58: [WHERE, WHEN], 70: [WHEN], 110: []}


def test_one_of_a_million_is_seen_in_the_sparkline() -> None:
    assert heights([0, 1, 1_000_000, 500_000], 10.0) == [0.0, 2.0, 10.0, 5.0]
    assert heights([], 10.0) == []
