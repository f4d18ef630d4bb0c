"""Where do assurance reports for tests come from? A full one, an empty one, and one with names that strangers chose."""

from dataclasses import replace
from fractions import Fraction

from document_factory import MARKUP
from ecluse.loaders.policy import default_policy
from ecluse.model.adversary import ALL, Adversary, Stolen
from ecluse.model.assurance import (
    Assurance,
    BudgetChange,
    Cover,
    Decided,
    Disturbance,
    DisturbedKind,
    DisturbedWeek,
    DrillRun,
    EarlierReport,
    LedgerState,
    LimitChange,
    Past,
    PolicyChange,
    RefusalCase,
)
from ecluse.model.bound import Binding, Bound, Reached, Take
from ecluse.model.estate import (
    AccountKind,
    Application,
    Estate,
    Headcount,
    LifeCycle,
    Organization,
)
from ecluse.model.finding import Finding, Severity
from ecluse.model.time import DAY, HOUR, parse_instant

__all__ = ["MADE_AT", "bare", "bound", "full", "hostile", "past"]

MADE_AT = parse_instant("2026-11-30T16:00:00Z")
HORIZONS = (HOUR, DAY, 30 * DAY, 360 * DAY)
LONG_NAME = "Établissement public territorial de formation professionnelle et d’insertion des Hauts-de-Seine et de la Vallée sud"
DIGEST = default_policy().digest

ESTATE = Estate(
    (
        Application("job-seekers", "team-files@example.org", 6_200_000, categories=("identity", "contact", "income")),
        Application("partners", "team-partners@example.org", 2_100_000, categories=("identity", "contact")),
        Application("archive", "team-files@example.org", 36_820_828, state=LifeCycle.CLOSING, closes_at=parse_instant("2027-03-31"), categories=("identity",)),
        Application("old-portal", "team-files@example.org", 12_000, state=LifeCycle.DECOMMISSIONING, closes_at=parse_instant("2026-10-01")),
    ),
    (
        AccountKind("adviser", "Follows job seekers and opens their files one at a time.", ("totp", "key"), ("job-seekers", "archive")),
        AccountKind("partner", "Works for a partner body.", ("mail",), ("partners",)),
        AccountKind("manager", "", ("totp",), ("partners",), creates=("partner",)),
        AccountKind("machine", "A program.", (), ("job-seekers",)),
    ),
    (
        Organization("head-office", (Headcount("adviser", 400), Headcount("machine", 6))),
        Organization("agencies", (Headcount("adviser", 9600),)),
        Organization(LONG_NAME, (Headcount("partner", 45), Headcount("manager", 2))),
    ),
)  # fmt: skip

COVERS = (
    Cover("job-seekers", "adviser", 10_000, 500, 6_000),
    Cover("job-seekers", "machine", 6, None, None),
    Cover("partners", "partner", 45, 500, 6_000),
    Cover("partners", "manager", 2, 500, 6_000),
    Cover("archive", "adviser", 10_000, 250, None),
)


def bound(adversary: Adversary, *numbers: int | None, exact: bool = True) -> Bound:
    """A bound with these persons over 1 hour, 24 hours, 30 and 360 days."""
    return Bound(adversary, DIGEST, tuple(_reached(h, n, exact=exact) for h, n in zip(HORIZONS, numbers, strict=True)))  # fmt: skip


def _reached(horizon: int, persons: int | None, *, exact: bool) -> Reached:
    if persons is None:
        return Reached(horizon, None, exact=False, why="no budget bounds what is listed as unbounded", reached=0, population=36_820_828, unbounded=("`machine` accounts through `job-seekers` by search",))  # fmt: skip
    return Reached(
        horizon,
        persons,
        exact,
        "exact: the plan takes it, window by window" if exact else "an upper bound: the best schedule found takes 480",
        persons if exact else 480,
        6_200_000,
        binding=(Binding("account-persons", horizon, persons, "account of kind partner", Fraction(1)), Binding("population", 0, 2_100_000, "population of partners", Fraction(1, 3))),
        plan=(Take(1, "partner", LONG_NAME, "partners", "search", "identity", persons - 1), Take(0, None, None, "partners", None, None, 1)),
        silent=persons * 8 // 10,
        stopped=persons * 9 // 10 if horizon > DAY else None,
    )  # fmt: skip


