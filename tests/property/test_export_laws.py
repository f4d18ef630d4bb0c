"""Whatever stands in an incident, an exposure or a ledger, every way out writes what its reader takes, and never a person."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.exports.common.contract import find, names
from ecluse.exports.common.material import Stage, Tlp
from ecluse.model.exposure import CategoryCount, CategorySet, ExposureGap
from ecluse.model.finding import Finding, Severity
from ecluse.model.incident import (
    Confidence,
    Decided,
    Instant,
    InstantKind,
    OutsideWarning,
    Signed,
    State,
    Step,
)
from ecluse.model.notice import Statement
from export_kit import (
    ALL,
    AT,
    check_misp,
    check_ocsf,
    check_stix,
    check_syslog,
    check_thehive,
    exposure,
    incident,
    lines,
    material,
    noticed,
    passage,
    text,
)
from veris_kit import check_veris

_LONG = "a name without end " * 600
_HOSTILE = (
    'a"] [x@1 y="1', "\\", "]", "a\nb\r\n<13>1 - -", "\x00\x1b[31m\x7f\x9b", "\u202e\u200b\ufeff", "\ud800", "\udfff\ud800", "x" * 10_000, _LONG,
    "`", "```\n# x", "<script>", "🦫" * 50, " ", "%n", "null", "{}", "e\u0301", "\U000e0001", "192.0.2.7", "::1", "fe80::1%x", "999.1.1.1",
)  # fmt: skip
names_ = st.one_of(
    st.sampled_from(_HOSTILE), st.text(max_size=20), st.characters(categories=["Cs", "Cc", "Cf"])
)
many = st.lists(names_, max_size=3).map(tuple)
at = st.integers(-(2**53), 2**53)
count = st.integers(0, 2**40)
signed = st.builds(Signed, names_, at)

incidents = st.builds(
    incident,
    id=names_, title=names_, state=st.sampled_from(State), severity=st.sampled_from(Severity), confidence=st.sampled_from(Confidence),
    owner=names_, opened=signed, head=names_, findings=many, accounts=many, sessions=many, sources=many, lineages=many,
    applications=many, suspected=st.booleans(),
    instants=st.lists(st.builds(Instant, st.sampled_from(InstantKind), at, names_, signed, names_), max_size=3).map(tuple),
    decisions=st.lists(st.builds(Decided, names_, names_, names_, signed), max_size=2).map(tuple),
    timeline=st.lists(st.builds(Step, at, names_, signed, names_, names_), max_size=2).map(tuple),
    warnings=st.lists(st.builds(OutsideWarning, names_, names_, names_, signed), max_size=1).map(tuple),
)  # fmt: skip


@st.composite
def exposures(draw):
    sets = draw(st.lists(st.builds(CategorySet, many, count), max_size=3))
    persons = sum(one.persons for one in sets) if sets else draw(count)
    return exposure(
        digest=draw(names_), made_at=draw(at), persons=persons, at_most=draw(st.none() | st.just(persons) | st.just(persons + 7)),
        records=draw(st.integers(0, 2**60)), sets=tuple(sets), first_at=draw(st.none() | at), last_at=draw(st.none() | at),
        categories=tuple(draw(st.lists(st.builds(CategoryCount, names_, count), max_size=2))),
        gaps=tuple(draw(st.lists(st.builds(ExposureGap, st.none() | at, st.none() | at, names_), max_size=2))),
    )  # fmt: skip


findings = st.lists(
    st.builds(
        lambda code, severity, what, stage, by, when, raised: noticed(
            stage, finding=Finding(code, severity, what, what, by), at=when, raised_at=raised, by=by, note=what, uid=code
        ),
        names_, st.sampled_from(Severity), names_, st.sampled_from(Stage), names_, at, st.none() | at,
    ),
    max_size=2,
).map(tuple)  # fmt: skip
materials = st.builds(
    material,
    incident=incidents, exposure=st.none() | exposures(), findings=findings, tlp=st.sampled_from(Tlp), organization=names_,
    country=names_, host=names_, statement=st.none() | st.builds(Statement, cause=st.sampled_from(["", "external_malicious", "internal_malicious", "other"]), origins=many, people=many),
)  # fmt: skip
passages = st.builds(
    passage,
    ledger=names_, seq=count, at=at, account=names_, account_kind=names_, released=st.booleans(), session=names_, organization=names_,
    application=st.sampled_from(["kairos", *_HOSTILE]), source=names_, factor=names_, operation=st.sampled_from(["view", "search", *_HOSTILE]),
    categories=many, effect=names_, policy=names_, count=count, persons=st.none() | st.just((b"\x01" * 16,)),
    leaf=st.none() | st.just(b"\x09" * 32), taken_back=st.integers(0, 3),
)  # fmt: skip


class TestEveryWayOutIsValid:
    """RFC 8259, OCSF 1.8.0, MISP core format, STIX 2.1, VERIS 1.3.5, RFC 5424: by the published schema of each."""

    @settings(max_examples=25)
    @given(materials)
    def test_ocsf(self, made):
        for line in lines("ocsf", made):
            check_ocsf(json.loads(line))

    @settings(max_examples=40)
    @given(passages, st.booleans(), st.booleans())
    def test_ocsf_accesses(self, one, persons, store):
        made = material(persons=persons, datastores=frozenset({"kairos"} if store else ()))
        for piece in find("ocsf").passage(one, made):
            assert piece.count("\n") == 1
            check_ocsf(json.loads(piece))

    @settings(max_examples=20)
    @given(materials)
    def test_misp(self, made):
        check_misp(json.loads(text("misp", made)))

    @settings(max_examples=12)
    @given(materials)
    def test_stix(self, made):
        check_stix(json.loads(text("stix", made)))

    @settings(max_examples=40)
    @given(materials)
    def test_veris(self, made):
        check_veris(json.loads(text("veris", made)))

    @settings(max_examples=40)
    @given(materials)
    def test_thehive(self, made):
        check_thehive(json.loads(text("thehive", made)))

    @settings(max_examples=40)
    @given(materials, passages)
    def test_syslog(self, made, one):
        written = [*lines("syslog", made), *(p.removesuffix("\n") for p in find("syslog").passage(one, made))]  # fmt: skip
        for line in written:
            check_syslog(line)
            assert len(line.encode()) < 16_384

    @settings(max_examples=40)
    @given(materials)
    def test_dfir_iris(self, made):
        written = json.loads(text("dfir_iris", made))
        assert len(written["alert_title"]) <= 480


class TestNobodyLeaves:
    """No pseudonym of a person stands in anything unless that was asked, and then it is said on the same line."""

    @settings(max_examples=40)
    @given(passages, st.sampled_from(["ocsf", "syslog"]), st.booleans())
    def test_pseudonyms(self, one, name, asked):
        export = find(name)
        made = material(persons=asked and export.names_persons)
        for piece in export.passage(one, made):
            named = (b"\x01" * 16).hex() in piece
            assert not named or made.persons
            assert named == ("pseudonyms of persons" in piece)

    @pytest.mark.parametrize("name", ["misp", "stix", "veris"])
    @settings(max_examples=20)
    @given(st.uuids(), st.uuids())
    def test_what_stays_in_the_organization(self, name, inner, outer):
        """Names of staff, sessions, decisions and the time line do not go to others; the title does."""
        word, mark = inner.hex, Signed(inner.hex, AT)
        kept_in = incident(
            owner=word, opened=mark, sessions=(word,), lineages=(word,), sources=(word,), title=outer.hex,
            instants=(Instant(InstantKind.AWARE, AT, word, mark, word),), decisions=(Decided(word, word, word, mark),),
            timeline=(Step(AT, word, mark),), warnings=(OutsideWarning(word, word, word, mark),),
        )  # fmt: skip
        written = text(name, material(incident=kept_in, exposure=exposure(made_by=word)))
        assert word not in written
        assert outer.hex in written


@settings(max_examples=30)
@given(materials)
def test_the_same_facts_are_the_same_bytes_and_ascii_where_it_is_json(made):
    for name in names():
        written = text(name, made, ALL)
        assert written == text(name, made, ALL)
        assert name == "syslog" or written.isascii()
