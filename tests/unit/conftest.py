"""Property tests wait as long as the machine needs: on a busy one no example is too slow for being slow.

Their examples are the same at every run: what fails, fails because of a change, and for everybody.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

# It draws numbers and texts from the source of all our modules that are imported by then, too: those that other tests
# of this process have needed. No setting of it leaves them out.
assert hasattr(providers, "_get_local_constants")
providers._get_local_constants = providers.Constants
settings.register_profile(
    "patient", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")
