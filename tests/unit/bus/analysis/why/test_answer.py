"""An answer is known where anything but what cannot be told is said; a part knows its length."""

from __future__ import annotations

from bus.analysis.why.answer import Answer, PartKind, PathPart, Reason, Sure


def test_an_answer_of_what_cannot_be_told_is_none() -> None:
    unknown = Reason("nobody knows", Sure.UNKNOWN)
    assert not Answer("ran", "?", "", (unknown,)).is_known
    assert Answer("ran", "?", "", (unknown, Reason("it follows", Sure.INFERRED))).is_known


def test_a_part_lasts_from_its_start_to_its_end() -> None:
    assert PathPart(PartKind.OWN, "pay", 5, 12).length_ns == 7


def test_a_part_says_how_sure_it_is() -> None:
    sure = {kind: PathPart(kind, "some", 0, 1).sure for kind in PartKind}
    assert sure[PartKind.BLOCKED] is Sure.CERTAIN
    assert sure[PartKind.AWAITS] is Sure.INFERRED, "a coroutine: it ran or it awaited"
    assert sure[PartKind.UNKNOWN] is Sure.UNKNOWN
