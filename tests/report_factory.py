"""Where do reports for tests and pictures come from? Realistic ones by hand, arbitrary ones from Hypothesis."""

import math
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from ecluse.model.finding import Finding, Severity
from ecluse.model.report import Bucket, PolicyCount, ReplayReport, Stopped, WindowCurve
from ecluse.model.time import DAY, HOUR, MINUTE, SECOND, parse_instant

__all__ = [
    "HOSTILE_NAMES",
    "crowd",
    "empty",
    "hostile",
    "quiet",
    "report",
    "reports",
    "stopped",
    "theft",
]

START = parse_instant("2025-07-12T06:00:00Z")

HOSTILE_NAMES = (
    "\x1b]0;owned\x07\x1b[2Jclean",
    "[bold red]markup[/bold red]",
    "<script>alert(1)</script>",
    "\u202egnp.exe\u202c",
    "a\r\nforged line",
    "{{ 7 * 7 }}{braces} %s %(x)s",
    "x" * 5000,
    "'; rm -rf ~ #",
    "-rf",
    "zoë|“quoted” & 'co' 100%",
    "\u200bzero\u2028width\u00a0",
    "汉字アカウント",
    "</style><img src=x onerror=alert(1)>",
    "--account=other",
    "\x9b31m C1",
    "\U000e0041tag",
    " ",
    "",
)


def stopped(
    account: str = "partner-0311", *, at: int = START + 4 * HOUR + 73 * SECOND, **changes: Any
) -> Stopped:
    """One account stopped by a budget of 200 persons an hour."""
    values: dict[str, Any] = {
        "policy": "account-persons",
        "window": HOUR,
        "limit": 200,
        "effect": "hold",
        "persons_read": 200,
        "persons_read_before": 200,
        "persons_attempted": 340_000,
        "accesses_refused": 339_800,
        "organization": "training-body-12",
        "kind": "partner",
        "curve": _steady(at - 4 * SECOND, 2 * HOUR, asked=340_000, read=200),
    }
    return Stopped(account=account, at=at, **{**values, **changes})


