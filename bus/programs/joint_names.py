"""The names of a joint capture: each is said once, whichever of the processes said it first."""

from __future__ import annotations

from bus.trace.names import MAX_NAMES, Name
from buslens.records import NameKind
from buslens.wire import NAMES, pack_frame, pack_name

_AT_ONCE = 4096
"""Names of one frame."""


class JointNames:
    """Gives names their numbers."""

    def __init__(self) -> None:
        self._numbers: dict[Name, int] = {}
        self._new: list[bytes] = []

    def number(self, name: Name) -> int:
        """The number of a name, whose `bus` is the number here of its bus; 0 where no more can be kept."""
        found = self._numbers.get(name)
        if found is None:
            if len(self._numbers) >= MAX_NAMES:
                return 0
            found = self._numbers[name] = len(self._numbers) + 1
            self._new.append(_entry(found, name))
        return found

    def frames(self) -> bytes:
        """What has been named since the last time."""
        new, self._new = self._new, []
        starts = range(0, len(new), _AT_ONCE)
        return b"".join(pack_frame(NAMES, b"".join(new[start : start + _AT_ONCE])) for start in starts)


def _entry(number: int, name: Name) -> bytes:
    fields: dict[str, object] = {}
    if name.kind == NameKind.EVENT and name.bus:
        fields = {"bus": name.bus}
    elif name.kind == NameKind.HANDLER:
        fields = {"file": name.file, "line": name.line, "event": name.event}
    elif name.kind == NameKind.BUS:
        fields = {"class": name.class_name, "file": name.file, "line": name.line, "made": name.made}
    return pack_name(number, name.kind, text=name.text, **fields)
