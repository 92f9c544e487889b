"""What `attach` gives back: the handle by which a person stops watching, or keeps what was seen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Optional, Union
from weakref import ref as weak_ref

from buslens.propagation import CARRIER
from buslens.recorder import Recorder

if TYPE_CHECKING:
    from buslens.capture_writer import CaptureWriter
    from buslens.watching.hooks import Hooks


class Probe:
    """One emitter under watch. Keeping it does not keep the emitter, nor anything that was emitted, alive."""

    def __init__(self, hooks: Hooks, recorder: Recorder, owns_recorder: bool) -> None:
        self.recorder = recorder
        """Where the facts go; `take()` gives them as the bytes of a capture."""

        # The emitter owns its hooks, which know its handlers, which may know the emitter.
        self._hooks = weak_ref(hooks)
        self._owns_recorder = owns_recorder
        self._link: Optional[CaptureWriter] = None
        self._closed = False

    @property
    def attached(self) -> bool:
        """False after `detach`, and where nothing is recorded any more: after an error, such as a full disk."""
        hooks = self._hooks()
        return hooks is not None and hooks.watch.is_on and self.recorder.enabled

    @property
    def hooks(self) -> Optional[Hooks]:
        """Those of the emitter; None once that has gone."""
        return self._hooks()

    def detach(self) -> None:
        """Leave the emitter exactly as it was. Calls that run still are recorded to their end."""
        hooks = self._hooks()
        if hooks is not None:
            watch = hooks.watch
            watch.live = watch.is_paused = False
            emitter = watch.emitter()
            if emitter is not None:
                CARRIER.release(watch.anchor())
                hooks.take_off(emitter)
            watch.forget()
        if self._link is not None:
            self._link.write_rest()

    def write_to(self, path: Union[str, os.PathLike[str]]) -> None:
        """Write what is recorded to a capture file as it comes, until the program ends or `close` is called.

        Raises ValueError where it is written to another file already.
        """
        from buslens.files import FILES  # most programs write a stream

        self.use(FILES.link(path, self.recorder, Recorder))

    def use(self, link: CaptureWriter) -> None:
        """Write through this link, which other probes may share."""
        if self._link is not link:
            self._link = link
            link.users += 1
        link.start()

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Write all that was recorded so far to a capture file."""
        from buslens.files import FILES

        if self._link is None:
            if not self._owns_recorder:
                raise ValueError("the recorder was given to attach(): whoever made it reads it and saves the capture")
            FILES.refuse(path, None)
            self._link = FILES.link(path, self.recorder, Recorder)
            self._link.users += 1
            self._link.flush()
        else:
            FILES.refuse(path, self._link)
            self._link.copy_to(path)

    def close(self) -> None:
        """Detach, and finish the file where there is one and no other probe writes to it."""
        self.detach()
        link = self._link
        if link is not None and not self._closed:
            self._closed = True
            link.users -= 1
            if link.users <= 0:
                link.stop()

    def __enter__(self) -> Probe:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()
