"""What a capture says of who sends a signal."""

from __future__ import annotations

import gc
from typing import Any
from weakref import ref

import pytest

from buslens.watching.senders import SenderNames


class Meta(type):
    def __hash__(cls) -> int:
        raise AssertionError("nobody asks")

    def __eq__(cls, other: object) -> bool:
        raise AssertionError("nobody asks")


class Shop(metaclass=Meta):
    def __repr__(self) -> str:
        raise AssertionError("nobody asks")


@pytest.mark.parametrize("plain", ["shop", 7, 0.5, True, None])
def test_plain_values_are_what_they_are(plain: object) -> None:
    assert SenderNames().shown(plain) is plain


def test_a_class_and_what_is_made_of_it_are_told_apart_and_not_asked() -> None:
    names = SenderNames()
    for _ in range(2):
        assert names.shown(Shop) == f"<class {__name__}.Shop>"
        assert names.shown(Shop()) == f"<{__name__}.Shop>"


def test_a_class_is_not_kept_alive_and_not_taken_for_the_next_one() -> None:
    names, gone = SenderNames(), []
    for number in range(20):
        made = type(f"Shop{number}", (), {})  # often where the one before has been
        assert names.shown(made) == f"<class {__name__}.Shop{number}>"
        gone.append(ref(made))
        del made
        gc.collect()
    assert [each() for each in gone] == [None] * 20


def test_of_many_classes_not_all_are_kept() -> None:
    names = SenderNames()
    kept = [type("Shop", (), {}) for _ in range(1100)]
    assert {names.shown(each()) for each in kept} == {f"<{__name__}.Shop>"}
    assert {names.shown(each) for each in kept} == {f"<class {__name__}.Shop>"}
    for each in kept:
        names.parts(each(), {})
    assert len(names._known) < 1100


class Proxy:
    """Says of itself that it is something else, as one of werkzeug does."""

    @property
    def __class__(self) -> Any:
        raise AssertionError("nobody asks")


class Code(str):
    """Known by what it says."""

    @classmethod
    def of(cls) -> None:
        """A method, which is another object each time."""


SENDERS = [Shop, Shop(), int, len, Proxy(), Code("shop"), "shop", 7, 0.5, None, Shop.__call__, Code.of]


@pytest.mark.parametrize("which", range(len(SENDERS)))  # pytest would ask them
@pytest.mark.parametrize("named", [{}, {"order": 7}, {"sender": 3, "order": 7}], ids=["", "order", "sender"])
def test_in_parts_it_carries_the_same(which: int, named: dict[str, Any]) -> None:
    names, sender = SenderNames(), SENDERS[which]
    for _ in range(3):
        said, others = names.parts(sender, named)
        assert (others if said is None else {"sender": said, **others}) == names.carried(sender, named)


def test_apart_is_only_who_is_known_by_identity_and_answers_nothing_itself() -> None:
    names, apart = SenderNames(), []
    for sender in SENDERS:
        names.parts(sender, {})
        apart.append(names.parts(sender, {})[0] is not None)
    assert apart == [True, True, True, True, False, False, False, False, False, False, True, False]


def test_a_signal_carries_its_arguments_and_who_sends_it() -> None:
    names = SenderNames()
    assert names.carried("shop", {"order": 7}) == {"sender": "shop", "order": 7}
    assert names.carried(None, {"order": 7}) == {"order": 7}
    assert names.carried(None, {}) == {}
    assert names.carried("shop", {"sender": "an argument"}) == {"sender": "an argument"}
