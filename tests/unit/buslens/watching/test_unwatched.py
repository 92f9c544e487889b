"""Where a program has buses that nobody can watch, its capture says so; not where other libraries were asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from buslens.launching.import_hook import ImportHook
from buslens.launching.program import ProgramWatch
from buslens.watching import unwatched
from tests.helpers.seen import seen


@pytest.mark.parametrize(("only", "is_said"), [([], True), (["pyee"], False)])
def test_a_bus_that_nobody_can_watch_is_said_once_it_is_there(only: list[str], is_said: bool, tmp_path: Path) -> None:
    program, hook = ProgramWatch(), ImportHook()
    program.start(to=tmp_path / "a.buslens", only=only, hook=hook)
    for package in unwatched.UNWATCHED:
        hook.imported(package)
    program.stop()
    told = [mark for mark in seen(tmp_path / "a.buslens").marks if "does not watch the signals of Py" in mark]
    assert len(told) == (len(unwatched.UNWATCHED) if is_said else 0)
