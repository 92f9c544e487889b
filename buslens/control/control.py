"""The socket of a process: opened where its stream lies, said in its capture, gone when the process ends.

A forked child has one of its own, from the first thing that it records on.
"""

from __future__ import annotations

import _thread
import os
import sys
import threading
import time
from functools import partial
from types import BuiltinFunctionType
from typing import Any, Callable, Iterable, Optional

from buslens.capture_writer import await_its_end
from buslens.control.commands import COMMANDS, serve
from buslens.control.controlled import Controlled
from buslens.control.loop import CommandLoop
from buslens.control.messages import PROTOCOL, Fields
from buslens.control.peers import tells_peers, unix_socket
from buslens.control.places import remove, short, socket_of
from buslens.exiting import EXITS
from buslens.forking import FORKS
from buslens.log import LOG
from buslens.stream import StreamRecorder
from buslens.watching.hooks import Hooks

SAID = (
    "this program takes commands of its user: events can be emitted by hand, and what is recorded can be changed; a "
    "thread of buslens waits for them"
)
_BY_MODES = "; who asks is told by the modes of the socket's files alone"
_CANNOT = "this program takes no commands: {why}"
_GREEN = "its threads are not the system's own (gevent, eventlet)"
_FORK_SECONDS, _END_SECONDS = 1.0, 1.0
_BACKLOG = 16


class Control:
    """Of this process. Never raises into the program."""

    def __init__(
        self, recorder: StreamRecorder, watched: "Callable[[], Iterable[Hooks]]", library_of: Callable[[Any], str]
    ) -> None:
        """watched: the hooks of all objects under watch. library_of: the library of an object."""
        self.program = Controlled(recorder, watched, library_of)
        self._recorder = recorder
        self._path = ""
        self._loop: Optional[CommandLoop] = None
        self._thread: Optional[threading.Thread] = None
        self._halt = threading.Event()
        self._pid = os.getpid()
        FORKS.tell(self)
        FORKS.let_rest(self)
        EXITS.tell(self)

    @property
    def path(self) -> str:
        """Of the socket; "" while there is none."""
        return self._path

    def open(self) -> None:
        """Take commands from now on; the capture says that, or why not."""
        try:
            self._open()
            self._recorder.mark(SAID if tells_peers() else SAID + _BY_MODES)
            self.program.choice.begin_anew()
        except Exception as error:
            self._drop()
            self._recorder.mark(_CANNOT.format(why=error))
            LOG.error("buslens: %s", _CANNOT.format(why=error))

    def close(self) -> None:
        """Take no commands any more. Safe to call twice."""
        EXITS.forget(self)
        self._end(_END_SECONDS)
        self._drop()

    def end_of_program(self) -> None:
        """The process is at its end."""
        self.close()

    def end_now(self) -> None:
        """The process ends by `os._exit`: nobody is to find a socket that nobody listens at."""
        if self._pid == os.getpid() and self._path:
            remove(self._path)

    def rest(self) -> None:
        """The process is about to be forked: no thread now."""
        self._end(_FORK_SECONDS)

    def go_on(self) -> None:
        """The parent takes commands again."""
        if self._loop is not None and self._thread is None:
            self._begin()

    def after_fork(self, parent_pid: int) -> None:
        """In a forked child: what is open is the parent's. A socket of its own comes with the first fact."""
        loop, self._loop, self._thread, self._path = self._loop, None, None, ""
        self._halt, self._pid = threading.Event(), os.getpid()
        self.program.after_fork()
        if loop is not None:
            loop.abandon()
            before = self._recorder.on_first_fact
            self._recorder.on_first_fact = partial(self._open_in_child, before)

    def _open_in_child(self, before: "Callable[[], None] | None") -> None:
        if before is not None:
            before()
        self.open()

    def _open(self) -> None:
        if type(_thread.start_new_thread) is not BuiltinFunctionType:
            raise OSError(_GREEN)
        if not self._recorder.path:
            raise OSError("it writes no stream")
        path = socket_of(self._recorder.path)
        listener = unix_socket()
        try:
            with short(path) as bound:
                listener.bind(bound)
            self._path = path
            os.chmod(path, 0o600)  # nobody else can enter the folder meanwhile
            listener.listen(_BACKLOG)
            self._loop = CommandLoop(listener, self._hello, partial(serve, self.program))
        except BaseException:
            listener.close()
            raise
        self._begin()

    def _begin(self) -> None:
        self._halt = threading.Event()
        thread = threading.Thread(target=self._run, args=(self._loop, self._halt), name="buslens control", daemon=True)
        thread.start()
        self._thread = thread

    def _run(self, loop: CommandLoop, halt: threading.Event) -> None:
        try:
            loop.run(halt.is_set)
        except Exception as error:
            if not sys.is_finalizing():
                self._recorder.mark(_CANNOT.format(why=f"from here on, after an error: {error}"))
                self._drop()

    def _end(self, seconds: float) -> None:
        """End the thread, and wait so long for that."""
        thread, self._thread = self._thread, None
        if thread is None or self._loop is None:
            return
        self._halt.set()
        self._loop.wake()
        if thread is not threading.current_thread():
            thread.join(seconds)
            await_its_end(thread)

    def _drop(self) -> None:
        loop, self._loop = self._loop, None
        path, self._path = self._path, ""
        if loop is not None:
            loop.close()
        if path and self._pid == os.getpid():
            remove(path)

    def _hello(self) -> Fields:
        return {
            "buslens": PROTOCOL,
            "pid": os.getpid(),
            "program": self._recorder.header.process,
            "commands": list(COMMANDS),
            "now_ns": time.monotonic_ns(),
        }
