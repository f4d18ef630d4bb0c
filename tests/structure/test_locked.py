"""Do the locked requirements hold for every Python that the project runs on, and not only for that which locked them?

`pip install --require-hashes` refuses a package that another one asks for and the file does not pin. What a package asks
for can depend on the version of Python: Debian 12 has 3.11.2, for which some ask for more than for 3.11.3.
"""

import re
from importlib.metadata import PackageNotFoundError, distribution

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from structure.source import ROOT

PYTHONS = ("3.11.0", "3.11.2", "3.11.9", "3.12.3", "3.13.1")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


@pytest.mark.parametrize("file", ["core", "dev"])
@pytest.mark.parametrize("python", PYTHONS)
def test_whatever_a_locked_package_asks_for_is_locked(file, python):
    text = (ROOT / "requirements" / f"{file}.txt").read_text("utf-8")
    locked = {canonicalize_name(name) for name in PINNED.findall(text)}
    assert len(locked) > 20
    missing = {
        f"{wanted.name} (for {name})"
        for name in locked
        for wanted in _asked_for(name, python)
        if canonicalize_name(wanted.name) not in locked
    }
    assert not missing, f"add to requirements/{file}.in what Python {python} needs: {missing}"


def _asked_for(name, python):
    where = {
        "python_version": python.rpartition(".")[0],
        "python_full_version": python,
        "extra": "",
    }
    try:
        requires = distribution(name).requires or ()
    except PackageNotFoundError:
        return  # it is for other Pythons alone, and not here to be asked
    for line in requires:
        wanted = Requirement(line)
        if wanted.marker is None or wanted.marker.evaluate(where):
            yield wanted
