"""Which host is a request for? One name in lower case without its port, or none that is certain."""

import re
from typing import Final

__all__ = ["host_name"]

_HOST: Final = re.compile(r"([a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|\[[0-9a-f:.]+\])\.?(?::[0-9]{0,5})?")


def host_name(*given: str | None) -> str | None:
    """The name that all given values agree on; empty ones say nothing, and a malformed one agrees with none.

    >>> host_name("Agents.example.org.:443", None), host_name("a.example.org", "b.example.org")
    ('agents.example.org', None)
    >>> host_name("", None)
    ''
    """
    names = set()
    for host in given:
        if host:
            match = _HOST.fullmatch(host.lower())
            names.add(None if match is None else match[1])
    return names.pop() if len(names) == 1 else ("" if not names else None)
