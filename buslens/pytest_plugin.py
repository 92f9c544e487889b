"""The pytest plugin, as pytest finds it in everybody's run: nothing of it is loaded before somebody asks for it.

`pytest --buslens` watches every bus during the tests; the fixture `bus_trace` does it for one test, and asks what
happened. docs/pytest.md has all of it; the rest of it is `buslens.testing`.
"""

from __future__ import annotations

import pytest

TYPE_CHECKING = False  # see `buslens`
if TYPE_CHECKING:
    from typing import Iterator

    from buslens.testing.bus_trace import BusTrace


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--buslens` and its two companions."""
    group = parser.getgroup("buslens", "event buses")
    group.addoption(
        "--buslens",
        action="store_true",
        help="watch every event bus during the tests; what the buses of a failed test did is told, and kept",
    )
    group.addoption(
        "--buslens-dir",
        metavar="DIR",
        default=".buslens/tests",
        help="where the captures of failed tests go (default: %(default)s, in the root directory)",
    )
    group.addoption(
        "--buslens-fail-on",
        metavar="PROBLEMS",
        default="",
        help="fail a test that has one of these problems, such as never-ran,swallowed-exception; all: any problem",
    )


@pytest.hookimpl(tryfirst=True, hookwrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> "Iterator[None]":
    """Before the first conftest is imported: what that makes is watched too."""
    if early_config.known_args_namespace.buslens:
        from buslens.testing.plugin import begin

        begin(early_config)
    yield


@pytest.fixture
def bus_trace(request: pytest.FixtureRequest) -> "Iterator[BusTrace]":
    """What the event buses did in this test, to be asserted on; without --buslens they are watched for it alone."""
    from buslens.testing.plugin import trace_of

    with trace_of(request) as trace:
        yield trace
