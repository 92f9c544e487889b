"""Watch an event bus from inside of the program that uses it.

    import buslens
    probe = buslens.attach(emitter, to="trace.buslens")

Standard library only. The desktop application reads what this writes.
"""

from __future__ import annotations

import os
from typing import Any, Optional, Union

from buslens.files import FILES
from buslens.probe import Probe
from buslens.recorder import Recorder

__all__ = ["Probe", "Recorder", "attach"]


def attach(
    emitter: Any,
    *,
    recorder: Optional[Recorder] = None,
    name: str = "",
    bus: str = "",
    to: Optional[Union[str, os.PathLike[str]]] = None,
) -> Probe:
    """Watch `emitter` (any pyee EventEmitter); an emitter that is watched already gives the same probe again.

    to: a capture file that is written while the program runs; emitters with the same file share one capture. Without
    it, `probe.save(path)` writes one.
    recorder: where facts go, for several emitters in one capture; without `to`, whoever made it takes them from there.
    name: what the capture calls this program; the name of its script otherwise.
    bus: what the capture calls this emitter; otherwise its class, and where it was made or attached.

    Raises ValueError where `to` or `recorder` cannot be: then nothing has changed.
    """
    adapter = _adapter_for(emitter)
    known: Optional[Probe] = adapter.probe_of(emitter)
    if known is not None and recorder is not None and recorder is not known.recorder:
        raise ValueError("this emitter is watched already, into another recorder: close its probe first")
    if to is None:
        found: Probe = known or adapter.attach(emitter, recorder, name, bus)
        return found
    link = FILES.link(to, known.recorder if known is not None else recorder, lambda: Recorder.named(name))
    try:
        probe: Probe = known or adapter.attach(emitter, link.recorder, name, bus)
    except BaseException:
        if not link.users:
            link.stop()
        raise
    probe.use(link)
    return probe


def _adapter_for(emitter: Any) -> Any:
    # Only a program that has pyee already can hold one of its emitters.
    kinds = {kind.__module__.partition(".")[0] for kind in type(emitter).__mro__}
    if "pyee" in kinds:
        try:
            from buslens.adapters import pyee
        except ModuleNotFoundError as error:
            raise TypeError(f"this pyee has no {error.name}: buslens watches emitters of pyee 9.1 to 16") from None

        return pyee
    raise TypeError(f"buslens.attach() watches emitters of pyee, not a {type(emitter).__name__}")
