"""`choices:` of a scenario: each one once, and numbers that can be."""

from __future__ import annotations

import pytest

from bus.errors import UserErrors
from bus.scenario import loads

HEAD = "buslens: 1\nchoices:\n  mode: legal\n  taken:\n"


def test_they_are_read_with_their_places() -> None:
    found = loads(HEAD + "    - {of: order, at: 3, take: 2}\n").scenario.choices
    assert found is not None
    assert [(each.of, each.at, each.take) for each in found.taken] == [("order", 3, 2)]


@pytest.mark.parametrize(
    "taken",
    [
        "    - {of: order, at: 3, take: 2}\n    - {of: order, at: 3, take: 1}\n",
        "    - {of: order, at: -1, take: 2}\n",
        "    - {of: order, at: 0, take: 0}\n",
    ],
)
def test_twice_the_same_one_and_numbers_that_cannot_be_are_mistakes(taken: str) -> None:
    with pytest.raises(UserErrors):
        loads(HEAD + taken)
