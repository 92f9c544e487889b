"""Hears when the program has imported a module, and changes nothing of that import.

A finder in front of all others, which finds what those find. It wraps one call, in which the module's own loader runs
the module's code: `__spec__`, `__loader__`, reloading, `pkgutil` and `importlib.resources` meet what they always do. It
goes when nothing is left to wait for. Standard library only, for it may run before the probe is there.
"""

from __future__ import annotations

import sys
from _thread import get_ident

TYPE_CHECKING = False  # typing's own costs a third of what Python takes to start; type checkers know the name
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Callable

_IMPORTLIB = "<frozen importlib._bootstrap_external>"
"""Frames of this file are left out of the traceback of an import that fails."""


class ImportHook:
    """A finder on `sys.meta_path` while modules are waited for."""

    def __init__(self) -> None:
        self._waiting: "dict[str, Callable[[], Any]]" = {}
        self._looking: "set[tuple[int, str]]" = set()
        """Thread and module of those that are being looked for by the other finders."""

        self._imported: "set[str]" = set()
        """Modules whose code has run, though their import may not be over yet."""

    def wait(self, module: str, then: "Callable[[], Any]") -> None:
        """Call `then`, once, when the module has been imported; now, where it has been. `then` must not raise."""
        if module in self._imported or is_imported(module):
            then()
            return
        self._waiting[module] = then
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)

    def forget(self) -> None:
        """Wait for nothing any more."""
        self._waiting.clear()
        self._leave()

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """What the other finders find; None for what is not waited for."""
        key = (get_ident(), name)
        if name not in self._waiting or key in self._looking:
            return None
        self._looking.add(key)
        try:
            spec = _found(self, name, path, target)
        finally:
            self._looking.discard(key)
        if spec is not None and hasattr(spec.loader, "exec_module") and not isinstance(spec.loader, type):
            try:
                spec.loader.exec_module = _heard(self, name, spec.loader)
            except (AttributeError, TypeError):
                pass  # a loader with slots is not heard
        return spec

    def imported(self, name: str) -> None:
        """A module's code has run."""
        self._imported.add(name)
        then = self._waiting.pop(name, None)
        if not self._waiting:
            self._leave()
        if then is not None:
            then()

    def _leave(self) -> None:
        try:
            sys.meta_path.remove(self)
        except ValueError:
            pass


def is_imported(module: str) -> bool:
    """Whether a module is there, and not half of it."""
    found = sys.modules.get(module)
    return found is not None and not getattr(getattr(found, "__spec__", None), "_initializing", False)


def _found(hook: ImportHook, name: str, path: Any, target: Any) -> Any:
    """The first spec that another finder has, as importlib asks them."""
    for finder in list(sys.meta_path):
        find = getattr(finder, "find_spec", None)
        spec = find(name, path, target) if finder is not hook and find is not None else None
        if spec is not None:
            return spec
    return None


def _heard(hook: ImportHook, name: str, loader: Any) -> "Callable[[ModuleType], Any]":
    def exec_module(module: ModuleType) -> None:
        if vars(loader).get("exec_module") is heard:
            del loader.exec_module
        loader.exec_module(module)
        if module.__name__ == name:
            hook.imported(name)

    heard = exec_module
    exec_module.__code__ = exec_module.__code__.replace(co_filename=_IMPORTLIB)
    return exec_module
