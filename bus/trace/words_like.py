"""Whether a text is what somebody wrote into the search line: the whole of it with `*` and `?`, or a part."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable


def matcher(operator: str, text: str) -> Callable[[str], bool]:
    """`=`: the whole text; `~`: a part of it. Case does not count; `text` is in lower case."""
    if operator == "~" and not any(letter in text for letter in "*?"):
        return _Part(text)
    return _Pattern(f"*{text}*" if operator == "~" else text)


class _Part:
    def __init__(self, part: str) -> None:
        self.part = part

    def __call__(self, text: str) -> bool:
        return self.part in text.lower()


class _Pattern:
    """`*` any text, `?` any letter; runs of `*` are one, so that no pattern takes long."""

    def __init__(self, pattern: str) -> None:
        pattern = re.sub(r"\*+", "*", pattern).replace("[", "[[]")
        self.matches = re.compile(fnmatch.translate(pattern)).match

    def __call__(self, text: str) -> bool:
        return self.matches(text.lower()) is not None
