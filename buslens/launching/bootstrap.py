"""The first of ours that runs in a launched program, before anything of its own: it waits for the first bus library.

Only then is the probe itself loaded, so that a program without a bus has a few small files of ours to read and nothing
more. Run by `site/sitecustomize.py` under a name of its own: nothing of this is in `sys.modules`.
"""

from __future__ import annotations

import atexit
import os
import sys

TYPE_CHECKING = False  # typing's own costs a third of what Python takes to start; type checkers know the name
if TYPE_CHECKING:
    from typing import Any

    from buslens.adapters import Adapter
    from buslens.launching.aside import Aside
    from buslens.launching.import_hook import ImportHook
    from buslens.launching.session import Process

_HERE = os.path.dirname(os.path.abspath(__file__))
_PACKAGE = os.path.dirname(_HERE)


def begin(site: str, opens_session: bool = False) -> None:
    """Watch this process as its environment says; not at all where that says nothing.

    site: sitecustomize's folder. opens_session: nobody has said yet where it records.
    """
    variables = _part("variables")
    told: "dict[str, str]" = variables.taken(os.environ, site)
    if not told[variables.SESSION]:
        return
    session = _part("session")
    try:
        session.check(told[variables.SESSION])
    except OSError as error:
        say(f"this process is not watched: {error}")
        return
    process = session.Process(session.LaunchSession(told[variables.SESSION]), told[variables.PARENT])
    try:
        process.write()
        only = [name for name in told[variables.ONLY].split(",") if name]
        launched = _launched(process, told[variables.TO], only)
        launched.budget, launched.opens_session = told[variables.BUDGET], opens_session
        launched.redaction = told[variables.PAYLOADS], told[variables.REDACT]
        launched.injects = told[variables.INJECT] == "yes"
        launched.has_stacks = told[variables.STACKS].lower() in variables.YES
        launched.takes_commands = told[variables.CONTROL].lower() in variables.YES
        # Before anything of the program's is registered to run at its end: what that does is recorded.
        launched.wait()
    finally:
        # Not before: no Python that would start in here is watched, so that none can start itself without end.
        variables.hand_on(os.environ, told, site, process.name)


def join(folder: str, only: "list[str]", budget: str, control: bool, unseen: str) -> str:
    """Watch this process, which runs already. Why that is not so; empty where it is. Raises OSError.

    folder: of its session. only: libraries, none for all. budget: "" for none. control: whether it takes commands.
    unseen: what its capture says about the time before.
    """
    own = sys.modules.get("buslens.launching.program")
    if own is not None and own.PROGRAM.is_running:
        return "it watches itself already, by buslens.start()"
    session = _part("session")
    session.check(folder)
    process = session.Process(session.LaunchSession(folder), "")
    process.write()
    launched = _launched(process, "", only)
    launched.budget, launched.takes_commands, launched.unseen_before = budget, control, unseen
    launched.wait()
    if launched.failed:
        launched.leave()
    return launched.failed


def _launched(process: Process, to: str, only: "list[str]") -> Launched:
    hook = _part("import_hook").ImportHook()
    return Launched(process, _part("aside").Aside(_PACKAGE, say), hook, to, only)


class Launched:
    """This process, which waits for its first bus library."""

    def __init__(self, process: Process, aside: Aside, hook: ImportHook, to: str, only: "list[str]") -> None:
        self.failed = ""
        """Why the process is not watched after all."""

        self._process = process
        self._aside = aside
        self._hook = hook
        self._to = to
        self._only = only
        self.budget = ""
        """The share of its time that the program gives to being watched; "" for any."""

        self.redaction = "", ""
        """What of payloads is recorded, "full", "keys" or "off", "" for full; and names of more fields that are secret,
        with commas between."""

        self.injects = False
        """Whether messages over a broker get a trace context."""

        self.has_stacks = False
        """Whether a thread looks where handlers stand that run for long."""

        self.takes_commands = False
        """Whether its user may emit events by hand and change what is recorded, while it runs."""

        self.unseen_before = ""
        """Of the time before, for the capture of a process that has run already."""

        self.opens_session = False
        """Whether it says itself where it records, once it does, and leaves no session behind where it does not."""

        self._has_begun = False
        self._launched: Any = None

    def wait(self) -> None:
        """Begin with the first library that is imported; now, where one is there."""
        atexit.register(self.end)
        for library in self._only or libraries():
            self._hook.wait(library, self.library_came)

    def leave(self) -> None:
        """Be as if nobody had ever waited."""
        self._hook.forget()
        atexit.unregister(self.end)
        self._process.forget()

    def library_came(self) -> None:
        """The program has imported a bus library: now the probe comes. Runs inside of the program's import."""
        if self._has_begun:
            return
        self._has_begun = True
        try:
            self._aside.load(self._start)
        except Exception as error:
            self.failed = f"after an error of buslens: {error!r}"
            say(f"this process is not watched, {self.failed}")

    def end(self) -> None:
        """The program is at its end."""
        if self._launched is not None:
            self._launched.end()
        elif self.opens_session and self._process.pid == os.getpid():
            self._process.forget()
            self._process.session.remove_empty()
        else:
            self._process.end()

    def _start(self) -> None:
        from buslens.launching.launched import start

        process = self._process
        if process.pid != os.getpid():
            process = process.forked()
            process.write()
        told = self._to, self._only, self._load, say, self.budget, self.injects, self.takes_commands
        self._launched = launched = start(process, self._hook, *told, *self.redaction, self.has_stacks)
        if self.unseen_before:
            launched.cannot_see(self.unseen_before)
        if self.opens_session:
            where = self._to or process.session.folder
            say(f"recording into {where}; not seen: Pythons started with an environment of their own")

    def _load(self, adapter: Adapter) -> Any:
        return self._aside.load(adapter.hooks)


def libraries() -> "list[str]":
    """What adapters there are: each is named like its library."""
    names = {name.partition(".")[0] for name in os.listdir(os.path.join(_PACKAGE, "adapters"))}
    return sorted(name for name in names if name[:1] not in ("_", ""))


def say(line: str) -> None:
    """One line for the person; the program's own logging is not touched."""
    try:
        sys.stderr.write(f"buslens: {line}\n")
    except Exception:  # noqa: S110  nobody is left who could be told
        pass


def _part(name: str) -> Any:
    """A file of this folder, as a module that nobody finds but who asks here."""
    path = os.path.join(_HERE, name + ".py")
    part = type(sys)(f"buslens.launching.{name}")
    part.__file__ = path
    external: Any = sys.modules["_frozen_importlib_external"]
    exec(external.SourceFileLoader(part.__name__, path).get_code(part.__name__), part.__dict__)  # noqa: S102
    return part