BOUNDS = (
    bound(Adversary("one account", (Stolen(),)), 150, 500, 4_000, 6_000),
    bound(Adversary("one machine", (Stolen(kind="machine"),)), None, None, None, None),
    bound(Adversary("manager", (Stolen(kind="manager"),), creates=None, second_factor=False), 900, 90_000, None, None),
    bound(Adversary("ten", (Stolen(accounts=10),), creates=3, acts_within=4 * HOUR), 1_500, 5_000, 40_000, 60_000, exact=False),
    bound(Adversary("all", (Stolen(organization=LONG_NAME, accounts=ALL),)), 6_750, 22_500, 180_000, 270_000),
    bound(Adversary("credential", (Stolen(application="archive"),)), 36_820_828, 36_820_828, 36_820_828, 36_820_828, exact=False),
)  # fmt: skip

CHANGES = (
    PolicyChange(3, parse_instant("2026-10-02T07:12:00Z"), "aa" * 32, "bb" * 32, "policy.yaml", "start", "", (BudgetChange("account-persons", "changed", "looser", (LimitChange("24h", 500, 900), LimitChange("360d", 6_000, None)), ("mode",)),)),
    PolicyChange(9, parse_instant("2026-11-12T09:30:00Z"), "bb" * 32, DIGEST, "policy.yaml", "Claude Martin", "Claude Martin", (BudgetChange("account-persons", "changed", "stricter", (LimitChange("24h", 900, 500),)), BudgetChange("lineage", "added", "stricter", (LimitChange("30d", None, 4_000),)), BudgetChange("system", "removed", "looser"))),
)  # fmt: skip


def _drills() -> tuple[DrillRun, ...]:
    runs = [
        DrillRun("weekly", parse_instant("2026-10-05T04:00:00Z") + i * 7 * DAY, "passed", "drill-runner", "soc@example.org", ("partners", "job-seekers"), 60, 60, 4, 300 + 60 * i)
        for i in range(6)
    ]  # fmt: skip
    failed = replace(runs[0], at=runs[-1].at + 7 * DAY, state="failed", read=212, told_after=None, acknowledged_after=None, failed=("stopped", "told", "brand-new"))  # fmt: skip
    waiting = replace(runs[0], at=runs[-1].at + 8 * DAY, state="waiting", acknowledged_after=None)
    return (*runs, failed, waiting)


def past(**changes: object) -> Past:
    """What a ledger tells, with changes, drills and decisions."""
    told = Past(
        parse_instant("2026-10-01T08:00:00Z"),
        "report",
        drills=_drills(),
        changes=CHANGES,
        decided=(
            Decided(parse_instant("2026-11-02T10:00:00Z"), "application", "archive", "closing", "Claude Martin", "as decided by the steering group"),
            Decided(parse_instant("2026-11-03T10:00:00Z"), "hold", "", "account", "Dominique Petit", "reported stolen"),
            Decided(parse_instant("2026-11-04T10:00:00Z"), "retention", "", "12", "root", ""),
        ),
        reports=(EarlierReport(parse_instant("2026-10-01T08:00:00Z"), "auditor", 1_204, (("html", "cd" * 32), ("pdf", "ef" * 32))),),
        in_force=DIGEST,
    )  # fmt: skip
    return replace(told, **changes)  # type: ignore[arg-type]  # the caller names its fields


LEDGER = LedgerState("evidence", "ecluse/evidence-1a2b3c4d", "ecluse/evidence-1a2b3c4d+0a1b2c3d+ATQxNDE1OTI2NTM1ODk3OTMyMzg0NjI2NDMzODMyNzk1", "9f86d081884c7d65", "2026-01-01T00:00:00Z", 1_340_112, 1_340_000, "ab" * 32, "2026-11-30T15:59:00Z", 12, "", 0)  # fmt: skip

