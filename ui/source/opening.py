"""Which command opens a line of source in the person's editor; places come from captures, so nothing is trusted.

No shell is involved, only existing files are opened, and what would run a file (xdg-open does) opens source only.
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath

from bus.errors import UserError

_FRAME = re.compile(r'^\s*File "(?P<file>[^"\n]{1,4096})", line (?P<line>\d{1,9})')

TERMINAL_EDITORS = {"vi", "vim", "nvim", "nano", "pico", "micro", "hx", "helix", "joe", "ne", "ed", "mcedit"}
"""Started from a window these have no terminal to appear in."""

_SOURCE_SUFFIXES = {".py", ".pyi", ".pyw", ".pyx", ".yaml", ".yml", ".json", ".toml", ".txt", ".md", ".cfg", ".ini"}

LINE_FORMS = {
    "code": ("-g", "{file}:{line}"),
    "code-insiders": ("-g", "{file}:{line}"),
    "codium": ("-g", "{file}:{line}"),
    "cursor": ("-g", "{file}:{line}"),
    "subl": ("{file}:{line}",),
    "zed": ("{file}:{line}",),
    "kate": ("-l", "{line}", "{file}"),
    "kwrite": ("-l", "{line}", "{file}"),
    "gedit": ("+{line}", "{file}"),
    "gnome-text-editor": ("+{line}", "{file}"),
    "gvim": ("+{line}", "{file}"),
    "emacs": ("+{line}", "{file}"),
    "emacsclient": ("-n", "+{line}", "{file}"),
    "pycharm": ("--line", "{line}", "{file}"),
    "charm": ("--line", "{line}", "{file}"),
}
"""How editors are told the line, for $VISUAL, which names only the program."""


def editor_command(
    setting: str,
    file: str,
    line: int,
    environment: Mapping[str, str],
    *,
    which: Callable[[str], str | None] = shutil.which,
) -> list[str]:
    """The argument list that opens `file` at `line`: the setting, else $VISUAL, else the desktop's own way.

    UserError where there is no such file or no editor.
    """
    if not source_exists(file):
        raise UserError(f"{PurePath(file).name or 'the file'} is not on this machine", hint=f"it was {file}")
    path = str(Path(file).resolve())
    if setting.strip():
        return _filled(_words(setting, "the setting editor"), path, line)
    visual = environment.get("VISUAL", "").strip()
    if visual:
        words = _words(visual, "$VISUAL")
        program = PurePath(words[0]).name
        if program not in TERMINAL_EDITORS and which(words[0]):
            return _filled([*words, *LINE_FORMS.get(program, ("{file}",))], path, line)
    if PurePath(path).suffix.lower() in _SOURCE_SUFFIXES and which("xdg-open"):
        return ["xdg-open", path]
    raise UserError("no editor is set up", hint="Edit, Settings… has those that are found on this machine")


def editor_is_set_up(setting: str, environment: Mapping[str, str]) -> bool:
    """Whether a person has said which editor; what the desktop opens text with is a guess, and knows no lines."""
    visual = environment.get("VISUAL", "").split()
    return bool(setting.strip()) or bool(visual and PurePath(visual[0]).name not in TERMINAL_EDITORS)


def source_exists(file: str) -> bool:
    """Whether a place of a capture is a file of this machine that can be opened."""
    try:
        return bool(file) and Path(file).is_absolute() and Path(file).is_file()
    except (OSError, ValueError):  # too long, or with a null in it
        return False


def place_in_traceback(text: str) -> tuple[str, int] | None:
    """File and line of one line of a traceback, None for any other line."""
    match = _FRAME.match(text)
    return (match["file"], int(match["line"])) if match else None


def with_files(traceback: str, found: Callable[[str], str]) -> str:
    """The same traceback, each of its files as `found` calls it."""
    lines = traceback.splitlines(keepends=True)
    for number, text in enumerate(lines):
        if match := _FRAME.match(text):
            start, end = match.span("file")
            lines[number] = text[:start] + found(match["file"]) + text[end:]
    return "".join(lines)


def innermost_place(traceback: str) -> tuple[str, int] | None:
    """Where the error was raised, of the places that are on this machine."""
    for text in reversed(traceback.splitlines()):
        place = place_in_traceback(text)
        if place and source_exists(place[0]):
            return place
    return None


def _filled(words: list[str], path: str, line: int) -> list[str]:
    line_text = str(max(line, 1))
    if not any("{file}" in word for word in words):
        words = [*words, "{file}"]
    # One pass: a path that happens to hold "{line}" stays as it is.
    parts = {"{file}": path, "{line}": line_text}
    return [re.sub(r"\{(?:file|line)\}", lambda found: parts[found.group()], word) for word in words]


def _words(command: str, whose: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UserError(f"{whose} cannot be read: {error}", hint=command) from None
    if not words:
        raise UserError(f"{whose} is empty")
    return words
