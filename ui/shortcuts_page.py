"""docs/shortcuts.md, made from the table of commands: `python3 dev.py generate` writes it anew."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ui.actions import ACTIONS, Action
from ui.shortcuts_sheet import MOUSE, keys_text

PAGE = Path(__file__).resolve().parent.parent / "docs" / "shortcuts.md"
HEAD = """# Commands and shortcuts

Every command of the window, by menu. This page is made from the table in `ui/actions.py`; so are the menus, the
toolbar, the command palette (Ctrl+Shift+P) and the `?` sheet. Keys marked *timeline* count while the timeline has the
focus (Ctrl+T gives it).
"""


def markdown(actions: Sequence[Action]) -> str:
    """The page docs/shortcuts.md, made from the table of commands."""
    lines = [HEAD]
    menu = ""
    for action in actions:
        top = action.menu.lstrip("-").partition("/")[0]
        if top != menu:
            menu = top
            lines += ["", f"## {menu}", "", "| command | keys | what it does | id |", "| --- | --- | --- | --- |"]
        keys = ", ".join(f"`{key}`" for key in keys_text(action, native=False).split("   ") if key)
        place = " *timeline*" if action.place == "timeline" else ""
        lines.append(f"| {action.title} | {keys}{place} | {action.tip} | `{action.id}` |")
    lines += ["", "## Mouse on the timeline", "", "| | |", "| --- | --- |"]
    lines += [f"| {what} | {does} |" for what, does in MOUSE]
    return "\n".join(lines).replace("\n\n\n", "\n\n") + "\n"


if __name__ == "__main__":
    PAGE.write_text(markdown(ACTIONS), encoding="utf-8")
