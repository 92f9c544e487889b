"""A receiver or sender has the key that blinker has for it, and is asked for nothing."""

from __future__ import annotations

from typing import Any

import pytest
from blinker import base

from buslens.adapters.blinker.keys import sender_key, static_key

KEY_OF = vars(base).get("make_id") or vars(base)["hashable_identity"]


class Shop:
    def hear(self) -> None:
        pass


class Mute(Shop):
    @property
    def __class__(self) -> Any:
        raise AssertionError("nobody asks")


SHOP = Shop()


@pytest.mark.parametrize("thing", [SHOP, Shop, SHOP.hear, len, "shop", 7, None])
def test_it_is_blinker_s(thing: object) -> None:
    assert static_key(thing) == sender_key(thing) == KEY_OF(thing)


def test_what_answers_for_its_class_itself_is_not_asked() -> None:
    mute = Mute()
    assert static_key(mute) == id(mute)


def test_anybody_has_a_key_of_its_own() -> None:
    assert sender_key(base.ANY) == base.ANY_ID
