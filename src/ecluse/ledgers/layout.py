"""Which file of a ledger's directory is which, and what does its first page say?

ledger.note      origin, creation, retention, fingerprint of the pseudonym key; signed
public.key       verifier key of the signatures
checkpoints      signed checkpoints, append-only
wal, mark        entries not yet sealed; how far they were acknowledged
segments/N.*     sealed entries: N.G.parquet (generation G), N.leaves, N.json (the manifest)
keys/            secrets, unless they are kept elsewhere
lock             held by the one writer
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ecluse.ledgers.disk import unavailable
from ecluse.ledgers.keys import check_signature
from ecluse.merkle.note import VerifierKey, open_note, parse_verifier_key
from ecluse.model.errors import CallerError, IntegrityError

__all__ = ["FORMAT", "FirstPage", "Layout", "months_in_band"]

FORMAT: Final = "ecluse-ledger 1"
DEFAULT_MONTHS: Final = 12
_FIELDS: Final = ("origin", "created", "pseudonym-key", "retention-months", "retention-reason")


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What the ledger says about itself, signed.

    Attributes:
        origin: name under which its checkpoints go out.
        created: RFC 3339.
        fingerprint: of the pseudonym key.
        months: how long persons stay in it.
        reason: why longer than 12 months; empty otherwise.
    """

    origin: str
    created: str
    fingerprint: str
    months: int = DEFAULT_MONTHS
    reason: str = ""

    def text(self) -> str:
        """The lines that are signed."""
        values = (self.origin, self.created, self.fingerprint, str(self.months), self.reason)
        lines = [f"{name} {value}" for name, value in zip(_FIELDS, values, strict=True)]
        return "".join(f"{line}\n" for line in [FORMAT, *lines])

    @classmethod
    def parse(cls, text: str) -> "FirstPage":
        """Reads the signed lines.

        Raises:
            ValueError: when they are anything else.
        """
        first, *lines = text.removesuffix("\n").split("\n")
        pairs = [line.partition(" ") for line in lines]
        if first != FORMAT or tuple(name for name, _, _ in pairs) != _FIELDS:
            raise ValueError(f"this is not a ledger of the format `{FORMAT}`")
        origin, created, fingerprint, months, reason = (value for _, _, value in pairs)
        return cls(origin, created, fingerprint, int(months), reason)


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one ledger."""

    root: Path

    @property
    def first_page(self) -> Path:
        return self.root / "ledger.note"

    @property
    def public_key(self) -> Path:
        return self.root / "public.key"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def wal(self) -> Path:
        return self.root / "wal"

    @property
    def mark(self) -> Path:
        return self.root / "mark"

    @property
    def segments(self) -> Path:
        return self.root / "segments"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    def manifest(self, number: int) -> Path:
        """The manifest of a segment."""
        return self.segments / f"{number:06}.json"

    def pending(self, number: int) -> Path:
        """The manifest of a segment until a checkpoint has signed it."""
        return self.segments / f"{number:06}.json.new"

    def leaves(self, number: int) -> Path:
        """The leaf hashes of a segment, 32 bytes each."""
        return self.segments / f"{number:06}.leaves"

    def parquet(self, number: int, generation: int) -> Path:
        """The entries of a segment; each rewriting (retention) makes the next generation."""
        return self.segments / f"{number:06}.{generation}.parquet"

    def read_public_key(self) -> VerifierKey:
        """Reads the verifier key that lies in the ledger.

        Raises:
            UnavailableError: when there is no ledger here.
            IntegrityError: when the file does not hold a key.
        """
        if not any(
            path.is_file()
            for path in (self.first_page, self.public_key, self.wal, self.checkpoints)
        ):
            raise CallerError(
                f"`{self.root}` is not a ledger", help="`ecluse ledger init` creates one"
            )
        if not self.public_key.is_file():
            raise IntegrityError(
                f"`{self.public_key}` is missing",
                help="put it back: it is the key given to those who verify",
            )
        with unavailable(f"the ledger `{self.root}` cannot be read"):
            text = self.public_key.read_bytes().decode(errors="replace")
        try:
            key = parse_verifier_key(text)
        except ValueError as error:
            raise IntegrityError(f"`{self.public_key}` was altered: {error}") from None
        if text != f"{key}\n":
            raise IntegrityError(f"`{self.public_key}` was altered: it holds more than a key")
        return key

    def read_first_page(self, key: VerifierKey) -> FirstPage:
        """Reads what the ledger says about itself.

        Raises:
            IntegrityError: when it was altered.
        """
        if not self.first_page.is_file():
            raise IntegrityError(
                f"`{self.first_page}` is missing",
                help="restore it from a copy; `ecluse ledger verify` tells what else is",
            )
        with unavailable(f"the ledger `{self.root}` cannot be read"):
            note = self.first_page.read_bytes().decode(errors="replace")
        try:
            return FirstPage.parse(
                open_note(note, key, lambda signature, text: check_signature(key, signature, text))
            )
        except ValueError as error:
            raise IntegrityError(f"`{self.first_page}` was altered: {error}") from None


def months_in_band(months: int, reason: str) -> None:
    """Checks a retention against the band of the CNIL (délibération 2021-122 §8 and §19).

    Raises:
        CallerError: below 6 months, above 12 without a written reason, above 36 in any case.
    """
    if not 6 <= months <= 36:
        raise CallerError(f"a retention of {months} months is outside the band of 6 to 36 months")
    if months > 12 and len(reason.strip()) < 10:
        raise CallerError(
            f"a retention of {months} months needs a written reason",
            help="say with --reason which demonstrated risk needs more than 12 months (CNIL 2021-122 §19)",
        )
    if "\n" in reason:
        raise CallerError("the reason is one line")
