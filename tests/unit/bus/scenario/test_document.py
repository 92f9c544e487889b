"""A scenario that is edited: checked, undone, saved with the person's comments."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus import scenario
from bus.errors import UserError

SHOP = """\
# my shop
buslens: 1
name: Shop   # of mine
events:
  # when somebody buys
  order.placed: {sample: {id: 1}}

  order.paid:      # money
    schema:
      type: object   # always
handlers:

  charge:
    on: [ order.placed, "order.paid" ]
    do:
    - wait: 20ms   # the bank
    - once:
      - emit: order.paid
        with: {event: order.paid}
script:
- repeat: 2
  do:
  - emit: order.paid
expect:
- {event: order.paid, lost: 0}   # never
"""


@pytest.fixture
def document(tmp_path: Path) -> scenario.Document:
    path = tmp_path / "shop.yaml"
    path.write_text(SHOP, encoding="utf-8")
    return scenario.load(path)


def test_renaming_an_event_renames_every_mention_and_nothing_else(document: scenario.Document) -> None:
    document.rename_event("order.paid", "order.settled")
    changed = SHOP.replace("order.paid", "order.settled").replace("{event: order.settled}", "{event: order.paid}")
    changed = changed.replace('[ order.placed, "order.settled" ]', "[order.placed, order.settled]")
    assert document.text == changed


def test_edits_keep_comments_order_and_layout(document: scenario.Document) -> None:
    document.add_event("order.cancelled", sample={"id": 1})
    document.set_event("order.placed", sample={"id": 2})
    document.set_handler("charge", once=True)
    document.add_handler("mail", "order.cancelled", [{"log": "sorry"}])
    document.rename_handler("charge", "charge_card")
    document.set_option("engine", "pyee")
    for comment in ("# my shop", "# of mine", "# when somebody buys", "# money", "# always", "# the bank", "# never"):
        assert document.text.count(comment) == 1
    kept = [line for line in SHOP.splitlines() if line in document.text.splitlines()]
    assert len(kept) >= len(SHOP.splitlines()) - 2
    assert document.scenario.handlers["charge_card"].once
    assert document.scenario.engine == "pyee"


@pytest.mark.parametrize(
    ("edit", "problem"),
    [
        (lambda d: d.add_event("order.paid"), "already"),
        (lambda d: d.add_event("order placed"), "event name"),
        (lambda d: d.rename_event("order.paid", "order.placed"), "already"),
        (lambda d: d.rename_event("order.piad", "x"), "no event order.piad"),
        (lambda d: d.remove_event("order.paid"), "still used by charge, the script, expect"),
        (lambda d: d.remove_handler("chrage"), "no handler chrage"),
        (lambda d: d.add_handler("x", "order.cancelled"), "no event order.cancelled"),
        (lambda d: d.set_handler("charge", do=[{"wait": "soon"}]), "expected a time"),
        (lambda d: d.set_event("order.placed", schema={"type": "objekt"}), "expected one of"),
        (lambda d: d.set_option("engine", "kafak"), "expected pyee"),
        (lambda d: d.set_option("seed", -1), "at least 0"),
        (lambda d: d.set_option("buslens", None), "not a scenario"),
    ],
)
def test_a_wrong_edit_says_why_and_changes_nothing(document: scenario.Document, edit: object, problem: str) -> None:
    with pytest.raises(UserError, match=problem):
        edit(document)  # type: ignore[operator]
    assert document.text == SHOP
    assert not document.dirty
    assert not document.can_undo


def test_undo_and_redo_go_back_and_forth_letter_by_letter(document: scenario.Document) -> None:
    document.add_event("a")
    first = document.text
    document.remove_handler("charge")
    assert document.undo_title == "Delete handler charge"
    document.undo()
    assert (document.text, document.redo_title) == (first, "Delete handler charge")
    document.undo()
    assert (document.text, document.dirty, document.can_undo) == (SHOP, False, False)
    document.redo()
    document.redo()
    assert "charge" not in document.scenario.handlers
    document.undo()
    document.add_event("b")
    assert not document.can_redo


def test_its_tree_is_that_of_its_text_also_after_an_undo_and_an_edit_that_was_refused(
    document: scenario.Document,
) -> None:
    assert document.trees[""] is document.trees[""]
    document.add_event("order.cancelled")
    assert [*document.trees[""]["events"]] == ["order.placed", "order.paid", "order.cancelled"]
    with pytest.raises(UserError):
        document.add_event("order.lost", schema={"type": "nonsense"})
    assert [*document.trees[""]["events"]] == ["order.placed", "order.paid", "order.cancelled"]
    document.undo()
    assert [*document.trees[""]["events"]] == ["order.placed", "order.paid"]


def test_typing_into_one_field_is_one_undo_but_not_across_a_save(document: scenario.Document) -> None:
    for text in ("S", "Sh", "Sho"):
        document.set_option("name", text, joins="name")
    assert len(document.undo_stack) == 1
    document.save()
    document.set_option("name", "Shop 2", joins="name")
    assert len(document.undo_stack) == 2


def test_what_is_edited_is_what_is_saved(document: scenario.Document) -> None:
    document.add_handler("x", "order.paid", [{"python": "if event:\n    emit('order.paid')\n"}])
    assert document.needs_trust
    assert document.dirty
    document.save()
    assert not document.dirty
    assert document.path is not None
    again = scenario.load(document.path)
    assert again.scenario == document.scenario
    assert again.content_hash == document.content_hash
    assert [path.name for path in document.path.parent.iterdir()] == ["shop.yaml"]


def test_a_file_that_somebody_else_changed_is_not_overwritten(document: scenario.Document) -> None:
    assert document.path is not None
    document.path.write_text(SHOP + "# mine\n", encoding="utf-8")
    document.add_event("a")
    with pytest.raises(UserError, match="changed by another program") as refused:
        document.save()
    assert refused.value.hint
    assert document.path.read_text(encoding="utf-8") == SHOP + "# mine\n"
    document.save(document.path.with_name("other.yaml"))
    assert document.title == "other.yaml"


def test_saving_where_nobody_may_write_says_so(document: scenario.Document) -> None:
    assert document.path is not None
    with pytest.raises(UserError, match="cannot be written"):
        document.save(document.path.parent / "missing" / "shop.yaml")


def test_a_new_scenario_grows_from_nothing() -> None:
    document = scenario.new()
    assert not document.dirty
    with pytest.raises(UserError, match="no file yet"):
        document.save()
    document.add_event("a")
    document.add_handler("h", "a", [{"log": "hello"}])
    document.move_handler("h", 5)
    document.set_option("script", [{"emit": "a"}])
    assert document.text == (
        "buslens: 1\nname: New scenario\nengine: pyee-asyncio\nevents:\n  a: {}\n"
        "handlers:\n  h:\n    on: a\n    do:\n      - log: hello\nscript:\n  - emit: a\n"
    )


def test_the_order_of_handlers_is_the_order_of_calls(document: scenario.Document) -> None:
    document.add_handler("first", "order.paid")
    document.move_handler("first", 0)
    assert document.scenario.handlers_of("order.paid") == ["first", "charge"]


PARTS = "buslens: 1\ninclude: [parts.yaml]\nhandlers:\n  own: {on: a}   # mine\n"


@pytest.fixture
def in_parts(tmp_path: Path) -> scenario.Document:
    (tmp_path / "parts.yaml").write_text("events: {a: {}}\nhandlers: {theirs: {on: a}}\n")
    (tmp_path / "whole.yaml").write_text(PARTS)
    return scenario.load(tmp_path / "whole.yaml")


def test_saving_keeps_what_is_included_in_its_own_file(in_parts: scenario.Document, tmp_path: Path) -> None:
    in_parts.add_handler("new", "a")
    in_parts.save()
    assert (tmp_path / "whole.yaml").read_text() == PARTS + "  new:\n    on: a\n    do: []\n"
    assert (tmp_path / "parts.yaml").read_text() == "events: {a: {}}\nhandlers: {theirs: {on: a}}\n"


def test_it_is_not_saved_where_it_would_lose_what_it_includes(in_parts: scenario.Document, tmp_path: Path) -> None:
    elsewhere = tmp_path / "other"
    elsewhere.mkdir()
    with pytest.raises(UserError, match="what it includes is not in that folder"):
        in_parts.save(elsewhere / "whole.yaml")
    assert not (elsewhere / "whole.yaml").exists()
    (elsewhere / "parts.yaml").write_text((tmp_path / "parts.yaml").read_text())
    in_parts.save(elsewhere / "whole.yaml")
    assert scenario.load(elsewhere / "whole.yaml").scenario == in_parts.scenario


def test_it_is_not_saved_over_a_file_that_it_includes(in_parts: scenario.Document, tmp_path: Path) -> None:
    for name in ("parts.yaml", "link.yaml"):
        with pytest.raises(UserError, match=r"this scenario includes that file, which would be lost"):
            in_parts.save(tmp_path / name)
        if not (tmp_path / "link.yaml").exists():
            (tmp_path / "link.yaml").symlink_to("parts.yaml")
    assert (tmp_path / "parts.yaml").read_text() == "events: {a: {}}\nhandlers: {theirs: {on: a}}\n"


def test_a_file_that_it_includes_is_read_again_when_it_has_changed(in_parts: scenario.Document, tmp_path: Path) -> None:
    assert not in_parts.look_again()
    trusted, revision = in_parts.content_hash, in_parts.revision
    in_parts.add_handler("new", "a")
    (tmp_path / "parts.yaml").write_text("events: {a: {}, b: {}}\n")
    assert in_parts.look_again()
    assert list(in_parts.scenario.handlers) == ["own", "new"]
    assert in_parts.content_hash != trusted
    assert in_parts.revision > revision
    in_parts.undo()
    assert list(in_parts.scenario.handlers) == ["own"]
    assert list(in_parts.scenario.events) == ["a", "b"]


def test_an_included_file_that_is_wrong_now_is_told_and_changes_nothing(
    in_parts: scenario.Document, tmp_path: Path
) -> None:
    (tmp_path / "parts.yaml").write_text("events: {}\n")
    with pytest.raises(UserError, match=r"whole\.yaml:4:13: no event a"):
        in_parts.look_again()
    assert list(in_parts.scenario.handlers) == ["theirs", "own"]
    (tmp_path / "parts.yaml").write_text("events: {a: {}}\n")
    assert in_parts.look_again()
    assert list(in_parts.scenario.handlers) == ["own"]
