"""What no budget bounds is found, exactly: the same as asking the reference about every possible request."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.loaders.defaults import shipped
from ecluse.loaders.estate import load_estate
from ecluse.loaders.policy import default_policy, load_policy
from ecluse.model.access import AccessRequest
from ecluse.model.estate import AccountKind, Application, Estate, Headcount, Organization
from ecluse.model.finding import Severity
from ecluse.model.policy import Budget, Count, Effect, Hours, Key, Mode, PolicySet, Target, Window
from ecluse.model.time import DAY, HOUR, MINUTE, parse_instant
from ecluse.verify.coverage import bounds_an_account, uncovered
from reference.meaning import matches as reference_matches

EXAMPLE = load_estate(shipped("estate-example.yaml"), file="example")
YEARLY = (Window(360 * DAY, 10),)


def find(budgets, *, estate=EXAMPLE, now=None):
    lines = "\n".join(f"- {b}" for b in budgets)
    policies = load_policy(f"version: 1\nbudgets:\n{lines}\n", file="p.yaml")
    return [(f.code, f.what) for f in uncovered(estate, policies, now=now)]


def test_a_year_without_its_own_limit_is_told_in_persons():
    """The trap of the annual figure: 4,000 a month is 50,500 a year, not 48,000 and not 52,000."""
    limits = "limits: {10m: 60, 1h: 150, 24h: 500, 30d: 4000}"
    (found,) = find([f"{{id: a, per: account, {limits}}}"])
    assert found[1].endswith("one account may read up to 50,500 persons in a year")
    (found,) = find(
        [
            f"{{id: a, per: account, {limits}, target: {{justified: true}}}}",
            "{id: b, per: account, limits: {30d: 10}, target: {justified: false}}",
        ]
    )
    assert found[1].endswith("up to 50,500 persons in a year")  # the cell that lets most through


def test_the_default_set_covers_the_example_estate():
    assert uncovered(EXAMPLE, default_policy()) == ()


def test_applications_past_their_closing_date():
    assert uncovered(EXAMPLE, default_policy(), now=parse_instant("2027-03-30")) == ()
    (finding,) = uncovered(EXAMPLE, default_policy(), now=parse_instant("2027-03-31"))
    assert (finding.code, finding.about, finding.severity) == (
        "application-past-closing",
        "archive",
        Severity.HIGH,
    )


def test_flows_are_told_in_few_readable_groups():
    found = find(
        [
            "{id: a, per: account, limits: {30d: 50}, target: {kind: adviser, operation: [view, list]}}",
            "{id: b, per: [account, application], limits: {24h: 50, 360d: 100}, target: {kind: partner}}",
            "{id: c, per: account, limits: {24h: 50}, target: {kind: manager}, mode: shadow}",
            "{id: d, per: session, limits: {24h: 50}}",
        ]
    )
    thief = " (`d` is counted by a key that a thief can have as many of as he likes)"
    unbounded = "may read any number of persons: no budget bounds them"
    yearly = "one account may read up to 650 persons in a year"  # 50 in each of thirteen months
    assert found == [
        ("flow-unbounded", f"`adviser` accounts in `job-seekers` by `search` {unbounded}{thief}"),
        ("flow-unbounded", f"`machine` accounts in `job-seekers` {unbounded}{thief}"),
        ("flow-only-watched", "`manager` accounts in `partners` may read any number of persons: their budgets only watch"),
        ("flow-unbounded-over-a-year", f"all accounts in `archive` have no limit over a year: {yearly}"),
        ("flow-unbounded-over-a-year", f"`adviser` accounts in `job-seekers` by `list` and `view` have no limit over a year: {yearly}"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("budget", "covers"),
    [
        ("per: account", True),
        ("per: lineage", True),
        ("per: [account, lineage, application]", True),
        ("per: session", False),
        ("per: source", False),
        ("per: [account, session]", False),
        ("per: [account, source]", False),
        ("per: organization", False),
        ("per: [application]", False),
        ("per: system", False),
        ("per: account, counts: accesses", False),
        ("per: account, effect: slow", False),
        ("per: account, effect: warn", False),
        ("per: account, effect: hold", True),
    ],
)
def test_which_budgets_bound_an_account(budget, covers):
    (read,) = load_policy(
        f"version: 1\nbudgets:\n- {{id: a, {budget}, limits: {{360d: 9}}}}\n", file="p"
    ).budgets
    assert bounds_an_account(read) is covers
    assert (uncovered(EXAMPLE, PolicySet((read,))) == ()) is covers


def test_budgets_that_complete_each_other_cover_together():
    tables = load_estate(
        shipped("estate-example.yaml") + b"\ntables: {accounts: a.csv, caseload: c.csv}\n", file="e"
    )
    limits = "per: account, limits: {360d: 9}"
    halves = (
        ("caseload: inside", "caseload: outside"),
        ("account_age: {under: 14d}", "account_age: {over: 14d}"),
        ('hours: {from: "20:00", to: "07:00"}', 'hours: {from: "07:00", to: "20:00"}'),
        ("hours: {weekdays: [sat, sun]}", "hours: {weekdays: [mon, tue, wed, thu, fri]}"),
        ("justified: true", "justified: false"),
        ("stepped_up: true", "stepped_up: false"),
    )
    for one, other in halves:
        both = [
            f"{{id: a, {limits}, target: {{{one}}}}}",
            f"{{id: b, {limits}, target: {{{other}}}}}",
        ]
        assert find(both, estate=tables) == [], one
        assert {code for code, _ in find(both[:1], estate=tables)} == {"flow-unbounded"}, one
    both = [
        f"{{id: a, {limits}, target: {{account_age: {{{w}: 14d}}}}}}" for w in ("under", "over")
    ]
    assert find(both[1:]) == [], "without an accounts table every account is old"


@pytest.mark.parametrize("effect", ["justify", "step_up"])
def test_what_opens_afterwards_is_bounded_too(effect):
    asks = f"id: a, per: account, limits: {{360d: 9}}, effect: {effect}"
    assert find([f"{{{asks}}}"]) == []
    assert find([f"{{{asks}, afterwards: {{360d: 3}}}}"]) == []
    short = f"{{{asks}, afterwards: {{24h: 3}}}}"
    assert {code for code, _ in find([short])} == {"flow-unbounded-over-a-month"}
    assert find([short, "{id: b, per: account, limits: {360d: 99}}"]) == []


def test_many_organizations_cost_little_and_are_told_shortly():
    bodies = tuple(Organization(f"o{i}", (Headcount("k", 1),)) for i in range(5000))
    estate = Estate((Application("a", "o", 9),), (AccountKind("k"),), bodies)
    policies = PolicySet(
        (Budget("b", (Key.ACCOUNT,), YEARLY, target=Target(organizations=frozenset({"o7"}))),)
    )
    (finding,) = uncovered(estate, policies)
    assert "of 4999 organizations (o0, o1, o10, …)" in finding.what
    assert len(finding.help) < 200


def test_many_budgets_cost_little():
    bodies = tuple(Organization(f"o{i}", (Headcount("k", 1),)) for i in range(300))
    ways = {"operations": ("view", "list"), "categories": ("x", "y", "z")}
    estate = Estate(
        tuple(Application(f"a{i}", "o", 9, **ways) for i in range(10)), (AccountKind("k"),), bodies
    )
    own = [
        Budget(f"b{o.id}", (Key.ACCOUNT,), YEARLY, target=Target(organizations=frozenset({o.id})))
        for o in bodies
    ]
    assert uncovered(estate, PolicySet(tuple(own))) == ()
    (finding,) = uncovered(estate, PolicySet(tuple(own[1:])))
    assert finding.what.startswith("`k` accounts of `o0` may") or finding.what.startswith(
        "all accounts of `o0` may"
    )


some = st.sampled_from
subsets = st.one_of(st.none(), st.frozensets(some(["x", "y"]), min_size=1))
zone_hours = st.builds(
    Hours,
    zone=st.just("UTC"),
    spans=some([((0, 1440),), ((0, 420), (1200, 1440)), ((420, 1200),)]),
    weekdays=some([frozenset(range(7)), frozenset({5, 6}), frozenset(range(5))]),
)
targets = st.builds(
    Target,
    kinds=subsets, organizations=subsets, applications=subsets, operations=subsets, categories=subsets, factors=subsets,
    hours=st.one_of(st.none(), zone_hours),
    younger_than=some([None, None, 5 * DAY]),
    older_than=some([None, None, 5 * DAY]),
    own=some([None, True, False]),
    justified=some([None, None, True, False]),
    stepped_up=some([None, None, True, False]),
)  # fmt: skip
budgets = st.builds(
    Budget,
    id=st.just("b"),
    per=some(
        [
            (Key.ACCOUNT,),
            (Key.LINEAGE,),
            (Key.ACCOUNT, Key.APPLICATION),
            (Key.SESSION,),
            (Key.SYSTEM,),
        ]
    ),
    windows=some([YEARLY, (Window(DAY, 5),), (Window(HOUR, 3), Window(30 * DAY, 9))]),
    counts=some([Count.PERSONS, Count.PERSONS, Count.PERSONS, Count.BYTES]),
    target=targets,
    effect=some([Effect.DENY, Effect.HOLD, Effect.SLOW]),
    mode=some([Mode.ENFORCE, Mode.ENFORCE, Mode.SHADOW]),
)
listed = some([(), ("x",), ("x", "y")])
estates = st.builds(
    Estate,
    applications=st.lists(
        st.builds(Application, id=some(["x", "y"]), owner=st.just("o"), population=st.just(9), operations=listed, categories=listed),
        min_size=1, unique_by=lambda a: a.id,
    ).map(tuple),
    kinds=st.lists(
        st.builds(AccountKind, id=some(["x", "y"]), factors=listed, applications=listed), min_size=1, unique_by=lambda k: k.id
    ).map(tuple),
    organizations=st.lists(
        st.builds(Organization, id=some(["x", "y"]), accounts=some([(Headcount("x", 1),), (Headcount("x", 1), Headcount("y", 2))])),
        min_size=1, unique_by=lambda o: o.id,
    ).map(tuple),
    accounts_table=some([None, "a.csv"]),
    caseload_table=some([None, "c.csv"]),
)  # fmt: skip


def requests(estate, chosen):
    """Every request that differs for some budget above, with the instant at which it is made."""
    now = parse_instant("2026-11-23")  # a Monday
    instants = [now + d * DAY + m * MINUTE for d in range(7) for m in (0, 420, 1200)]
    created = (now - 100 * DAY, None) if estate.accounts_table is not None else (0, None)
    for kind, body, app in product(estate.kinds, estate.organizations, estate.applications):
        held = any(h.kind == kind.id for h in body.accounts)
        if not held or (kind.applications and app.id not in kind.applications):
            continue
        owns = (True, False) if estate.caseload_table is not None else (None,)
        given = [
            (False, True) if any(getattr(b.target, fact) is not None for b in chosen) else (False,)
            for fact in ("justified", "stepped_up")
        ]
        for operation, category, factor, own, at, birth, justified, stepped_up in product(
            app.operations or ("?",),
            app.categories or ("?",),
            kind.factors or ("?",),
            owns,
            instants,
            created,
            *given,
        ):
            request = AccessRequest(
                account="a", application=app.id, persons=(1,), session="s", organization=body.id, kind=kind.id,
                factor=factor, operation=operation, categories=(category,),
                created_at=at - DAY if birth is None and estate.accounts_table is not None else birth or 0,
                own=None if own is None else (own,), justified=justified, stepped_up=stepped_up,
            )  # fmt: skip
            yield request, at


def longest(chosen, request, at):
    def concerns(budget):
        own = budget.target.own
        counted = own is None or request.own is None or request.own[0] == own
        return counted and reference_matches(budget, request, at)

    return max((b.windows[-1].length for b in chosen if concerns(b)), default=0)


@settings(max_examples=80, deadline=None)
@given(estates, st.lists(budgets, max_size=4).map(tuple))
def test_equals_asking_about_every_possible_request(estate, chosen):
    firm = [b for b in chosen if bounds_an_account(b)]
    enforcing = [b for b in firm if b.mode is Mode.ENFORCE]
    expected = set()
    reach = {}
    for request, at in requests(estate, chosen):
        flow = (
            request.kind,
            request.organization,
            request.application,
            request.operation,
            request.categories,
        )
        known, watched = reach.get(flow, (10**20, 10**20))
        reach[flow] = (
            min(known, longest(enforcing, request, at)),
            min(watched, longest(firm, request, at)),
        )
    for known, watched in reach.values():
        if known == 0:
            expected.add("flow-only-watched" if watched else "flow-unbounded")
        elif known < 30 * DAY:
            expected.add("flow-unbounded-over-a-month")
        elif known < 360 * DAY:
            expected.add("flow-unbounded-over-a-year")
    assert {f.code for f in uncovered(estate, PolicySet(chosen))} == expected