def _steady(start: int, length: int, *, asked: int, read: int) -> tuple[tuple[int, int, int], ...]:
    points = []
    for i in range(200):
        so_far = round(asked * i / 199)
        points.append((start + length * i // 199, so_far, min(read, so_far)))
    return tuple(points)


def _working_day() -> tuple[Bucket, ...]:
    buckets = []
    for i in range(96):
        at = START + i * 5 * MINUTE
        hour = 6 + i / 12
        wave = 6_875 * (1 + 0.25 * math.sin((hour - 7) * 0.9)) * (0.55 if 10.2 < hour < 11.5 else 1)
        refused = 14_158 if 48 <= i < 72 else 0
        buckets.append(Bucket(at, round(wave) + (200 if i == 48 else 0), refused))
    return tuple(buckets)


def report(**changes: Any) -> ReplayReport:
    """A working day of 2,000 accounts in which one of them tries to read 340,000 persons."""
    timeline = changes.pop("timeline", None) or _working_day()
    permitted, refused = sum(b.permitted for b in timeline), sum(b.refused for b in timeline)
    base = ReplayReport(
        sources=("gate-1.log.gz", "gate-2.log.zst"),
        lines=permitted + refused + 4_817 + 122,
        events=permitted + refused,
        rejects={"no account": 97, "line does not parse": 25},
        ignored={"static file": 4_310, "status 4xx": 507},
        reject_samples={
            "no account": ("gate-1.log.gz:1184", "gate-1.log.gz:1185", "gate-2.log.zst:90211"),
            "line does not parse": ("gate-2.log.zst:3",),
        },
        permitted=permitted,
        refused=refused,
        effects={"permit": permitted - 41, "warn": 41, "hold": refused},
        accounts=2_000,
        persons=512_908,
        first_at=timeline[0].at,
        last_at=timeline[-1].at + 299 * SECOND,
        bucket=5 * MINUTE,
        timeline=timeline,
        policies=(
            PolicyCount("account-persons", "hold", shadow=False, events=refused, accounts=1),
            PolicyCount("account-persons", "warn", shadow=False, events=41, accounts=4),
            PolicyCount("organization-persons", "deny", shadow=True, events=338_500, accounts=1),
        ),
        curves=(
            WindowCurve(
                "account-persons", 10 * MINUTE, 60, (1688, 214, 61, 22, 9, 3, 1, 1, 0, 0, 1)
            ),
            WindowCurve("account-persons", HOUR, 200, (1502, 330, 112, 38, 11, 4, 1, 1, 0, 0, 1)),
            WindowCurve("account-persons", DAY, 500, (1405, 401, 130, 43, 14, 4, 2, 0, 0, 0, 1)),
            WindowCurve("account-persons", 30 * DAY, 4_000, (1999, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)),
        ),
        stopped=(stopped(),),
        warned=3,
        findings=(
            Finding(
                "uncovered-application",
                Severity.HIGH,
                "application `archive` is in the estate and no budget covers it",
                "add a budget whose target names it, or close it",
                about="archive",
            ),
            Finding(
                "late-event",
                Severity.LOW,
                "31 events came more than 5 min late",
                "check the clocks of the sources",
            ),
        ),
        policy_file="policies/default.yaml",
        policy_digest="9f2c4d1e" * 8,
        ledger=("demo/ledger", permitted + refused),
        seconds=6.42,
    )
    return replace(base, **changes)


def theft() -> ReplayReport:
    return report()


def quiet() -> ReplayReport:
    """A day on which nothing was refused."""
    calm = tuple(replace(b, refused=0) for b in _working_day())
    permitted = sum(b.permitted for b in calm)
    return report(
        timeline=calm,
        stopped=(),
        warned=0,
        rejects={},
        reject_samples={},
        ignored={},
        findings=(),
        ledger=None,
        effects={"permit": permitted},
        policies=(),
        lines=permitted,
        curves=(
            WindowCurve("account-persons", HOUR, 200, (1502, 330, 112, 38, 11, 4, 2, 1, 0, 0, 0)),
        ),
    )


def empty() -> ReplayReport:
    """A log of which no line could be used."""
    return report(
        timeline=(Bucket(START, 0, 0),),
        sources=("wrong.log",),
        lines=12,
        events=0,
        permitted=0,
        refused=0,
        rejects={"line does not parse": 12},
        reject_samples={"line does not parse": ("wrong.log:1", "wrong.log:2", "wrong.log:3")},
        ignored={},
        effects={},
        accounts=0,
        persons=0,
        first_at=None,
        last_at=None,
        bucket=0,
        policies=(),
        curves=(),
        stopped=(),
        warned=0,
        findings=(),
        ledger=None,
        seconds=0.01,
    )


def crowd(number: int = 300) -> ReplayReport:
    """A year in which many accounts were stopped, with large numbers."""
    timeline = tuple(
        Bucket(START + i * DAY, 27_397 + 900 * (i % 7), 1_500 * (i % 5 == 0)) for i in range(365)
    )
    accounts = tuple(
        stopped(
            f"adviser-{i:04d}",
            at=START + i * DAY,
            effect="deny",
            window=(10 * MINUTE, HOUR, DAY, 30 * DAY)[i % 4],
            persons_read=4_000 + 7 * i,
            persons_attempted=36_800_000 // (i + 1),
            curve=_steady(
                START + i * DAY, 20 * DAY, asked=36_800_000 // (i + 1), read=4_000 + 7 * i
            ),
        )
        for i in range(number)
    )
    return report(
        timeline=timeline,
        bucket=DAY,
        stopped=accounts,
        accounts=54_862,
        persons=36_800_000,
        warned=1_204,
    )


def hostile() -> ReplayReport:
    """Every text that a stranger can choose is an attack."""
    accounts = tuple(
        stopped(name, organization=name, kind=name, policy=name) for name in HOSTILE_NAMES
    )
    findings = tuple(Finding(n, Severity.CRITICAL, n, n, about=n) for n in HOSTILE_NAMES)
    return report(
        stopped=accounts,
        sources=HOSTILE_NAMES,
        rejects=dict.fromkeys(HOSTILE_NAMES, 7),
        reject_samples={n: (n,) for n in HOSTILE_NAMES},
        ignored=dict.fromkeys(HOSTILE_NAMES, 3),
        policies=tuple(
            PolicyCount(n, "deny", shadow=True, events=1, accounts=1) for n in HOSTILE_NAMES
        ),
        curves=tuple(WindowCurve(n, HOUR, 1, (1,) * 11) for n in HOSTILE_NAMES),
        findings=findings,
        policy_file=HOSTILE_NAMES[0],
        ledger=(HOSTILE_NAMES[3], 12),
    )


_counts = st.integers(0, 10**8)
_instants = st.integers(parse_instant("1970-01-02"), parse_instant("2200-01-01"))
_names = st.one_of(
    st.sampled_from(HOSTILE_NAMES),
    st.text(max_size=30),
    st.from_regex(r"[a-z]{2,9}-[0-9]{4}", fullmatch=True),
)
_windows = st.sampled_from([SECOND, 10 * MINUTE, HOUR, DAY, 30 * DAY, 360 * DAY, 1, 1_500_000])
_lengths = st.sampled_from([1, SECOND, 17 * SECOND, 5 * MINUTE, HOUR, DAY])


@st.composite
def _stopped(draw: st.DrawFn) -> Stopped:
    attempted = draw(st.integers(1, 10**8))
    read = draw(st.integers(0, attempted))
    at = draw(_instants)
    steps = draw(st.lists(st.integers(0, DAY), max_size=6))
    curve = tuple(
        (at + sum(steps[: i + 1]), attempted * i // 6, read * i // 6) for i in range(len(steps))
    )
    return stopped(
        draw(_names),
        at=at,
        policy=draw(_names),
        window=draw(st.one_of(st.just(0), _windows)),
        limit=draw(st.integers(0, 10**7)),
        effect=draw(st.sampled_from(["justify", "step_up", "deny", "hold"])),
        persons_read=read,
        persons_read_before=draw(st.integers(0, read)),
        persons_attempted=attempted,
        accesses_refused=draw(st.integers(1, 10**8)),
        organization=draw(_names),
        curve=curve,
    )


@st.composite
def _timelines(draw: st.DrawFn, bucket: int) -> tuple[Bucket, ...]:
    first = draw(_instants)
    places = sorted(draw(st.sets(st.integers(0, 400), min_size=1, max_size=12)))
    return tuple(Bucket(first + p * bucket, draw(_counts), draw(_counts)) for p in places)


@st.composite
def reports(draw: st.DrawFn) -> ReplayReport:
    """Any report whose numbers agree with each other."""
    bucket = draw(_lengths)
    timeline = draw(_timelines(bucket))
    accounts = tuple(draw(st.lists(_stopped(), max_size=13)))
    counted = st.dictionaries(_names, st.integers(1, 10**6), max_size=12)
    rejects, ignored = draw(counted), draw(counted)
    permitted, refused = sum(b.permitted for b in timeline), sum(b.refused for b in timeline)
    return report(
        timeline=timeline,
        bucket=bucket,
        sources=tuple(draw(st.lists(_names, max_size=3))),
        lines=permitted + refused + sum(rejects.values()) + sum(ignored.values()),
        rejects=rejects,
        ignored=ignored,
        reject_samples={r: (f"{r}:1",) for r in rejects},
        effects={"permit": permitted, "deny": refused},
        accounts=len(accounts) + draw(_counts),
        persons=draw(_counts),
        stopped=accounts,
        warned=draw(_counts),
        policies=tuple(
            PolicyCount(draw(_names), "deny", draw(st.booleans()), 1, 1)
            for _ in range(draw(st.integers(0, 3)))
        ),
        curves=tuple(
            WindowCurve(
                draw(_names),
                draw(_windows),
                draw(_counts),
                tuple(draw(st.lists(_counts, min_size=11, max_size=11))),
            )
            for _ in range(draw(st.integers(0, 3)))
        ),
        ledger=draw(st.none() | st.tuples(_names, _counts)),
        seconds=draw(st.floats(0, 1e5)),
    )
