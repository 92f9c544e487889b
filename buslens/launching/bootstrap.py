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


def begin(site: str) -> None:
    """Watch this process as its environment says; not at all where that says nothing. site: sitecustomize's folder."""
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
        hook = _part("import_hook").ImportHook()
        only = [name for name in told[variables.ONLY].split(",") if name]
        launched = Launched(process, _part("aside").Aside(_PACKAGE, say), hook, told[variables.TO], only)
        launched.budget = told[variables.BUDGET]
        atexit.register(launched.end)  # before anything of the program's: what that does at its end is recorded
        for library in only or libraries():
            hook.wait(library, launched.library_came)
    finally:
        # Not before: no Python that would start in here is watched, so that none can start itself without end.
        variables.hand_on(os.environ, told, site, process.name)


class Launched:
    """This process, which has imported no bus library yet."""

    def __init__(self, process: Process, aside: Aside, hook: ImportHook, to: str, only: "list[str]") -> None:
        self._process = process
        self._aside = aside
        self._hook = hook
        self._to = to
        self._only = only
        self.budget = ""
        """The share of its time that the program gives to being watched; "" for any."""

        self._has_begun = False
        self._launched: Any = None

    def library_came(self) -> None:
        """The program has imported a bus library: now the probe comes. Runs inside of the program's import."""
        if self._has_begun:
            return
        self._has_begun = True
        try:
            self._aside.load(self._start)
        except Exception as error:
            say(f"this process is not watched, after an error of buslens: {error!r}")

    def end(self) -> None:
        """The program is at its end."""
        (self._launched or self._process).end()

    def _start(self) -> None:
        from buslens.launching.launched import start

        process = self._process
        if process.pid != os.getpid():
            process = process.forked()
            process.write()
        self._launched = start(process, self._hook, self._to, self._only, self._load, say, self.budget)

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
