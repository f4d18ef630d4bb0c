"""Metrics: what is counted, as Prometheus reads it, and no name that a client chose."""

import re
from collections import Counter

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from asgi_kit import call
from desk_kit import FakeDesk
from ecluse import __version__
from ecluse.api.app import App
from ecluse.api.authentication import Authenticator
from ecluse.api.metrics import METRICS, routes
from ecluse.api.peer import Peer
from ecluse.model.client import Client, Scope
from ecluse.model.enrolment import Enrolled, Enrolment
from ecluse.model.finding import Finding, Severity
from ecluse.service.tally import Tally
from structure.source import ROOT

READER = Enrolled(Client("prometheus", frozenset({Scope.READ})), unix=("1",))


class Watched:
    def __init__(self):
        self.desk = FakeDesk()
        self.unauthenticated, self.unread = Counter(), Counter()
        self.applications = ["files"]
        table = routes(
            self.desk,
            applications=lambda: self.applications,
            unauthenticated=self.unauthenticated,
            unread=self.unread,
        )
        self.app = App(table, Authenticator(Enrolment(None, (READER,)), now=lambda: 0), Tally())

    def scrape(self):
        answer = call(self.app, "GET", "/metrics", peer=Peer(uid=1))
        assert answer.status == 200
        assert answer.headers["content-type"].startswith("text/plain; version=")
        self.text = answer.body.decode()
        return {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(self.text)
            for sample in family.samples
        }


@pytest.fixture
def watched():
    return Watched()


def test_a_fresh_gate(watched):
    found = watched.scrape()
    assert found[("ecluse_health", ("status", "pass"))] == 1
    assert found[("ecluse_health", ("status", "fail"))] == 0
    assert found[("ecluse_build", ("version", __version__))] == 1
    assert found[("ecluse_answer_seconds_count",)] == 0
    assert found[("process_resident_memory_bytes",)] > 0
    names = set(METRICS)
    told = {
        line.split()[2].removesuffix("_total")
        for line in watched.text.splitlines()
        if line.startswith("# TYPE ecluse")
    }
    assert told == names


def test_what_was_decided(watched):
    tally = watched.desk.counts
    tally.decisions.update({("check", "files", "permit"): 5, ("check", "files", "deny"): 2})
    tally.decisions.update({("check", "x" * 500, "permit"): 1, ("check", 'y\n"', "permit"): 3})
    tally.persons.update({"files": 40, "x": 2, "y": 1})
    tally.refused_by.update({"per-account": 2})
    tally.shadowed.update({"organization": 7})
    tally.degraded.update({"permit": 4})
    tally.settled.update({"post": 3, "expire": 1})
    tally.commits, tally.committed, tally.failures = 6, 70, 1
    found = watched.scrape()
    labels = (("application", "files"), ("effect", "permit"), ("operation", "check"))
    assert found[("ecluse_decisions_total", *labels)] == 5
    other = (("application", "other"), ("effect", "permit"), ("operation", "check"))
    assert found[("ecluse_decisions_total", *other)] == 4
    assert found[("ecluse_persons_released_total", ("application", "files"))] == 40
    assert found[("ecluse_persons_released_total", ("application", "other"))] == 3
    assert found[("ecluse_refusals_total", ("policy", "per-account"))] == 2
    assert found[("ecluse_shadowed_total", ("policy", "organization"))] == 7
    assert found[("ecluse_degraded_total", ("decided", "permit"))] == 4
    assert found[("ecluse_reservations_total", ("ended", "expire"))] == 1
    assert found[("ecluse_commits_total",)] == 6
    assert found[("ecluse_committed_entries_total",)] == 70
    assert found[("ecluse_commit_failures_total",)] == 1
    assert "xxx" not in watched.text


def test_an_application_that_the_estate_gets(watched):
    watched.desk.counts.persons["new"] = 1
    assert ("ecluse_persons_released_total", ("application", "new")) not in watched.scrape()
    watched.applications = ["files", "new"]
    assert watched.scrape()[("ecluse_persons_released_total", ("application", "new"))] == 1


def test_who_was_turned_away(watched):
    watched.unauthenticated["expired"] = 2
    watched.unread["dots"] = 3
    found = watched.scrape()
    assert found[("ecluse_unauthenticated_total", ("reason", "expired"))] == 2
    assert found[("ecluse_unreadable_total", ("reason", "dots"))] == 3


def test_findings_and_state(watched):
    watched.desk.found = (
        Finding("a", Severity.HIGH, "", ""), Finding("b", Severity.HIGH, "", ""), Finding("c", Severity.LOW, "", ""),
    )  # fmt: skip
    watched.desk.state = {"status": "warn"}
    found = watched.scrape()
    assert found[("ecluse_findings", ("severity", "high"))] == 2
    assert found[("ecluse_findings", ("severity", "critical"))] == 0
    assert found[("ecluse_health", ("status", "warn"))] == 1
    assert found[("ecluse_health", ("status", "pass"))] == 0


def test_latency_counts_everything_below(watched):
    tally = watched.desk.counts
    tally.latency[0], tally.latency[3], tally.latency[-1] = 10, 5, 1
    tally.latency_sum = 4.5
    found = watched.scrape()

    def below(bound):
        return found[("ecluse_answer_seconds_bucket", ("le", bound))]

    assert (below("0.0005"), below("0.002"), below("0.005"), below("2.5"), below("+Inf")) == (
        10, 10, 15, 15, 16,
    )  # fmt: skip
    assert found[("ecluse_answer_seconds_count",)] == 16
    assert found[("ecluse_answer_seconds_sum",)] == 4.5


def test_only_those_who_may_read(watched):
    assert call(watched.app, "GET", "/metrics").status == 403
    assert call(watched.app, "GET", "/metrics", peer=Peer()).status == 401


def test_the_page_names_every_metric_and_no_other():
    page = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    named = {re.sub(r"_(total|bucket)$", "", name) for name in re.findall(r"\becluse_\w+", page)}
    assert named == set(METRICS)


def test_every_alert_has_what_to_do():
    page = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    blocks = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]
    (rules,) = [block["groups"][0]["rules"] for block in blocks if "groups" in block]
    alerts = [rule["alert"] for rule in rules]
    assert len(alerts) == len(set(alerts)) >= 10
    assert all(rule["annotations"]["summary"] and rule["expr"] for rule in rules)
    assert re.findall(r"^\| (Ecluse\w+) \|", page, re.MULTILINE) == alerts
