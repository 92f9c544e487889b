"""The sample `ten-runners` in the words of simloop: ten tasks wait 10 ms, and each that comes takes the next place.

Prints how many runs it makes in a second of the processor's time, and the version of simloop.
"""

from __future__ import annotations

import asyncio
import sys
import time

import simloop


async def race() -> None:
    places: dict[int, int] = {}

    async def run(runner: int) -> None:
        await asyncio.sleep(0.01)
        places[runner] = len(places) + 1

    async with asyncio.TaskGroup() as runners:
        for number in range(10):
            runners.create_task(run(number))
    assert sorted(places.values()) == [*range(1, 11)]


def main(runs: int) -> None:
    began = time.process_time()
    report = simloop.explore(race, range(runs))
    assert report is None, report
    print(runs / (time.process_time() - began), simloop.__version__)


if __name__ == "__main__":
    main(int(sys.argv[1]))
