"""An exception as text: what was raised, where, and what had caused it.

Taken apart when it happens, because nothing of the program may be kept alive; put into words only when a reader
takes it, because that reads source files. Frames of the probe itself are left out, and no code of the exception's class
is run: see messages.py.
"""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any, Optional, Union

from buslens.json_text import json_of
from buslens.limits import DEFAULT_LIMITS, Limits
from buslens.messages import message
from buslens.source_lines import line_of
from buslens.statics import class_name
from buslens.texts import json_utf8

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_MOST_FRAMES = 50
_MOST_LINKS = 5

_TRACEBACK = BaseException.__dict__["__traceback__"].__get__
_CAUSE = BaseException.__dict__["__cause__"].__get__
_CONTEXT = BaseException.__dict__["__context__"].__get__
_SUPPRESSED = BaseException.__dict__["__suppress_context__"].__get__


Frames = Union[bool, str]
"""Which frames of a traceback are shown: False for all, True for none, or a file for those in it alone."""


class Failure:
    """One exception and its chain of causes, cut loose from the program's objects."""

    __slots__ = ("kept", "limits", "links")

    def __init__(self, error: BaseException, limits: Limits = DEFAULT_LIMITS, plain: Frames = False) -> None:
        self.limits = limits
        self.links: list[tuple[str, str, str, list[Any]]] = []
        """How it is tied to the one before, type, message, frames; the exception itself first."""

        self.kept = ""
        """What became of it, where the bus has caught it: one of results.py; "" where that is not known."""

        tie = ""
        following: Optional[BaseException] = error
        seen: set[int] = set()
        while following is not None and id(following) not in seen and len(self.links) < _MOST_LINKS:
            seen.add(id(following))
            frames = [] if plain is True else _frames(_TRACEBACK(following), plain or "")
            self.links.append((tie, class_name(type(following)), message(following, limits), frames))
            cause, context = _CAUSE(following), _CONTEXT(following)
            if cause is not None:
                following, tie = cause, "The above exception was the direct cause of the following:"
            elif context is not None and not _SUPPRESSED(following):
                following, tie = context, "During handling of the above exception, another one occurred:"
            else:
                following = None

    def encoded(self) -> bytes:
        """The body of an ERROR blob."""
        _, name, text, _ = self.links[0]
        fields = {"type": name, "message": text, "traceback": self._text()[-4 * self.limits.text :]}
        if self.kept:
            fields["kept"] = self.kept
        return json_utf8(json_of(fields))

    def _text(self) -> str:
        lines: list[str] = []
        for tie, name, told, frames in reversed(self.links):
            if frames:
                lines.append("Traceback (most recent call last):")
            for file, line, function in frames:
                lines.append(f'  File "{file}", line {line}, in {function}')
                source = line_of(file, line).strip()
                if source:
                    lines.append(f"    {source[:512]}")
            lines.append(f"{name}: {told}" if told else name)
            if tie:
                lines += ["", tie, ""]
        return "\n".join(lines) + "\n"


def _frames(traceback: Optional[TracebackType], file: str) -> list[Any]:
    """The innermost frames, outermost first, without those of the probe; of a file alone where one is named."""
    frames: list[Any] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if file and code.co_filename != file:
            pass
        elif not code.co_filename.startswith(_OURS) or code.co_filename.startswith(_OURS + "_desktop" + os.sep):
            frames.append((code.co_filename, traceback.tb_lineno or 0, code.co_name))
            if len(frames) > 2 * _MOST_FRAMES:
                del frames[:_MOST_FRAMES]
        traceback = traceback.tb_next
    return frames[-_MOST_FRAMES:]
