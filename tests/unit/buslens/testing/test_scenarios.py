"""`pytest --buslens` and scenario files: which are tests, what a failed one tells, and what it keeps."""

from __future__ import annotations

import pyee.asyncio  # noqa: F401  the run inside forgets what it imports first
import pytest

import buslens.pytest_plugin
import buslens.testing.plugin  # noqa: F401
from bus.capture import capture
from buslens.launching.program import PROGRAM
from buslens.recorder import Recorder
from tests.helpers.streams import events

SHOP = """
buslens: 1
seed: 7
events: {order.placed: {}, order.paid: {}}
handlers:
  charge: {on: order.placed, do: [{emit: order.paid, with: {id: $event.payload.id}}]}
script: [{emit: order.placed, with: {id: 1}}]
expect:
  - {each: order.placed, leads_to: order.paid, by: id}
"""
WRONG = (
    SHOP
    + """  - {never: order.paid}
  - {event: order.placed, emitted: 3}
"""
)


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Where scenarios are written and run, with our plugin alone."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p buslens.pytest_plugin -p no:cacheprovider")
    PROGRAM.start(recorder=Recorder())  # imports the adapters of all libraries that are here
    PROGRAM.stop()
    return pytester


def test_each_scenario_is_a_test_that_fails_with_sentences_and_a_capture(inner: pytest.Pytester) -> None:
    for name, text in {
        "well.scenario.yaml": SHOP,
        "wrong.scenario.yml": WRONG,
        "silent.scenario.yaml": SHOP.partition("expect:")[0],
        "broken.scenario.yaml": SHOP.replace("on: order.placed", "on: order.plcaed"),
        "other.yaml": WRONG,
    }.items():
        (inner.path / name).write_text(text, encoding="utf-8")
    found = inner.runpytest_inprocess("--buslens", "-rfs")
    found.assert_outcomes(passed=1, failed=2, skipped=1)
    found.stdout.fnmatch_lines(
        [
            "broken.scenario.yaml:6:*order.plcaed*did you mean order.placed*",
            "wrong.scenario.yml:10: never order.paid: expected none, found 1, it is * at *",
            "wrong.scenario.yml:11: order.placed: emitted: expected == 3, found 1",
            "2 of 3 expectations not met on pyee* with seed 7",
            "capture: .buslens/tests/wrong.scenario.yml_wrong-*.buslens",
            "FAILED wrong.scenario.yml::wrong - wrong.scenario.yml:10: *",
            "SKIPPED * silent.scenario.yaml expects nothing: say it under expect: in the file",
        ]
    )
    found.stdout.no_fnmatch_line("*- buslens -*")
    (kept,) = (inner.path / ".buslens" / "tests").glob("*.buslens")
    assert events(capture.load(kept)) == ["order.placed", "order.paid"]


def test_a_file_of_another_name_is_a_test_where_it_is_named_itself(inner: pytest.Pytester) -> None:
    (inner.path / "shop.yaml").write_text(SHOP, encoding="utf-8")
    found = inner.runpytest_inprocess("--buslens", "-v", "shop.yaml")
    found.assert_outcomes(passed=1)
    found.stdout.fnmatch_lines(["shop.yaml::shop PASSED*"])


def test_nothing_is_collected_that_nobody_asked_for(inner: pytest.Pytester) -> None:
    (inner.path / "shop.scenario.yaml").write_text(WRONG, encoding="utf-8")
    inner.runpytest_inprocess().assert_outcomes()
