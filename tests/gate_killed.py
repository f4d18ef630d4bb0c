"""Kills the gate by SIGKILL again and again during a theft: `python tests/gate_killed.py 200`.

A thief with many connections reads new persons as fast as he is answered, and keeps a list of every
person that the gate released to him. After all rounds: never more than the limit in total, and every
person on his list is in the ledger.
"""

import json
import random
import socket
import sys
import tempfile
import threading
import time
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from ecluse.ledgers.directory import DirectoryLedger
from servers.gate import POLICY, GateProcess, persons_in

CONNECTIONS = 8


class Thief:
    """Reads through several connections, reconnects when one breaks, and remembers what reached him."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.next = count()
        self.got: set[str] = set()
        self.refused = 0
        self.ended = False
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._read, args=(n,)) for n in range(CONNECTIONS)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.ended = True
        for thread in self._threads:
            thread.join()

    def _read(self, number: int) -> None:
        draw = random.Random(number)
        while not self.ended:
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as opened:
                    opened.settimeout(60)
                    opened.connect(self.path)
                    while not self.ended:
                        self._one(opened, reserve=draw.random() < 0.3)
            except OSError:
                time.sleep(0.005)

    def _one(self, opened: socket.socket, *, reserve: bool) -> None:
        with self._lock:
            person = f"{next(self.next):07d}"
        asked = {"account": "thief", "application": "files", "persons": [person]}
        status, answer = self._post(opened, "/v1/reserve" if reserve else "/v1/check", asked)
        if status == 200:
            with self._lock:
                self.got.add(person)
            if reserve:
                self._post(opened, "/v1/post", {"reservation": answer["reservation"]})
        elif status == 429:
            self.refused += 1
            time.sleep(0.01)

    @staticmethod
    def _post(
        opened: socket.socket, path: str, body: dict[str, object]
    ) -> tuple[int, dict[str, str]]:
        data = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nhost: gate\r\ncontent-length: {len(data)}\r\n\r\n"
        opened.sendall(head.encode() + data)
        buffer = b""
        while True:
            part = opened.recv(65_536)
            if not part:
                raise ConnectionError("the gate is gone")
            buffer += part
            front, found, rest = buffer.partition(b"\r\n\r\n")
            if found:
                length = int(front.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                if len(rest) >= length:
                    return int(buffer[9:12]), json.loads(rest[:length])


def run(rounds: int, *, limit: int, folder: Path, seed: int = 0) -> dict[str, int]:
    """Kills a gate so many times during a theft.

    Returns:
        What reached the thief, what the ledger holds of him, and how often he was refused.
    """
    draw = random.Random(seed)
    gate = GateProcess(folder, policy=POLICY.format(limit=limit))
    thief = Thief(gate.socket)
    try:
        gate.start()
        thief.start()
        for _ in range(rounds):
            time.sleep(draw.random() * 0.15)
            gate.kill()
            gate.start()
        end = time.monotonic() + 120
        while not thief.refused and time.monotonic() < end:
            time.sleep(0.05)
        thief.stop()
        gate.kill()
    finally:
        thief.ended = True
        gate.close()
    written = set(persons_in(folder / "ledger", "thief"))
    with DirectoryLedger(folder / "ledger") as ledger:  # repairs a torn tail, and knows the key
        missing = [p for p in thief.got if ledger.pseudonymizer.pseudonym(p) not in written]
    return {
        "got": len(thief.got),
        "written": len(written),
        "missing": len(missing),
        "refused": thief.refused,
    }


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(f"{run(rounds, limit=rounds * 40, folder=Path(folder))}\n")


if __name__ == "__main__":
    main()
