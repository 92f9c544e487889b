"""Which adapter takes an object, and what a person reads where none does."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest
from pyee import EventEmitter

import buslens
from buslens import adapters
from buslens.adapters import ADAPTERS, Adapter, adapter_for
from buslens.watching.hooks import Hooks


class Orders(EventEmitter): ...


@pytest.mark.parametrize("emitter", [EventEmitter(), Orders()])
def test_an_object_is_taken_by_the_library_that_its_class_comes_from(emitter: EventEmitter) -> None:
    assert adapter_for(emitter).library == "pyee"


@pytest.mark.parametrize("nothing", [{}, None, EventEmitter])
def test_what_no_library_knows_is_refused_with_what_is_watched(nothing: Any) -> None:
    with pytest.raises(
        TypeError, match=f"^buslens.attach\\(\\) watches emitters of pyee.*, not a {type(nothing).__name__}$"
    ):
        buslens.attach(nothing)


def test_no_library_is_imported_that_the_program_has_not() -> None:
    program = """
import sys, buslens
pretended = type("Emitter", (), {"__module__": "pyee.base"})()
try:
    buslens.attach(pretended)
except TypeError as error:
    print(error)
print(sorted({name.partition(".")[0] for name in sys.modules} & {"pyee", "asyncio"}))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    refused, imported = done.stdout.splitlines()
    assert refused.endswith("not a Emitter")
    assert imported == "[]"


@pytest.mark.parametrize("kind", [ModuleNotFoundError, ImportError])
def test_a_library_without_what_its_adapter_imports_is_named_with_its_versions(
    kind: type[ImportError], monkeypatch: pytest.MonkeyPatch
) -> None:
    def import_other(name: str) -> object:
        raise kind("cannot be imported", name="pyee.base")

    monkeypatch.setattr("buslens.adapters.import_module", import_other)
    monkeypatch.setattr("buslens.adapters._hooks_of", adapters._hooks_of.__wrapped__)
    with pytest.raises(TypeError, match=r"^this pyee has no pyee.base: buslens watches emitters of pyee 9\.1 to 16$"):
        buslens.attach(EventEmitter())


def test_an_object_that_lacks_methods_is_refused_and_stays_as_it_was() -> None:
    class Halved(EventEmitter):
        _emit_run = None  # type: ignore[assignment]
        _call_handlers = None  # type: ignore[assignment]

    emitter = Halved()
    before = dict(vars(emitter))
    with pytest.raises(TypeError, match=r"^this pyee has no _call_handlers, _emit_run: buslens watches "):
        buslens.attach(emitter)
    assert vars(emitter) == before


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda adapter: adapter.library)
def test_every_adapter_of_the_list_is_a_file_with_hooks(adapter: Adapter) -> None:
    pytest.importorskip(adapter.library)
    module = import_module(f"buslens.adapters.{adapter.library}")
    assert adapter.hooks() is module.HOOKS
    assert {name for name in vars(Hooks) if not name.startswith("_")} - {"watch"} <= set(dir(module.HOOKS))
