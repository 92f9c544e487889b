"""What a person types is found: ids, names, parts of names; what is not there is said with what may be meant."""

from __future__ import annotations

import pytest

from bus.analysis.why.question import Subject
from bus.analysis.why.subjects import name_of, subject_of
from bus.errors import UserError
from buslens.records import NameKind
from tests.helpers.planted import Story


def test_ids_names_and_times() -> None:
    story = Story()
    dispatch = story.emit("order", 1)
    call = story.call(dispatch, "shop.<locals>.pay", "order")
    trace = story.trace()
    pay = story.handler("shop.<locals>.pay", "order")
    assert subject_of(trace, f"#{call}") == Subject("call", call)
    assert subject_of(trace, str(dispatch)) == Subject("dispatch", dispatch)
    assert subject_of(trace, "order", 5) == Subject("event", story.event("order"), 5)
    assert subject_of(trace, "pay") == Subject("handler", pay)
    assert subject_of(trace, "", 7) == Subject("moment", 0, 7)
    assert name_of(trace, NameKind.HANDLER, "pay") == pay


def test_a_part_of_several_names_means_none() -> None:
    story = Story()
    for each in ("a.pay", "b.pay"):
        story.heard("order", each)
    with pytest.raises(UserError, match="there is no event or handler pay"):
        subject_of(story.trace(), "pay")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("99", "there is no dispatch or call 99 in this capture"),
        ("ordre", r"there is no event or handler ordre in this capture \(did you mean order\?\)"),
        ("", "say what to ask about"),
    ],
)
def test_what_is_not_there_is_said(text: str, said: str) -> None:
    story = Story()
    story.heard("order", "pay")
    with pytest.raises(UserError, match=said):
        subject_of(story.trace(), text)
