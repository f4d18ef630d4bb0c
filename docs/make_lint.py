"""How is the list in docs/lint.md made? `python docs/make_lint.py` writes it from the lints themselves."""

# ruff: noqa: INP001 - a script, not a package

from collections.abc import Iterator
from difflib import ndiff
from pathlib import Path

from ecluse.verify import lints
from ecluse.verify.lint import samples
from ecluse.verify.lint.contract import Lint, Sample
from ecluse.verify.sensitive import USUAL

PAGE = Path(__file__).resolve().parent / "lint.md"

MARK = "<!-- from here on written by docs/make_lint.py from the lints themselves: change them, then run it again -->\n"

SOUND = {"policy": samples.POLICY, "estate": samples.ESTATE, "settings": samples.SETTINGS}

PARTS = {"policy": "yaml", "estate": "yaml", "settings": "yaml", "routes": "yaml", "mapping": "yaml", "accounts": "csv"}  # fmt: skip


def page(written: str) -> str:
    """The page as it should be now; what stands before the mark is left as it is."""
    head, mark, _ = written.partition(MARK)
    assert mark, "the page has lost the mark"
    every = sorted(lints.every().items(), key=lambda pair: (-pair[1].severity, pair[0]))
    rows = (f"| [{code}](#{code}) | {_severity(each)} | {each.title} |" for code, each in every)
    return "\n".join(
        [
            f"{head}{MARK}",
            "## All lints\n",
            "| Code | Severity | What is wrong |",
            "|---|---|---|",
            *rows,
            "",
            *_words(),
            *_sound(),
            *(_section(code, each) for code, each in every),
        ]
    )


def _severity(each: Lint) -> str:
    return each.severity.name.lower()


def _words() -> Iterator[str]:
    yield "## Sensitive categories\n"
    yield "Unless the estate file lists them under `sensitive`, a category is sensitive when one of these is a word of its name:\n"
    yield "| What | Words |"
    yield "|---|---|"
    for what, words in USUAL.items():
        yield f"| {what} | {', '.join(words)} |"
    yield ""


def _sound() -> Iterator[str]:
    yield "## The sound files\n"
    yield "In these nothing is wrong. The examples below are often one of them with one thing changed.\n"
    for part, text in SOUND.items():
        yield f"`{part}.yaml`:\n"
        yield f"```yaml\n{text}```\n"


def _section(code: str, each: Lint) -> str:
    parts = [
        f"## {code}\n",
        f"{each.title} ({_severity(each)}).\n",
        f"{each.what}\n",
        f"*Why.* {each.why}\n",
        f"*Source.* {each.source}.\n",
        "Reported:\n",
        *_shown(each.bad),
    ]
    parts += ["Not reported, with this change:\n", *_changed(each.bad, each.good)]
    return "\n".join(parts)


def _shown(sample: Sample) -> Iterator[str]:
    for part, language in PARTS.items():
        text = getattr(sample, part)
        if text is None:
            continue
        if text == SOUND.get(part):
            yield f"(with the [sound](#the-sound-files) `{part}.yaml`)\n"
        else:
            yield f"```{language}\n{text}```\n"
    if sample.today is not None:
        yield f"(on {sample.today})\n"


def _changed(bad: Sample, good: Sample) -> Iterator[str]:
    for part in PARTS:
        before, after = getattr(bad, part) or "", getattr(good, part) or ""
        if before != after:
            lines = ndiff(before.splitlines(), after.splitlines())
            kept = [line.rstrip() for line in lines if line[:2] in {"- ", "+ "}]
            yield "```diff\n" + "\n".join(kept) + "\n```\n"


def main() -> None:
    """Writes the page beside this file."""
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
