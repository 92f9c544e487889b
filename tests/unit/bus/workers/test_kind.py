"""What is known of kinds of workers before any of their code is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from bus.errors import UserErrors
from bus.scenario import Document
from bus.workers import INLINE, KINDS

TEXT = "buslens: 1\nevents: {{a: {{}}}}\nhandlers: {{h: {{on: a, worker: {worker}}}}}\n"


def test_a_handler_may_name_each_of_them_and_nothing_else() -> None:
    for worker in (INLINE, *KINDS):
        assert Document(TEXT.format(worker=worker)).scenario.handlers["h"].worker == worker
    with pytest.raises(UserErrors, match="did you mean thread"):
        Document(TEXT.format(worker="thraed"))


@pytest.mark.parametrize("worker", KINDS)
def test_what_needs_a_server_can_say_whether_it_is_there_and_remove_what_was_left(worker: str, tmp_path: Path) -> None:
    kind = KINDS[worker]
    assert (kind.check is None) == (kind.clean is None) == (kind.broker is None)
    if kind.clean is not None:
        kind.clean(tmp_path)  # a run of others: it asks no server


def test_who_names_none_loads_no_celery(loaded: frozenset[str]) -> None:
    assert not [name for name in loaded if name.startswith(("celery", "kombu"))]
