"""`pytest --buslens`, run inside of a test: what a person reads, what is kept, what fails, and what stays the same."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pyee.asyncio  # noqa: F401  the run inside forgets what it imports first
import pytest

import buslens.pytest_plugin
import buslens.testing.plugin  # noqa: F401
from bus.analysis.problems import DETECTORS
from bus.analysis.problems.looking import look
from bus.capture import capture
from buslens.launching.program import PROGRAM
from buslens.recorder import Recorder
from tests.helpers.streams import events, payloads

SHOP = """
import pytest
from pyee import EventEmitter

shared = EventEmitter()

@shared.on("paid")
def book(payment):
    if payment["id"] == 13:
        raise ValueError("no luck")

@shared.on("paid")
def mail(payment):
    pass
"""


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Where tests are written and run, with our plugin alone."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p buslens.pytest_plugin -p no:cacheprovider")
    PROGRAM.start(recorder=Recorder())  # imports the adapters of all libraries that are here
    PROGRAM.stop()
    return pytester


def written(inner: pytest.Pytester, tests: str) -> None:
    inner.makepyfile(test_shop=SHOP + tests)


def ran(inner: pytest.Pytester, *options: str) -> pytest.RunResult:
    found = inner.runpytest_inprocess(*options)
    assert not PROGRAM.is_running
    return found


def test_a_failed_test_tells_what_its_buses_did_and_keeps_its_own_stretch(inner: pytest.Pytester) -> None:
    written(
        inner,
        """
@pytest.fixture
def refunding():
    yield
    shared.emit("refunded", 1)

def test_well():
    shared.emit("paid", {"id": 1})

def test_wrong(refunding):
    with pytest.raises(ValueError):
        shared.emit("paid", {"id": 13})
    assert False, "wrong"

def test_without_any_bus():
    assert False
""",
    )
    found = ran(inner, "--buslens")
    found.assert_outcomes(passed=1, failed=2)
    found.stdout.fnmatch_lines(
        [
            "buslens: every bus is watched, captures of failed tests in .buslens/tests",
            "*- buslens -*",
            "1 event emitted, 1 call, 1 failed",
            "failed: book (*test_shop.py:6) on paid, * ms into the test, after * ms: ValueError: no luck",
            "warning: mail never ran on paid because book raised [[]never-ran[]]",
            "capture: .buslens/tests/test_shop.py_test_wrong-*.buslens",
            "no event was emitted on any bus that buslens knows",
        ]
    )
    (kept,) = (inner.path / ".buslens" / "tests").glob("*.buslens")
    trace = capture.load(kept)
    assert (events(trace), payloads(trace)[0]) == (["paid", "refunded"], {"id": 13})


def test_chosen_problems_fail_a_test_that_went_well(inner: pytest.Pytester) -> None:
    written(
        inner,
        """
def lose():
    with pytest.raises(ValueError):
        shared.emit("paid", {"id": 13})

def test_well():
    shared.emit("paid", {"id": 1})

def test_never_ran():
    lose()

@pytest.fixture
def losing():
    yield
    lose()

def test_in_teardown(losing):
    pass

@pytest.mark.xfail(reason="known")
def test_expected():
    lose()
""",
    )
    found = ran(inner, "--buslens", "--buslens-fail-on", "never", "--buslens-dir", "kept")
    found.assert_outcomes(passed=2, failed=1, errors=1, xfailed=1)
    found.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_in_teardown*",
            "*test_never_ran*",
            "mail never ran on paid because book raised [[]never-ran[]]",
            "  next: Let book not raise*",
            "FAILED test_shop.py::test_never_ran - Failed: mail never ran on paid because *",
        ]
    )
    assert len(list((inner.path / "kept").glob("*.buslens"))) == 2


def test_a_problem_that_does_not_exist_is_wrong_use(inner: pytest.Pytester) -> None:
    written(inner, "")
    for word, says in (("nevr", "there is no problem nevr; there are *never-ran*"), ("n", "n may be n*")):
        found = ran(inner, "--buslens", "--buslens-fail-on", word)
        assert found.ret == pytest.ExitCode.USAGE_ERROR
        found.stderr.fnmatch_lines([f"ERROR: --buslens-fail-on: {says}"])


def test_the_fixture_asserts_with_and_without_the_option(inner: pytest.Pytester) -> None:
    written(
        inner,
        """
def test_each(bus_trace):
    shared.emit("paid", {"id": 1})
    bus_trace.handled("paid", by=["book", "mail"], in_order=True)
    bus_trace.emitted("paid", times=1)

