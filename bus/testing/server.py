"""What the process beside the tests does: a request a line comes in, and what is asked for goes out, a line each.

Requests come in order from one process that knows us; what it records is followed meanwhile, so that its chunks go.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bus.analysis.problems import DETECTORS
from bus.analysis.problems.baseline import USUAL, read
from bus.errors import UserError
from bus.system_errors import cannot_write
from bus.testing import answers, telling
from bus.testing.captures import FailedCaptures
from bus.testing.stretches import Stretches
from buslens.testing.reader import is_readable

LOOK_S = 0.25
"""How often what is recorded is taken in where nobody asks."""

_READ = 1 << 16

Fields = dict[str, Any]


class ReaderServer:
    """Answers for one run of tests. All methods belong to one thread."""

    def __init__(self, requests: int, answers: int) -> None:
        """File descriptors of both pipes."""
        self._requests, self._answers = requests, answers
        self._stretches: Stretches | None = None
        self._folder: Path | None = None
        self._muted: frozenset[str] = frozenset()
        self._about_mutes = ""
        self._looked: tuple[object, Fields] = (None, {})
        """What the detectors were last asked, and what they said."""

        self._complaint = ""
        """What was wrong last."""

        self._verbs: dict[str, Callable[[Fields], Fields | None]] = {
            "detectors": self._detectors,
            "run": self._run,
            "follow": self._follow,
            "begin": self._begin,
            "emits": self._emits,
            "failures": self._failures,
            "report": self._report,
            "capture": self._capture,
            "problems": self._problems,
            "keep": self._keep,
        }

    def serve(self) -> None:
        """Until the run is over, or its process is gone; then the folder of the run goes."""
        waiting = b""
        try:
            while True:
                if not is_readable(self._requests, LOOK_S):
                    if self._stretches is not None:
                        self._stretches.catch_up()
                    continue
                data = os.read(self._requests, _READ)
                if not data:
                    return
                *lines, waiting = (waiting + data).split(b"\n")
                for request in map(json.loads, lines):
                    if request["do"] == "end":  # a child that a test forked may have the other end, and live on
                        return
                    self._do(request)
        finally:
            self._leave()

    def _do(self, request: Fields) -> None:
        try:
            answer = self._verbs[request["do"]](request)
        except UserError as error:
            answer = {"error": str(error)}
            self._complaint = str(error)
        if "number" in request:
            body = json.dumps({**(answer or {}), "number": request["number"]}).encode() + b"\n"
            while body:
                body = body[os.write(self._answers, body) :]

    def _leave(self) -> None:
        if self._stretches is not None:
            self._stretches.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _detectors(self, request: Fields) -> Fields:
        return {"detectors": [each.id for each in DETECTORS]}

    def _run(self, request: Fields) -> None:
        """folder: of the run, removed at its end. root: where the baseline lies."""
        self._folder = Path(request["folder"])
        path = Path(request["root"]) / USUAL
        if path.exists():
            try:
                self._muted = frozenset(read(path).by_fingerprint)
            except UserError as error:
                self._about_mutes = f"{error}: nothing is muted"

    def _follow(self, request: Fields) -> None:
        before, self._stretches = self._stretches, None
        if before is not None:
            before.close()
        self._stretches = Stretches(Path(request["stream"]), remove=request["remove"])

    def _begin(self, request: Fields) -> None:
        if self._stretches is not None:
            self._stretches.cut(request["at_ns"])

    def _emits(self, request: Fields) -> Fields:
        stretch = self._now()
        return {**answers.emits(stretch.trace, stretch.begin_ns, request["event"]), "unsure": _unsure(stretch)}

    def _failures(self, request: Fields) -> Fields:
        stretch = self._now()
        return {"failures": answers.failures(stretch.trace, stretch.begin_ns), "unsure": _unsure(stretch)}

    def _report(self, request: Fields) -> Fields:
        """What is told of a failed test; its capture is written where anything happened."""
        stretch = self._now()
        told = telling.lines(stretch.trace, stretch.begin_ns, self._muted)
        told += [each for each in (_unsure(stretch), self._about_mutes) if each]
        return {"lines": told, "capture": str(self._written(stretch, request) or "")}

    def _capture(self, request: Fields) -> None:
        """Write it again, with what came since."""
        self._written(self._now(), request)

    def _keep(self, request: Fields) -> Fields:
        """A capture that somebody else wrote becomes that of this test."""
        captures = FailedCaptures(Path(request["folder"]))
        path = captures.path(request["test"])
        try:
            shutil.move(request["written"], path)
        except OSError as error:
            raise cannot_write(path, error) from None
        captures.make_room()
        return {"capture": str(path)}

    def _problems(self, request: Fields) -> Fields:
        stretch = self._now()
        if not stretch.count:
            return {"problems": []}
        asked = stretch.begin_ns, stretch.count, request["detectors"], self._muted
        if self._looked[0] != asked:  # a teardown mostly tells nothing new
            chosen = [each for each in DETECTORS if each.id in request["detectors"]]
            found = telling.findings(stretch.trace, stretch.begin_ns, chosen, self._muted)
            self._looked = asked, {"problems": [[each.fingerprint, telling.sentence(each)] for each in found]}
        return self._looked[1]

    def _now(self) -> Stretches:
        if self._stretches is None:
            raise UserError(self._complaint or "no stream is followed")
        self._stretches.catch_up()
        return self._stretches

    def _written(self, stretch: Stretches, request: Fields) -> Path | None:
        if not stretch.count:
            return None
        captures = FailedCaptures(Path(request["folder"]))
        path = captures.path(request["test"])
        stretch.write(path)
        captures.make_room()
        return path


def _unsure(stretch: Stretches) -> str:
    """What this cannot tell, as one sentence; "" where it has everything."""
    if stretch.problem:
        return f"not everything is known: {stretch.problem}"
    if stretch.left_out or stretch.trace.dropped:
        return f"not everything is known: {stretch.left_out + stretch.trace.dropped:,} facts found no room"
    return ""
