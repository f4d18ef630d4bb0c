"""Ecluse counts the distinct persons an account reads, and stops it before the data leaves."""

__all__ = ["__version__"]

__version__ = "0.1.0"

if not __debug__:  # the invariants of the engine are assertions, and they protect people
    raise SystemExit(
        "ecluse: refuses to run with assertions off (`python -O`): start it without -O"
    )
