"""Reading a text in a format with a mapping, without files."""

from pathlib import Path

import pytest

from ecluse import formats
from ecluse.formats.common.apply import apply
from ecluse.formats.common.contract import Needs
from ecluse.loaders.mapping import load_mapping, starter

NOW = 1_795_000_000_000_000
SAMPLES = Path(__file__).parent / "samples"


def _read(name, content, mapping=None, *, max_line=1024 * 1024):
    """One batch of the whole content; a name of a sample is read from its file."""
    fmt = formats.find(name)
    chosen = load_mapping(mapping or starter(name), file="map.yaml", format=name)
    options = {n: o.default for n, o in fmt.options.items()} | dict(chosen.options)
    if isinstance(content, str):
        content = (SAMPLES / content).read_bytes()
    parser = fmt.parser(Needs(chosen.fields(), options, max_line))
    tables = [parser.feed(content, 1)]
    if (last := parser.finish()) is not None:
        tables.append(last)
    batches = [apply(t, chosen, fmt, file="log", now=NOW) for t in tables]
    return batches[0] if len(batches) == 1 else batches


@pytest.fixture
def read():
    return _read
