"""What `attach` gives back: the handle by which a person stops watching, or keeps what was seen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Optional, Union

from buslens.link import FileLink
from buslens.recorder import Recorder

if TYPE_CHECKING:
    from buslens.adapters.pyee import PyeeHooks


class Probe:
    """One emitter under watch."""

    def __init__(self, hooks: PyeeHooks, recorder: Recorder, owns_recorder: bool) -> None:
        self.recorder = recorder
        """Where the facts go; `take()` gives them as the bytes of a capture."""

        self._hooks = hooks
        self._owns_recorder = owns_recorder
        self._link: Optional[FileLink] = None

    @property
    def attached(self) -> bool:
        """False after `detach`, and after an error of the probe's own."""
        return self._hooks.watch.live

    def detach(self) -> None:
        """Leave the emitter exactly as it was. Calls that run still are recorded to their end."""
        self._hooks.remove()
        if self._link is not None:
            self._link.flush()

    def write_to(self, path: Union[str, os.PathLike[str]]) -> None:
        """Write what is recorded to a capture file as it comes, until the program ends or `close` is called."""
        self._need_own_recorder()
        if self._link is None:
            self._link = FileLink(self.recorder, path)
            self._link.start()

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Write all that was recorded so far to a capture file."""
        self._need_own_recorder()
        if self._link is None:
            self._link = FileLink(self.recorder, path)
            self._link.flush()
        else:
            self._link.copy_to(path)

    def close(self) -> None:
        """Detach, and finish the file where there is one."""
        self.detach()
        if self._owns_recorder:
            self.recorder.finish()
        if self._link is not None:
            self._link.stop()

    def __enter__(self) -> Probe:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def _need_own_recorder(self) -> None:
        if not self._owns_recorder:
            raise ValueError("the recorder was given to attach(): whoever made it reads it and saves the capture")