def test_again(bus_trace):
    bus_trace.not_emitted("paid")
    shared.emit("paid", {"id": 2})
    bus_trace.emitted("paid", payload={"id": 3})

def test_without():
    shared.emit("paid", {"id": 1})
""",
    )
    for options in ((), ("--buslens",)):
        found = ran(inner, *options)
        found.assert_outcomes(passed=2, failed=1)
        found.stdout.fnmatch_lines(
            [
                '>       bus_trace.emitted("paid", payload={"id": 3})',
                "E       AssertionError: paid was emitted once, never with this payload",
                "E         expected: {'id': 3}",
                'E         * ms: emitted on * with {"id":2}; id: 2, not 3',
            ]
        )
        assert ("- buslens -" in found.stdout.str()) == bool(options)


def test_where_something_is_not_installed_a_sentence_says_so(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("buslens.testing.needs.LIBRARIES", ("no_such_library",))
    written(inner, "def test_it(bus_trace): pass")
    says = "to watch tests buslens needs no_such_library, which is not installed: pip install 'buslens[[]pytest[]]'"
    found = ran(inner, "--buslens")
    assert found.ret == pytest.ExitCode.USAGE_ERROR
    found.stderr.fnmatch_lines([f"ERROR: {says}"])
    found = ran(inner)
    found.assert_outcomes(errors=1)
    found.stdout.fnmatch_lines([f"bus_trace: {says}"])


def test_tests_see_the_same_as_without(inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    written(
        inner,
        """
import logging, os, threading

def test_it(caplog, capfd, recwarn):
    caplog.set_level(logging.DEBUG)
    shared.emit("paid", {"id": 1})
    emitter = EventEmitter()
    emitter.emit("other")
    assert (caplog.records, capfd.readouterr(), list(recwarn)) == ([], ("", ""), [])
    assert {str(each.ident) for each in threading.enumerate()} <= set(os.environ["THREADS"].split())
""",
    )
    monkeypatch.setenv("THREADS", " ".join(str(each.ident) for each in threading.enumerate()))
    outcomes = [ran(inner, *options).parseoutcomes() for options in ((), ("--buslens", "--buslens-fail-on", "all"))]
    assert outcomes == [{"passed": 1}] * 2


def test_a_project_with_our_names_is_not_confused_and_each_worker_watches_its_own_tests(
    inner: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("app", "bus", "ui"):
        inner.mkpydir(name).joinpath("mine.py").write_text(f"NAME = {name!r}\n")
    inner.path.joinpath("numpy.py").write_text("raise SystemExit('the wrong module was imported')\n")
    written(
        inner,
        """
import sys
import app.mine, bus.mine, ui.mine

@pytest.mark.parametrize("number", range(4))
def test_it(bus_trace, number):
    assert (app.mine.NAME, bus.mine.NAME, ui.mine.NAME) == ("app", "bus", "ui")
    shared.emit("paid", {"id": number})
    assert bus_trace.emitted("paid", times=1)[0].payload == {"id": number}
    assert "bus.trace" not in sys.modules and "numpy" not in sys.modules
    assert number != 3
""",
    )
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p buslens.pytest_plugin -p xdist -p no:cacheprovider")
    found = inner.runpytest_subprocess("--buslens", "-n", "2")
    found.assert_outcomes(passed=3, failed=1)
    found.stdout.fnmatch_lines(["1 event emitted, 2 calls, 0 failed"])
    assert len(list((inner.path / ".buslens" / "tests").glob("*.buslens"))) == 1


def test_what_is_muted_in_the_baseline_fails_no_test(inner: pytest.Pytester) -> None:
    written(inner, "def test_it():\n    with pytest.raises(ValueError):\n        shared.emit('paid', {'id': 13})\n")
    ran(inner, "--buslens", "--buslens-fail-on", "all").assert_outcomes(failed=1)
    (kept,) = (inner.path / ".buslens" / "tests").glob("*.buslens")
    muted = [{"fingerprint": each, "reason": "known"} for each in fingerprints(kept)]
    Path(inner.path, ".buslens", "baseline.json").write_text(json.dumps({"buslens": 1, "muted": muted}))
    ran(inner, "--buslens", "--buslens-fail-on", "all").assert_outcomes(passed=1)


def fingerprints(kept: Path) -> list[str]:
    return [each.fingerprint for each in look(capture.load(kept), DETECTORS).findings]