DISTURBANCE = Disturbance(
    DIGEST,
    812_334,
    parse_instant("2026-08-31"),
    parse_instant("2026-11-29"),
    DisturbedKind("", 9_911, 402_118, 97, 61, 4),
    (DisturbedKind("adviser", 9_866, 400_904, 88, 55, 3), DisturbedKind("partner", 45, 1_214, 9, 6, 1)),
    tuple(DisturbedWeek(f"2026-{9 + i // 4:02}-{7 + 7 * (i % 4) - 5 * (i % 4 > 3):02}", 31_000, n, 62_000, 3 * n) for i, n in enumerate((4, 7, 0, 61, 3, 2, 5, 1, 6, 2, 4, 2))),
    (
        RefusalCase("adviser", "agencies", parse_instant("2026-09-28T08:00:00Z"), "account-persons", "deny", 214, 180, "the job fair of 28 September", True),
        RefusalCase("partner", LONG_NAME, parse_instant("2026-10-12T22:03:00Z"), "account-persons", "hold", 12_400, 9_000, "stolen account", False),
        RefusalCase("", "", parse_instant("2026-11-02T11:00:00Z"), "probation", "deny", 3, 3, "", True),
    ),
)  # fmt: skip

FINDINGS = (
    Finding("flow-unbounded", Severity.HIGH, "`machine` accounts in `job-seekers` may read any number of persons: no budget bounds them", "add a budget with `per: account`", "job-seekers"),
    Finding("application-past-closing", Severity.CRITICAL, "`old-portal` was to close on 2026-10-01 and is still `decommissioning`", "close it", "old-portal"),
    Finding("shadowed", Severity.LOW, "budget `b` can never fire", "", "b"),
)  # fmt: skip


def full() -> Assurance:
    """A report with something in every chapter."""
    return Assurance(
        MADE_AT,
        "claude.martin",
        "estate.yaml",
        "policy.yaml",
        ESTATE,
        default_policy(),
        COVERS,
        BOUNDS,
        policy_at=parse_instant("2026-11-12T09:30:00Z"),
        past=past(),
        ledger=LEDGER,
        disturbance=DISTURBANCE,
        findings=FINDINGS,
        accepted=(
            (
                Finding(
                    "budget-in-shadow",
                    Severity.MEDIUM,
                    "`probation` only watches (policy.yaml:41)",
                    "enforce it",
                    "probation",
                ),
                "until the tests of March are over",
            ),
        ),
    )


def bare() -> Assurance:
    """A report of an estate with nothing in it, no ledger, and nothing else that could be missing."""
    return Assurance(MADE_AT, "auditor", "estate.yaml", "shipped default", Estate((), (), ()), default_policy(), (), ())  # fmt: skip


def hostile() -> Assurance:
    """Names that strangers chose, wherever a report shows one."""
    whole = full()
    names = (*MARKUP, "\u202egnp.exe", "a\r\nforged: line", "\x1b[2J")
    estate = Estate(
        tuple(Application(n, n, 5, categories=(n,)) for n in names),
        (AccountKind("*k*", names[0], (names[1],), creates=(names[2],)),),
        tuple(Organization(n, (Headcount("*k*", 1),)) for n in names),
    )
    return replace(
        whole,
        by=names[0],
        policy_file=names[3],
        estate_file=names[4],
        estate=estate,
        covers=tuple(Cover(n, "*k*", 1, 5, None) for n in names),
        bounds=tuple(bound(Adversary(n, (Stolen(n, n),)), 1, 2, 3, None) for n in names),
        past=past(
            drills=tuple(DrillRun(n, MADE_AT, "failed", n, n, (n,), 3, 2, failed=(n,)) for n in names),
            changes=tuple(PolicyChange(1, MADE_AT, n, n, n, n, n, (BudgetChange(n, "changed", "other", (LimitChange(n, 1, 2),)),)) for n in names),
            decided=tuple(Decided(MADE_AT, kind, n, n, n, n) for n in names for kind in ("application", "hold", "reopen", "retention")),
            reports=tuple(EarlierReport(MADE_AT, n, 1, ((n, n),)) for n in names),
        ),
        ledger=replace(LEDGER, folder=names[4], origin=names[5], reason=names[0], key=names[6], fingerprint=names[7]),
        disturbance=replace(
            DISTURBANCE,
            kinds=tuple(DisturbedKind(n, 1, 1, 1, 1, 1) for n in names),
            cases=tuple(RefusalCase(n, n, MADE_AT, n, n, 1, 1, n, True) for n in names),
        ),
        findings=tuple(Finding(n, Severity.HIGH, n, n, n) for n in names),
        accepted=tuple((Finding(n, Severity.LOW, n, n, n), n) for n in names),
    )  # fmt: skip
