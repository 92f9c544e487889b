"""An exception as text: what was raised, where, and what had caused it.

Taken apart when it happens, because nothing of the program may be kept alive; put into words only when a reader
takes it, because that reads source files. Frames of the probe itself are left out.
"""

from __future__ import annotations

import json
import linecache
import os
from types import TracebackType
from typing import Any, Optional

from buslens.payloads import DEFAULT_LIMITS, Limits

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_MOST_FRAMES = 50
_MOST_LINKS = 5
_MOST_NOTES = 10


class Failure:
    """One exception and its chain of causes, cut loose from the program's objects."""

    __slots__ = ("limits", "links")

    def __init__(self, error: BaseException, limits: Limits = DEFAULT_LIMITS, plain: bool = False) -> None:
        self.limits = limits
        self.links: list[tuple[str, str, str, list[Any]]] = []
        """How it is tied to the one before, type, message, frames; the exception itself first."""
        tie = ""
        following: Optional[BaseException] = error
        seen: set[int] = set()
        while following is not None and id(following) not in seen and len(self.links) < _MOST_LINKS:
            seen.add(id(following))
            frames = [] if plain else _frames(following.__traceback__)
            self.links.append((tie, _type_name(following), _message(following, limits), frames))
            if following.__cause__ is not None:
                following, tie = following.__cause__, "The above exception was the direct cause of the following:"
            elif following.__context__ is not None and not following.__suppress_context__:
                following, tie = following.__context__, "During handling of the above exception, another one occurred:"
            else:
                following = None

    def encoded(self) -> bytes:
        """The body of an ERROR blob."""
        _, name, message, _ = self.links[0]
        said = {"type": name, "message": message, "traceback": self._text()[-4 * self.limits.text :]}
        return json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")

    def _text(self) -> str:
        lines: list[str] = []
        for tie, name, message, frames in reversed(self.links):
            if frames:
                lines.append("Traceback (most recent call last):")
            for file, line, function in frames:
                lines.append(f'  File "{file}", line {line}, in {function}')
                source = linecache.getline(file, line).strip()
                if source:
                    lines.append(f"    {source[:512]}")
            lines.append(f"{name}: {message}" if message else name)
            if tie:
                lines += ["", tie, ""]
        return "\n".join(lines) + "\n"


def _type_name(error: BaseException) -> str:
    kind = type(error)
    module = kind.__module__
    name = kind.__qualname__ if module in ("builtins", "__main__") else f"{module}.{kind.__qualname__}"
    return name[:512]


def _message(error: BaseException, limits: Limits) -> str:
    try:
        text = str(error)
        notes = getattr(error, "__notes__", None)
        inner = getattr(error, "exceptions", None)
        if isinstance(notes, list):
            text = "\n".join([text, *(str(note)[:1024] for note in notes[:_MOST_NOTES])])
        if isinstance(inner, tuple):
            said = (f"  + {_type_name(one)}: {str(one)[:1024]}" for one in inner[:_MOST_NOTES])
            text = "\n".join([text, *said])
    except (KeyboardInterrupt, GeneratorExit):
        raise
    except BaseException as problem:  # whatever the program raises
        return f"<its text raised {type(problem).__name__}>"
    return text if len(text) <= limits.text else text[: limits.text] + "…"


def _frames(traceback: Optional[TracebackType]) -> list[Any]:
    """The innermost frames, outermost first, without those of the probe."""
    frames: list[Any] = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if not code.co_filename.startswith(_OURS) or code.co_filename.startswith(_OURS + "_desktop" + os.sep):
            frames.append((code.co_filename, traceback.tb_lineno or 0, code.co_name))
            if len(frames) > 2 * _MOST_FRAMES:
                del frames[:_MOST_FRAMES]
        traceback = traceback.tb_next
    return frames[-_MOST_FRAMES:]
