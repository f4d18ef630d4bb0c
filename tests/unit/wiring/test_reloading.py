import asyncio
import json

import pytest

from ecluse.api.authentication import Authenticator
from ecluse.directories.table_directory import TableDirectory
from ecluse.engine.explain import Usage
from ecluse.model.errors import CallerError, ConfigError, UnavailableError
from ecluse.model.policy import Key
from ecluse.model.time import HOUR
from ecluse.service.findings_book import FindingsBook
from ecluse.wiring import Rules, now, open_policies
from ecluse.wiring.gate_files import GateFiles
from ecluse.wiring.reloading import Reloading
from gate_kit import Clock, GateKit

POLICY = "version: 1\nbudgets: [{{id: account, per: account, limits: {{1h: {limit}}}}}]\n"


class Counts:
    """Holds that may be out of reach."""

    def __init__(self):
        self.away, self.closed, self.used = False, {}, 0

    async def holds(self):
        self._reach()
        return dict(self.closed)

    async def usage(self, request):
        self._reach()
        return (Usage("account", HOUR, 3, self.used, self.used),)

    async def hold(self, key, name, hold):
        self._reach()
        self.closed[key, name] = hold

    async def reopen(self, key, name):
        self._reach()
        return self.closed.pop((key, name), None) is not None

    def _reach(self):
        if self.away:
            raise UnavailableError("away")


class Counting:
    """Adopts, unless a test says what goes wrong."""

    def __init__(self):
        self.counts, self.adopted, self.spoken, self.error = Counts(), [], 0, None

    async def adopt(self, policies):
        if self.error is not None:
            raise self.error
        self.adopted.append(policies)

    async def spread(self):
        self.spoken += 1


@pytest.fixture
def made(tmp_path):
    with GateKit(tmp_path / "ledger", clock=Clock(now())) as kit:
        policy = tmp_path / "policy.yaml"
        policy.write_text(POLICY.format(limit=3))
        settings = tmp_path / "gate.yaml"
        settings.write_text("version: 1\n")
        files = GateFiles(policy=policy, estate=None, ledger=kit.root, settings=settings)
        rules = Rules(open_policies(policy, None), str(policy), None, TableDirectory())
        kit.keeper.policies = rules.policies
        findings, counting = FindingsBook(kit.ledger, kit.clock), Counting()
        reloading = Reloading(
            files,
            rules,
            keeper=kit.keeper,
            counting=counting,
            authenticator=Authenticator(files.read_clients(kit.settings, None), now=kit.clock),
            findings=findings,
        )
        yield kit, reloading, counting, findings, policy


def noted(kit):
    """Digests of the policies that the ledger says were put in force."""
    return [json.loads(r["detail"])["digest"] for r in kit.entries() if r["kind"] == "policy"]


def test_policies_that_could_not_be_counted_yet_are_tried_again(made):
    kit, reloading, counting, _, policy = made
    former = kit.keeper.policies
    policy.write_text(POLICY.format(limit=9))
    counting.error = UnavailableError("the disk refuses")
    for _ in range(3):
        with pytest.raises(UnavailableError):
            asyncio.run(reloading.reload("Camille"))
        assert kit.keeper.policies is former, "what is told is what is in force"
    counting.error = None
    asyncio.run(reloading.rescale())
    assert counting.adopted == [kit.keeper.policies]
    assert kit.keeper.policies.budgets[0].windows[0].limit == 9
    assert noted(kit) == [kit.keeper.policies.digest], "one change is one entry"


def test_policies_that_cannot_be_counted_change_nothing(made):
    kit, reloading, counting, findings, policy = made
    former = kit.keeper.policies
    policy.write_text(POLICY.format(limit=9))
    counting.error = ConfigError("a limit is too large")
    assert asyncio.run(reloading.reload("Camille"))["taken"] is False
    assert [f.code for f in findings.open()] == ["files-refused"]
    counting.error = None
    asyncio.run(reloading.rescale())
    assert (kit.keeper.policies, counting.adopted) == (former, [])


@pytest.mark.parametrize(
    "half",
    [
        "",
        "version: 1\n",
        "version: 1\nbudgets:\n  - id: acc",
        "version: 1\nbudgets: []\n",
        "\0" * 20,
    ],
)
def test_a_half_written_file_changes_nothing(made, half):
    kit, reloading, counting, findings, policy = made
    former = kit.keeper.policies
    policy.write_text(half)
    assert asyncio.run(reloading.reload("SIGHUP"))["taken"] is False
    assert (kit.keeper.policies, counting.adopted) == (former, [])
    assert [f.code for f in findings.open()] == ["files-refused"]


def test_a_file_that_is_gone_changes_nothing(made):
    kit, reloading, counting, findings, policy = made
    former = kit.keeper.policies
    policy.unlink()
    told = asyncio.run(reloading.reload("SIGHUP"))
    assert told["taken"] is False
    assert "policy.yaml` cannot be read: no such file" in told["why"]
    assert (kit.keeper.policies, counting.adopted) == (former, [])
    assert [f.code for f in findings.open()] == ["files-refused"]


