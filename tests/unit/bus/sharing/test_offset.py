"""How far another clock is, from messages there and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bus.sharing.offset import ClockOffset

MS = 1_000_000


@given(
    offset=st.integers(-(10**15), 10**15),
    ways=st.lists(st.tuples(st.integers(0, 50 * MS), st.integers(0, 50 * MS)), min_size=1, max_size=40),
)
def test_it_is_never_further_off_than_it_says(offset: int, ways: list[tuple[int, int]]) -> None:
    clock, now = ClockOffset(), 10**15
    for there, back in ways:
        sent, came, answered = now, now + there + offset, now + there + offset + 1000
        clock.arrived(sent, came)
        clock.exchanged(sent, came, answered, answered - offset + back)
        now += 200 * MS
    assert clock.error is not None
    assert abs(clock.value - offset) <= clock.error + 1


@given(
    offset=st.integers(-(10**15), 10**15),
    ways=st.lists(st.tuples(st.integers(0, 50 * MS), st.integers(0, 50 * MS)), min_size=1, max_size=40),
)
def test_nor_was_it_for_what_came_before_it_was_known_better(offset: int, ways: list[tuple[int, int]]) -> None:
    clock, now, used = ClockOffset(), 10**15, []
    for there, back in ways:
        sent, came, answered = now, now + there + offset, now + there + offset + 1000
        clock.arrived(sent, came)
        used.append(clock.use())
        clock.exchanged(sent, came, answered, answered - offset + back)
        now += 200 * MS
    assert clock.error is not None
    assert max(abs(each - offset) for each in used) <= clock.error + 1


def test_where_nothing_was_used_yet_it_is_off_by_half_of_what_an_exchange_leaves_open() -> None:
    clock = ClockOffset()
    clock.exchanged(100, 160, 170, 150)
    assert (clock.value, clock.error) == (40, 20)
    assert clock.use() == 40
    assert clock.error == 20


def test_before_any_answer_the_quickest_letter_is_believed() -> None:
    clock = ClockOffset()
    assert (clock.value, clock.error) == (0, None)
    clock.arrived(100, 160)
    clock.arrived(200, 230)
    clock.arrived(300, 390)
    assert (clock.value, clock.error) == (30, None)


def test_what_makes_no_sense_teaches_nothing() -> None:
    clock = ClockOffset()
    clock.exchanged(100, 50, 20, 130)
    clock.exchanged(100, 20, 220, 130)
    assert clock.error is None
