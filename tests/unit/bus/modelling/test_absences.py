"""When handlers were not there."""

from __future__ import annotations

import numpy as np

from bus.modelling.absences import Absence, fault, seen

S = 1_000_000_000
EVENTS = np.arange(10) * S


def absences(*told: tuple[int, int]) -> list[Absence]:
    times, added = np.array([time for time, _ in told]) * S, np.array([each for _, each in told])
    return seen(times, added, EVENTS, 0)


def test_a_handler_that_comes_late_or_goes_early() -> None:
    assert absences((3, 1)) == [Absence(0, 3 * S, 3)]
    assert absences((0, 1), (6, 0)) == [Absence(6 * S, None, 3)]
    assert absences((0, 1), (2, 0), (5, 1)) == [Absence(2 * S, 5 * S, 2)]


def test_a_handler_of_two_events_is_there_while_one_subscription_is() -> None:
    assert absences((0, 1), (0, 1), (4, 0)) == []


def test_nothing_is_absent_where_nothing_is_known_or_nothing_came() -> None:
    assert absences() == []
    assert absences((2, 0)) == []
    assert absences((0, 1), (9, 0)) == []


def test_an_absence_is_a_fault_of_the_scenario() -> None:
    assert fault("h", Absence(0, 3 * S, 3)) == {"absent": "h", "for": "3s"}
    assert fault("h", Absence(6 * S, None, 3)) == {"absent": "h", "at": "6s"}
