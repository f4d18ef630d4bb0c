"""How is an exposure shown, as JSON, and as a file with one row a person?"""

from pathlib import Path
from typing import Any

import click

from ecluse.cli._options import say
from ecluse.cli._output import whole
from ecluse.model.exposure import ExposureVersion, Selection
from ecluse.model.time import format_instant

__all__ = ["document", "document_of_version", "instant_text", "pseudonymizer_of", "show", "write"]

_NAMES = ("accounts", "sessions", "sources", "applications", "organizations", "lineages")


def instant_text(at: int | None) -> str | None:
    """RFC 3339, or None."""
    return None if at is None else format_instant(at)


def document(found: Any, table: Any, *, told: Any) -> dict[str, Any]:
    """An exposure as JSON values."""
    from ecluse.incident.exposure_version import numbers_of

    numbers = numbers_of(table, home="", told=bool(told.rows))
    first = found.selections[0]
    return {
        "account": first.accounts[0] if len(first.accounts) == 1 else list(first.accounts),
        "from": instant_text(first.since),
        "to": instant_text(first.until),
        **({} if _plain(found.selections) else {"selections": [_selection(s) for s in found.selections]}),
        "persons": found.persons,
        "at_least": found.at_least,
        "at_most": found.at_most,
        "shown": numbers.shown,
        "exported": numbers.exported,
        "listed": numbers.listed,
        "linked": numbers.linked,
        "records": found.records,
        "categories": list(found.categories),
        "by_category": {c.category: c.persons for c in numbers.categories},
        "applications": list(found.applications),
        "first_at": instant_text(found.first_at),
        "last_at": instant_text(found.last_at),
        "refused": found.refused,
        "taken_back": found.taken_back,
        **(_told(numbers) if told.rows else {}),
        **({"ledgers": list(found.ledgers)} if len(found.ledgers) > 1 else {}),
        "gaps": [_gap(gap) for gap in found.gaps],
    }  # fmt: skip


def _plain(selections: tuple[Selection, ...]) -> bool:
    """Whether accounts and a period say everything that was asked."""
    return len(selections) == 1 and not any(getattr(selections[0], name) for name in _NAMES[1:])


def _selection(selection: Selection) -> dict[str, Any]:
    named = {name: list(getattr(selection, name)) for name in _NAMES if getattr(selection, name)}
    return {**named, "from": instant_text(selection.since), "to": instant_text(selection.until)}


def _told(numbers: Any) -> dict[str, Any]:
    return {
        "minors": numbers.minors,
        "protected": numbers.protected,
        "member_states": dict(numbers.member_states),
    }


def _gap(gap: Any) -> dict[str, Any]:
    return {
        "from": instant_text(gap.first_at),
        "to": instant_text(gap.last_at),
        "what": gap.what,
        "at_most": gap.at_most,
        "lost": gap.lost,
    }


def document_of_version(frozen: ExposureVersion) -> dict[str, Any]:
    """A frozen exposure as JSON values."""
    return {
        "version": frozen.number,
        "digest": frozen.digest,
        "made_at": instant_text(frozen.made_at),
        "made_by": frozen.made_by,
        "persons": frozen.persons,
        "at_least": frozen.at_least,
        "at_most": frozen.at_most,
        "shown": frozen.shown,
        "exported": frozen.exported,
        "listed": frozen.listed,
        "linked": frozen.linked,
        "records": frozen.records,
        "minors": frozen.minors,
        "protected": frozen.protected,
        "member_states": None if frozen.member_states is None else dict(frozen.member_states),
        "ledgers": [
            {"origin": s.origin, "size": s.size, "root": s.root, "entries": s.entries} for s in frozen.ledgers
        ],
        "gaps": [_gap(gap) for gap in frozen.gaps],
    }  # fmt: skip


