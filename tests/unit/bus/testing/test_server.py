"""Requests are answered one after another; a mistake in one is a sentence, and the run's folder goes at the end."""

from __future__ import annotations

import json
import os
import select
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyee import EventEmitter

import buslens
from bus.analysis.problems import DETECTORS
from bus.capture import capture
from bus.testing.server import ReaderServer
from buslens.stream import StreamRecorder
from tests.helpers.patience import PATIENCE_S
from tests.helpers.streams import events


class Asking:
    """The other end of both pipes; the server runs on a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "run"
        self.bus = EventEmitter()
        self.recorder = StreamRecorder.into(self.folder)
        buslens.attach(self.bus, recorder=self.recorder)
        requests, self.requests = os.pipe()
        self.answers, answers = os.pipe()
        self._number = 0
        self._ends = [requests, answers]
        self._thread = threading.Thread(target=ReaderServer(requests, answers).serve, daemon=True)
        self._thread.start()
        self.tell("run", folder=str(self.folder), root=str(folder))
        self.tell("follow", stream=self.recorder.path, remove=True)
        self.tell("begin", at_ns=time.monotonic_ns())

    def tell(self, do: str, **fields: Any) -> None:
        os.write(self.requests, json.dumps({"do": do, **fields}).encode() + b"\n")

    def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        self._number += 1
        self.tell(do, number=self._number, **fields)
        data = b""
        while not data.endswith(b"\n"):
            assert select.select([self.answers], [], [], PATIENCE_S)[0], f"no answer to {do}"
            data += os.read(self.answers, 65536)
        found: dict[str, Any] = json.loads(data)
        assert found.pop("number") == self._number
        return found

    def end(self) -> None:
        os.close(self.requests)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()
        for each in (*self._ends, self.answers):
            os.close(each)


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Asking]:
    asking = Asking(tmp_path)
    yield asking
    asking.end()
    assert not asking.folder.exists()


def fails(_: object) -> None:
    raise ValueError("no")


def fail(asking: Asking) -> None:
    asking.bus.on("paid", fails)
    asking.bus.on("paid", lambda _: None)
    with pytest.raises(ValueError, match="no"):
        asking.bus.emit("paid", 1)


def test_questions_about_what_was_just_emitted_are_answered(asking: Asking) -> None:
    for number in range(20):
        asking.bus.emit("paid", number)
        assert asking.ask("emits", event="paid")["emits"][-1]["payload"] == number
    asking.tell("begin", at_ns=time.monotonic_ns())
    assert asking.ask("emits", event="paid")["count"] == 0
    assert asking.ask("failures") == {"failures": [], "unsure": ""}
    assert asking.ask("detectors") == {"detectors": [each.id for each in DETECTORS]}


def test_a_failed_test_has_a_report_and_a_capture_that_is_written_again_at_its_end(
    asking: Asking, tmp_path: Path
) -> None:
    fail(asking)
    answer = asking.ask("report", test="test_pays", folder=str(tmp_path / "captures"))
    assert answer["lines"][0] == "1 event emitted, 1 call, 1 failed"
    assert events(capture.load(Path(answer["capture"]))) == ["paid"]
    asking.bus.emit("torn down")
    asking.tell("capture", test="test_pays", folder=str(tmp_path / "captures"))
    asking.ask("detectors")
    assert events(capture.load(Path(answer["capture"]))) == ["paid", "torn down"]


def test_problems_are_told_unless_they_are_muted(asking: Asking, tmp_path: Path) -> None:
    assert asking.ask("problems", detectors=["never-ran"]) == {"problems": []}
    fail(asking)
    ((fingerprint, said),) = asking.ask("problems", detectors=["never-ran"])["problems"]
    assert "never ran on paid because fails raised" in said
    assert asking.ask("problems", detectors=["receiver-died"]) == {"problems": []}
    baseline = tmp_path / ".buslens" / "baseline.json"
    baseline.parent.mkdir()
    baseline.write_text(json.dumps({"buslens": 1, "muted": [{"fingerprint": fingerprint, "reason": "known"}]}))
    asking.tell("run", folder=str(asking.folder), root=str(tmp_path))
    assert asking.ask("problems", detectors=["never-ran"]) == {"problems": []}
    baseline.write_text("no JSON")
    asking.tell("run", folder=str(asking.folder), root=str(tmp_path))
    answer = asking.ask("report", test="test", folder=str(tmp_path / "captures"))
    assert answer["lines"][-1].endswith("nothing is muted")


def test_what_cannot_be_done_is_a_sentence_and_the_next_question_is_answered(asking: Asking, tmp_path: Path) -> None:
    asking.bus.emit("paid")
    (tmp_path / "file").write_text("")
    assert "cannot be made" in asking.ask("report", test="test", folder=str(tmp_path / "file" / "x"))["error"]
    asking.tell("follow", stream=str(tmp_path / "nowhere"), remove=True)
    assert "this is not the folder of a stream" in asking.ask("emits", event="paid")["error"]
