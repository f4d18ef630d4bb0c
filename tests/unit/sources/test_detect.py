"""The format of a log by its first lines, or a refusal."""

from pathlib import Path

import pytest

from ecluse.model.errors import SourceError
from ecluse.sources.detect import detect

SAMPLES = Path(__file__).resolve().parents[1] / "formats/samples"


@pytest.mark.parametrize(
    ("sample", "name"),
    [("combined.log", "combined"), ("iis.log", "w3c"), ("table.csv", "csv"), ("app.jsonl", "jsonl"),
     ("ocsf.jsonl", "ocsf"), ("cloudtrail.json", "cloudtrail"), ("pgaudit.log", "pgaudit"),
     ("pgaudit.csv", "pgaudit")],
)  # fmt: skip
def test_samples(sample, name):
    assert detect(SAMPLES / sample) == name


@pytest.mark.parametrize(
    ("sample", "name"), [("vhost_combined.log", "vhost_combined"), ("elb.log", "elb"), ("nginx_json.log", "nginx_json")]
)  # fmt: skip
def test_the_first_good_lines(tmp_path, sample, name):
    lines = (SAMPLES / sample).read_text().splitlines(keepends=True)[:2]
    path = tmp_path / "log"
    path.write_text("".join(lines))
    assert detect(path) == name


@pytest.mark.parametrize("text", ["", "\n\n", " \r\n"])
def test_nothing_has_no_format(tmp_path, text):
    path = tmp_path / "log"
    path.write_text(text)
    assert detect(path) is None


@pytest.mark.parametrize("text", ["one line of prose\n", "\x00\x01"])
def test_refuses_to_guess(tmp_path, text):
    path = tmp_path / "log"
    path.write_text(text)
    with pytest.raises(SourceError):
        detect(path)


def test_a_mixture_is_no_format(tmp_path):
    path = tmp_path / "log"
    path.write_text("".join((SAMPLES / n).read_text() for n in ("elb.log", "vhost_combined.log")))
    with pytest.raises(SourceError, match="cannot be told"):
        detect(path)
