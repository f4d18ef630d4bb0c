import numpy as np

from ecluse.engine.history import Column, History, from_requests
from ecluse.engine.outcome import Outcome, by_event
from ecluse.model.access import AccessRequest
from ecluse.model.policy import Budget, Effect, Key, PolicySet, Window
from ecluse.model.report import Stopped
from ecluse.service.stopped import stopped_accounts

POLICIES = PolicySet((Budget("b", (Key.ACCOUNT,), (Window(100, 2), Window(200, 9))),))


def read(*persons, account="a", **facts):
    return AccessRequest(account=account, application="x", persons=persons, **facts)


def stopped(*accesses, policies=POLICIES):
    history = from_requests(accesses)
    return stopped_accounts(history, by_event(history, policies), policies)


def test_a_line_tells_what_was_read_before_and_after_the_first_refusal():
    found = stopped(
        (0, read(1, organization="o", kind="k")),
        (1, read()),
        (2, read(1, 2)),
        (3, read(9, account="calm")),
        (4, read(3, 4)),
        (5, read(5)),
        (104, read(5)),
    )
    curve = ((0, 1, 1), (1, 1, 1), (2, 2, 2), (4, 4, 2), (5, 5, 2), (104, 5, 3))
    assert found == (
        Stopped("a", 4, "b", 100, 2, "deny", 3, 2, 5, 2, organization="o", kind="k", curve=curve),
    )


def test_lines_come_in_the_order_of_the_first_refusals():
    found = stopped(*((n, read(n, account=a)) for n, a in enumerate("zzyzyyxzx")))
    assert [(s.account, s.at, s.accesses_refused) for s in found] == [("z", 3, 2), ("y", 5, 1)]


def test_who_is_closed_by_another_s_decision_was_stopped_by_no_window():
    hold = PolicySet((Budget("s", (Key.SESSION,), (Window(100, 1),), effect=Effect.HOLD),))
    asked = [read(1, session="s"), read(2, session="s"), read(3, account="other", session="s")]
    first, second = stopped(*enumerate(asked), policies=hold)
    assert (first.account, first.window, first.limit) == ("a", 100, 1)
    assert (second.account, second.window, second.limit, second.policy) == ("other", 0, 0, "s")


def test_nobody_was_stopped():
    assert stopped((0, read(1))) == ()


def test_the_curve_has_at_most_two_hundred_points():
    (found,) = stopped(*((n, read(n)) for n in range(1000)))
    assert len(found.curve) == 200
    assert found.curve[-1] == (999, 1000, found.persons_read)


def test_rows_are_not_laid_out_anew_for_each_account(monkeypatch):
    number = 50
    account = Column(np.arange(4 * number, dtype=np.int32) % number, tuple(map(str, range(number))))
    event = np.arange(4 * number)
    history = History(event, account, account, event.astype(np.uint64))
    made, rows = [], History.rows
    monkeypatch.setattr(
        History, "rows", lambda self: made.append(self.first_row is None) or rows(self)
    )
    filled = [np.full(number, n) for n in (int(Effect.DENY), 0, 0, 3, 1, 0)]
    found = stopped_accounts(history, Outcome(event[-number:], *filled), POLICIES)
    assert len(found) == number
    assert sum(made) <= 2
