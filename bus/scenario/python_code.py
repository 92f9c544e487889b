"""Whether the code of a `python` step is Python at all. It is read here, never run."""

from __future__ import annotations

import ast
import warnings


def why_not_python(code: str) -> str | None:
    """Why every call would fail at this code, None where it can be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that will be mistakes in a later Python
            ast.parse(code)
    except SyntaxError as error:
        line = f" in its line {error.lineno}" if error.lineno is not None and "\n" in code.strip() else ""
        return f"this is not Python{line}: {error.msg}"
    except (ValueError, MemoryError, RecursionError):
        return "this is not Python that can be read: it nests too deep, or holds a NUL"
    return None
