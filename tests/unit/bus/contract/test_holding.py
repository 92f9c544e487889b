"""What a held call gets in place of what was emitted is meant for that call alone."""

from __future__ import annotations

from contextvars import copy_context

from bus.contract.holding import HoldsNothing, as_edited, edit


def test_an_edited_payload_is_taken_once_and_by_nobody_else() -> None:
    context = copy_context()
    context.run(edit, (2,))
    assert as_edited((1,)) == (1,)
    assert context.run(as_edited, (1,)) == (2,)
    assert context.run(as_edited, (1,)) == (1,)


def test_one_that_carries_nothing_now_is_edited_too() -> None:
    context = copy_context()
    context.run(edit, ())
    assert context.run(as_edited, (1,)) == ()


def test_where_nobody_sets_breakpoints_nothing_is_held() -> None:
    nobody = HoldsNothing()
    assert not nobody.armed
    assert not nobody.wants("a", "h", (), 1)
