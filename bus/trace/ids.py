"""How the id of a dispatch or call is written and read: `17`, and of another process of a session `2:17`.

Ids are numbers everywhere else. In the joint capture of a session those of each process begin at a multiple of
IDS_OF_ONE, the first one's at zero: no two have the same, and each is as short as in a capture of its own.
"""

from __future__ import annotations

import re

IDS_OF_ONE = 1 << 40
_ID = re.compile(r"#?(?:([0-9]{1,8}):)?([0-9]{1,20})")


def id_text(ident: int) -> str:
    """An id as a person reads it; `id_of` reads it back."""
    process, own = divmod(int(ident), IDS_OF_ONE)
    return f"{process + 1}:{own}" if process else str(own)


def id_of(text: str) -> int | None:
    """The id that a person wrote, with or without #; None where it is none."""
    found = _ID.fullmatch(text)
    if found is None:
        return None
    process, own = found[1], int(found[2])
    if process is None:
        return own
    return (int(process) - 1) * IDS_OF_ONE + own if int(process) and own < IDS_OF_ONE else None
