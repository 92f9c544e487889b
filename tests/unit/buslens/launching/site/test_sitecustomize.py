"""The file that any Python reads: also one that is too old for anything else of ours."""

from __future__ import annotations

import ast
from pathlib import Path

from buslens.launching.command import SITE

TEXT = (Path(SITE) / "sitecustomize.py").read_text(encoding="utf-8")


def test_it_is_alone_in_its_folder() -> None:
    assert [path.name for path in Path(SITE).iterdir() if path.is_file()] == ["sitecustomize.py"]


def test_it_imports_nothing_that_a_python_has_not_imported_at_its_start() -> None:
    imported = [node for node in ast.walk(ast.parse(TEXT)) if isinstance(node, ast.Import | ast.ImportFrom)]
    assert {alias.name for node in imported for alias in node.names} == {"os", "sys"}


def test_python_2_can_read_it() -> None:
    for node in ast.walk(ast.parse(TEXT)):
        new = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Nonlocal, ast.Starred)
        assert not isinstance(node, new)
        assert not getattr(node, "annotation", None)
        assert not getattr(node, "returns", None)
    assert TEXT.isascii()
