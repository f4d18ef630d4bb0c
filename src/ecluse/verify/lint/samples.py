"""A small estate and a policy set in which nothing is wrong: the examples of lints are these with one thing changed."""

from typing import Final

__all__ = ["ESTATE", "POLICY", "SETTINGS"]

ESTATE: Final = """\
version: 1
applications:
  - {id: files, owner: team@example.org, population: 50000, categories: [identity], operations: [view, list]}
kinds:
  - {id: adviser, factors: [totp]}
organizations:
  - {id: agency, accounts: {adviser: 40}}
"""

POLICY: Final = """\
version: 1
budgets:
  - id: account
    per: account
    limits: {10m: 60, 1h: 150, 24h: 500, 30d: 4000, 360d: 6000}
"""

SETTINGS: Final = """\
version: 1
contact:
  en: the service desk, extension 1234
  fr: le centre de services, poste 1234
"""
