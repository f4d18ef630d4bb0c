"""Is compiled code kept where that can be, and is the gate none the worse where it cannot?"""

import os
import subprocess
import sys
from pathlib import Path

import ecluse
from ecluse.counting.compiled import compiled

_TWICE = "from ecluse.counting.compiled import compiled\n\n\n@compiled(nogil=True)\ndef twice(x):\n    return 2 * x\n"
_PRINT = "import sys; sys.path.insert(0, sys.argv[1]); import doubled; print(doubled.twice(21))"


def test_compiles():
    @compiled(nogil=True)
    def add(a, b):
        return a + b

    assert add(2, 3) == 5


def test_compiles_at_once_for_a_signature():
    import numba as nb

    @compiled(nb.int64(nb.int64))
    def negative(x):
        return -x

    assert negative.nopython_signatures
    assert negative(4) == -4


def test_keeps_code_beside_the_source(tmp_path):
    (tmp_path / "doubled.py").write_text(_TWICE)
    assert _run(tmp_path) == "42"
    assert list((tmp_path / "__pycache__").glob("*.nbi"))


def test_compiles_anew_where_nothing_can_be_kept(tmp_path):
    """A file where the folder of compiled code would be, and no home: as for a service whose package is not its own."""
    (tmp_path / "doubled.py").write_text(_TWICE)
    (tmp_path / "__pycache__").write_text("no folder")
    assert _run(tmp_path) == "42"


def _run(folder):
    # without the variables by which numba and the user's cache are found
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    source = Path(ecluse.__file__).parents[1]
    no_folder = folder / "doubled.py" / "home"  # nobody makes a folder below a file
    ran = subprocess.run(
        [sys.executable, "-c", _PRINT, str(folder)],
        env={**kept, "HOME": str(no_folder), "PYTHONPATH": str(source)},
        capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    return ran.stdout.strip()
