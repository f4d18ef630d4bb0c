"""Laws of policy and estate files: the loader and the schema agree, and every fault is told wherever it stands."""

import json
import string

import jsonschema
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ecluse.loaders import schema
from ecluse.loaders.estate import load_estate
from ecluse.loaders.policy import load_policy
from ecluse.model.errors import ConfigError
from ecluse.model.policy import Count, Effect, Key, Mode
from ecluse.model.time import parse_duration

names = st.sampled_from(["a", "adviser", "é %|", "no", "12", "x-y", "", " a", "a\nb"])
good_names = st.sampled_from(["adviser", "partner", "é %|", "north", "x-y"])
lengths = st.sampled_from(["10s", "10m", "1h", "24h", "30d", "360d"])
odd = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(0, 2, allow_nan=False).map(lambda f: round(f, 4)),
    st.text(string.printable, max_size=6), st.just([]), st.just({}), st.just(["a"]), st.just({"a": 1}), lengths, names,
)  # fmt: skip


def several(items):
    return st.one_of(items, st.lists(items, min_size=1, max_size=3, unique=True))


hours = st.one_of(
    st.fixed_dictionaries({"weekdays": several(st.sampled_from(["mon", "sat", "sun"]))}),
    st.fixed_dictionaries({"from": st.just("20:00"), "to": st.sampled_from(["07:00", "24:00"])}),
)
targets = st.fixed_dictionaries(
    {"kind": several(good_names)},
    optional={
        "organization": several(good_names), "application": several(good_names), "operation": several(good_names),
        "category": several(good_names), "factor": several(good_names), "hours": hours,
        "account_age": st.just({"under": "14d"}), "caseload": st.sampled_from(["inside", "outside"]),
        "justified": st.just(False), "stepped_up": st.just(False),
    },
)  # fmt: skip


def rising(pairs):
    """Limits that grow with the window, slowly enough for each to bind."""
    ordered = sorted(dict(pairs).items(), key=lambda p: parse_duration(p[0]))
    return {length: 100 * (place + 1) + extra for place, (length, extra) in enumerate(ordered)}


limits = st.lists(st.tuples(lengths, st.integers(0, 9)), min_size=1, max_size=4).map(rising)
plain_budgets = st.fixed_dictionaries(
    {
        "id": st.from_regex(r"[a-z0-9][a-z0-9._-]{0,8}", fullmatch=True),
        "per": st.one_of(
            st.sampled_from(["account", "session", "system"]),
            st.lists(st.sampled_from(["account", "application", "lineage"]), min_size=1, unique=True),
        ),
        "limits": limits,
    },
    optional={
        "description": good_names,
        "counts": st.just("persons"),
        "target": targets,
        "warn_at": st.sampled_from([0.001, 0.5, 0.7, 1]),
        "effect": st.sampled_from(["warn", "justify", "step_up", "slow", "deny"]),
        "mode": st.sampled_from(["shadow", "enforce"]),
        "reason": st.just({"en": "Stop.", "fr": "Arrêtez."}),
    },
)  # fmt: skip


@st.composite
def budgets_that_open(draw):
    """One that asks for something, and says what it opens."""
    asks = {"effect": draw(st.sampled_from(["justify", "step_up"]))}
    return draw(plain_budgets) | asks | {"afterwards": draw(limits)}


budgets = plain_budgets | budgets_that_open()
policies = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "budgets": st.lists(budgets, min_size=1, max_size=3, unique_by=lambda b: b["id"]),
    },
    optional={"zone": st.sampled_from(["UTC", "Europe/Paris"]), "description": good_names},
)
estates = st.fixed_dictionaries(
    {
        "version": st.just(1),
        "applications": st.just(
            [{"id": "files", "owner": "o", "population": 9, "state": "closing", "since": "2026-01-01", "closes": "2027-01-01"}]
        ),
        "kinds": st.just([{"id": "adviser", "factors": "totp", "applications": ["files"], "creates": ["adviser"]}]),
        "organizations": st.just([{"id": "north", "accounts": {"adviser": 3}}]),
    },
    optional={"tables": st.just({"accounts": "a.csv"})},
)  # fmt: skip


def paths(value, here=()):
    yield here
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, part in inner:
        yield from paths(part, (*here, key))


def changed(value, path, change):
    """A copy with the part at the path changed; `change` takes the part, or its key when it is to be renamed."""
    if not path:
        return change(value)
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], change)
    return copy


