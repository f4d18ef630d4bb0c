"""How are letters sent so that each goes out once? The outbox is written before and after; what lies between is unknown, and said so.

Steps for each letter, in this order; killed after any of them, the next run does what stands beside it.

    1  wait for its turn                                  nothing happened: sent by the next run
    2  tell the server for whom it is                     the server was given nothing: sent by the next run
    3  write the mail, take its hash                      the same
    4  write `sending` to the outbox, durably             unknown: listed for a person, not sent again
    5  give the mail to the server, wait for its answer   unknown: listed for a person, not sent again
    6  write the answer to the outbox, durably            done
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final, TypeAlias

from ecluse.model.errors import UnavailableError
from ecluse.model.letter import Answer, Attempt, LetterRow, LetterState, Stage
from ecluse.model.time import MINUTE, SECOND
from ecluse.ports import Clock
from ecluse.service.letter_ports import Letters, LetterServer
from ecluse.service.letter_steps import MOST_TRIES, next_step, wait_after

__all__ = ["Pace", "Sending", "Tally"]

_AHEAD: Final = 100
_MOST_TROUBLES: Final = 8
_TROUBLES_OF_ONE: Final = 3
_MOST_REFUSED: Final = 20
_LONGEST_PAUSE: Final = 30.0

_Waiting: TypeAlias = "queue.Queue[LetterRow | None]"
Write: TypeAlias = Callable[[LetterRow, str, int], bytes]
"""From a letter, its Message-ID and the instant to the mail."""


class Pace:
    """At most so many letters a minute, evenly; several threads share it."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        assert per_minute > 0
        self._step = MINUTE // per_minute
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0

    def wait(self) -> None:
        """Returns when it is the caller's turn."""
        with self._lock:
            now = self._clock.now()
            turn = max(now, self._next)
            self._next = turn + self._step
        if turn > now:
            self._clock.sleep((turn - now) / SECOND)


@dataclass(slots=True)
class Tally:
    """What a run did. `unknown`: given to the server, and no answer came."""

    sent: int = 0
    later: int = 0
    refused: int = 0
    unknown: int = 0
    stopped: str = ""


