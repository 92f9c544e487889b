"""The probe's own imports, kept apart from the program's: each finds the modules that it would find without the other.

A program may have a module of its own called `queue` or `json`, of which it would find ours once we have imported that,
and we theirs. So for the short time of an import of ours Python's own modules come first. Afterwards the program finds
what it found before, and `buslens` only where it has one installed. Runs before the probe is there.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing's own costs a third of what Python takes to start; type checkers know the name
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable

PROBE = "buslens"
_PACKAGES = ("site-packages", "dist-packages")


class Aside:
    """Modules of ours that the program does not see."""

    def __init__(self, package: str, say: "Callable[[str], Any]") -> None:
        """package: the folder of the package `buslens`. say: takes a line for the person."""
        self._package = package
        self._say = say
        self._home = os.path.dirname(os.path.abspath(os.__file__))
        self._stdlib = [path for path in sys.path if path and self._is_stdlib(path)]
        folders = [path for path in self._stdlib if os.path.isdir(path)]
        self._names = {name.partition(".")[0] for path in folders for name in os.listdir(path)}
        self._ours: "dict[str, ModuleType]" = {}
        self._visible: "dict[str, bool]" = {}
        """By the top of a module's name that we have imported: whether the program may find ours."""

        self._is_loading = False

    def load(self, then: "Callable[[], Any]") -> Any:
        """What `then` gives, which imports something of ours. Other threads should import nothing meanwhile."""
        if self._is_loading:
            return then()
        self._is_loading = True
        try:
            return self._load(then)
        finally:
            self._is_loading = False

    def _load(self, then: "Callable[[], Any]") -> Any:
        path, before = list(sys.path), dict(sys.modules)
        hidden = self._shadows(before) | self._ours.keys()
        for name in hidden:
            sys.modules.pop(name, None)
        sys.modules.update(self._ours)
        sys.path[:] = [*self._stdlib, *(each for each in path if each not in self._stdlib)]
        try:
            if PROBE not in sys.modules:
                _load_package(self._package)
            return _uncollected(then)
        finally:
            sys.path[:] = path
            for name, module in list(sys.modules.items()):
                if before.get(name) is not module and not self._may_find(name.partition(".")[0], before):
                    self._ours[name] = module
            for name in self._ours:
                sys.modules.pop(name, None)
            sys.modules.update((name, before[name]) for name in hidden if name in before)

    def _may_find(self, top: str, before: "dict[str, ModuleType]") -> bool:
        """Whether the program may find what we have imported: it would find the very same, or it is its library's."""
        if top not in self._visible:
            ours = getattr(getattr(sys.modules.get(top), "__spec__", None), "origin", None)
            if top == PROBE:
                theirs = _origin(top)
                self._visible[top] = theirs is not None
                if theirs not in (None, ours):
                    self._say(f"the program's own buslens ({theirs}) is not used while this one watches it ({ours})")
            elif before.get(top) is sys.modules.get(top) or top not in self._names:
                self._visible[top] = True
            else:
                self._visible[top] = _origin(top) in (None, ours)
        return self._visible[top]

    def _shadows(self, modules: "dict[str, ModuleType]") -> "set[str]":
        """Modules that the program has imported by names of Python's own, and that are not Python's."""
        tops = {name for name in modules if name in self._names and not self._is_pythons(modules[name])}
        return {name for name in modules if name.partition(".")[0] in tops} if tops else tops

    def _is_pythons(self, module: "ModuleType") -> bool:
        file = getattr(module, "__file__", None)
        return type(file) is not str or self._is_stdlib(file)

    def _is_stdlib(self, path: str) -> bool:
        path = os.path.abspath(path)
        if path.endswith(".zip"):
            return os.path.dirname(path) == os.path.dirname(self._home)
        inside = path == self._home or path.startswith(self._home + os.sep)
        return inside and not any(each in path[len(self._home) :].split(os.sep) for each in _PACKAGES)


def _uncollected(then: "Callable[[], Any]") -> Any:
    """What `then` gives, while Python looks for no garbage: among what is imported is none, and it takes a tenth."""
    import gc  # not before: it is ours

    was_on = gc.isenabled()
    gc.disable()
    try:
        return then()
    finally:
        if was_on:
            gc.enable()


def _origin(top: str) -> Any:
    """The file that an import of this name by the program would run; None where it would find none."""
    for finder in list(sys.meta_path):
        find = getattr(finder, "find_spec", None)
        spec = find(top, None, None) if find is not None else None
        if spec is not None:
            return spec.origin
    return None


def _load_package(folder: str) -> None:
    """Import the package `buslens` of this folder, without any other module that lies beside it."""
    external: Any = sys.modules["_frozen_importlib_external"]
    bootstrap: Any = sys.modules["_frozen_importlib"]
    parent = os.path.dirname(folder)
    was_known = parent in sys.path_importer_cache
    bootstrap._load(external.PathFinder.find_spec(PROBE, [parent]))
    if not was_known:
        sys.path_importer_cache.pop(parent, None)
