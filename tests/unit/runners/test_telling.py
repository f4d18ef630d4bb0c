"""Who hears of what, how often, and what happens when nobody takes it. Channels here answer as the test says."""

import asyncio
import threading

import pytest

from ecluse.model.channel import Channel, Syslog
from ecluse.model.errors import UnavailableError
from ecluse.model.finding import Finding, Severity
from ecluse.model.time import HOUR
from ecluse.runners.telling import CHANNEL_FAILED, Outlet, Telling, remember
from ecluse.service.findings_book import FindingsBook
from gate_kit import GateKit


class Fake:
    """Takes messages, or fails so many times first; waits while `busy` is cleared."""

    confirms = True

    def __init__(self, *, fails=0):
        self.messages, self.fails, self.asked = [], fails, 0
        self.busy = threading.Event()
        self.busy.set()

    def send(self, message):
        self.busy.wait(10)
        self.asked += 1
        if self.fails:
            self.fails -= 1
            raise UnavailableError("the server is gone", help="start it")
        self.messages.append(message)
        return "taken"

    @property
    def titles(self):
        return [message.title for message in self.messages]


def finding(about="a", severity=Severity.HIGH, code="loud"):
    return Finding(code, severity, "something happened", "look", about)


def outlet(fake, name="c", **more):
    return Outlet(Channel(name, Syslog("udp", "h:1"), **more), fake)


class Stand:
    """A book of findings whose news go to outlets, on a loop of its own."""

    def __init__(self, tmp_path, *outlets, pauses=(0.0, 0.0)):
        self.kit = GateKit(tmp_path / "ledger")
        self.outlets, self.pauses = outlets, pauses

    def run(self, scene):
        async def play():
            self.book = FindingsBook(self.kit.ledger, self.kit.clock)
            self.telling = Telling(
                self.outlets,
                findings=self.book,
                note=self.kit.keeper.note,
                now=self.kit.clock,
                tally=self.kit.keeper.tally,
                gate="north",
                pauses=self.pauses,
            )
            self.book.told = self.telling.told
            await scene(self)
            await self.telling.close()

        with self.kit:
            asyncio.run(play())
            self.entries = self.kit.entries()
        return self

    async def quiet(self):
        """Until nothing waits and nothing is on its way."""
        await asyncio.sleep(0)
        while any(o.queue or o.busy for o in self.outlets):  # noqa: ASYNC110 - looks in from outside
            await asyncio.sleep(0.002)

    @property
    def tally(self):
        return dict(self.kit.keeper.tally.told)

    def told(self):
        return [row["detail"] for row in self.entries if row["kind"] == "told"]


def test_a_finding_is_told_once_and_its_end_too(tmp_path):
    fake = Fake()

    async def scene(stand):
        stand.book.raise_(finding())
        stand.book.raise_(finding())
        await stand.quiet()
        stand.book.settle("loud", "a")
        await stand.quiet()

    stand = Stand(tmp_path, outlet(fake)).run(scene)
    assert fake.titles == ["[ecluse] high: loud (a)", "[ecluse] over: loud (a)"]
    assert stand.tally == {("c", "sent"): 2}
    assert len(stand.told()) == 2
    assert '"taken":true,"confirmed":true' in stand.told()[0]


def test_only_what_is_severe_enough_is_told(tmp_path):
    grave, light = Fake(), Fake()

    async def scene(stand):
        stand.book.raise_(finding("a", Severity.LOW))
        stand.book.raise_(finding("b", Severity.CRITICAL))
        await stand.quiet()

    both = outlet(grave, "g", severity=Severity.HIGH), outlet(light, "l", severity=Severity.LOW)
    Stand(tmp_path, *both).run(scene)
    assert grave.titles == ["[ecluse] critical: loud (b)"]
    assert len(light.titles) == 2


def test_what_comes_and_goes_is_told_again_after_the_time_set(tmp_path):
    fake = Fake()

    async def scene(stand):
        for step in (0, HOUR - 1, HOUR):
            stand.kit.clock.at = start + step
            stand.book.raise_(finding())
            await stand.quiet()
            stand.book.settle("loud", "a")
            await stand.quiet()

    stand = Stand(tmp_path, outlet(fake, over=False, repeat=HOUR))
    start = stand.kit.clock.at
    stand.run(scene)
    assert len(fake.messages) == 2


