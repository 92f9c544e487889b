"""Records to a file: a thread of its own writes what a recorder holds, so that the watched program never waits.

A forked child goes on in a file of its own beside it, from the first thing that it records.
"""

from __future__ import annotations

import io
import os
import sys
import threading
from types import ModuleType
from typing import Optional, Union

from buslens import pipes
from buslens.exiting import EXITS
from buslens.forking import FORKS
from buslens.log import LOG
from buslens.recorder import Recorder
from buslens.wire import END_MARK

fcntl: Optional[ModuleType]
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_EVERY_SECONDS = 0.25
_STOP_SECONDS = 10.0
_EXIT_SECONDS = 1.0
_FORK_SECONDS = 1.0
_PIPE_SECONDS = 2.0
"""Longer than a pipe that takes nothing is given, which the writer's thread says by itself."""

_MOST_NAPS, _NAP_SECONDS = 200, 0.0005


class _BusyError(OSError):
    """The writer's thread is not ready in time."""


class CaptureWriter:
    """Appends a recorder's frames to one capture file. `start` makes it follow; without, `flush` writes."""

    def __init__(self, recorder: Recorder, path: Union[str, os.PathLike[str]]) -> None:
        self.recorder = recorder
        self.users = 0
        """Probes that write here; the last one that closes closes the file."""

        # Opened here, where a wrong path can still be told to the person.
        self._file: Optional[io.FileIO]
        self._file, self.path = _open(os.path.abspath(os.fsdecode(path)))
        self._is_pipe = pipes.is_pipe(self.path)
        self._written = 0
        """Bytes of whole frames."""

        # Re-entrant: the garbage collector may run a program's __del__ that closes a probe while this thread writes.
        self._lock = threading.RLock()
        self._halt = threading.Event()
        """Set: the writer's thread ends. Each thread has one of its own."""

        self._thread: Optional[threading.Thread] = None
        self._is_resting = False
        self._stopped = False
        self._follows = False
        self._is_writing = False
        self._is_left = False
        """Nobody waits for the thread any more."""

        self._broken = False
        """A frame may lie half in the file, after an error: nothing may follow it."""

        self.asked = os.path.abspath(os.fsdecode(path))
        """The path that was given; in a forked child and its children, that of the first parent."""

        self._forked_from = 0
        """The parent's process id, in a child that has not recorded anything yet."""

        FORKS.tell(recorder)
        FORKS.tell(self)
        FORKS.let_rest(self)

    @property
    def is_open(self) -> bool:
        """Whether more may be written."""
        return not self._broken and (self._file is not None or self._forked_from > 0)

    def start(self) -> None:
        """Write every quarter of a second, and once more when the program ends."""
        if not self._follows:
            self._follows = True
            if not self._is_pipe:
                self._write_safely()  # whoever opens the file now finds a capture in it
            self._run_thread()

    def flush(self, last: bytes = b"") -> None:
        """Write what waits, now; and `last` behind it. Raises OSError."""
        if not self._lock.acquire(timeout=self._patience(_STOP_SECONDS)):
            raise _BusyError(f"{self.path} takes what waits too slowly")
        try:
            if self._file is not None and not self._broken and not self._is_writing:
                self._is_writing = True
                self._write(self._file, self.recorder.take() + last)
                self._written = self._file.tell() if self._file.seekable() else 0
                self._is_writing = False
        except BaseException:
            self._is_writing, self._broken = False, True
            raise
        finally:
            self._lock.release()

    def write_rest(self) -> None:
        """Write what waits, as `flush` does; trouble is logged and not raised.

        To a pipe only its thread writes, soon.
        """
        if not (self._is_pipe and self._follows):
            self._write_safely()

    def copy_to(self, path: Union[str, os.PathLike[str]]) -> None:
        """Write what waits; then put the whole capture at `path` too, where that is another file."""
        if self._forked_from:
            self._open_own()
        self.flush()
        if os.path.realpath(os.fspath(path)) != os.path.realpath(self.path):
            import shutil  # late: a stream needs none of it, nor a file that is written once

            shutil.copyfile(self.path, path)
            with open(path, "ab") as copy:
                copy.write(END_MARK)  # the copy does not grow, though the program goes on

    def stop(self, seconds: float = _STOP_SECONDS) -> None:
        """Write the rest and the end mark, and close the file. Safe to call twice. seconds: to wait for the writer."""
        self._stopped = True
        self._halt.set()
        EXITS.forget(self)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(self._patience(seconds))
            if self._thread.is_alive():  # it has the file, and may have it for ever
                self._leave()
                return
        self._write_safely(END_MARK)
        self._close()

    def end_of_program(self, seconds: float = _STOP_SECONDS) -> None:
        """Stop; what waits for its turn will never have it, which nobody can say before."""
        self.recorder.finish()
        self.stop(seconds)

    def end_now(self) -> None:
        """End the capture where the process ends at once.

        A signal may call `os._exit` while this very thread writes.
        """
        if self._lock.acquire(timeout=_EXIT_SECONDS):
            self._lock.release()
            self.end_of_program(_EXIT_SECONDS)

    def rest(self) -> None:
        """The process is about to be forked: no thread now. One that is busy with a slow disk goes on."""
        thread = self._thread
        if thread is not None and thread.is_alive() and thread is not threading.current_thread() and not self._stopped:
            self._is_resting = True
            self._halt.set()
            thread.join(_FORK_SECONDS)
            await_its_end(thread)

    def go_on(self) -> None:
        """The parent follows again, after a fork."""
        if self._is_resting:
            self._is_resting = False
            if not self._stopped and self.is_open:
                self._halt = threading.Event()
                self._begin_thread()
                if self._stopped:  # meanwhile, by another thread
                    self._halt.set()

    def after_fork(self, parent_pid: int) -> None:
        """In a forked child: the file stays the parent's; the first thing that is recorded here opens another one."""
        self._lock, self._halt, self._thread = threading.RLock(), threading.Event(), None
        self._stopped = self._is_resting = self._is_pipe = self._is_writing = self._is_left = False
        if self._file is None and not self._forked_from:
            return
        if self._file is not None:
            self._file.close()  # in this process alone, and without a buffer that it could write
        # Where another thread was writing when the process forked, it is not broken here.
        self._file, self._forked_from, self._written, self._broken = None, parent_pid, 0, not self.recorder.enabled
        self.recorder.on_first_fact = self._go_on

    def _go_on(self) -> None:
        """A forked child has something to record."""
        if not self._stopped:
            self._run_thread()
            _stop_with_multiprocessing(self)

    def _open_own(self) -> None:
        """The file of a forked child, beside that of its parent."""
        beside, extension = os.path.splitext(self.asked)
        parent = self._forked_from
        self.path = f"{beside}.{os.getpid()}{extension}"
        try:
            # The file before the mark: a child that is forked between the two finds one of them.
            self._file, self.path = _open(self.path)
            self._forked_from = 0
        except OSError as error:
            self._give_up(error)
            return
        LOG.warning("buslens: process %d, forked from %d, records into %s", os.getpid(), parent, self.path)

    def _run_thread(self) -> None:
        EXITS.tell(self)
        self._begin_thread()

    def _begin_thread(self) -> None:
        thread = threading.Thread(target=self._run, args=(self._halt,), name="buslens writer", daemon=True)
        thread.start()
        self._thread = thread

    def _run(self, halt: threading.Event) -> None:
        try:
            self._follow(halt)
        finally:
            if self._is_left:
                self._close()

    def _follow(self, halt: threading.Event) -> None:
        if self._forked_from:
            self._open_own()
            self._write_safely()
        elif self._is_pipe:
            self._write_safely()
        while not halt.wait(_EVERY_SECONDS):
            if not self._write_safely():
                return

    def _write_safely(self, last: bytes = b"") -> bool:
        try:
            self.flush(last)
        except _BusyError:
            pass  # whoever writes writes this too
        except Exception as error:  # a full disk is not the program's problem
            self._give_up(error)
            return False
        return True

    def _write(self, file: io.FileIO, data: bytes) -> None:
        if self._is_pipe:
            # While the program runs its reader may take its time: what does not fit meanwhile is counted.
            has_time = threading.current_thread() is self._thread
            pipes.write(file, data, lambda: self._stopped or not has_time)
            return
        left = memoryview(data)
        while left:
            left = left[file.write(left) or 0 :]

    def _patience(self, seconds: float) -> float:
        """How long the program may be kept, where it would wait so long for a disk."""
        return min(seconds, _PIPE_SECONDS) if self._is_pipe else seconds

    def _leave(self) -> None:
        """The program does not wait any longer for its writer, which closes the file when it is done, and goes on."""
        self.recorder.stop()
        self._is_left = True
        if self._thread is None or not self._thread.is_alive():  # it has ended just now, before it could know
            self._close()
        LOG.error("buslens: %s takes what waits too slowly: it is left as it is, without its end", self.path)

    def _close(self) -> None:
        with self._lock:
            file, self._file = self._file, None
        if file is not None:
            file.close()

    def _give_up(self, error: Exception) -> None:
        """Record nothing any more: nobody could ever read it."""
        self.recorder.stop()
        self._broken = True
        try:
            if self._file is not None and self._file.seekable():
                self._file.truncate(self._written)  # half a frame goes: what is there is a capture
        except OSError:
            pass
        LOG.error("buslens cannot write %s any more, and stops recording: %s", self.path, error)


