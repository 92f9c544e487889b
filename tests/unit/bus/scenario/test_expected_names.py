"""Names in expectations: found, checked, renamed and removed wherever a rule says them."""

from __future__ import annotations

from bus.scenario import loads
from bus.scenario.expected_names import handlers_in, patterns_in
from bus.scenario.references import undeclared

TEXT = """buslens: 1
events: {order.placed: {}, order.paid: {}, mail.sent: {}}
handlers:
  charge: {on: order.placed}
expect:
  - {event: order.placed, handler: charge, failed: 0}
  - {each: order.placed, ends_in: [order.paid, mail.*]}
  - {handled_in_order: charge}
  - {exactly_once: order.placed, handler: charge, for: order.*}
"""


def test_every_name_of_a_rule_is_found_where_it_stands() -> None:
    rule = {"each": "a", "ends_in": ["b", "c.*"], "by": "id"}
    assert list(patterns_in(rule)) == [(("ends_in", 0), "b"), (("ends_in", 1), "c.*"), (("each",), "a")]
    assert list(handlers_in({"exactly_once": "a", "handler": "h"})) == [(("handler",), "h")]
    assert list(handlers_in({"handled_in_order": "h"})) == [(("handled_in_order",), "h")]


def test_what_has_the_wrong_shape_names_nothing() -> None:
    for wrong in (None, 1, [], {}, {"never": 5}, {"ends_in": [1, {}], "each": None}, {"handler": [1]}):
        assert list(patterns_in(wrong)) == []
        assert list(handlers_in(wrong)) == []


def test_what_a_rule_names_must_be_declared() -> None:
    values = {
        "events": {"order.placed": None},
        "handlers": {"charge": {"on": "order.placed"}},
        "expect": [{"in_order": ["order.placed", "order.plcaed"]}, {"handled_in_order": "chrge"}, {"never": "x.*"}],
    }
    assert list(undeclared(values)) == [
        (("expect", 0, "in_order", 1), "no event order.plcaed", "did you mean order.placed?"),
        (("expect", 1, "handled_in_order"), "no handler chrge", "did you mean charge?"),
        (("expect", 2, "never"), "no event matches x.*", "declare it in events"),
    ]


def test_an_event_is_renamed_in_every_rule() -> None:
    document = loads(TEXT)
    document.rename_event("order.placed", "order.begun")
    assert "order.placed" not in document.text
    assert "{each: order.begun, ends_in: [order.paid, mail.*]}" in document.text


def test_a_pattern_that_nothing_matches_any_more_becomes_the_name() -> None:
    document = loads(TEXT)
    document.rename_event("mail.sent", "letter.sent")
    assert "ends_in: [order.paid, letter.sent]" in document.text


def test_rules_about_a_handler_are_renamed_and_go_with_it() -> None:
    document = loads(TEXT)
    document.rename_handler("charge", "pay")
    assert "handled_in_order: pay" in document.text
    document.remove_handler("pay")
    assert document.text.count("- {") == 1
