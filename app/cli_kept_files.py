"""No command writes over a file that it reads: what a person gave it would be lost."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from typer.core import TyperCommand

from bus.errors import UserError

WRITTEN = {"output": "-o", "svg": "--svg", "junit": "--junit"}
"""Parameters of commands that name a file to write, and how a person says them."""


class KeepsWhatItReads(TyperCommand):
    """A command that begins only where its outputs are other files than its inputs."""

    def invoke(self, ctx: Any) -> Any:
        """Raises UserError where a file is both."""
        check(ctx.params)
        return super().invoke(ctx)


def check(parameters: Mapping[str, Any]) -> None:
    """Raise UserError where a file to write is one that another parameter names."""
    named = [path for name, value in parameters.items() if name not in WRITTEN for path in _paths(value)]
    for name, option in WRITTEN.items():
        for path in _paths(parameters.get(name)):
            if any(_is_same(path, other) for other in named):
                raise UserError(f"{path} is read here, and would be lost", hint=f"name another file behind {option}")


def _paths(value: Any) -> Iterator[str]:
    for each in value if isinstance(value, list | tuple) else [value]:
        if isinstance(each, str | Path) and str(each):
            yield str(each)


def _is_same(path: str, other: str) -> bool:
    """Links to one file are the same; what does not exist, or is a folder, is not."""
    try:
        return Path(path).is_file() and os.path.samefile(path, other)
    except (OSError, ValueError):
        return False