def test_what_was_told_before_a_start_is_not_told_again(tmp_path):
    fake = Fake()
    stand = Stand(tmp_path, outlet(fake))
    at = stand.kit.clock.at
    remember(stand.outlets, [("c", "loud", "a", at - 1), ("other", "loud", "b", at - 1)])

    async def scene(stand):
        stand.book.raise_(finding("a"))
        stand.book.raise_(finding("b"))
        await stand.quiet()

    stand.run(scene)
    assert fake.titles == ["[ecluse] high: loud (b)"]


def test_a_flood_is_told_as_a_number_and_does_not_drown_what_is_graver(tmp_path):
    fake = Fake()

    async def scene(stand):
        for n in range(50):
            stand.book.raise_(finding(f"a{n}", Severity.MEDIUM))
        stand.book.raise_(finding("grave", Severity.HIGH))
        await stand.quiet()
        stand.kit.clock.at += HOUR
        await stand.telling.tend()
        await stand.quiet()

    stand = Stand(tmp_path, outlet(fake, most=3)).run(scene)
    assert fake.titles[3:] == ["[ecluse] high: loud (grave)", "[ecluse] medium: findings-held-back"]
    assert fake.messages[-1].finding.what.startswith("47 more")
    assert stand.tally["c", "held"] == 47


def test_a_failing_channel_is_a_finding_that_the_others_tell_until_it_works_again(tmp_path):
    broken, sound = Fake(fails=2), Fake()

    async def scene(stand):
        stand.book.raise_(finding())
        await stand.quiet()

    stand = Stand(tmp_path, outlet(broken, "b"), outlet(sound, "s"), pauses=(0.0, 0.0, 0.0))
    stand.run(scene)
    assert broken.titles == ["[ecluse] high: loud (a)"]
    assert f"[ecluse] high: {CHANNEL_FAILED} (b)" in sound.titles
    assert f"[ecluse] over: {CHANNEL_FAILED} (b)" in sound.titles
    assert stand.tally["b", "failed"] == 2


def test_a_channel_that_never_works_loses_its_message_and_says_so(tmp_path):
    fake = Fake(fails=99)

    async def scene(stand):
        stand.book.raise_(finding())
        await stand.quiet()
        assert [f.code for f in stand.book.open()] == [CHANNEL_FAILED, "loud"]

    stand = Stand(tmp_path, outlet(fake)).run(scene)
    assert fake.asked == 3
    assert stand.tally == {("c", "failed"): 3, ("c", "lost"): 1}
    assert '"taken":false' in stand.told()[0]


def test_a_channel_that_hangs_holds_nobody_up_and_its_queue_has_an_end(tmp_path):
    fake = Fake()
    fake.busy.clear()

    async def scene(stand):
        for n in range(300):
            stand.book.raise_(finding(f"a{n}"))
        await asyncio.sleep(0)
        assert stand.tally["c", "lost"] >= 99
        fake.busy.set()
        await stand.quiet()

    Stand(tmp_path, outlet(fake, most=1000)).run(scene)
    assert 200 <= len(fake.messages) <= 201


def test_names_of_strangers_are_made_harmless(tmp_path):
    fake = Fake()

    async def scene(stand):
        stand.book.raise_(finding("a\r\nBcc: x@example.org"))
        await stand.quiet()

    Stand(tmp_path, outlet(fake)).run(scene)
    (title,) = fake.titles
    assert title == "[ecluse] high: loud (a\\x0d\\x0aBcc: x@example.org)"


@pytest.mark.parametrize("error", [OSError("x"), ValueError("y")])
def test_whatever_a_channel_raises_the_next_message_goes_out(tmp_path, error):
    fake = Fake()
    calm = fake.send

    def send(message):
        if message.finding.about == "bad":
            fake.asked += 1
            raise error
        return calm(message)

    fake.send = send

    async def scene(stand):
        stand.book.raise_(finding("bad"))
        stand.book.raise_(finding("good"))
        await stand.quiet()

    Stand(tmp_path, outlet(fake)).run(scene)
    assert fake.titles == ["[ecluse] high: loud (good)"]
