"""What happens when Buslens itself is wrong: the traceback goes into a log file, a person gets one line.

The window stays open: an exception in a slot or a thread is reported and the rest goes on.
"""

from __future__ import annotations

import platform
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import platformdirs

from app.cli_output import complain

if TYPE_CHECKING:
    import asyncio

MOST_REPORTS = 20
"""A slot that fails at every frame must not fill the disk."""

Say = Callable[[str], None]


def install(folder: Path | None = None) -> CrashReport:
    """Catch what nobody else catches, in every thread; returns the report, whose `say` a window may replace."""
    report = CrashReport(folder or platformdirs.user_state_path("buslens"))
    sys.excepthook = report
    threading.excepthook = report.of_thread
    return report


class CrashReport:
    """Writes tracebacks into one log file a run, and tells each place that fails once."""

    def __init__(self, folder: Path, say: Say | None = None) -> None:
        self.path = folder / f"crash-{datetime.now():%Y%m%d-%H%M%S}.log"
        self.say: Say = say or _on_stderr
        self._reported: set[tuple[str, int]] = set()
        self._lock = threading.Lock()

    def __call__(
        self, kind: type[BaseException], error: BaseException | None, where: TracebackType | None, *, context: str = ""
    ) -> None:
        """Write down an exception that nobody caught; takes what `sys.excepthook` does."""
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            return
        place = _last_place(where)
        with self._lock:
            if place in self._reported or len(self._reported) >= MOST_REPORTS:
                return
            self._reported.add(place)
            written = self._write(kind, error, where, context)
        self.say(
            f"Buslens made a mistake ({kind.__name__} at {Path(place[0]).name}:{place[1]}); "
            + (f"the details are in {self.path}" if written else f"its log {self.path} cannot be written")
        )

    def of_thread(self, args: threading.ExceptHookArgs) -> None:
        """Write down what a thread died of; takes what `threading.excepthook` does."""
        name = args.thread.name if args.thread else "?"
        self(args.exc_type, args.exc_value, args.exc_traceback, context=f"in thread {name}")

    def of_loop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """The shape of an asyncio exception handler: `loop.set_exception_handler(report.of_loop)`."""
        error = context.get("exception") or RuntimeError(context.get("message", "unknown"))
        self(type(error), error, error.__traceback__, context=str(context.get("message", "")))

    def _write(
        self, kind: type[BaseException], error: BaseException | None, where: TracebackType | None, context: str
    ) -> bool:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write(f"{datetime.now().isoformat()} Python {platform.python_version()} on {platform.platform()}")
                file.write(f" {context}\n" if context else "\n")
                file.writelines(traceback.format_exception(kind, error, where))
        except OSError:
            return False
        return True


def _last_place(where: TracebackType | None) -> tuple[str, int]:
    frames = traceback.extract_tb(where)
    return (frames[-1].filename, frames[-1].lineno or 0) if frames else ("?", 0)


def _on_stderr(line: str) -> None:
    complain(line)
