"""What a capture says of who sends a signal."""

from __future__ import annotations

import pytest

from buslens.watching.senders import carried, shown_sender


class Shop:
    def __repr__(self) -> str:
        raise AssertionError("nobody asks")


@pytest.mark.parametrize("plain", ["shop", 7, None, Shop])
def test_plain_values_and_classes_are_what_they_are(plain: object) -> None:
    assert shown_sender(plain) is plain


def test_anything_else_is_told_by_its_class_and_not_asked() -> None:
    assert shown_sender(Shop()) == f"<{__name__}.Shop>"


def test_a_signal_carries_its_arguments_and_who_sends_it() -> None:
    assert carried("shop", {"order": 7}) == {"sender": "shop", "order": 7}
    assert carried(None, {"order": 7}) == {"order": 7}
    assert carried(None, {}) == {}
    assert carried("shop", {"sender": "an argument"}) == {"sender": "an argument"}
