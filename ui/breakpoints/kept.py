"""Where breakpoints are kept from one start to the next: in a person's settings, by the file of their scenario."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bus.run.breakpoints import Breakpoint
from bus.settings import KeptBreakpoint
from ui.ports import SettingsStore

MOST = 1_000
"""Of all scenarios together; those of the one that was changed last stay."""


def read(store: SettingsStore, path: Path) -> list[Breakpoint]:
    """Those of a scenario's file."""
    mine = str(path.resolve())
    return [Breakpoint(*each[1:]) for each in store.read().breakpoints if each[0] == mine]


def write(store: SettingsStore, path: Path, breakpoints: Iterable[Breakpoint]) -> None:
    """These are those of the file now."""
    settings, file = store.read(), str(path.resolve())
    mine: list[KeptBreakpoint] = [
        (file, each.event, each.handler, each.condition, each.hit, each.enabled) for each in breakpoints
    ]
    others = [each for each in settings.breakpoints if each[0] != file]
    kept = tuple([*mine, *others][:MOST])
    if kept != settings.breakpoints:
        store.write(replace(settings, breakpoints=kept))
