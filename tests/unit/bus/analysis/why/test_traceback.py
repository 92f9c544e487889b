"""Places are found in the text of a traceback, and the exceptions that led to the last one."""

from __future__ import annotations

from bus.analysis.why.traceback import raised_in

PLAIN = """Traceback (most recent call last):
  File "/srv/shop/app.py", line 7, in emit
    bus.emit("order")
  File "/srv/shop/pay.py", line 12, in pay
    raise ValueError("no")
    ~~~~~^^^
ValueError: no
"""
CHAINED = f"""{PLAIN}
The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/shop/pay.py", line 15, in pay
    raise PaymentError from error
shop.PaymentError: order 7
second line
"""


def test_the_last_place_is_where_it_was_raised() -> None:
    (raised,) = raised_in(PLAIN)
    assert (str(raised.place), raised.text) == ("/srv/shop/pay.py:12", "ValueError: no")


def test_of_a_chain_the_last_exception_comes_first() -> None:
    assert [(str(each.place), each.text) for each in raised_in(CHAINED)] == [
        ("/srv/shop/pay.py:15", "shop.PaymentError: order 7"),
        ("/srv/shop/pay.py:12", "ValueError: no"),
    ]


def test_what_is_no_traceback_has_no_place() -> None:
    assert [(each.place, each.text) for each in raised_in("ValueError: no")] == [(None, "ValueError: no")]
    assert raised_in("")[0].place is None
