"""How fast are letters printed, and does memory grow? Letters as PDF a second, and peak memory, over growing numbers of persons.

`python benchmarks/letters.py` prints a table; each size runs in a process of its own, on one core. What Typst alone takes for the
same letters stands beside it, as a ratio. Times are CPU seconds, since the machine may be shared.
"""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]
SIZES = (1_000, 5_000, 20_000)
PEOPLE = 340_000


def measure(persons: int) -> dict[str, float]:
    """Prints letters in four wordings, in both languages, as a run for the post does."""
    from ecluse.model.letter import Personal, Wording
    from ecluse.notices.letter_body import letter
    from ecluse.reports.document.letter_pdf import LetterPress, address_lines
    from notice_factory import affair

    made = affair()
    controller = made.controller
    press = LetterPress(
        lambda w, p: letter(made, w, p), sender=(controller.name, controller.address)
    )
    sets = (("contact", "identity"), ("bank", "contact", "identity", "nir"))
    wordings = [Wording(language, shown=s) for language in ("fr", "en") for s in sets]
    size = 0
    start = time.process_time()
    for n in range(persons):
        personal = Personal(f"AAAA-{n:09}", "BBBB-CCCC-DDDD", "EEEE-FFFF-GGGG", "12/07/2025")
        lines = address_lines(f"Personne Exemple {n}", f"{n} rue de l’Exemple\n75000 EXEMPLE")
        size += len(press.print(wordings[n % len(wordings)], personal, lines))
    spent = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"persons": persons, "seconds": spent, "peak": peak, "kilobytes": size / persons / 1024}


def set_by_typst(persons: int) -> dict[str, float]:
    """The same letters, each set by Typst word for word."""
    from ecluse.model.letter import Personal, Wording
    from ecluse.notices.letter_body import letter
    from ecluse.reports.document.letter_pdf import address_lines, set_letter
    from notice_factory import affair

    made = affair()
    start = time.process_time()
    for n in range(persons):
        personal = Personal(f"AAAA-{n:09}", "BBBB-CCCC-DDDD", "EEEE-FFFF-GGGG", "12/07/2025")
        lines = address_lines(f"Personne Exemple {n}", f"{n} rue de l’Exemple\n75000 EXEMPLE")
        wording = Wording("fr", shown=("contact", "identity"))
        set_letter(letter(made, wording, personal), personal, lines, (made.controller.name,))
    return {"persons": persons, "seconds": time.process_time() - start}


def _apart(what: str, persons: int) -> dict[str, float]:
    code = f"import sys; sys.path.insert(0, {str(HERE)!r}); import letters, json; print(json.dumps(letters.{what}({persons})))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    plain = _apart("set_by_typst", 60)
    slow = plain["persons"] / plain["seconds"]
    print(
        "| Letters | Letters a second, one core | Peak memory, MB | A letter, kB | Times as fast as Typst alone |"
    )
    print("|---:|---:|---:|---:|---:|")
    rate = 0.0
    for persons in SIZES:
        found = _apart("measure", persons)
        rate = found["persons"] / found["seconds"]
        print(
            f"| {persons:,} | {rate:,.0f} | {found['peak']:,.0f} | {found['kilobytes']:.0f} | {rate / slow:.1f} |"
        )
    print(
        f"\nTypst alone: {slow:.0f} letters a second. {PEOPLE:,} letters at the last rate: {PEOPLE / rate / 60:.1f} minutes of one core."
    )


if __name__ == "__main__":
    main()
