"""Whatever a document says: a number of a person that stands in any of its texts refuses it.

GDPR art. 5(1)(c), 34(2): a notice names categories of data. A value that slips into one text of one table is a second breach.
"""

import itertools
from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from document_factory import every_block
from ecluse.notices.checks import common, texts
from ecluse.notices.notice import find, names
from ecluse.notices.personal import iban_holds, nir_holds
from notice_factory import MADE_AT, affair

LENGTHS = {"FR": 27, "DE": 22, "ES": 24, "BE": 16, "IT": 27, "NL": 18, "GB": 22, "PL": 28}
PLACES = [where for where, _ in texts(every_block())]
AROUND = st.text(st.characters(exclude_categories=["Cs", "Cf", "Nd", "No", "Mn"]), max_size=12)


@st.composite
def nirs(draw):
    """Numbers with their key, whose commune is one of 990 and more: none has it."""
    year, month = draw(st.integers(0, 99)), draw(st.integers(1, 12))
    department = draw(st.one_of(st.integers(1, 95).map("{:02d}".format), st.sampled_from(["2A", "2B", "99"])))  # fmt: skip
    body = f"{draw(st.sampled_from('1278'))}{year:02d}{month:02d}{department}{draw(st.integers(990, 999))}{draw(st.integers(1, 999)):03d}"
    number = int(body.replace("2A", "19").replace("2B", "18")) if department in {"2A", "2B"} else int(body)  # fmt: skip
    if department in {"2A", "2B"}:
        number = int(body[:5] + {"2A": "19", "2B": "18"}[department] + body[7:])
    whole = f"{body}{97 - number % 97:02d}"
    assert nir_holds(whole)
    gap = draw(st.sampled_from(["", " ", ".", "-", "\u00a0", "\u202f"]))
    groups = (0, 1, 3, 5, 7, 10, 13, 15)
    return gap.join(whole[a:b] for a, b in itertools.pairwise(groups))


@st.composite
def ibans(draw):
    """Account numbers of several countries, whose digits are drawn."""
    country = draw(st.sampled_from(sorted(LENGTHS)))
    size = LENGTHS[country] - 4
    account = "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=size, max_size=size)))
    digits = "".join(str(int(sign, 36)) for sign in f"{account}{country}00")
    whole = f"{country}{98 - int(digits) % 97:02d}{account}"
    assert iban_holds(whole)
    step = draw(st.sampled_from([4, 40]))
    return " ".join(whole[i : i + step] for i in range(0, len(whole), step))


def planted(part: Any, wanted: str, value: str, where: str = "") -> Any:
    """The document with one of its texts replaced."""
    if isinstance(part, str):
        return value if where == wanted else part
    if isinstance(part, tuple):
        return tuple(planted(p, wanted, value, f"{where}[{n}]") for n, p in enumerate(part))
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{f.name: planted(getattr(part, f.name), wanted, value, f"{where}.{f.name}".lstrip(".")) for f in fields(part)})  # fmt: skip
    return part


def test_there_are_places_of_every_kind():
    assert len(PLACES) > 25
    assert any("drawing" in place for place in PLACES)


@settings(max_examples=60, deadline=None)
@given(value=st.one_of(nirs(), ibans()), place=st.sampled_from(PLACES), before=AROUND, after=AROUND)
def test_a_number_in_any_text_refuses_the_document(value, place, before, after):
    # a letter or a digit that touches an account number makes another word of it
    assume(value[0].isdigit() or not (before[-1:].isalnum() or after[:1].isalnum()))
    whole = planted(every_block(), place, f"{before}{value}{after}")
    refusals = common(affair(), whole, {}, language=whole.language)
    assert [r for r in refusals if r.code == "personal" and r.where == place]


@settings(max_examples=40, deadline=None)
@given(value=st.one_of(nirs(), ibans()), before=AROUND, after=AROUND)
def test_a_number_in_the_data_refuses_the_document(value, before, after):
    assume(value[0].isdigit() or not (before[-1:].isalnum() or after[:1].isalnum()))
    data = {"measures": [{"fr": "", "note": f"{before}{value}{after}"}]}
    refusals = common(affair(made_at=MADE_AT), every_block(), data, language="fr")
    assert [r for r in refusals if r.code == "personal" and r.where == "data.measures[0].note"]


MADE = {(name, language): find(name).build(affair(), language) for name in names() for language in ("fr", "en")}  # fmt: skip


def test_the_documents_that_we_make_raise_no_alarm():
    for (name, language), document in MADE.items():
        notice = find(name)
        refusals = common(
            affair(), document, notice.data(affair()), language=language,
            own_numbers=notice.numbers(affair()), permit=notice.permit(affair()),
        )  # fmt: skip
        assert refusals == (), (name, language)


@settings(max_examples=60, deadline=None)
@given(value=st.one_of(nirs(), ibans()), made=st.sampled_from(sorted(MADE)), data=st.data())
def test_a_number_in_any_text_of_our_documents_refuses_them(value, made, data):
    document = MADE[made]
    place, text = data.draw(st.sampled_from(list(texts(document))))
    words = text.split(" ")
    words.insert(data.draw(st.integers(0, len(words))), value)
    whole = planted(document, place, " ".join(words))
    refusals = common(affair(), whole, {}, language=made[1])
    assert [r for r in refusals if r.code == "personal" and r.where == place]
