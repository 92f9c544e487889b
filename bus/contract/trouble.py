"""What can be wrong with a broker on purpose, as scenarios say it and as engines that can do it are told."""

from __future__ import annotations

from enum import StrEnum


class BrokerTrouble(StrEnum):
    """For a while."""

    UNREACHABLE = "unreachable"
    """It is there, and nothing comes through between it and the run: a network that is partitioned."""

    RESTARTS = "restarts"
    """It stops and starts again, with all that it had confirmed."""

    FULL = "full"
    """Its disk is."""
