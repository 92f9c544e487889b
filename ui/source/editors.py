"""The editors that are found on this machine, each with the command that opens a line in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from ui.source.opening import LINE_FORMS, TERMINAL_EDITORS

Which = Callable[[str], str | None]

_TITLES = {
    "code": "VS Code",
    "code-insiders": "VS Code Insiders",
    "codium": "VSCodium",
    "cursor": "Cursor",
    "pycharm": "PyCharm",
    "charm": "PyCharm (charm)",
    "subl": "Sublime Text",
    "zed": "Zed",
    "kate": "Kate",
    "kwrite": "KWrite",
    "gedit": "gedit",
    "gnome-text-editor": "GNOME Text Editor",
    "gvim": "gVim",
    "emacs": "Emacs",
    "emacsclient": "Emacs (client)",
}
_IN_TERMINAL = ("nvim", "vim", "vi", "nano")
_TERMINALS = {
    "x-terminal-emulator": "-e",
    "gnome-terminal": "--",
    "konsole": "-e",
    "xfce4-terminal": "-x",
    "alacritty": "-e",
    "kitty": "--",
    "xterm": "-e",
}
"""How each is told what to run."""


@dataclass(frozen=True, slots=True)
class Editor:
    """An editor that is installed here, and the command that opens a file in it at a line."""

    title: str
    command: str
    """With {file} and {line}."""


def editors_found(environment: Mapping[str, str], which: Which = shutil.which) -> list[Editor]:
    """What can be chosen here, $VISUAL first where it names a program with a window of its own."""
    found = []
    visual = environment.get("VISUAL", "").strip()
    program = PurePath(visual.split()[0]).name if visual else ""
    if visual and program not in TERMINAL_EDITORS and which(visual.split()[0]):
        found.append(Editor(f"$VISUAL ({program})", _command([visual, *LINE_FORMS.get(program, ("{file}",))])))
    found += [Editor(title, _command([name, *LINE_FORMS[name]])) for name, title in _TITLES.items() if which(name)]
    terminal = next((name for name in _TERMINALS if which(name)), "")
    if terminal:
        found += [
            Editor(f"{name} in {terminal}", _command([terminal, _TERMINALS[terminal], name, "+{line}", "{file}"]))
            for name in _IN_TERMINAL
            if which(name)
        ]
    return found


def _command(words: list[str]) -> str:
    """As it stands in the settings; a name of a file may have blanks, a word with {file} stays one."""
    return " ".join(words)
