"""Scenarios as tests: `pytest --buslens` runs each `*.scenario.yaml`, in a process of its own, and judges it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator, List, Optional, Tuple, Union

import pytest

from buslens.testing.paths import from_here
from buslens.testing.reader import NOT_FOR_IT, ReaderError
from buslens.testing.watch import RunWatch

SUFFIXES = (".scenario.yaml", ".scenario.yml")
LONGEST_S = 600.0
"""Seconds after which a scenario that still runs is ended, and its test fails."""

_PREFIX = "buslens: "
"""Of a line in which the command line complains."""

_YAML = (".yaml", ".yml")
_WRONG = 2
"""From this exit code of `buslens run` on it could not be run; below, its expectations are met or not."""


class ScenarioNotMetError(Exception):
    """What a scenario expects was not so, or it could not be run: the lines that its test fails with."""


class ScenarioTests:
    """The plugin that finds scenarios among the files of tests."""

    def __init__(self, watch: RunWatch, captures: Path) -> None:
        """captures: the folder of those of failed tests."""
        self.watch = watch
        self.captures = captures

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> "Optional[ScenarioFile]":
        """Files that are named so; any other YAML only where somebody names the file itself."""
        is_named = file_path.suffix in _YAML and parent.session.isinitpath(file_path)
        if not file_path.name.endswith(SUFFIXES) and not is_named:
            return None
        found: ScenarioFile = ScenarioFile.from_parent(parent, path=file_path, tests=self)
        return found


class ScenarioFile(pytest.File):
    """One scenario file: it is one test."""

    def __init__(self, *, tests: ScenarioTests, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._tests = tests

    def collect(self) -> "Iterator[ScenarioItem]":
        """The test; whether it can be run is found when that is tried."""
        name = next(
            (self.path.name[: -len(each)] for each in SUFFIXES if self.path.name.endswith(each)), self.path.stem
        )
        yield ScenarioItem.from_parent(self, name=name, tests=self._tests)


class ScenarioItem(pytest.Item):
    """Runs one scenario; it passes where all that the scenario expects is met."""

    def __init__(self, *, tests: ScenarioTests, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._tests = tests

    def runtest(self) -> None:
        """Run it. Raises ScenarioNotMetError; a scenario that expects nothing is skipped."""
        written = self._tests.watch.folder / "scenario.buslens"
        written.unlink(missing_ok=True)
        code, out, wrong = self._run(written)
        try:
            summary = json.loads(out)
        except ValueError:
            summary = None
        if summary is None or code not in range(_WRONG):
            wrong = "\n".join(line.removeprefix(_PREFIX) for line in wrong.splitlines())
            raise ScenarioNotMetError("\n".join([wrong or f"it ended with code {code}", *self._kept(written)]))
        expectations = summary["expectations"]
        if not expectations:
            pytest.skip(f"{self.path.name} expects nothing: say it under expect: in the file")
        unmet = [self._sentence(each) for each in expectations if not each["met"]]
        if unmet:
            seed = "" if summary["seed"] is None else f" with seed {summary['seed']}"
            ran = f"{len(unmet)} of {len(expectations)} expectations not met on {summary['engine']}{seed}"
            raise ScenarioNotMetError("\n".join([*unmet, "", ran, *self._kept(written)]))

    def repr_failure(self, excinfo: "pytest.ExceptionInfo[BaseException]", style: Any = None) -> Any:
        """The sentences alone: no line of ours is of use to who reads them."""
        if isinstance(excinfo.value, ScenarioNotMetError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> "Tuple[Union[os.PathLike[str], str], Optional[int], str]":
        """The file, as a whole."""
        return self.path, 0, f"scenario {self.name}"

    def _run(self, written: Path) -> "Tuple[int, str, str]":
        command = [
            sys.executable,
            "-P",
            "-m",
            "buslens",
            "run",
            str(from_here(self.path)),
            "--json",
            "-o",
            str(written),
        ]
        try:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=LONGEST_S,
                env={name: value for name, value in os.environ.items() if not name.startswith(NOT_FOR_IT)},
                check=False,
            )
        except subprocess.TimeoutExpired:
            return _WRONG, "", f"{self.path.name} still ran after {LONGEST_S:g} s, and was ended"
        except OSError as error:
            return _WRONG, "", f"{self.path.name} could not be run: {error}"
        return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace").strip()

    def _sentence(self, verdict: "dict[str, Any]") -> str:
        not_known = ", which is not known" if verdict["state"] == "unknown" else ""
        return (
            f"{from_here(self.path)}:{verdict['line']}: {verdict['about']}{not_known}: "
            f"expected {verdict['expected']}, found {verdict['found']}"
        )

    def _kept(self, written: Path) -> "List[str]":
        """Where its capture is from now on; nothing where none was written."""
        if not written.exists():
            return []
        try:
            kept = self._tests.watch.reader.ask(
                "keep", test=self.nodeid, folder=str(self._tests.captures), written=str(written)
            )
        except ReaderError as error:
            return [f"its capture could not be kept: {error}"]
        return [f"capture: {from_here(Path(kept['capture']))}"]
