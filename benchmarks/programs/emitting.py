"""A program that makes so many emitters of pyee and emits into them in turn: `emitting.py EMITTERS EMITS`.

At its end it prints the kilobytes of memory that are its own, those of files apart that are written beside it.
"""

from __future__ import annotations

import sys

from pyee import EventEmitter


def own_kilobytes(pid: int | str = "self") -> int:
    """What of a process lies in memory (RSS), but for files of streams."""
    counted, total = True, 0
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as file:
        for line in file:
            first, _, rest = line.partition(" ")
            if not first.endswith(":"):  # the first line of a mapping: where, how, and of which file
                counted = "/facts.0" not in rest and "/bytes.0" not in rest and "/names.0" not in rest
            elif first == "Rss:" and counted:
                total += int(rest.split()[0])
    return total


def main() -> None:
    emitters, emits = int(sys.argv[1]), int(sys.argv[2])
    made = [EventEmitter() for _ in range(emitters)]
    for emitter in made:
        emitter.on("placed", lambda order: None)
    for number in range(emits):
        made[number % emitters].emit("placed", {"id": number, "note": "some words of a payload"})
    print(own_kilobytes())


if __name__ == "__main__":
    main()
