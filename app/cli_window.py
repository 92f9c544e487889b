"""`buslens` and `buslens open`: the window, where there is a screen for it."""

from __future__ import annotations

from app import display, system_libraries
from app.scenario_files import found_scenario
from bus.errors import UserError


def open_window(files: list[str]) -> int:
    """Open the window on these files; the exit code of the program when it is closed."""
    paths = [found_scenario(file) for file in files]
    why = display.why_none()
    if why:
        raise UserError(why, hint="buslens run SCENARIO works without")
    try:
        from app.desktop import run_window
    except ImportError as error:
        gone = system_libraries.missing()
        if not gone and "PySide6" not in str(error) and ".so" not in str(error):
            raise
        packages = " ".join(system_libraries.packages(gone))
        hint = f"on Debian and Ubuntu: sudo apt-get install {packages}" if gone else "see buslens doctor"
        raise UserError(f"Qt cannot be loaded ({error})", hint=hint) from None
    return run_window(paths)
