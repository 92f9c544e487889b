"""The hooks of `pytest --buslens`: a stretch of the recording for each test, and what is told of one that failed."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generator, Iterator, List, Tuple

import pytest

from buslens.testing import needs
from buslens.testing.bus_trace import BusTrace
from buslens.testing.paths import from_here
from buslens.testing.reader import ReaderError
from buslens.testing.scenarios import ScenarioItem, ScenarioTests
from buslens.testing.watch import AlreadyWatchedError, RunWatch

NAME = "buslens-watched-run"
_ALL = "all"
_WATCH = pytest.StashKey[RunWatch]()


class WatchedRun:
    """The plugin that is registered while a run is watched."""

    def __init__(self, watch: RunWatch, captures: Path, detectors: "List[str]") -> None:
        """captures: of failed tests. detectors: ids of those that fail a test."""
        self._watch = watch
        self._captures = captures
        self._detectors = detectors
        self._told: "set[str]" = set()
        """Fingerprints of the problems of this test that were told."""

        self._is_kept = False
        """Whether this test has a capture."""

    def pytest_report_header(self) -> str:
        """What happens to failed tests."""
        fails = f"; a test fails by {', '.join(self._detectors)}" if self._detectors else ""
        return f"buslens: every bus is watched, captures of failed tests in {from_here(self._captures)}{fails}"

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> "Generator[None, Any, Any]":
        """A stretch of its own for each test."""
        self._told, self._is_kept = set(), False
        try:
            self._watch.begin()
        except (ReaderError, AlreadyWatchedError, OSError):
            pass  # whoever asks is told
        result = yield
        if self._is_kept:
            self._quietly("capture", item)
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_call(self) -> "Generator[None, Any, Any]":
        """A test that went well fails by its problems."""
        result = yield
        self._fail_by_problems()
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> "Generator[None, Any, Any]":
        """And by those that came after its end."""
        result = yield
        if not self._is_kept:
            self._fail_by_problems()
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> "Generator[None, pytest.TestReport, pytest.TestReport]":
        """What the buses did is told where it failed."""
        report = yield
        if report.failed and not isinstance(item, ScenarioItem):  # what those run is no bus of this process
            report.sections.append(("buslens", "\n".join(self._lines(item))))
        return report

    def _fail_by_problems(self) -> None:
        __tracebackhide__ = True
        if not self._detectors:
            return
        try:
            answer = self._watch.reader.ask("problems", detectors=self._detectors)
        except ReaderError as error:
            pytest.fail(f"buslens: {error}", pytrace=False)
        problems: "List[Tuple[str, str]]" = answer["problems"]
        new = [sentence for fingerprint, sentence in problems if fingerprint not in self._told]
        self._told.update(fingerprint for fingerprint, _ in problems)
        if new:
            pytest.fail("\n".join(new), pytrace=False)

    def _lines(self, item: pytest.Item) -> "List[str]":
        try:
            answer = self._watch.reader.ask("report", test=item.nodeid, folder=str(self._captures))
        except ReaderError as error:
            return [f"what the buses did is not known: {error}"]
        self._is_kept = self._is_kept or bool(answer["capture"])
        shown = from_here(Path(answer["capture"])) if answer["capture"] else ""
        return [*answer["lines"], *([f"capture: {shown}"] if shown else [])]

    def _quietly(self, do: str, item: pytest.Item) -> None:
        try:
            self._watch.reader.tell(do, test=item.nodeid, folder=str(self._captures))
        except ReaderError:
            pass  # the report has said it


def begin(config: pytest.Config) -> None:
    """Watch this run of tests, from before the first conftest on. Raises pytest.UsageError."""
    options = config.known_args_namespace
    watch = _watch_of(config)
    detectors = _detectors(watch, options.buslens_fail_on)
    if _hands_out_tests(options):
        watch.close()
        return
    _start(watch)
    captures = (config.rootpath / options.buslens_dir).absolute()
    config.pluginmanager.register(WatchedRun(watch, captures, detectors), NAME)
    config.pluginmanager.register(ScenarioTests(watch, captures), f"{NAME}-scenarios")


@contextmanager
def trace_of(request: pytest.FixtureRequest) -> "Iterator[BusTrace]":
    """The trace of the test that asks; without --buslens it is watched from here on, and until its end."""
    config = request.config
    if config.pluginmanager.has_plugin(NAME):
        yield BusTrace(config.stash[_WATCH])
        return
    try:
        watch = config.stash.get(_WATCH, None) or _watch_of(config)
        _start(watch)
        watch.begin()
    except (pytest.UsageError, ReaderError) as error:
        pytest.fail(f"bus_trace: {error}", pytrace=False)
    try:
        yield BusTrace(watch)
    finally:
        watch.stop()


def _watch_of(config: pytest.Config) -> RunWatch:
    why = needs.why_not(pytest.__version__)
    if why is not None:
        raise pytest.UsageError(why)
    try:
        config.stash[_WATCH] = watch = RunWatch(config.rootpath)
    except OSError as error:
        raise pytest.UsageError(f"buslens cannot watch this run: {error}") from None
    config.add_cleanup(watch.close)
    return watch


def _start(watch: RunWatch) -> None:
    try:
        watch.start()
    except (AlreadyWatchedError, OSError, ReaderError) as error:
        raise pytest.UsageError(f"buslens cannot watch this run: {error}") from None
    watch.reader.settle()


def _detectors(watch: RunWatch, wanted: str) -> "List[str]":
    """Ids of the detectors that were asked for, each by its id or by how that begins. Raises pytest.UsageError."""
    words = [each.strip() for each in wanted.split(",") if each.strip()]
    if not words:
        return []
    try:
        known: "List[str]" = watch.reader.ask("detectors")["detectors"]
    except ReaderError as error:
        raise pytest.UsageError(f"--buslens-fail-on: {error}") from None
    if words == [_ALL]:
        return known
    chosen: "List[str]" = []
    for word in words:
        found = [each for each in known if each == word] or [each for each in known if each.startswith(word)]
        if len(found) != 1:
            what = f"{word} may be {' or '.join(found)}" if found else f"there is no problem {word}"
            raise pytest.UsageError(
                f"--buslens-fail-on: {what}; there are {', '.join(known)}, and {_ALL} for each of them"
            )
        chosen += found
    return list(dict.fromkeys(chosen))


def _hands_out_tests(options: Any) -> bool:
    """Whether this process runs no test itself: pytest-xdist's, that gives them to others."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    return not is_worker and bool(getattr(options, "numprocesses", None) or getattr(options, "tx", None))
