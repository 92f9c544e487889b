"""A receiver or sender has the key that Django has for it, and is asked for nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.dispatch import dispatcher

from buslens.adapters.django.keys import hashable, static_id


class Shop:
    def hear(self) -> None:
        pass


class Unhashable:
    __hash__: Any = None


SHOP = Shop()


@pytest.mark.parametrize("thing", [SHOP, Shop, SHOP.hear, len, "shop", None])
def test_it_is_django_s(thing: object) -> None:
    assert static_id(thing) == dispatcher._make_id(thing)


def test_a_registration_under_what_a_program_has_made_up_has_a_key_all_the_same() -> None:
    made_up = Unhashable()
    assert hashable((made_up, 3)) == (("object", id(made_up)), 3)
    assert hashable(("orders", 3)) == ("orders", 3)
