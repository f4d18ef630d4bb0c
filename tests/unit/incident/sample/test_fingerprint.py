"""What leaves the process that reads a sample."""

import random

import msgspec

from ecluse.incident.sample.fingerprint import Field, Wanted, column_print, fingerprint, value_print
from ecluse.incident.sample.rows import Shape
from ecluse.ledgers.keys import Pseudonymizer

KEY, OTHER = bytes(32), b"\1" * 32
WANTED = Wanted(
    shape=Shape(), identifier=Field("identifier", "id", "exact"), fields=(Field("mail", "courriel", "mail"), Field("born", "naissance", "date")),
    times=("maj",), person_key=KEY, value_key=OTHER,
)  # fmt: skip
SAMPLE = """id;courriel;naissance;maj
000042;P.Martin@mail.example.org;29/02/1980;2024-02-01T10:00:00Z
000042;p***@mail.example.org;31/02/1980;1706782800
;q@example.org;1990-01-01;never
"""


def test_an_identifier_becomes_the_pseudonym_of_the_ledger():
    found = fingerprint(SAMPLE.encode(), WANTED)
    assert found.persons == (Pseudonymizer(KEY).pseudonym("000042"),) * 2 + (None,)


def test_values_are_compared_in_one_spelling():
    found = fingerprint(SAMPLE.encode(), WANTED)
    assert found.values[0] == (
        value_print("mail", "p.martin@mail.example.org", OTHER),
        value_print("born", "1980-02-29", OTHER),
    )
    assert value_print("mail", "x", OTHER) != value_print("born", "x", OTHER)
    assert found.values[1][0] is None
    assert (found.impossible, found.masked, found.invented) == (1, 1, 2)
    assert (found.dated, found.first_at, found.last_at) == (2, 1_706_781_600_000_000, 1_706_782_800_000_000)  # fmt: skip


def test_nothing_of_the_sample_is_in_the_answer():
    answer = msgspec.msgpack.encode(fingerprint(SAMPLE.encode(), WANTED))
    for word in (b"000042", b"martin", b"Martin", b"example", b"1980", b"courriel", b"naissance"):
        assert word not in answer


def test_names_of_columns_are_fingerprints_in_which_case_and_signs_do_not_matter():
    found = fingerprint(SAMPLE.encode(), WANTED)
    assert found.columns[1] == column_print("COURRIEL", OTHER)
    assert (
        column_print("Birth Date", OTHER)
        == column_print("birth_date", OTHER)
        != column_print("birth", OTHER)
    )


def test_a_column_that_is_not_there_is_told():
    assert fingerprint(b"numero;courriel\n1;a@b.test\n", WANTED).missing == ("identifier", "born")


def test_sorted_rows_are_noticed_and_shuffled_ones_are_not():
    numbers = list(range(1000, 1040))
    text = "id;n\n" + "".join(f"{n * 7919 % 100_003};{n}\n" for n in numbers)
    assert fingerprint(text.encode(), WANTED).sorted_by == ("column 2",)
    falling = "id\n" + "".join(
        f"{n}\n" for n in sorted((str(n) for n in range(80, 120)), key=int, reverse=True)
    )
    assert fingerprint(falling.encode(), WANTED).sorted_by == ("identifier",)
    random.Random(4).shuffle(numbers)
    assert (
        fingerprint(("id\n" + "".join(f"{n}\n" for n in numbers)).encode(), WANTED).sorted_by == ()
    )