class Sending:
    """One run over what is due. Connections are threads; the first error ends them all after the letter in their hands."""

    def __init__(
        self,
        letters: Letters,
        write: Write,
        *,
        domain: str,
        open_server: Callable[[], LetterServer],
        clock: Clock,
        pace: Pace,
        moved: Callable[[Tally], None] = lambda _: None,
    ) -> None:
        self._letters = letters
        self._write = write
        self._domain = domain
        self._open_server = open_server
        self._clock = clock
        self._pace = pace
        self._moved = moved
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._troubles = 0
        self._refused = 0
        self.tally = Tally()

    def run(self, *, connections: int) -> Tally:
        """Sends what is due, until nothing is.

        Raises:
            UnavailableError: when the server refuses everything, or the outbox cannot be written.
        """
        waiting: _Waiting = queue.Queue(_AHEAD)
        with ThreadPoolExecutor(connections, thread_name_prefix="letters") as pool:
            workers = [pool.submit(self._work, waiting) for _ in range(connections)]
            fed = False
            try:
                self._feed(waiting)
                fed = True
            finally:
                if not fed:  # a signal: what is in hand is finished, the rest stays as it is
                    self._stop.set()
                self._end(waiting, len(workers))
        for worker in workers:
            worker.result()
        return self.tally

    def _feed(self, waiting: _Waiting) -> None:
        held: set[bytes] = set()
        while not self._stop.is_set():
            due = self._letters.due(self._clock.now(), 4 * _AHEAD)
            found = [row for row in due if row.person not in held]
            for row in found:
                held.add(row.person)
                self._put(waiting, row)
            if not found or len(held) > 8 * _AHEAD:
                if not held:
                    return
                while waiting.unfinished_tasks and not self._stop.wait(0.01):
                    pass
                held.clear()  # what was given out is written: none of it is due unless it has another address

    def _end(self, waiting: _Waiting, workers: int) -> None:
        """Lets every worker go; after an error what nobody has in hand is left where it is."""
        if self._stop.is_set():
            with waiting.mutex:
                waiting.queue.clear()
                waiting.not_full.notify_all()
        for _ in range(workers):
            self._put(waiting, None)

    def _put(self, waiting: _Waiting, row: LetterRow | None) -> None:
        while row is None or not self._stop.is_set():
            try:
                waiting.put(row, timeout=0.1)
            except queue.Full:
                if row is None and self._stop.is_set():
                    return  # every worker has ended or finds the end among what is there
                continue
            return

    def _work(self, waiting: _Waiting) -> None:
        server = self._open_server()
        well = False
        try:
            while (row := waiting.get()) is not None:
                if not self._stop.is_set():
                    self._deliver(row, server)
                waiting.task_done()
            well = True
        finally:
            if not well:
                self._stop.set()
            server.close()

    def _deliver(self, row: LetterRow, server: LetterServer) -> None:
        self._pace.wait()  # 1
        answer = server.offer(row.to)  # 2
        for _ in range(_TROUBLES_OF_ONE):
            if answer.stage is not Stage.SERVER or self._stop.is_set():
                break
            self._trouble(answer)
            answer = server.offer(row.to)
        if self._stop.is_set():
            return
        if answer.stage is Stage.SERVER:  # this letter breaks the line: the others go first
            answer = Answer(Stage.RECIPIENT, 451, str(answer))
        if answer.code >= 400:
            self._turned_away(row, answer)
            return
        at = self._clock.now()
        message_id = self._letters.message_id(row, self._domain)
        message = self._write(row, message_id, at)  # 3
        content = sha256(message).hexdigest()
        self._letters.begin(row, content=content, message_id=message_id, at=at)  # 4
        answer = server.give(message)  # 5
        self._settle(row, answer, content, message_id)  # 6

    def _trouble(self, answer: Answer) -> None:
        """The server or the line: no letter is at fault, and none is counted as tried."""
        with self._lock:
            self._troubles += 1
            number = self._troubles
        if number >= _MOST_TROUBLES:
            raise UnavailableError(
                f"the mail server takes no letters: {answer}",
                help="what was sent stays sent; correct the server or the options, and run the command again: it goes on",
            )
        self._clock.sleep(min(2.0 ** (number - 1), _LONGEST_PAUSE))

    def _turned_away(self, row: LetterRow, answer: Answer) -> None:
        """The address was refused, for now or for good, before the letter was given."""
        tries = self._letters.count_try(row)
        attempt = Attempt(self._clock.now(), "mail", "later", "", "", str(answer), "")
        if answer.code < 500 and tries < MOST_TRIES:
            self._later(row, attempt, tries)
        else:
            self._give_up(row, attempt)

    def _settle(self, row: LetterRow, answer: Answer, content: str, message_id: str) -> None:
        attempt = Attempt(self._clock.now(), "mail", "sent", content, message_id, str(answer), "")
        if answer.code == 0 and answer.stage is Stage.GIVEN:
            unknown = replace(attempt, state="unknown")
            self._letters.settle(row, LetterState.SENDING, attempt=unknown, note="no answer came after the letter was given to the server")  # fmt: skip
            self._count("unknown")
        elif 200 <= answer.code < 300:
            self._letters.settle(row, LetterState.SENT, attempt=attempt)
            with self._lock:
                self._troubles = self._refused = 0
            self._count("sent")
        elif answer.code < 500:
            tries = row.attempts + 1
            later = replace(attempt, state="later")
            if tries < MOST_TRIES:
                self._later(row, later, tries)
            else:
                self._give_up(row, later)
        else:
            self._letters.settle(row, LetterState.FAILED, attempt=replace(attempt, state="failed"), note="the server refused the letter itself")  # fmt: skip
            self._count("refused")
            self._too_many_refused(answer)

    def _later(self, row: LetterRow, attempt: Attempt, tries: int) -> None:
        due = attempt.at + wait_after(tries)
        self._letters.settle(row, LetterState.PREPARED, attempt=attempt, due_at=due, note="the server asked to come back later")  # fmt: skip
        self._count("later")

    def _give_up(self, row: LetterRow, attempt: Attempt) -> None:
        state, way = next_step(row, LetterState.FAILED)
        changed = way if way != row.way else None
        self._letters.settle(row, state, attempt=replace(attempt, state="failed"), way=changed, note="the mail address was refused")  # fmt: skip
        self._count("refused")

    def _too_many_refused(self, answer: Answer) -> None:
        with self._lock:
            self._refused += 1
            number = self._refused
        if number >= _MOST_REFUSED:
            raise UnavailableError(
                f"the mail server refused {number} letters one after the other: {answer}",
                help="it is the letter, not the persons: agree with the relay, then `ecluse letters resolve --state failed --again`",
            )

    def _count(self, what: str) -> None:
        with self._lock:
            setattr(self.tally, what, getattr(self.tally, what) + 1)
            self._moved(self.tally)
