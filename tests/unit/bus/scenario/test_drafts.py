"""What becomes of a field's text that a scenario cannot take."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest

from bus import scenario
from bus.errors import UserError
from bus.scenario import Document
from bus.scenario.drafts import Draft, owner, place_of

SHOP = """\
buslens: 1
events:
  a: {}
  b: {}
handlers:
  h:
    on: a
    do:
      - wait: 1ms
      - emit: b
script:
  - emit: a
"""
WAIT = ("handlers", "h", "do", 0, "wait")
EMITTED = ("handlers", "h", "do", 1, "emit")


@pytest.fixture
def document(tmp_path: Path) -> Document:
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP, encoding="utf-8")
    return scenario.load(path)


def typed(document: Document, path: Any, text: str, value: Any = None, joins: str = "") -> None:
    with contextlib.suppress(UserError):
        document.put(path, text, text if value is None else value, joins=joins)


def texts(document: Document) -> dict[Any, str]:
    return {draft.path: draft.text for draft in document.drafts}


def test_a_text_that_cannot_be_taken_is_kept_beside_the_scenario(document: Document) -> None:
    with pytest.raises(UserError, match="expected a time"):
        document.put(WAIT, "30 parsecs", "30 parsecs")
    assert texts(document) == {WAIT: "30 parsecs"}
    assert document.text == SHOP
    assert str(document.drafts[0]).startswith("handler h, step 1, wait: “30 parsecs”: expected a time")


def test_undo_takes_it_back_and_redo_brings_it_again(document: Document) -> None:
    typed(document, WAIT, "30 parsecs")
    document.undo()
    assert not document.drafts
    document.redo()
    assert texts(document) == {WAIT: "30 parsecs"}


def test_it_stays_while_other_fields_are_edited(document: Document) -> None:
    typed(document, WAIT, "30 parsecs")
    document.put(EMITTED, "a", "a")
    assert texts(document) == {WAIT: "30 parsecs"}
    assert document.values["handlers"]["h"]["do"][1] == {"emit": "a"}


def test_it_goes_where_the_field_is_right(document: Document) -> None:
    typed(document, WAIT, "30 parsecs")
    document.put(WAIT, "30ms", "30ms")
    assert not document.drafts
    typed(document, WAIT, "3 moons")
    document.put(WAIT, "30ms", "30ms")  # what the scenario said all the time
    assert not document.drafts


def test_typing_in_one_field_is_one_step_of_undo(document: Document) -> None:
    for text in ("3", "30 p", "30 parsecs"):
        typed(document, WAIT, text, joins="wait")
    assert len(document.undo_stack) == 1


def test_it_goes_with_its_step(document: Document) -> None:
    typed(document, WAIT, "30 parsecs")
    steps = document.values["handlers"]["h"]["do"]
    document.set_steps(("handlers", "h", "do"), [{"log": "first"}, steps[1], steps[0]], [-1, 1, 0])
    assert texts(document) == {("handlers", "h", "do", 2, "wait"): "30 parsecs"}
    document.set_steps(("handlers", "h", "do"), [{"log": "first"}, steps[1]], [0, 1])
    assert not document.drafts
    document.undo()
    assert texts(document) == {("handlers", "h", "do", 2, "wait"): "30 parsecs"}


def test_it_goes_with_the_name_of_its_handler(document: Document) -> None:
    typed(document, WAIT, "30 parsecs")
    document.rename_handler("h", "g")
    assert texts(document) == {("handlers", "g", "do", 0, "wait"): "30 parsecs"}
    document.remove_handler("g")
    assert not document.drafts


def test_a_name_is_a_field_like_others(document: Document) -> None:
    typed(document, ("events", "b", "name"), "a")
    assert texts(document) == {("events", "b", "name"): "a"}
    document.put(("events", "b", "name"), "b", "b")
    assert not document.drafts
    document.put(("events", "b", "name"), "c", "c")
    assert document.values["handlers"]["h"]["do"][1] == {"emit": "c"}


def test_a_name_that_is_declared_later_makes_it_right(document: Document) -> None:
    typed(document, EMITTED, "later")
    assert texts(document) == {EMITTED: "later"}
    document.add_event("later")
    assert not document.drafts
    assert document.values["handlers"]["h"]["do"][1] == {"emit": "later"}


def test_what_is_no_json_is_kept_as_it_was_typed(document: Document) -> None:
    document.keep(Draft(("events", "a", "sample"), '{"id": ', "a value is missing", readable=False))
    document.add_event("c")
    assert texts(document) == {("events", "a", "sample"): '{"id": '}


def test_saving_writes_none_of_it_and_keeps_it(document: Document) -> None:
    typed(document, WAIT, "30 parsecs")
    document.put(EMITTED, "a", "a")
    document.save()
    assert document.path is not None
    assert document.path.read_text(encoding="utf-8") == document.text
    assert "parsecs" not in document.text
    assert texts(document) == {WAIT: "30 parsecs"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("seed",), -1),
        (("handlers", "h", "parallel"), "many"),
        (("handlers", "h", "on"), "nothing.like.it"),
        (("handlers", "h", "do", 1, "if"), "event.payload. >"),
        (("script", 0, "with"), {"id": "$event.("}),
        (("script", 0, "times"), "often"),
        (("events", "a", "schema"), {"type": "nonsense"}),
        (("events", "a", "name"), "two words"),
        (("handlers", "h", "name"), ""),
    ],
)
def test_every_kind_of_field_keeps_its_mistake(document: Document, path: Any, value: Any) -> None:
    with pytest.raises(UserError):
        document.put(path, str(value), value)
    assert texts(document) == {path: str(value)}
    assert document.drafts[0].reason
    assert document.text == SHOP


def test_where_a_part_is_said_anew_nothing_inside_of_it_is_wrong_any_more(document: Document) -> None:
    document.keep(Draft((*WAIT, "inner"), "x", "no"))
    document.put(WAIT, "2ms", "2ms")
    assert document.drafts == ()


@pytest.mark.parametrize(
    "key", [("event", "a"), ("handler", "h"), ("service", "s"), ("script", ""), ("faults", ""), ("scenario", "")]
)
def test_a_place_leads_back_to_what_lies_there(key: tuple[str, str]) -> None:
    assert owner((*place_of(*key), "name")) == key
