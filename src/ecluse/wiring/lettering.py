"""How do the letters of an incident come together? Its register, the affair as it was released, the outbox, and what writes a mail."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from ecluse.incident.same_person import same_person
from ecluse.ledgers.directory import system_time as now
from ecluse.model.errors import CallerError, IntegrityError
from ecluse.model.letter import LetterRow, Personal, Wording
from ecluse.model.notice import Affair, Refusal
from ecluse.notices import letter as notice
from ecluse.notices.letter_body import letter, open_words
from ecluse.notices.notice import examine, find
from ecluse.registers import exposures
from ecluse.registers.folder import IncidentFolder, Register
from ecluse.registers.outbox import Outbox, open_outbox
from ecluse.registers.outbox_filling import People, fill, suppress
from ecluse.reports.document.blocks import Document
from ecluse.reports.document.letter_pdf import LetterPress, address_lines
from ecluse.reports.document.mail_form import as_text
from ecluse.reports.document.mail_message import LetterMails, Sender
from ecluse.wiring.noticing import Desk

__all__ = ["LetterDesk", "Release", "SystemClock", "current_affair", "now", "open_desk", "prepare"]

_AGREED: Final = "letters_agreed"
_RELEASED: Final = "letters_released"


class SystemClock:
    """The system's clock."""

    def now(self) -> int:
        """The instant, in microseconds."""
        return now()

    def sleep(self, seconds: float) -> None:
        """Lets time pass."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Release:
    """How far the release has come.

    Attributes:
        digest: SHA-256 over the exposure, the texts and the list, as they are now.
        agreed_by: the first person, for this digest.
        released_by: the second.
        stale: whether an earlier digest was agreed to or released.
    """

    digest: str
    agreed_by: str = ""
    released_by: str = ""
    stale: bool = False


def current_affair(root: Path, folder: IncidentFolder, *, at: int) -> Affair:
    """The affair as the files of the register say it now.

    Raises:
        CallerError: when there is no controller, no statement or no exposure.
        ConfigError: when a file is wrong.
    """
    affair = Desk(Register(root), folder).affair("letter", kind="initial", signer="", at=at)
    if affair.exposure is None:
        raise CallerError(f"no exposure was frozen for `{folder.id}`", help="`ecluse exposure … --register DIR --incident ID` freezes one: letters go to its persons")  # fmt: skip
    return affair


def prepare(
    root: Path,
    incident: str,
    people: Path,
    *,
    language: str,
    most_per_address: int,
    suppressed: Path | None,
    by: str,
    moved: Callable[[int, int], None],
) -> dict[str, Any]:
    """Fills the outbox of an incident, or goes on where a killed run stopped.

    Raises:
        CallerError: when it was prepared from other files, or letters of it were sent.
        IntegrityError: when the list of the exposure was altered.
    """
    folder = Register(root).open(incident)
    affair = current_affair(root, folder, at=now())
    version = affair.exposure
    assert version is not None
    exposures.check_list(folder.path, version)
    source = People(people)
    folder.part("outbox")
    with open_outbox(folder.path, create=True) as outbox:
        made_from = {"exposure": version.digest, "people": source.digest(), "language": language, "zone": affair.controller.zone, "most": str(most_per_address)}  # fmt: skip
        before = {name: outbox.about(name) for name in made_from}
        if any(before.values()) and before != made_from:
            changed = ", ".join(name for name in made_from if before[name] != made_from[name])
            raise CallerError(f"the letters were prepared from something else: {changed}", help="give the same files and options to go on; `ecluse letters drop` forgets letters of which none was sent")  # fmt: skip
        outbox.tell(made_from | {"number": str(version.number), "incident": incident})
        fill(outbox, exposures.table_path(folder.path, version.number), source, language=language, zone=affair.controller.zone, most_per_address=most_per_address, moved=moved)  # fmt: skip
        taken, unknown = (0, 0) if suppressed is None else suppress(outbox, suppressed, at=now(), by=by)  # fmt: skip
        if outbox.about("list") == "":
            outbox.tell({"list": outbox.list_digest()})
            folder.append("letters_prepared", {"exposure": version.digest, "letters": sum(outbox.count().values()), "list": outbox.about("list")}, by=by, at=now())  # fmt: skip
        counts = outbox.count()
        return {"incident": incident, "exposure": version.number, "letters": sum(counts.values()), "states": counts, "wordings": len(outbox.wordings()), "suppressed": taken, "suppressed_unknown": unknown}  # fmt: skip


@contextmanager
def open_desk(root: Path, incident: str) -> Iterator["LetterDesk"]:
    """Opens the prepared letters of an incident.

    Raises:
        CallerError: when none were prepared, or preparing did not end.
    """
    folder = Register(root).open(incident)
    with open_outbox(folder.path) as outbox:
        if not outbox.about("list"):
            raise CallerError("the letters are not all prepared", help="run `ecluse letters prepare` again with the same files: it goes on")  # fmt: skip
        yield LetterDesk(root, folder, outbox)


class LetterDesk:
    """The letters of an incident, and everything that is done with them."""

    def __init__(self, root: Path, folder: IncidentFolder, outbox: Outbox) -> None:
        self.folder = folder
        self.outbox = outbox
        self._root = root
        kept = outbox.about("affair")
        self.affair = msgspec.json.decode(kept, type=Affair) if kept else current_affair(root, folder, at=now())  # fmt: skip
        version = self.affair.exposure
        if version is None or version.digest != outbox.about("exposure"):
            raise CallerError("the letters were prepared from another exposure than the one in force", help="`ecluse letters drop`, then prepare them again")  # fmt: skip

    def take_texts_anew(self) -> None:
        """Takes statement, controller and incident as they are now; what was agreed before no longer counts."""
        self.affair = current_affair(self._root, self.folder, at=now())
        self.outbox.tell({"affair": ""})

    def refusals(self) -> dict[str, tuple[Refusal, ...]]:
        """Why the letters may not go out, by language: the template with its sets, and each wording that somebody gets."""
        found: dict[str, dict[Refusal, None]] = {}
        wordings = self.outbox.wordings().values()
        for language in sorted({w.language for w in wordings}):
            examined = dict.fromkeys(examine(find("letter"), self.affair, language))
            for wording in wordings:
                if wording.language == language:
                    examined |= dict.fromkeys(notice.examine_letter(self.affair, wording))
            found[language] = examined
        return {language: tuple(refused) for language, refused in found.items() if refused}

    def digest(self) -> str:
        """What a release binds: the exposure, every text, and the list of persons with their addresses."""
        listed = self.outbox.list_digest()
        if listed != self.outbox.about("list"):
            raise IntegrityError("the list of letters is not the one that was prepared", help="bring the outbox back from a copy, and ask who could write there")  # fmt: skip
        total = sha256(msgspec.json.encode([self.outbox.about("exposure"), listed]))
        for number, wording in sorted(self.outbox.wordings().items()):
            text = as_text(self.build(wording, Personal("", "", "", "")))
            total.update(msgspec.json.encode([number, self.heading(wording.language), text]))
        return total.hexdigest()

    def release(self) -> Release:
        """How far the release of these very letters has come."""
        digest = self.digest()
        agreed = released = ""
        stale = False
        for line in self.folder.log().lines:
            if line.act in {_AGREED, _RELEASED}:
                if line.detail.get("digest") != digest:
                    stale = True
                elif line.act == _AGREED:
                    agreed, stale = line.by, False
                elif line.by != agreed:
                    released = line.by
        return Release(digest, agreed, released, stale)

    def agree(self, by: str) -> Release:
        """A person agrees; the second one releases. The texts stay as the first one saw them.

        Raises:
            CallerError: when the same person agrees twice.
        """
        before = self.release()
        if before.released_by:
            return before
        if not before.agreed_by:
            self.outbox.tell({"affair": msgspec.json.encode(self.affair).decode()})
            self.folder.append(_AGREED, {"digest": before.digest}, by=by, at=now())
            return self.release()
        if same_person(before.agreed_by, by):
            raise CallerError(f"`{by}` agreed already: a second person must release the letters", help="let another person run the command, with --by NAME")  # fmt: skip
        self.folder.append(_RELEASED, {"digest": before.digest}, by=by, at=now())
        return self.release()

    def check_released(self) -> Release:
        """
        Raises:
            CallerError: when these very letters were not released by two persons.
        """
        release = self.release()
        if not release.released_by:
            how = f"`{release.agreed_by}` agreed; a second person is missing" if release.agreed_by else "nobody agreed yet"  # fmt: skip
            raise CallerError(f"the letters are not released: {how}", help="`ecluse letters release --by NAME`, by two different persons")  # fmt: skip
        return release

    def build(self, wording: Wording, personal: Personal) -> Document:
        """The letter of a wording."""
        return letter(self.affair, wording, personal)

    def heading(self, language: str) -> str:
        """Above the mail."""
        said = open_words(self.affair, language)
        return said.say("letter.mail_subject", controller=self.affair.controller.name)

    def mails(self, sender: Sender) -> Callable[[LetterRow, str, int], bytes]:
        """What writes the mail of a letter."""
        mails = LetterMails(self.build, self.heading, sender)

        def write(row: LetterRow, message_id: str, at: int) -> bytes:
            personal = self.outbox.personal(row.person, row.seen)
            return mails.write(row.wording, personal, name=row.name, to=row.to, message_id=message_id, at=at)  # fmt: skip

        return write

    def press(self) -> LetterPress:
        """What prints letters."""
        controller = self.affair.controller
        return LetterPress(self.build, sender=(controller.name, *controller.address.splitlines()))

    def printed(self, press: LetterPress, row: LetterRow) -> bytes:
        """The letter of one person as PDF.

        Raises:
            ValueError: when the address does not fit.
        """
        said = open_words(self.affair, row.wording.language)
        also = said.say("letter.guardians") if row.wording.minor else ""
        lines = address_lines(row.name, row.address, also=also)
        return press.print(row.wording, self.outbox.personal(row.person, row.seen), lines)