@st.composite
def mutants(draw, documents):
    """A right document with up to two parts replaced, removed, renamed or added to."""
    document = draw(documents)
    for _ in range(draw(st.integers(0, 2))):
        path = draw(st.sampled_from(list(paths(document))))
        how = draw(st.sampled_from(["replace", "remove", "rename", "add"]))

        def change(part, how=how):
            if how == "replace" or not isinstance(part, dict) or not part:
                return draw(odd)
            key = draw(st.sampled_from(sorted(part)))
            rest = {k: v for k, v in part.items() if k != key}
            if how == "remove":
                return rest
            return (
                rest | {draw(names): part[key]}
                if how == "rename"
                else part | {draw(names): draw(odd)}
            )

        document = changed(document, path, change)
    return document


def faults(load, document):
    try:
        load(json.dumps(document, ensure_ascii=False), file="f")
    except ConfigError as error:
        return error.issues
    return ()


PAIRS = [(policies, schema.POLICY, load_policy), (estates, schema.ESTATE, load_estate)]


@pytest.mark.parametrize(("documents", "described", "load"), PAIRS, ids=["policy", "estate"])
def test_what_the_loader_takes_is_valid_by_the_schema(documents, described, load):
    validator = jsonschema.Draft202012Validator(described)
    taken = refused = 0

    @settings(max_examples=120, deadline=None)
    @given(mutants(documents))
    def holds(document):
        nonlocal taken, refused
        if faults(load, document):
            refused += 1
            return
        taken += 1
        assert list(validator.iter_errors(document)) == []

    holds()
    assert taken > 10
    assert refused > 10


@settings(max_examples=60, deadline=None)
@given(policies)
def test_a_right_document_is_read_as_it_is_written(document):
    read = load_policy(json.dumps(document), file="f")
    assert jsonschema.Draft202012Validator(schema.POLICY).is_valid(document)
    told = []
    for written in document["budgets"]:
        told.append(written)
        if "afterwards" in written:
            opened = {"id": f"{written['id']}-afterwards", "limits": written["afterwards"]}
            told.append(written | opened | {"effect": "deny"})
    for budget, written in zip(read.budgets, told, strict=True):
        keys = written["per"] if isinstance(written["per"], list) else [written["per"]]
        assert budget.id == written["id"]
        assert {k.value for k in budget.per} == set(keys)
        assert list(budget.per) == [k for k in Key if k in budget.per]
        assert {w.length: w.limit for w in budget.windows} == {
            parse_duration(length): limit for length, limit in written["limits"].items()
        }
        assert [w.length for w in budget.windows] == sorted(w.length for w in budget.windows)
        assert budget.counts is Count(written.get("counts", "persons"))
        assert budget.mode is Mode(written.get("mode", "enforce"))
        assert budget.effect is Effect[written.get("effect", "deny").upper()]
        assert budget.warn_share == written.get("warn_at")


@settings(max_examples=60, deadline=None)
@given(mutants(budgets), mutants(budgets))
def test_every_fault_is_told_wherever_it_stands(first, second):
    """Two faulty budgets in one file give the faults of each: none hides another."""
    assume(isinstance(first, dict) and isinstance(second, dict))
    first, second = first | {"id": "a"}, second | {"id": "b"}

    def told(*budgets):
        lines = [
            "version: 1",
            "budgets:",
            *(f"- {json.dumps(b, ensure_ascii=False)}" for b in budgets),
        ]
        try:
            load_policy("\n".join(lines), file="f")
        except ConfigError as error:
            return [(i.line, i.column, i.message, i.help) for i in error.issues]
        return []

    below = [(line + 1, *rest) for line, *rest in told(second)]
    assert told(first, second) == told(first) + below


@settings(max_examples=60, deadline=None)
@given(mutants(policies))
def test_faults_lie_in_the_file_and_say_something(document):
    lines = json.dumps(document, ensure_ascii=False, indent=1).split("\n")
    issues = faults(lambda _, file: load_policy("\n".join(lines), file=file), document)
    assert list(issues) == sorted(issues)
    for issue in issues:
        assert 1 <= issue.line <= len(lines)
        assert 1 <= issue.column <= len(lines[issue.line - 1]) + 1
        assert issue.message
        assert not issue.message.endswith(".")


@settings(max_examples=50, deadline=None)
@given(policies, st.text("abc é#", max_size=20))
def test_comments_change_the_digest_and_nothing_else(document, comment):
    text = json.dumps(document, ensure_ascii=False, indent=1)
    plain, commented = load_policy(text, file="f"), load_policy(f"# {comment}\n{text}\n", file="f")
    assert plain.budgets == commented.budgets
    assert plain.digest != commented.digest
