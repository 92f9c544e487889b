"""Failures that point into the scenario file: the traceback of a sample handler names its lines, not our own.

A handler's function is made from a template, as if it were written where the handler stands in the file; what its
steps raise gets a traceback of frames in that file. https://docs.python.org/3/library/types.html#types.TracebackType
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Awaitable, Callable, Iterable
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any

from bus.errors import Place
from bus.scenario import tree as yaml_tree
from bus.scenario.document import Document
from bus.scenario.reading import place_at
from buslens.watching.deferred import Deferred

Failed = Exception | None


class Lines:
    """Which line of which file each part of a scenario stands on."""

    def __init__(self, document: Document) -> None:
        self.file = document.path.name if document.path else document.title
        """Its own, without the folder, which is another one on another machine: the same run leaves the same capture
        there. Files that it includes are called by their paths from that folder."""

        self.texts = document.texts
        self._origins = document.origins
        self._trees = document.trees
        if document.path:
            # Whoever shows a traceback finds its lines by this name: those of this text, whatever lies where it runs.
            for name, text in ((self.file, document.text), *self.texts.included.items()):
                linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name
        self._known: dict[tuple[str | int, ...], Place] = {}

    @property
    def files(self) -> frozenset[str]:
        """All of them, as `place` calls them."""
        return frozenset((self.file, *self.texts.included))

    def place(self, *path: str | int) -> Place:
        """File and line of the value at that path of keys and indexes."""
        if path not in self._known:
            name, there = self._origins.of(path)
            line = place_at(there, self._trees[name], self.file).line
            self._known[path] = Place(name or self.file, max(line, 1))
        return self._known[path]

    def line(self, *path: str | int) -> int:
        """Line of its file, from 1."""
        return self.place(*path).line

    def handler(self, name: str) -> Place:
        """File and line that a handler's name stands in."""
        file, _ = self._origins.of(("handlers", name))
        handlers = self._trees[file].get("handlers") or {}
        line = max(yaml_tree.key_place(handlers, name, self.file).line, 1) if name in handlers else 1
        return Place(file or self.file, line)


def function_at(
    file: str, line: int, name: str, run: Callable[[tuple[Any, ...]], BaseException | None]
) -> Callable[..., None]:  # the handler, as an engine calls it
    """A plain function that seems to stand at that line; it raises what `run` returns."""
    made: Callable[..., None] = _placed(_template(run), file, line, name)
    return made


def coroutine_function_at(
    file: str, line: int, name: str, run: Callable[[tuple[Any, ...]], Awaitable[BaseException | None]]
) -> Callable[..., Awaitable[None]]:
    """A coroutine function that seems to stand at that line; it raises what `run` returns."""
    made: Callable[..., Awaitable[None]] = _placed(_async_template(run), file, line, name)
    return made


def point_to(error: Exception, file: str, frames: Iterable[tuple[int, str]]) -> Exception:
    """Make `error` look raised at those lines (line, function), the outermost first.

    Of the frames that it has those in the same file stay, behind the new ones: what a nested emit brought here.
    """
    inner = error.__traceback__
    kept: list[tuple[FrameType, int]] = []
    while inner is not None:
        if inner.tb_frame.f_code.co_filename == file:
            kept.append((inner.tb_frame, inner.tb_lineno or 1))
        inner = inner.tb_next
    made = [(_frame(file, name), line) for line, name in frames]
    result: TracebackType | None = None
    for frame, line in reversed(made + kept[-20:]):
        result = TracebackType(result, frame, 0, line)
    return error.with_traceback(result)


def raised_by(error: BaseException, file: str, line: int, name: str) -> BaseException:
    """Make `error` look as if a function that was made for a handler (`function_at`) had raised it."""
    raised = max(line - _BODY_LINES, 1) + _BODY_LINES
    return error.with_traceback(TracebackType(error.__traceback__, _frame(file, name), 0, raised))


def deferring_function_at(
    file: str, line: int, name: str, run: Callable[[tuple[Any, ...]], Deferred]
) -> Callable[..., Deferred]:  # the handler, as an engine calls it that runs no coroutines
    """A plain function whose call ends with what it gives back."""
    made: Callable[..., Deferred] = _placed(_deferring_template(run), file, line, name)
    made.__buslens_defers__ = True  # type: ignore[attr-defined]
    return made


_BODY_LINES = 3
"""Lines of a template from its `def` to its `raise`."""


def _template(run: Callable[[tuple[Any, ...]], BaseException | None]) -> Any:
    def handler(*payload: Any) -> None:
        error = run(payload)
        if error is not None:
            raise error

    return handler


def _async_template(run: Callable[[tuple[Any, ...]], Awaitable[BaseException | None]]) -> Any:
    async def handler(*payload: Any) -> None:
        error = await run(payload)
        if error is not None:
            raise error

    return handler


def _deferring_template(run: Callable[[tuple[Any, ...]], Deferred]) -> Any:
    def handler(*payload: Any) -> Deferred:
        return run(payload)

    return handler


def _placed(template: Any, file: str, line: int, name: str) -> Any:
    function = FunctionType(
        _moved(template.__code__, file, line - _BODY_LINES, name),
        template.__globals__,
        name,
        template.__defaults__,
        template.__closure__,
    )
    function.__buslens_name__ = name  # type: ignore[attr-defined]
    function.__buslens_place__ = (file, line)  # type: ignore[attr-defined]
    return function


def _moved(code: CodeType, file: str, first: int, name: str) -> CodeType:
    return code.replace(co_filename=file, co_firstlineno=max(first, 1), co_name=name, co_qualname=name)


def _here() -> FrameType:
    return sys._getframe()


def _frame(file: str, name: str) -> FrameType:
    """A frame of a function of that name in that file. It holds nothing."""
    made: FrameType = FunctionType(_moved(_here.__code__, file, 1, name), globals(), name)()
    return made
