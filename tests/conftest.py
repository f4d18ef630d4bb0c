"""How property tests look for examples: the same each time on a build server, elsewhere new ones; nowhere by the clock."""

import os

from hypothesis import HealthCheck, settings

# How long an example takes says something about the machine and whatever else it does, and nothing about a law.
settings.register_profile("new", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", settings.get_profile("new"), derandomize=True)
settings.load_profile("same" if os.environ.get("CI") else "new")
