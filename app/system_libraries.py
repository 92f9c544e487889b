"""The system libraries that Qt loads and pip cannot bring: which are missing here, and which packages hold them.

`dev.py` and `buslens doctor` ask this one table, so it imports nothing but the standard library.
"""

from __future__ import annotations

import ctypes

DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
"""What the Qt of PySide6-Essentials names as NEEDED (`readelf -d`), and the Debian and Ubuntu package of each.

Releases with 64-bit time_t renamed libglib2.0-0 to libglib2.0-0t64, which provides the old name.
"""


def missing() -> list[str]:
    """The libraries that the dynamic linker does not find, by file name."""
    return [name for name in DEBIAN_PACKAGES if not _loads(name)]


def packages(names: list[str]) -> list[str]:
    """The Debian and Ubuntu packages that hold these libraries."""
    return [DEBIAN_PACKAGES[name] for name in names]


def _loads(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
