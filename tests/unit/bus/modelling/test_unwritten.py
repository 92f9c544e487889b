"""Mistakes of a scenario that is in no file."""

from __future__ import annotations

from bus.modelling.unwritten import placed

TEXT = "buslens: 1\nevents: {a: {}}\nhandlers:\n  h:\n    on: a\n    do:\n      - wait: soon\nscript:\n  - emit: a\n"


def test_the_line_becomes_what_stands_there() -> None:
    assert placed("shop.yaml:7:9: expected a time", "shop.yaml", TEXT) == "handlers.h.do.0: expected a time"
    assert placed("shop.yaml:9: the script cannot go on", "shop.yaml", TEXT) == "script.0: the script cannot go on"


def test_a_line_of_which_nothing_is_known_is_left_out() -> None:
    assert placed("shop.yaml:900:1: expected a time", "shop.yaml", TEXT) == "expected a time"
    assert placed("other.yaml:7:9: expected a time", "shop.yaml", TEXT) == "other.yaml:7:9: expected a time"
