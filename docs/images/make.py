"""How is the picture in the README made? `python docs/images/make.py` replays `make demo` and draws its report as SVG."""

# ruff: noqa: INP001 - a script, not a package
import contextlib
import dataclasses
import io
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme

from ecluse import wiring
from ecluse.cli import main as ecluse
from ecluse.model.report import ReplayReport
from ecluse.reports.terminal import renderable
from ecluse.service import replay

HERE = Path(__file__).resolve().parent
COMMAND = "ecluse replay demo/logs/*.log --map demo/logs/mapping.yaml --estate demo/logs/estate.yaml --ledger demo/ledger"
WIDTH = 120
THEME = TerminalTheme(
    (24, 26, 32),
    (224, 226, 232),
    [
        (40, 42, 50),
        (229, 96, 84),
        (126, 190, 110),
        (222, 184, 86),
        (104, 158, 216),
        (188, 140, 200),
        (110, 190, 190),
        (224, 226, 232),
    ],
    [
        (96, 100, 112),
        (245, 118, 104),
        (150, 210, 132),
        (240, 204, 110),
        (132, 180, 234),
        (208, 164, 218),
        (136, 212, 210),
        (255, 255, 255),
    ],
)

# rich's own template fetches its font from a server; this one takes what the reader has
PICTURE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>A replay in the terminal: one account stopped after 240 of the 340,000 persons it asked for</title>
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font: 18px "DejaVu Sans", Arial, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def demo(folder: Path) -> ReplayReport:
    """The report of the demo's replay, with the paths of the demo."""
    logs = folder / "logs"
    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
        ecluse(
            ["simulate", "kairos", "--seed", "2025", "--working-day", "--full", "--out", str(logs)]
        )
    started = time.monotonic()
    rules = wiring.open_rules(None, logs / "estate.yaml")
    fields = wiring.open_mapping(logs / "mapping.yaml", "combined")
    batches = wiring.open_log(sorted(logs.glob("*.log")), "combined", fields, None)
    with wiring.open_ledger(folder / "ledger") as ledger:
        collected = replay.collect(
            batches(lambda _done, _total: None),
            directory=rules.directory,
            ledger=ledger,
            seed=1,
            max_reject_share=0,
        )
        decided = replay.decide(collected.history, rules.policies)
        report = replay.report(
            collected, decided, rules.policies,
            sources=(), policy_file="", ledger=None, findings=(), seconds=time.monotonic() - started,
        )  # fmt: skip
    return dataclasses.replace(report, ledger=("demo/ledger", report.events))


def main() -> None:
    """Writes `replay.svg` beside this file."""
    console = Console(
        file=io.StringIO(),
        record=True,
        width=WIDTH,
        force_terminal=True,
        color_system="truecolor",
        highlight=False,
        _environ={},
    )
    console.print(f"$ {COMMAND}", style="dim")
    console.print()
    with tempfile.TemporaryDirectory() as folder:
        console.print(renderable(demo(Path(folder)), width=WIDTH))
    console.print()
    svg = console.export_svg(
        title="ecluse replay", theme=THEME, code_format=PICTURE, unique_id="ecluse"
    )
    (HERE / "replay.svg").write_text(
        "\n".join(line.rstrip() for line in svg.splitlines()) + "\n", "utf-8"
    )


if __name__ == "__main__":
    main()
