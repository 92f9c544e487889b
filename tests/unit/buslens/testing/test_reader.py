"""A reader that is gone, silent or asked from the wrong process is a sentence, never a wait without end."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from buslens.testing import reader as readers
from buslens.testing.reader import ReaderError, RunReader
from tests.helpers.patience import wait_until

FILES = 1100


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[RunReader]:
    reader = RunReader(tmp_path / "log")
    reader.settle()
    yield reader
    reader.close()


def pid_of(reader: RunReader) -> int:
    """Who holds the other end of its pipes, and is not this process."""
    ours = os.readlink(f"/proc/self/fd/{reader._requests}")
    for each in Path("/proc").iterdir():
        if each.name.isdecimal() and int(each.name) != os.getpid():
            try:
                if any(os.readlink(fd) == ours for fd in (each / "fd").iterdir()):
                    return int(each.name)
            except OSError:
                continue
    raise AssertionError("nobody reads")


def test_it_answers_until_the_run_is_over_and_says_how_it_ended(reader: RunReader, tmp_path: Path) -> None:
    assert reader.ask("detectors")["detectors"]
    os.kill(pid_of(reader), signal.SIGKILL)
    (tmp_path / "log").write_text("Traceback\nMemoryError: none left\n")
    with pytest.raises(ReaderError, match="has ended: MemoryError: none left"):
        reader.ask("detectors")
    reader.close()
    reader.close()
    with pytest.raises(ReaderError, match="the run is over"):
        reader.tell("begin", at_ns=0)


def test_tests_may_have_a_thousand_files_open(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < FILES + 100:
        pytest.skip("this system lets nobody open so many")
    with ExitStack() as opened:
        opened.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, FILES + 100), hard))
        for _ in range(FILES):
            opened.callback(os.close, os.open(os.devnull, os.O_RDONLY))
        reader = RunReader(tmp_path / "log")
        opened.callback(reader.close)
        assert reader._answers > 1023
        assert reader.ask("detectors")["detectors"]


def test_one_that_does_not_answer_is_not_waited_for_without_end(
    reader: RunReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.ask("detectors")
    stopped = pid_of(reader)
    os.kill(stopped, signal.SIGSTOP)
    try:
        monkeypatch.setattr(readers, "PATIENCE_S", 0.05)
        with pytest.raises(ReaderError, match=r"has not answered in 0\.05 s"):
            reader.ask("detectors")
    finally:
        os.kill(stopped, signal.SIGCONT)
    monkeypatch.undo()
    assert "emits" not in reader.ask("detectors"), "the late answer to the first question is passed over"


def test_a_forked_child_cannot_ask_and_leaves_the_reader_alone(reader: RunReader) -> None:
    pid = os.fork()
    if not pid:
        try:
            reader.close()
            reader.ask("detectors")
        except ReaderError as error:
            os._exit(7 if "in the process of the tests only" in str(error) else 8)
        os._exit(9)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 7
    assert reader.ask("detectors")["detectors"]


def test_the_folder_of_the_run_goes_with_the_reader(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    reader = RunReader(folder / "log")
    reader.tell("run", folder=str(folder), root=str(tmp_path))
    inherited = os.dup(reader._requests)  # as a forked child has it
    reader.close()
    wait_until(lambda: not folder.exists(), lambda: list(folder.iterdir()))
    os.close(inherited)
