"""Every written format is read back by the real reader with the mapping that comes with it."""

import csv
import importlib
import io
import json
import pkgutil
import re

import polars as pl
import pytest
import yaml

from ecluse import formats
from ecluse.formats.common.apply import apply
from ecluse.formats.common.contract import Needs
from ecluse.loaders.mapping import load_mapping
from ecluse.simulator import lines
from ecluse.simulator.catalogue import card_of
from ecluse.simulator.lines.w3c import w3c_escaped
from ecluse.simulator.plan import Asked
from ecluse.simulator.simulation import Simulation
from ecluse.simulator.writing import LineFormat

NAMES = sorted(module.name for module in pkgutil.iter_modules(lines.__path__))
TEXT = [name for name in NAMES if name != "parquet"]
HOSTILE = 'dupont "le|100%" é, 2\\'


def form_of(name: str) -> LineFormat:
    return importlib.import_module(f"{lines.__name__}.{name}").FORMAT


def frame_of(form: LineFormat, scenario: str = "hospital") -> tuple[pl.DataFrame, Simulation]:
    plan = card_of(scenario).build(Asked(scale=0.0005, accounts=20)).during(days=1)
    simulation = Simulation(plan, seed=4, resolution=form.resolution, rows=form.rows)
    return pl.concat(chunk.frame for chunk in simulation.chunks()), simulation


def text_of(form: LineFormat, frame: pl.DataFrame) -> str:
    assert form.lines is not None
    head = form.header("dpi", int(frame["at"][0]))
    return head + "".join(line + "\n" for line in form.lines(frame).to_list())


def read_back(
    form: LineFormat, text: str, simulation: Simulation
) -> tuple[pl.DataFrame, dict[str, int]]:
    document = yaml.safe_dump(form.mapping(simulation.scenario.world.applications), sort_keys=False)
    mapping = load_mapping(document, file="mapping.yaml")
    reader = formats.find(form.reader)
    options = {key: option.default for key, option in reader.options.items()} | dict(
        mapping.options
    )
    parser = reader.parser(Needs(mapping.fields(), options, mapping.max_line))
    tables = [
        table for table in (parser.feed(text.encode(), 1), parser.finish()) if table is not None
    ]
    batches = [apply(table, mapping, reader, file="log", now=2**60) for table in tables]
    rejects = {reason: count for batch in batches for reason, count in batch.rejects.items()}
    events = [
        batch.events.with_columns(persons=pl.concat_list("person")).drop("person")
        if "person" in batch.events.columns
        else batch.events
        for batch in batches
    ]
    return pl.concat(events, how="diagonal"), rejects


def shown(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter((pl.col("persons").list.len() > 0) & (pl.col("status") == 200))


@pytest.mark.parametrize("name", TEXT)
def test_the_real_reader_finds_what_was_written(name: str) -> None:
    form = form_of(name)
    for scenario in ("hospital", "viamedis"):
        frame, simulation = frame_of(form, scenario)
        events, rejects = read_back(form, text_of(form, frame), simulation)
        written = shown(frame)
        assert rejects == {}
        assert events["at"].to_list() == written["at"].to_list()
        assert events["account"].to_list() == written["account"].to_list()
        assert [set(p) for p in events["persons"].to_list()] == [
            set(p) for p in written["persons"].to_list()
        ]
        for column in {"application", "operation", "source", "session", "bytes"} & set(
            events.columns
        ):
            assert events[column].to_list() == written[column].to_list(), column


@pytest.mark.parametrize(
    "name", ["combined", "vhost_combined", "nginx_json", "elb", "csv", "jsonl", "ocsf"]
)
def test_a_hostile_account_name_survives(name: str) -> None:
    form = form_of(name)
    frame, simulation = frame_of(form)
    frame = shown(frame).head(5).with_columns(account=pl.lit(HOSTILE))
    events, rejects = read_back(form, text_of(form, frame), simulation)
    assert rejects == {}
    assert events["account"].to_list() == [HOSTILE] * 5


def test_w3c_keeps_a_hostile_name_in_one_field() -> None:
    assert w3c_escaped("a b+c") == "a+b%2Bc"
    assert w3c_escaped("") == "-"
    assert w3c_escaped("a\nb") == "a%0Ab"


@pytest.mark.parametrize("name", TEXT)
def test_every_line_is_one_line(name: str) -> None:
    form = form_of(name)
    frame, _ = frame_of(form)
    assert form.lines is not None
    written = form.lines(frame)
    assert len(written) == len(frame)
    assert written.null_count() == 0
    assert not written.str.contains("[\n\r]").any()


def test_combined_as_a_naive_parser_sees_it() -> None:
    form = form_of("combined")
    frame, _ = frame_of(form)
    line = re.compile(
        r'\S+ - (\S+) \[\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} \+0000\] "(?:GET|POST) (\S+) HTTP/1.1" \d{3} \d+ "-" "[^"]*"'
    )
    assert form.lines is not None
    for text, account, persons in zip(
        form.lines(frame), frame["account"], frame["persons"].to_list(), strict=True
    ):
        found = line.fullmatch(text)
        assert found is not None
        assert found[1] == (account or "-")
        assert re.findall(r"\d{8,}", found[2]) == persons


def test_csv_and_jsonl_as_the_standard_library_sees_them() -> None:
    table, _ = frame_of(form_of("csv"))
    records = list(csv.DictReader(io.StringIO(text_of(form_of("csv"), table))))
    objects = [json.loads(text) for text in text_of(form_of("jsonl"), table).splitlines()]
    assert [r["persons"].split(";") for r in records] == table["persons"].to_list()
    assert [o["persons"] for o in objects] == table["persons"].to_list()
    assert (
        [r["account"] for r in records]
        == [o["account"] for o in objects]
        == table["account"].to_list()
    )
    assert [r["at"] for r in records] == [o["at"] for o in objects]


@pytest.mark.parametrize("name", NAMES)
def test_names_resolutions_and_what_is_left_out(name: str) -> None:
    form = form_of(name)
    assert form.name == name
    frame, _ = frame_of(form, "viamedis")
    assert (frame["at"] % form.resolution == 0).all()
    assert form.everything == bool((frame["persons"].list.len() == 0).any())
    assert form.refused == bool((frame["status"] == 404).any())


def test_w3c_begins_with_its_directives() -> None:
    head = form_of("w3c").header("dpi", 1_752_314_400_123_456)
    assert "#Date: 2025-07-12 10:00:00\n" in head
    assert head.splitlines()[-1].startswith("#Fields: date time ")
