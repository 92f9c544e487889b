"""What the shape of the code promises (docs/architecture.md), held by a test.

Every exemption below fails as soon as it is no longer needed: the lists can only shrink.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("buslens", "bus", "ui", "app")

MEDIAN_LINES = 150
NINETIETH_PERCENTILE_LINES = 350
MOST_LINES = 500
MOST_METHODS = 25
MOST_ATTRIBUTES = 15

GLOSSARY = ROOT / "docs" / "glossary.md"
MACHINERY = {"behaviour", "durable", "engines", "run", "runtime", "worker_process", "workers"}
"""Rooms of `bus` whose classes are how it is made; their words stand in the glossary's tables."""

NOT_IN_GLOSSARY = frozenset((ROOT / "tests" / "not_in_glossary.txt").read_text(encoding="utf-8").split())
"""Public classes of the core that are no noun of what Buslens is about, but of how it is made."""

MUTABLE_STATE: frozenset[str] = frozenset()
"""`file: name` of module-level values that code changes while it runs."""

WITHOUT_TEST = frozenset((ROOT / "tests" / "without_test.txt").read_text(encoding="utf-8").split())
"""Sources that only other files' tests know."""

LARGE_CLASSES = frozenset((ROOT / "tests" / "large_classes.txt").read_text(encoding="utf-8").splitlines())
"""`file: class` of classes with more methods or attributes than a reader keeps in mind."""


def sources(*rooms: str) -> list[Path]:
    return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py") if "_desktop" not in path.parts)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), name_of(path))


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def nothing_but(exempted: frozenset[str], found: set[str], complaint: str) -> None:
    """`found` and `exempted` must be the same: a new offence fails, and so does an exemption that went stale."""
    assert not found - exempted, f"{complaint}: {sorted(found - exempted)}"
    assert not exempted - found, f"no longer needed, remove from the list: {sorted(exempted - found)}"


def test_imports_point_one_way_and_only_the_window_knows_qt() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("room", ["buslens", "bus"])
def test_no_qt_outside_the_window(room: str) -> None:
    users = {name_of(path) for path in sources(room) if {"PySide6", "shiboken6", "qasync"} & imported_by(path)}
    # The adapter for programs that are themselves Qt programs is the one place that may name Qt.
    assert users <= {"buslens/adapters/qt.py"}


def test_the_probe_needs_nothing_but_the_standard_library() -> None:
    ours = {"buslens"}
    at_import = {
        f"{name_of(path)}: {name}"
        for path in sources("buslens")
        if path.name != "__main__.py"
        for name in imported_at_top(path)
        if name not in sys.stdlib_module_names and name not in ours
    }
    # An adapter is imported only in a program that has its library already, and the plugin by pytest alone.
    known = "buslens/adapters/"
    foreign = {line for line in at_import if not line.startswith(known) or line.startswith(f"{known}__init__.py")}
    foreign -= {f"buslens/{each}.py: pytest" for each in ("pytest_plugin", "testing/plugin", "testing/scenarios")}
    assert not foreign, f"the probe runs in programs that have nothing else installed: {sorted(foreign)}"


def test_no_file_is_long() -> None:
    long = {name_of(path) for path in sources(*ROOMS, "tests", "benchmarks") if lines_of(path) > MOST_LINES}
    assert not long


def test_most_files_are_short() -> None:
    lengths = [lines_of(path) for path in sources(*ROOMS) if lines_of(path) > 1]
    assert median(lengths) <= MEDIAN_LINES
    assert quantiles(lengths, n=10)[-1] <= NINETIETH_PERCENTILE_LINES


def test_no_class_is_large() -> None:
    """Methods are counted with properties; attributes are what methods set on self: a record's fields are its shape."""
    large = {
        f"{name_of(path)}: {node.name}"
        for path in sources(*ROOMS)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
        if len(methods_of(node)) > MOST_METHODS or len(attributes_of(node)) > MOST_ATTRIBUTES
    }
    nothing_but(LARGE_CLASSES, large, f"more than {MOST_METHODS} methods or {MOST_ATTRIBUTES} attributes")


def test_every_noun_that_is_a_class_stands_in_the_glossary() -> None:
    text = GLOSSARY.read_text(encoding="utf-8")
    nouns, everything = set(), set()
    for path in sources("buslens", "bus"):
        names = {node.name for node in tree_of(path).body if isinstance(node, ast.ClassDef) and node.name[0] != "_"}
        everything |= names
        nouns |= set() if path.relative_to(ROOT).parts[1] in MACHINERY else names
    untold = nouns - set(re.findall(r"`(\w+)`", text))
    nothing_but(NOT_IN_GLOSSARY, untold, "say in docs/glossary.md what it is, and what the field calls it")
    rows = [line.split("|")[1] for line in text.partition("## Classes")[2].splitlines() if line.startswith("| `")]
    gone = {name for row in rows for name in re.findall(r"`(\w+)`", row)} - everything
    assert not gone, f"docs/glossary.md tells of classes that are not there: {sorted(gone)}"