def _open(path: str) -> "tuple[io.FileIO, str]":
    """The file, emptied, and its path; one beside it where another process is writing it."""
    file = _at(path)
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            beside, extension = os.path.splitext(path)
            LOG.warning(
                "buslens: another process writes %s: this one writes %s.%d%s", path, beside, os.getpid(), extension
            )
            file = _at(f"{beside}.{os.getpid()}{extension}")
        except OSError:
            pass  # not every file system has locks
    try:
        file.truncate(0)
    except OSError:
        pass  # a device
    return file, path


def _at(path: str) -> io.FileIO:
    if pipes.is_pipe(path):
        return pipes.opened(path)
    # Without a buffer: a forked child must have nothing that it could write into its parent's file.
    return open(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666), "wb", buffering=0)


def await_its_end(thread: threading.Thread) -> None:
    """Up to Python 3.12 a thread that was joined is there for some microseconds still; Linux counts it."""
    task, never = f"/proc/self/task/{thread.native_id}", threading.Event()
    for _ in range(_MOST_NAPS):
        if not os.path.exists(task):
            return
        never.wait(_NAP_SECONDS)


def _stop_with_multiprocessing(link: CaptureWriter) -> None:
    """A child that multiprocessing has made ends without `atexit`."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(None, link.end_of_program, exitpriority=-100)