def show(found: Any, table: Any, *, told: Any, out: Path | None) -> None:
    """Prints an exposure for people."""
    said = document(found, table, told=told)
    linked = f" and {said['linked']:,} linked to them" if said["linked"] else ""
    rows = [
        *_asked(found.selections),
        ("persons", f"{found.persons:,}{linked}"),
        ("", f"{said['exported']:,} exported, {said['shown']:,} shown, {said['listed']:,} only listed"),
        ("at most", "not bounded: see the gaps" if found.at_most is None else f"{found.at_most:,}"),
        ("records", f"{found.records:,}"),
        ("categories", ", ".join(f"{word} ({said['by_category'].get(word, 0):,})" for word in found.categories) or "-"),
        ("applications", ", ".join(found.applications) or "-"),
        ("first", instant_text(found.first_at) or "-"),
        ("last", instant_text(found.last_at) or "-"),
        ("refused", f"{found.refused:,} attempts"),
        ("taken back", f"{found.taken_back:,} accesses, reserved and not shown, or not all of it"),
    ]  # fmt: skip
    if found.at_least < found.persons:
        rows.insert(3, ("at least", f"{found.at_least:,}"))
    if told.rows:
        abroad = ", ".join(f"{state} {n:,}" for state, n in said["member_states"].items()) or "none"
        rows.append(("minors", f"{said['minors']:,}"))
        rows.append(("protected", f"{said['protected']:,}"))
        rows.append(("residents of", abroad))
    if len(found.ledgers) > 1:
        rows.insert(0, ("ledgers", ", ".join(found.ledgers)))
    for name, value in rows:
        say(f"{name:13} {value}")
    click.echo(f"{'gaps':13} {len(found.gaps) or 'none'}")
    for gap in found.gaps:
        most = "no bound" if gap.at_most is None else f"at most {gap.at_most:,} persons"
        say(f"  {instant_text(gap.first_at) or '…'} to {instant_text(gap.last_at) or 'now'}: {gap.what} ({most})")  # fmt: skip
    if out is not None:
        say(f"{'list':13} {out}")


def _asked(selections: tuple[Selection, ...]) -> list[tuple[str, str]]:
    rows = []
    for number, selection in enumerate(selections):
        if number:
            rows.append(("or", ""))
        for name in _NAMES:
            if values := getattr(selection, name):
                label = name[:-1] if len(values) == 1 else name
                more = f" and {len(values) - 8} more" if len(values) > 8 else ""
                rows.append((label, ", ".join(values[:8]) + more))
    return rows


def pseudonymizer_of(ledger: Path, keys: Path | None) -> Any:
    """Makes the pseudonyms of a ledger.

    Raises:
        IntegrityError: when the key is another ledger's.
        UnavailableError: when there is none.
    """
    from ecluse.ledgers.keys import load_keys
    from ecluse.ledgers.layout import Layout
    from ecluse.model.errors import IntegrityError

    layout = Layout(ledger)
    page = layout.read_first_page(layout.read_public_key())
    pseudonymizer = load_keys(keys or layout.keys, name=page.origin).pseudonymizer
    if pseudonymizer.fingerprint != page.fingerprint:
        raise IntegrityError(
            "the pseudonym key is not this ledger's", help="name the right folder with --keys"
        )
    return pseudonymizer


def write(table: Any, out: Path, identifiers: Any = None) -> None:
    """Writes the list in the order of first access; `identifiers` name the persons where they are known."""
    import polars as pl

    from ecluse.sources.tables import write_table

    frame = pl.DataFrame(pl.from_arrow(table)).sort("first_at", "person")
    unknown = [name for name in ("minor", "protected", "member_state") if frame[name].is_null().all()]  # fmt: skip
    order = ["person", "first_at", "last_at", "accesses", "categories", "applications"]
    frame = frame.drop("sound", *unknown).select(*order, pl.exclude(order))
    micros = [pl.col(name).cast(pl.Datetime("us", "UTC")) for name in ("first_at", "last_at")]
    frame = frame.with_columns(micros)
    if identifiers is not None:
        frame = frame.join(identifiers, on="person", how="left", maintain_order="left")
        frame = frame.select("person", "identifier", pl.exclude("person", "identifier"))
        missing = frame["identifier"].null_count()
        click.echo(f"{frame.height - missing} persons named, {missing} not among the identifiers", err=True)  # fmt: skip
    frame = frame.with_columns(pl.col("person").bin.encode("hex"))
    with whole(out) as unfinished:
        if out.suffix == ".parquet":
            write_table(frame, unfinished)
            return
        text = frame.with_columns(
            pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.fZ") for name in ("first_at", "last_at")
        )
        if out.suffix == ".csv":
            text.write_csv(unfinished)
        else:
            text.write_ndjson(unfinished)