def test_the_faults_of_a_refused_file_are_told_once_and_more_than_the_first(made):
    _, reloading, _, findings, policy = made
    heard = []
    findings.told = lambda finding, over: heard.append((finding.what, over))
    policy.write_text("version: 1\nbudgets: [{id: account, per: account, limts: {1h: 2}}]\n")
    for _ in range(2):
        asyncio.run(reloading.reload("SIGHUP"))
    ((what, over),) = heard
    assert not over
    assert "`limits` is missing" in what
    assert "`limts`" in what, "what the person wrote, not only what is missing by it"


def test_an_account_is_closed_also_while_the_counter_is_away(made):
    kit, reloading, counting, _, _ = made
    acts = reloading.acts()
    counting.counts.away = True
    body = {"key": "account", "name": "thief", "reason": "stolen"}
    assert asyncio.run(acts["hold"](body, "Camille"))["done"] == "hold"
    assert (Key.ACCOUNT, "thief") in kit.standing.holds()
    assert counting.spoken == 1
    with pytest.raises(UnavailableError):
        asyncio.run(acts["reopen"](body, "Camille"))
    assert (Key.ACCOUNT, "thief") in kit.standing.holds()
    counting.counts.away = False
    assert asyncio.run(acts["reopen"](body, "Camille"))["done"] == "reopen"
    assert not kit.standing.holds()
    with pytest.raises(CallerError, match="not closed"):
        asyncio.run(acts["reopen"](body, "Camille"))


def told(kit):
    """Details of the entries about policies."""
    return [json.loads(r["detail"]) for r in kit.entries() if r["kind"] == "policy"]


def test_an_entry_says_what_was_before_and_the_terms_of_each_budget(made):
    kit, reloading, _, _, policy = made
    former = kit.keeper.policies.digest
    reloading.note_policies("start")
    policy.write_text(POLICY.format(limit=9))
    asyncio.run(reloading.reload("Camille"))
    first, second = told(kit)
    assert (first["before"], first["digest"], first["by"]) == ("", former, "start")
    assert (second["before"], second["by"]) == (former, "Camille")
    assert second["digest"] == second["written"] == kit.keeper.policies.digest != former
    assert first["terms"]["account"]["limits"] == {"1h": 3}
    assert second["terms"]["account"]["limits"] == {"1h": 9}


def test_a_person_who_reloads_what_is_in_force_puts_a_name_to_it_once(made):
    kit, reloading, _, _, _ = made
    reloading.note_policies("start")
    asyncio.run(reloading.reload("SIGHUP"))
    assert [e["by"] for e in told(kit)] == ["start"], "a signal is no person"
    asyncio.run(reloading.reload("Camille"))
    asyncio.run(reloading.reload("Camille"))
    assert [e["by"] for e in told(kit)] == ["start", "Camille"]
    assert len(set(noted(kit))) == 1


def hold(reloading, name, **more):
    body = {"key": "account", "name": name, "reason": "stolen", **more}
    return asyncio.run(reloading.acts()["hold"](body, "Camille"))


def test_a_name_that_nobody_knows_is_held_and_doubted(made):
    kit, reloading, counting, _, _ = made
    assert "nobody of that name is known" in hold(reloading, "theif")["warning"]
    assert (Key.ACCOUNT, "theif") in kit.standing.holds()
    assert "warning" not in hold(reloading, "a-session", key="session")
    counting.counts.used = 1
    assert "warning" not in hold(reloading, "thief")


def test_an_account_that_was_told_of_is_known_before_it_reads(made):
    _, reloading, _, _, _ = made
    asyncio.run(reloading.acts()["account"]({"account": "new", "created_by": "boss"}, "portal"))
    assert "warning" not in hold(reloading, "new")
    assert "warning" not in hold(reloading, "boss")


def test_files_that_only_a_restart_reads_are_told_until_they_are_as_before(made):
    _, reloading, _, findings, _ = made
    settings = reloading._files.settings
    before = settings.read_text()
    settings.write_text("version: 1\nslow: 9s\ndurable: false\n")
    told = asyncio.run(reloading.reload("Camille"))
    assert (told["taken"], len(told["restart_needed"])) == (True, 1)
    assert "`slow`, `durable`" in told["restart_needed"][0]
    settings.write_text("version: 1\nslow: 9s\n")
    asyncio.run(reloading.reload("Camille"))
    (finding,) = findings.open()
    assert finding.code == "restart-needed"
    assert "`slow`" in finding.what
    assert "durable" not in finding.what
    settings.write_text(before)
    assert asyncio.run(reloading.reload("Camille"))["restart_needed"] == []
    assert not findings.open()
