"""On a build server the property tests take the same examples each time; elsewhere they look for new ones."""

import os

from hypothesis import settings

settings.register_profile("same", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("same")
