"""Runs in a program that `buslens attach` has asked: lets the probe in, and answers whether that is there.

Who asks and who is asked meet in the session's folder. Whoever renames the request first has it, so that a program that
comes to it late does nothing. Standard library only, and none of the probe: this runs before that is there.
"""

from __future__ import annotations

import _thread
import os

TYPE_CHECKING = False  # see `session`
if TYPE_CHECKING:
    from typing import Any

ASKED, TAKEN, WITHDRAWN, ANSWER = "asked", "taken", "withdrawn", "answer"
"""Files of the session's folder: the request, which has one of three names, and what came of it."""

_FORK_WAITS_SECONDS = 1.0
_UNSEEN = "buslens attached to this program while it ran: what it did before is not seen, nor what it does at its end"


def begin(folder: str, only: "list[str]", budget: str, control: bool) -> None:
    """Join from a thread of our own, see `join`.

    This runs in the program's main thread, which may be anywhere and hold any lock: a lock of its own that it waited
    for here would never be free. So nothing else happens in it.
    """
    _thread.start_new_thread(join, (folder, only, budget, control))


def join(folder: str, only: "list[str]", budget: str, control: bool) -> None:
    """Watch this process and answer; nothing at all where nobody waits for it any more.

    folder: of the session. only: libraries, none for all. budget: the share of the program's time, "" for any.
    control: whether its user may emit events by hand and change what is recorded.
    """
    try:
        os.rename(os.path.join(folder, ASKED), os.path.join(folder, TAKEN))
        with _no_fork_meanwhile():
            try:
                why = _bootstrap()["join"](folder, only, budget, control, _UNSEEN)
            except Exception as error:
                why = f"after an error of buslens: {error!r}"
        _answer(folder, why)
    except Exception:  # noqa: S110  whoever asked has withdrawn it, or waits for an answer in vain
        pass


def _no_fork_meanwhile() -> "Any":
    """A lock for which a fork of the program waits a moment: its child would have half of what begins here."""
    lock = _thread.allocate_lock()

    def wait() -> None:
        if lock.acquire(timeout=_FORK_WAITS_SECONDS):
            lock.release()

    os.register_at_fork(before=wait)
    return lock


def _bootstrap() -> "dict[str, Any]":
    """The file of this folder, as nobody else finds it."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bootstrap.py")
    with open(path, "rb") as file:
        code = compile(file.read(), path, "exec")
    bootstrap: "dict[str, Any]" = {"__name__": "buslens.launching.bootstrap", "__file__": path}
    exec(code, bootstrap)  # noqa: S102
    return bootstrap


def _answer(folder: str, why: str) -> None:
    path = os.path.join(folder, ANSWER)
    file = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        os.write(file, why.encode("utf-8", "backslashreplace"))
    finally:
        os.close(file)
    os.rename(path + ".new", path)
