"""A module's import is heard, and is the import that it was."""

from __future__ import annotations

import importlib
import importlib.resources
import importlib.util
import pkgutil
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from buslens.launching.import_hook import ImportHook

LIBRARY = "import pkgutil\nDATA = pkgutil.get_data(__name__, 'data.txt')\nLOADER, SPEC = __loader__, __spec__\n"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a package that nobody has imported."""
    folder = tmp_path / "heard_library"
    folder.mkdir()
    (folder / "__init__.py").write_text(LIBRARY)
    (folder / "data.txt").write_text("data")
    (tmp_path / "broken_library.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "heard_library"
    for name in ("heard_library", "broken_library"):
        sys.modules.pop(name, None)


def test_an_import_is_heard_once_after_its_code_has_run(library: str) -> None:
    hook, heard = ImportHook(), []
    hook.wait(library, lambda: heard.append(sys.modules[library].DATA))
    assert heard == []
    module = importlib.import_module(library)
    assert heard == [b"data"]
    assert hook not in sys.meta_path
    importlib.reload(module)
    assert heard == [b"data"]


def test_the_module_is_as_without_us(library: str) -> None:
    bare = importlib.import_module(library)
    sys.modules.pop(library)
    hook = ImportHook()
    hook.wait(library, lambda: None)
    module = importlib.import_module(library)
    assert type(module.__loader__) is type(bare.__loader__)
    assert vars(module.__loader__) == vars(bare.__loader__)
    assert module.LOADER is module.__loader__ is module.__spec__.loader
    assert module.SPEC is module.__spec__
    assert pkgutil.get_data(library, "data.txt") == b"data"
    assert importlib.resources.files(library).joinpath("data.txt").read_text() == "data"


def test_one_that_is_there_is_heard_at_once() -> None:
    hook, heard = ImportHook(), []
    hook.wait("sys", lambda: heard.append(1))
    assert heard == [1]
    assert hook not in sys.meta_path


def test_who_only_looks_for_it_imports_nothing(library: str) -> None:
    hook, heard = ImportHook(), []
    hook.wait(library, lambda: heard.append(1))
    assert importlib.util.find_spec(library) is not None
    assert heard == []
    importlib.import_module(library)
    assert heard == [1]


def test_an_import_that_fails_has_its_own_traceback_and_is_waited_for_still(library: str) -> None:
    hook, heard = ImportHook(), []
    hook.wait("broken_library", lambda: heard.append(1))
    with pytest.raises(ZeroDivisionError) as failed:
        import broken_library  # noqa: F401
    assert [frame.filename for frame in traceback.extract_tb(failed.tb)][1:] == [
        str(Path(sys.path[0]) / "broken_library.py")
    ]
    assert heard == []
    assert hook in sys.meta_path
    hook.forget()
    assert hook not in sys.meta_path


def test_a_finder_that_asks_all_others_meets_no_loop(library: str) -> None:
    class Asks:
        def find_spec(self, name: str, path: object = None, target: object = None) -> object:
            if name != library or self.inside:
                return None
            self.inside = True
            return importlib.util.find_spec(name)

        inside = False

    hook, heard, asks = ImportHook(), [], Asks()
    hook.wait(library, lambda: heard.append(1))
    sys.meta_path.insert(0, asks)  # type: ignore[arg-type]
    try:
        importlib.import_module(library)
    finally:
        sys.meta_path.remove(asks)  # type: ignore[arg-type]
    assert heard == [1]
