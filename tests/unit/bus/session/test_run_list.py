"""What a person gets back of runs and captures that are not in view any more: all of it, until there are too many."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import UserError
from bus.scenario import SAMPLES
from bus.session import Session
from tests.helpers.live import Live
from tests.helpers.patience import PATIENCE_S
from tests.unit.bus.session.conftest import SHOP, ids, run


def test_a_run_comes_back_as_it_was_with_its_notes(shop: Session) -> None:
    first = run(shop)
    shop.trace.notes.add(5, "why so late?")
    before = ids(shop), shop.trace.calls.outcome.tolist()
    second = run(shop)
    assert [each.title for each in shop.runs.all] == ["run 1", "run 2"]
    assert shop.runs.view is second
    shop.show(first)
    assert (ids(shop), shop.trace.calls.outcome.tolist()) == before
    assert [note.text for note in shop.trace.notes.all] == ["why so late?"]
    assert shop.engine_state.phase == "idle"


def test_a_run_whose_columns_were_given_up_is_read_again_with_its_notes(shop: Session) -> None:
    first = run(shop)
    shop.trace.notes.add(5, "why so late?")
    before = ids(shop), [shop.trace.payload(row).text for row in range(10)]
    run(shop)
    first.shrink()
    assert first.counts.dispatches == 10  # what a list says of it
    shop.show(first)
    assert shop.wait(PATIENCE_S)
    assert (ids(shop), [shop.trace.payload(row).text for row in range(10)]) == before
    assert [note.text for note in shop.trace.notes.all] == ["why so late?"]
    assert shop.trace.damage == ""


def test_the_columns_of_the_oldest_go_where_memory_is_needed(shop: Session) -> None:
    first, second, third = (run(shop) for _ in range(3))
    shop.runs.in_memory = second.trace.nbytes if second.trace else 0
    shop.runs.make_room()
    assert [each.trace is None for each in (first, second, third)] == [True, False, False]


def test_a_run_that_is_ended_by_the_next_one_says_how_its_calls_ended(live: Live) -> None:
    session = live("events: {a: {}}\nhandlers: {h: {on: a, do: [{wait: forever}]}}\nscript: [{emit: a}]")
    session.runs.most = 10
    session.start()
    live.calls(session, 1)
    first = session.runs.view
    session.start()
    live.until(session, lambda: first.trace is not None and first.trace.calls.ended_ns[0] > 0)
    session.show(first)
    assert len(session.trace.calls) == 1


def test_the_oldest_goes_where_there_are_too_many_and_is_named_before(shop: Session) -> None:
    shop.runs.most = 2
    first, second = run(shop), run(shop)
    assert shop.runs.goes_next() is first
    third = run(shop)
    assert shop.runs.all == [second, third]


def test_what_a_person_wrote_into_a_run_keeps_it(shop: Session) -> None:
    shop.runs.most = 2
    first = run(shop)
    shop.trace.notes.add(5, "look here")
    for _ in range(4):
        run(shop)
    assert first in shop.runs.all
    assert len(shop.runs.all) == 2


def test_runs_that_take_too_much_of_the_disk_go(shop: Session) -> None:
    first = run(shop)
    shop.runs.most_bytes = first.whole + first.whole // 2
    second, third = run(shop), run(shop)
    assert shop.runs.all == [second, third]


def test_a_session_that_keeps_none_has_only_what_is_in_view(live: Live) -> None:
    session = live(SHOP)
    run(session)
    second = run(session)
    assert session.runs.all == [second]


def test_an_emit_by_hand_leaves_the_open_capture_and_its_notes_in_the_list(shop: Session, file: Path) -> None:
    shop.open(file)
    shop.trace.notes.add(5, "not saved yet")
    capture = shop.runs.view
    shop.emit("order.placed", {"id": 7})
    assert shop.wait(PATIENCE_S)
    assert shop.runs.view.by_hand
    assert capture in shop.runs.all
    shop.show(capture)
    assert [note.text for note in shop.trace.notes.all] == ["not saved yet"]
    assert shop.runs.at_stake() == [shop.runs.all[1], capture] or capture in shop.runs.at_stake()


def test_opening_the_same_file_again_shows_the_notes_that_are_not_in_it_yet(shop: Session, file: Path) -> None:
    shop.open(file)
    shop.trace.notes.add(5, "not saved yet")
    run(shop)
    shop.open(file)
    assert [note.text for note in shop.trace.notes.all] == ["not saved yet"]
    assert len(shop.runs.all) == 2


def test_a_saved_run_is_not_at_stake_until_somebody_writes_into_it(shop: Session, tmp_path: Path) -> None:
    kept = run(shop)
    assert shop.runs.at_stake() == [kept]
    shop.export("capture", tmp_path / "kept.buslens")
    assert shop.runs.at_stake() == []
    shop.trace.notes.add(5, "one more")
    assert shop.runs.at_stake() == [kept]


def test_any_run_can_be_written_whether_or_not_it_is_in_view(shop: Session, tmp_path: Path) -> None:
    first = run(shop)
    shop.trace.notes.add(5, "look here")
    before = ids(shop)
    run(shop)
    first.shrink()
    write = shop.lend_run(first, tmp_path / "first.buslens")
    write(None)
    shop.release()
    assert first.is_saved
    shop.open(tmp_path / "first.buslens")
    assert ids(shop) == before
    assert [note.text for note in shop.trace.notes.all] == ["look here"]
    assert shop.trace.ended


def test_a_run_of_an_untouched_sample_is_not_at_stake(shop: Session) -> None:
    shop.open(next(each.path for each in SAMPLES if each.id == "user-created"))
    run(shop)
    assert shop.runs.at_stake() == []
    shop.emit("user.created", {"id": 3, "name": "Ada"})
    assert shop.wait(PATIENCE_S)
    assert len(shop.runs.at_stake()) == 1


def test_a_run_without_records_is_not_listed_once_it_is_left(live: Live) -> None:
    session = live("events: {a: {}}\nscript: []")
    session.runs.most = 10
    run(session)
    second = run(session)
    assert session.runs.all == [second]


def test_a_file_that_is_gone_is_still_there_to_be_seen(shop: Session, file: Path) -> None:
    shop.open(file)
    capture, before = shop.runs.view, ids(shop)
    run(shop)
    capture.shrink()
    file.unlink()
    shop.show(capture)
    assert shop.wait(PATIENCE_S)
    assert ids(shop) == before
    with pytest.raises(UserError, match="cannot be read"):
        shop.open(file)


def test_a_session_that_was_closed_leaves_no_file_open_when_it_is_used_again(shop: Session) -> None:
    run(shop)
    raw = shop.trace.raw
    shop.close()
    shop.new_scenario()
    raw.to_disk()
    assert raw.read(0, 8) == b""
