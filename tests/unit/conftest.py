"""Property tests wait as long as the machine needs: on a busy one no example is too slow for being slow.

Their examples are the same at every run: what fails, fails because of a change, and for everybody.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "patient", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")
