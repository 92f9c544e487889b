"""What a run of a scenario takes where more than one thing may come next: found by `buslens explore`, for a replay."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from bus.scenario.parts import ScenarioPart

Mode = Literal["legal", "hostile"]
"""What is open: only what a real asyncio leaves so, or the order of all callbacks that are ready as well."""

MOST = 100_000
_Number = Annotated[int, Field(ge=0, le=1 << 53)]


class Taken(ScenarioPart):
    """One choice that was not the first possibility."""

    of: Annotated[
        str, Field(description="order, ready, or draw NAME", min_length=1, max_length=1000, examples=["order"])
    ]
    at: Annotated[_Number, Field(description="which of these choices of the run, from 0")]
    take: Annotated[int, Field(description="which possibility; 0 is what happens by itself", ge=1, le=1 << 53)]


class ReplayedChoices(ScenarioPart):
    """The choices of one run. Everything that is not among them is the first possibility."""

    mode: Annotated[Mode, Field(description="what is open in the run: legal or hostile")] = "legal"
    taken: Annotated[list[Taken], Field(max_length=MOST)] = []

    @model_validator(mode="after")
    def _once(self) -> ReplayedChoices:
        if len({(each.of, each.at) for each in self.taken}) < len(self.taken):
            raise ValueError("expected each choice once")
        return self
