"""Which brokers there are follows from the engines and the kinds of workers."""

from __future__ import annotations

import pytest

from bus.brokers import CHECKS, KINDS, reach
from bus.engines import ENGINES
from bus.errors import UserError
from bus.workers import KINDS as WORKERS
from tests.helpers.ports import free_port


def test_what_an_engine_or_a_worker_needs_can_be_set_and_asked_for() -> None:
    needed = [each.broker for each in (*ENGINES.values(), *WORKERS.values()) if each.broker]
    assert list(KINDS.values()) == needed
    assert KINDS.keys() == CHECKS.keys()


@pytest.mark.parametrize("field", ["id", "title", "variable", "password_variable"])
def test_no_two_kinds_of_brokers_are_taken_for_each_other(field: str) -> None:
    """By the file of connections, by a person, or by the environment."""
    needed = {each.broker for each in (*ENGINES.values(), *WORKERS.values()) if each.broker}
    assert len({getattr(kind, field) for kind in needed}) == len(needed)


def test_where_nothing_is_said_one_is_used_whose_addresses_may_be_said() -> None:
    assert all(kind.otherwise in (None, *kind.also) for kind in KINDS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_at_an_address_is_one_sentence(kind: str) -> None:
    url = f"{KINDS[kind].scheme}://127.0.0.1:{free_port()}/"
    with pytest.raises(UserError) as said:
        reach(KINDS[kind], url, timeout_s=1.0)
    assert "\n" not in str(said.value)
