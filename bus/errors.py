"""Mistakes of a person: one clear sentence each, with a place, all of a file's reported together.

Anything that is not one of these is a bug and keeps its builtin type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file, counted from 1 as editors count."""

    file: str
    line: int = 0
    """0 where only the file is known."""

    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(number) for number in (self.line, self.column) if number)])


class UserError(Exception):
    """One sentence for a person; never shown with a traceback."""

    def __init__(self, problem: str, *, at: Place | None = None, hint: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.at = at
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.at}: " if self.at else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}{self.problem}{hint}"


class UserErrors(UserError):
    """All the mistakes of one file, told together."""

    def __init__(self, errors: Sequence[UserError]) -> None:
        first = errors[0]
        super().__init__(first.problem, at=first.at, hint=first.hint)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)
