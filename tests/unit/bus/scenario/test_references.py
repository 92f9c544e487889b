"""Names that nothing declares, also in files that are wrong in other ways."""

from __future__ import annotations

from bus.scenario.nearest import nearest
from bus.scenario.references import undeclared


def test_wherever_an_event_is_named_it_must_be_declared() -> None:
    values = {
        "events": {"order.placed": None},
        "handlers": {
            "a": {"on": ["order.placed", "order.plcaed", "mail.*", "error"]},
            "b": {"on": "order.*", "do": [{"once": [{"emit": "x"}]}]},
        },
        "script": [{"repeat": 2, "do": [{"emit": "order.placed"}, {"emit": "y"}]}],
        "expect": [{"event": "z"}, {"handler": "c"}],
    }
    assert [(location, problem) for location, problem, _hint in undeclared(values)] == [
        (("handlers", "a", "on", 1), "no event order.plcaed"),
        (("handlers", "a", "on", 2), "no event matches mail.*"),
        (("handlers", "b", "do", 0, "once", 0, "emit"), "no event x"),
        (("script", 0, "do", 1, "emit"), "no event y"),
        (("expect", 0, "event"), "no event z"),
        (("expect", 1, "handler"), "no handler c"),
    ]


def test_what_has_the_wrong_shape_is_passed_over() -> None:
    values = {"events": [1], "handlers": {"a": 5, "b": {"on": 5, "do": "x"}}, "script": {"emit": 1}, "expect": [1]}
    assert list(undeclared(values)) == []


def test_an_expectation_about_a_handler_that_is_nowhere_says_where_it_belongs() -> None:
    values = {"events": {"order": {}}, "expect": [{"handler": "audit", "failed": 0}]}
    assert list(undeclared(values)) == [(("expect", 0, "handler"), "no handler audit", "declare it in handlers")]


def test_the_nearest_name_is_offered_and_no_far_one() -> None:
    assert nearest("order.plcaed", ["order.placed", "mail.sent"]) == "did you mean order.placed?"
    assert nearest("order.plcaed", ["zebra"]) == ""
    assert nearest("x" * 100_000, ["y"] * 100_000) == ""
