"""A weak reference knows its key when whom it refers to has gone."""

from __future__ import annotations

import gc
import sys
from weakref import ref

from buslens.keyed_ref import KeyedRef


class Whom:
    """Somebody."""


def test_it_tells_with_its_key_that_somebody_has_gone() -> None:
    gone: list[int] = []

    def tell(reference: KeyedRef) -> None:
        assert reference() is None
        gone.append(reference.key)

    whom, other = Whom(), Whom()
    kept = [KeyedRef(whom, tell, 7), KeyedRef(whom, tell, 8), KeyedRef(other, tell, 9)]
    assert kept[0]() is whom
    del whom
    gc.collect()
    assert sorted(gone) == [7, 8]
    assert kept[2]() is other


def test_it_is_hardly_larger_than_one_without_a_key() -> None:
    whom = Whom()
    assert sys.getsizeof(KeyedRef(whom, lambda _: None, 1)) <= sys.getsizeof(ref(whom)) + 32
