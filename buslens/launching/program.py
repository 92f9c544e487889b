"""Watches everything in this process: each library at once where it is imported, or else when it is.

What cannot be seen is said, in the capture and in the log, never left out silently.
"""

from __future__ import annotations

import os
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Iterable, Optional, Protocol, Union

from buslens import adapters
from buslens.adapters import ADAPTERS, Adapter
from buslens.launching.import_hook import ImportHook, is_imported
from buslens.log import LOG
from buslens.probe import Probe
from buslens.recorder import Recorder
from buslens.redaction import Redaction
from buslens.shares import share_of
from buslens.watching.first_use import EveryObject
from buslens.watching.hooks import Hooks
from buslens.watching.places import Place
from buslens.watching.sent_messages import SENT
from buslens.watching.trace_context import ADDED
from buslens.watching.unwatched import UNWATCHED

if TYPE_CHECKING:
    from buslens.capture_writer import CaptureWriter

_MADE_BEFORE = (
    "buslens began after {library} was imported: {objects} that were there already are seen from their next use on"
)
_CHILDREN = "buslens watches this process and those that are forked from it; what else it starts is not seen"
_BY_HAND = "buslens watches {objects} of {library} one by one: those that are not attached are not seen"
_COMPILED = "buslens cannot listen to {library}, whose classes are compiled: its {objects} are not seen"


class Waits(Protocol):
    """Who calls back when a module has been imported: see `ImportHook`."""

    def wait(self, module: str, then: Callable[[], Any]) -> None:
        """Call `then` once; now, where the module is there."""

    def forget(self) -> None:
        """Wait for nothing any more."""


