"""A handler that listens to several events is one handler; two of the same name in different places are two."""

from __future__ import annotations

import numpy as np

from bus.trace import Trace
from bus.trace.same_handler import SameHandler
from buslens.recorder import Recorder


def test_name_and_place_make_a_handler() -> None:
    recorder, trace, same = Recorder(), Trace(), SameHandler()
    audit = recorder.handler("audit", "shop.py", 3, "order.placed")
    again = recorder.handler("audit", "shop.py", 3, "order.paid")
    other = recorder.handler("audit", "mail.py", 8, "order.paid")
    trace.feed(recorder.take())
    same.update(trace.names)
    assert same.order == [audit, other]
    assert same.firsts(np.array([again, other, audit], np.uint32)).tolist() == [audit, other, audit]


def test_a_handler_that_no_name_was_given_for_is_itself() -> None:
    same = SameHandler()
    assert same.firsts(np.array([7, 4_000_000_000], np.uint32)).tolist() == [7, 4_000_000_000]
