"""The page about formats: its mappings load, and it names every format, key and reason."""

import re

import pytest

from ecluse import formats
from ecluse.formats.common import apply, contract
from ecluse.loaders import mapping as loader
from ecluse.loaders.mapping import load_mapping
from ecluse.sources.files import read_events
from structure.source import ROOT, text

PAGE = text(ROOT / "docs/formats.md")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_load(example):
    load_mapping(example, file="formats.md")


def test_the_page_is_complete():
    reasons = [getattr(apply, n) for n in ("NO_TIME", "OUT_OF_RANGE", "NO_ACCOUNT", "NO_PERSON")]
    reasons += [apply.CONTROL_CHARACTER, contract.DOES_NOT_PARSE, contract.WRONG_FIELDS]
    reasons += [contract.LINE_TOO_LONG, contract.NOT_UTF8]
    words = [*formats.names(), *loader._KEYS, *reasons]
    assert [w for w in words if f"`{w}`" not in PAGE and w != "version"] == []


def test_the_first_example_reads_a_log(tmp_path):
    line = '192.0.2.1 - a [12/Jul/2025:10:00:00 +0200] "GET {} HTTP/1.1" 200 1 "-" "-"\n'
    log = tmp_path / "access.log"
    log.write_text(line.format("/people/7/export") + line.format("/people?ids=8%2C9,8"), "utf-8")
    mapping = load_mapping(EXAMPLES[0], file="formats.md")
    (batch,) = read_events([log], format="combined", mapping=mapping, now=1_795_000_000_000_000)
    assert batch.events.select("persons", "operation", "categories").rows() == [
        (["7"], "export", "contact,identity"),
        (["8", "9"], None, None),
    ]