class ProgramWatch:
    """The watch over all buses of this process."""

    def __init__(self) -> None:
        self._recorder: Optional[Recorder] = None
        self._link: Optional[CaptureWriter] = None
        self._close: Optional[Callable[[], None]] = None
        """Ends a stream that is ours."""

        self._control: Any = None
        """By which its user reaches into it; None where that is not wanted."""

        self._sampler: Any = None
        """Looks at stacks; None where that is not wanted."""

        self._hook: Optional[Waits] = None
        self._everything: "list[EveryObject]" = []
        self._probes: "weakref.WeakSet[Probe]" = weakref.WeakSet()
        self._said: "set[str]" = set()
        self.load: Callable[[Adapter], Any] = Adapter.hooks
        """Imports an adapter; a program that is launched under watch has its own way (see `aside`)."""

        self.on_bus: Callable[[], Any] = lambda: None
        """Called for each bus that is watched from now on."""

    @property
    def is_running(self) -> bool:
        """Whether the process is watched."""
        return self._hook is not None

    @property
    def recorder(self) -> Optional[Recorder]:
        """Where everything goes; None while nothing is watched."""
        return self._recorder

    def start(
        self,
        *,
        to: "Union[str, os.PathLike[str]]" = "",
        only: Iterable[str] = (),
        name: str = "",
        recorder: Optional[Recorder] = None,
        hook: Optional[Waits] = None,
        unseen: str = _CHILDREN,
        inject: bool = False,
        budget: Union[str, float] = 0.0,
        control: bool = False,
        redaction: Optional[Redaction] = None,
        stacks: bool = False,
    ) -> None:
        """Watch every bus of this process, those that come later too, until `buslens.stop()` or its end.

        Watching already, it changes nothing. Forked children are watched with it, each into a file of its own beside
        `to`; children of any other kind are not: `buslens record` watches those.

        to: the capture file, written while the program runs; or a folder that is there, into which each process writes
        a stream, and which `buslens open` shows as a whole. only: libraries, such as ("pyee",); all that buslens knows
        otherwise. name: what the capture calls this program; the name of its script otherwise. recorder, hook, unseen:
        for programs that are launched under watch: what records in place of the file `to`, who waits for imports, and
        which processes are not seen. inject: messages that go over a broker and have no `traceparent` get one, by which
        they can be followed from one process into another; this changes them. budget: the share of the program's
        processor time that being watched may cost, "5%" or 0.05: beyond it payloads are left out, and then dispatches;
        kept where a stream is written, and not in a capture file. control: its user, and nobody else, may emit events
        by hand into it and change what is recorded, over a socket in the stream's folder (docs/control.md).
        redaction: what of payloads, errors and notes is recorded, `buslens.redaction.Redaction("keys", ["mail"])` for
        fields and types alone; everything but secrets otherwise. stacks: a thread of ours looks where handlers stand
        that run for long, and records that (docs/record.md).

        Raises ValueError for a library that is not known and for a budget that cannot be kept, OSError where the file
        or the stream cannot be written.
        """
        chosen = chosen_adapters(only)
        share = share_of(budget) if budget else 0.0
        has_folder = bool(to) and os.path.isdir(to)
        if share and not has_folder:
            raise ValueError("a budget is kept where a stream is written: name a folder that is there as `to`")
        if control and not (has_folder or recorder):
            raise ValueError("commands are taken where a stream is written: name a folder that is there as `to`")
        if self.is_running:
            return
        kept = redaction or Redaction()
        if recorder is None:
            recorder = self._into_folder(to, name, share, kept) if has_folder else self._into_file(to, name, kept)
        self._recorder = recorder
        self._hook = hook or ImportHook()
        self.cannot_see(unseen)
        if control:
            self._take_commands(self._recorder)
        if inject:
            SENT.of(self._recorder).traces.injects = True
            self.cannot_see(ADDED)
        if stacks:
            self.look_at_stacks()
        for adapter in chosen:
            was_there = is_imported(adapter.awaited)
            self._hook.wait(adapter.awaited, partial(self._watch, adapter, was_there))
        for module, why in () if only else UNWATCHED.items():
            self._hook.wait(module, partial(self.cannot_see, why))

    def look_at_stacks(self) -> None:
        """Have a thread of ours see where handlers stand that run for long."""
        if self._recorder is not None and self._sampler is None:
            from buslens.watching.stacks import StackSampler  # now: in a launched program nobody finds it later

            self._sampler = StackSampler(self._recorder)
            self._sampler.open()

    def stop(self) -> None:
        """Leave everything as it was, and finish the capture; what was attached by hand goes on."""
        hook, self._hook = self._hook, None
        if hook is None:
            return
        hook.forget()
        for ours in filter(None, (self._control, self._sampler)):
            ours.close()
        self._control = self._sampler = None
        for every in self._everything:
            every.take_off()
        for probe in list(self._probes):
            probe.detach()
        link, self._link, self._recorder = self._link, None, None
        self._everything, self._said = [], set()
        self._probes.clear()
        close, self._close = self._close, None
        if close is not None:
            close()
        if link is not None:
            link.users -= 1
            if link.users <= 0:
                link.stop()

    def _into_folder(
        self, to: "Union[str, os.PathLike[str]]", name: str, budget: float, redaction: Redaction
    ) -> Recorder:
        from buslens.stream import StreamRecorder

        stream = StreamRecorder.into(to, name, budget=budget, redaction=redaction)
        self._close = stream.close
        return stream

    def _into_file(self, to: "Union[str, os.PathLike[str]]", name: str, redaction: Redaction) -> Recorder:
        from buslens.files import FILES  # now: in a launched program nobody finds our modules later

        self._link = link = FILES.link(to, None, lambda: Recorder.named(name, redaction))
        link.users += 1
        link.start()
        return link.recorder

    def _take_commands(self, recorder: Any) -> None:
        from buslens.control.control import Control  # now: in a launched program nobody finds our modules later

        self._control = Control(recorder, self._hooks_now, _library_of)
        self._control.open()

    def _hooks_now(self) -> "list[Hooks]":
        """Of all objects that are watched."""
        return [hooks for probe in list(self._probes) if (hooks := probe.hooks) is not None]

    def cannot_see(self, what: str) -> None:
        """Say once, in the capture and in the log, what is not watched."""
        if what not in self._said and self._recorder is not None:
            self._said.add(what)
            self._recorder.mark(what)
            LOG.info(what)

    def _watch(self, adapter: Adapter, is_late: bool) -> None:
        """The library of an adapter is there. Runs inside of the program's own import."""
        try:
            kind = self.load(adapter)
            every = EveryObject(adapter.library, self._attach)
            classes = kind.everything()
            if not classes:
                self.cannot_see(_BY_HAND.format(library=adapter.library, objects=adapter.objects))
                return
            deaf = [each for each in classes if every.put_on(each, classes[each])]
            self._everything.append(every)
            if deaf:
                self.cannot_see(_COMPILED.format(library=adapter.library, objects=adapter.objects))
            for obj in kind.existing():
                every.attach(obj)
            if is_late:
                self.cannot_see(_MADE_BEFORE.format(library=adapter.library, objects=adapter.objects))
        except TypeError as error:
            self.cannot_see(str(error))  # a version that the adapter does not know
        except Exception as error:
            self.cannot_see(f"buslens does not watch {adapter.library}, after an error of its own: {error!r}")

    def _attach(self, obj: Any, made_at: Place) -> None:
        if self._recorder is not None:
            probe = adapters.attach(obj, self._recorder, at=made_at, made="created")
            # Else the program has attached it by itself, or it was attached before.
            if probe.recorder is self._recorder and probe not in self._probes:
                self._probes.add(probe)
                self.on_bus()
                if self._control is not None and probe.hooks is not None:
                    self._control.program.came(probe.hooks)


def _library_of(emitter: Any) -> str:
    return adapters.adapter_for(emitter).library


def chosen_adapters(only: Iterable[str]) -> "list[Adapter]":
    """Those of the libraries that are named; all where none is. Raises ValueError for a library that is not known."""
    names = list(only)
    known = [adapter.library for adapter in ADAPTERS]
    for name in names:
        if name not in known:
            raise ValueError(f"buslens knows no library {name!r}: it watches {', '.join(known)}")
    return [adapter for adapter in ADAPTERS if not names or adapter.library in names]


PROGRAM = ProgramWatch()
"""Of this process."""

start = PROGRAM.start
stop = PROGRAM.stop
