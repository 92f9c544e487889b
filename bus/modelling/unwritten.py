"""Mistakes of a scenario that is in no file: they say what of it they are about, and no line that nobody could find."""

from __future__ import annotations

import re

from bus.scenario.lines import path_at


def placed(problem: str, file: str, text: str) -> str:
    """The sentence with `handlers.pack.do.0` in place of FILE:LINE:COLUMN. file: what the text was called."""

    def where(found: re.Match[str]) -> str:
        path = path_at(text, int(found[1]))
        return f"{'.'.join(map(str, path))}: " if path else ""

    return re.sub(rf"{re.escape(file)}:(\d+)(?::\d+)?: ", where, problem)