def test_every_file_says_why_it_exists() -> None:
    silent = {
        name_of(path)
        for path in [*sources(*ROOMS, "tests", "benchmarks"), ROOT / "dev.py"]
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(tree_of(path))
    }
    assert not silent, f"without a docstring: {sorted(silent)}"


def test_only_bound_methods_are_connected_to_signals() -> None:
    """A lambda keeps its widget alive; a local function outlives it (measured, see docs/architecture.md)."""
    offences = {
        f"{name_of(path)}:{call.lineno}"
        for path in sources("ui", "app")
        for call in connects_in(tree_of(path))
        if not is_bound_method(call, tree_of(path))
    }
    assert not offences, f"connect bound methods of QObjects only: {sorted(offences)}"


def test_no_module_changes_its_own_variables() -> None:
    changed = {f"{name_of(path)}: {name}" for path in sources(*ROOMS) for name in changed_in(tree_of(path))}
    nothing_but(MUTABLE_STATE, changed, "module-level state that changes")


def test_every_source_of_the_core_has_a_test_of_its_name() -> None:
    without = {name_of(path) for path in sources("buslens", "bus") if path.stem[:2] != "__" and not mirrored(path)}
    nothing_but(WITHOUT_TEST, without, "without a file of its name in tests/unit or tests/engines")


def mirrored(path: Path) -> bool:
    """Whether tests/unit has a file of its name at the same place; of what asks a server, tests/engines.

    There `test_NAME.py` is the test of the engine NAME's `engine.py`, `test_NAME_check.py` that of its `check.py`.
    """
    folder = path.relative_to(ROOT).parent
    names = [ROOT / "tests" / "unit" / folder / f"test_{path.name}"]
    if folder.parent.as_posix() == "bus/engines":
        end = "" if path.stem == "engine" else f"_{path.stem}"
        names.append(ROOT / "tests" / "engines" / f"test_{folder.name}{end}.py")
    return any(name.is_file() for name in names)


def methods_of(node: ast.ClassDef) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [each for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)]


def attributes_of(node: ast.ClassDef) -> set[str]:
    """What its methods set on self."""
    return {
        each.attr
        for method in methods_of(node)
        for each in ast.walk(method)
        if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store)
        if isinstance(each.value, ast.Name) and each.value.id == "self"
    }


def imported_by(path: Path) -> set[str]:
    return {module.partition(".")[0] for module in modules_imported_by(path)}


def modules_imported_by(path: Path) -> set[str]:
    return modules_in(ast.walk(tree_of(path)))


def imported_at_top(path: Path) -> set[str]:
    return {module.partition(".")[0] for module in modules_in(tree_of(path).body)}


def modules_in(nodes: object) -> set[str]:
    found: set[str] = set()
    for node in nodes:  # type: ignore[attr-defined]
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def connects_in(tree: ast.Module) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "connect"
    ]


def is_bound_method(call: ast.Call, tree: ast.Module) -> bool:
    """`signal.connect(self.method)`, or a name that a loop takes from a table of such; no lambda, call or function."""
    slot = call.args[0] if call.args else None
    return isinstance(slot, ast.Attribute) or (isinstance(slot, ast.Name) and slot.id in from_tables(tree))


def from_tables(tree: ast.Module) -> set[str]:
    """Names that a `for` takes from a table written there, in which nothing is a lambda or made by a call."""
    return {
        name.id
        for loop in ast.walk(tree)
        if isinstance(loop, ast.For) and isinstance(loop.iter, ast.Tuple)
        if not any(isinstance(part, ast.Lambda | ast.Call) for part in ast.walk(loop.iter))
        for name in ast.walk(loop.target)
        if isinstance(name, ast.Name)
    }


CHANGES = {"append", "extend", "insert", "add", "update", "setdefault", "pop", "popitem", "remove", "discard", "clear"}


def changed_in(tree: ast.Module) -> set[str]:
    """Names assigned at module level that functions rebind (`global`), change by method, or write items of."""
    own = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name)
    }
    changed: set[str] = set()
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)):
        local = {arg.arg for arg in [*function.args.args, *function.args.kwonlyargs]} | {
            node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        for node in ast.walk(function):
            if isinstance(node, ast.Global):
                changed |= set(node.names)
            changed |= {name for name in (changed_name(node),) if name and name not in local}
    return changed & own


def changed_name(node: ast.AST) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGES:
        return node.func.value.id if isinstance(node.func.value, ast.Name) else ""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
        return node.value.id if isinstance(node.value, ast.Name) else ""
    return ""
