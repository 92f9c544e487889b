"""The kit that proves an adapter transparent: it says so of those that are, and finds each way in which one is not."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from pyee import EventEmitter

import buslens
from buslens.testkit import differences, suite


def reserve(order: int) -> None:
    warnings.warn("reserved", UserWarning, stacklevel=2)


def decline(order: int) -> None:
    raise ValueError("declined")


def emit(emitter: EventEmitter) -> object:
    emitter.on("placed", reserve)
    emitter.on("placed", decline)
    return emitter.emit("placed", 7)


class Loud:
    """A probe that does everything wrong."""

    def __init__(self, emitter: Any) -> None:
        self.kept = [decline, reserve, reserve]
        emitter.mark = True
        handle = emitter.on

        def on(event: str, handler: Any) -> Any:
            def handling(*args: Any) -> Any:
                warnings.warn("watched", UserWarning, stacklevel=1)
                return handler(*args)

            handle(event, handling)
            return handler

        emitter.on = on

    def detach(self) -> None: ...


def test_an_adapter_that_is_transparent_makes_no_difference() -> None:
    assert differences("pyee", EventEmitter, emit, [reserve, decline]) == []


def test_whatever_an_adapter_changes_is_named() -> None:
    kept: list[Loud] = []

    def attach(emitter: Any) -> Loud:
        kept.append(Loud(emitter))
        return kept[-1]

    told = differences("pyee", EventEmitter, emit, [reserve, decline], attach)
    assert [line.partition(":")[0] for line in told[:-1]] == ["frames", "warned", "references", "pickled"]
    assert told[-1] == "detached, the object still has mark, on"


def test_a_library_s_tests_are_run_bare_and_with_each_object_attached(tmp_path: Path) -> None:
    (tmp_path / "test_shop.py").write_text(
        "from pyee import EventEmitter\n"
        "import buslens.adapters\n"
        "def test_bare(): assert buslens.adapters.probe_of(EventEmitter()) is None\n"
        "def test_watched(): assert buslens.adapters.probe_of(EventEmitter()) is not None\n",
        encoding="utf-8",
    )
    quiet = ("-p", "no:asyncio", "-p", "no:xdist", "-p", "no:pytest-qt")
    assert suite(tmp_path, arguments=quiet) == {
        "test_shop.py::test_bare": "PASSED",
        "test_shop.py::test_watched": "FAILED",
    }
    watched = suite(tmp_path, "pyee.base:EventEmitter", arguments=quiet, python=sys.executable)
    assert watched == {"test_shop.py::test_bare": "FAILED", "test_shop.py::test_watched": "PASSED"}


def test_where_no_test_runs_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"^no test of .* ran"):
        suite(tmp_path)


def test_it_takes_attach_as_it_is() -> None:
    assert differences.__defaults__ == ((), buslens.attach)
